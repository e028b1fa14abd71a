// SPDX-License-Identifier: Apache-2.0
#include "model/band_load.hpp"

#include <algorithm>
#include <cmath>

#include "core/text.hpp"

namespace cairn::model {
namespace {

constexpr std::string_view technologies[] = {"2g", "3g", "4g", "5g", "nb-iot"};

std::string with_unit(double value, std::string_view unit) {
  return unit.empty() ? number_text(value) : format("{} {}", number_text(value), unit);
}

// `key: {value: 53.8, source: …, recalled: true}`
void read_number(const BandKey& key, const YamlNode& node, std::string_view file, BandDef& band,
                 Problems& problems) {
  if (node.kind != YamlNode::Kind::map) {
    problems.error(
        format("{}:{}:{}", file, node.line, node.column),
        format("'{}' needs a value and where it comes from: {{value: …, source: …}}", key.key));
    return;
  }
  YamlMap map(node, file, problems);
  BandNumber number;
  number.key = key.key;
  number.place = map.place();
  double value = NAN;
  if (map.required("value") != nullptr) value = map.number("value").value_or(NAN);
  number.source = map.text("source", true);
  number.recalled = map.flag("recalled");
  map.finish();
  if (std::isnan(value)) return;  // said already
  if (!(value >= key.lowest && value <= key.highest)) {
    problems.error(number.place,
                   format("{} {} is not within {} to {}", key.key, with_unit(value, key.unit),
                          number_text(key.lowest), with_unit(key.highest, key.unit)));
  } else if (key.whole && value != std::floor(value)) {
    problems.error(number.place, format("{} {} must be a whole number", key.key, value));
  } else {
    number.value = value;
    band.numbers.push_back(std::move(number));
  }
}

void read_numbers(const YamlNode& node, std::string_view file, BandDef& band, Problems& problems) {
  YamlMap map(node, file, problems);
  for (const BandKey& key : band_keys()) {
    const YamlNode* number = key.required ? map.required(key.key) : map.get(key.key);
    if (number != nullptr) read_number(key, *number, file, band, problems);
  }
  map.finish();
}

// What single ranges do not show.
void check_together(const BandDef& band, Problems& problems) {
  const double blocks_khz = band.value("resource_blocks") * 12 * band.value("subcarrier_khz");
  if (blocks_khz > band.value("bandwidth_mhz") * 1000 * (1 + 1e-9)) {
    problems.error(band.place,
                   format("{} resource blocks take {} kHz, more than bandwidth_mhz {}",
                          band.value("resource_blocks"), blocks_khz, band.value("bandwidth_mhz")));
  }
  if (band.value("downlink_share") + band.value("uplink_share") > 1 &&
      band.value("downlink_mhz") == band.value("uplink_mhz")) {
    problems.error(band.place,
                   "both directions use one frequency: downlink_share and "
                   "uplink_share together must not be above 1");
  }
}

void check_names(const BandDef& band, const Catalog& catalog, Problems& problems) {
  std::vector<std::string> names = band.aliases;
  names.push_back(band.id);
  for (const std::string& name : names) {
    for (const BandDef& other : catalog.bands) {
      if (!other.called(name)) continue;
      problems.error(
          band.place,
          format("the band '{}' at {} is called '{}' already", other.id, other.place, name),
          Code::conflict);
    }
  }
}

}  // namespace

void read_band(const std::string& id, const YamlNode& node, std::string_view file,
               const std::string& pack, Catalog& catalog, Problems& problems) {
  const std::size_t before = problems.errors.size();
  YamlMap map(node, file, problems);
  if (!map.ok()) return;
  BandDef band;
  band.id = id;
  band.pack = pack;
  band.place = map.place();
  band.label = map.label("label", true);
  band.technology = map.text("technology", true);
  band.aliases = map.texts("aliases");
  band.note = map.label("note");
  const YamlNode* numbers = map.required("numbers");
  map.finish();
  if (!band.technology.empty() &&
      std::ranges::find(technologies, band.technology) == std::end(technologies)) {
    problems.error(map.place(), format("technology '{}' is not one of: 2g, 3g, 4g, 5g, nb-iot",
                                       band.technology));
  }
  if (numbers != nullptr) read_numbers(*numbers, file, band, problems);
  if (problems.errors.size() == before) check_together(band, problems);
  check_names(band, catalog, problems);
  if (problems.errors.size() == before) catalog.bands.push_back(std::move(band));
}

}  // namespace cairn::model
