// SPDX-License-Identifier: Apache-2.0
#include "world.hpp"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "core/text.hpp"
#include "core/unit.hpp"

namespace bench {
namespace {

void check(bool ok, const std::string& what) {
  if (ok) return;
  std::printf("%s\n", what.c_str());
  std::exit(1);
}

std::shared_ptr<const model::Catalog> make_catalog() {
  auto catalog = std::make_shared<model::Catalog>();
  model::PropertyDef power;
  power.name = "power";
  power.unit = *parse_unit("kW");
  power.series = true;
  model::PropertyDef capacity = power;
  capacity.name = "capacity";
  capacity.series = false;
  model::PropertyDef kind;
  kind.name = "kind";
  kind.kind = model::PropertyKind::text;
  catalog->types.push_back({"meter", {}, "bench", {power, capacity, kind}, ""});
  for (std::size_t i = 0; i < std::size(questions); ++i) {
    model::IndicatorDef indicator;
    indicator.id = format("q{}", i);
    const std::string_view text = questions[i];
    const bool plain = text.starts_with("share") || text.starts_with("count") ||
                       text.find(" / ") != std::string_view::npos;
    indicator.unit = plain ? unit_one() : power.unit;
    indicator.formula = text;
    catalog->indicators.push_back(indicator);
  }
  return catalog;
}

}  // namespace

World make_world(std::uint32_t meters, bool small) {
  auto regions = std::make_shared<model::RegionTree>();
  std::vector<std::string> above{""};
  const std::vector<int> widths =
      small ? std::vector{1, 2, 3, 3, 3} : std::vector{1, 20, 10, 10, 10};
  for (std::size_t level = 0; level < widths.size(); ++level) {
    std::vector<std::string> codes;
    for (const std::string& parent : above) {
      for (int i = 0; i < widths[level]; ++i) {
        model::Region region;
        region.code = format("{}{:02}", parent, level == 0 ? 51 : i + 1);
        region.level = static_cast<model::Level>(level + 1);
        codes.push_back(region.code);
        const auto added = regions->add(std::move(region), parent);
        check(bool(added), "a region is refused");
      }
    }
    above = std::move(codes);
  }
  const auto catalog = make_catalog();
  model::Records records;
  records.things.reserve(meters);
  for (std::uint32_t i = 0; i < meters; ++i) {
    model::Thing thing;
    thing.id = format("m{}", i);
    thing.type = "meter";
    thing.region = above[std::size_t{i} * above.size() / meters];
    thing.properties.emplace_back("capacity", model::Value{50.0 + i % 97});
    thing.properties.emplace_back("kind", model::Value{std::string(i % 3 == 0 ? "shop" : "home")});
    records.things.push_back(std::move(thing));
  }
  Problems problems;
  World world;
  world.library = formula::Library::build(catalog, problems);
  world.base = std::make_shared<const model::Snapshot>(
      model::build_snapshot({catalog, regions, Zone{8 * 3600}, nullptr}, records, problems));
  for (const Error& error : problems.errors) check(false, to_string(error));
  return world;
}

}  // namespace bench
