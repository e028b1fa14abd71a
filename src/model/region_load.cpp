// SPDX-License-Identifier: Apache-2.0
#include "model/region_load.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "core/encoding.hpp"
#include "core/text.hpp"
#include "geo/geojson.hpp"
#include "model/csv_rows.hpp"
#include "model/response_load.hpp"
#include "model/yaml.hpp"

namespace cairn::model {
namespace {

// Digits of a code by level: GB/T 2260 down to the county, the statistical division codes below.
std::size_t code_digits(Level level) {
  switch (level) {
    case Level::province:
      return 2;
    case Level::prefecture:
      return 4;
    case Level::county:
      return 6;
    case Level::town:
      return 9;
    case Level::village:
      return 12;
    case Level::zone:
      break;
  }
  return 0;
}

bool all_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::vector<std::string> alias_list(std::string_view text) {
  std::vector<std::string> out;
  for (const std::string_view part : split(text, ';')) {
    if (!trim(part).empty()) out.emplace_back(trim(part));
  }
  return out;
}

using Division = std::pair<Region, std::string>;

std::optional<Division> read_division(CsvRows& rows, Zone zone) {
  Region region;
  region.code = rows.at("code");
  region.name = {std::string(rows.at("name_zh")), std::string(rows.at("name_en"))};
  region.place = rows.place();
  const auto level = parse_level(rows.at("level"));
  if (!level || *level == Level::zone) {
    rows.error(format("level '{}' is none of province, prefecture, county, town, village",
                      rows.at("level")));
    return std::nullopt;
  }
  region.level = *level;
  if (!all_digits(region.code) || region.code.size() != code_digits(*level)) {
    rows.error(format("the code of a {} has {} digits, not '{}'", to_string(*level),
                      code_digits(*level), region.code));
    return std::nullopt;
  }
  if (region.name.empty()) rows.error(format("region {} has no name", region.code));
  const auto position = rows.position();
  const auto valid = rows.validity(zone);
  const auto estimated = rows.flag("estimated", false);
  if (!position || !valid || !estimated) return std::nullopt;
  region.position = *position;
  region.valid = *valid;
  region.estimated = *estimated;
  region.successor = rows.at("successor");
  region.aliases = alias_list(rows.at("aliases"));
  region.source = rows.at("source");
  return Division{std::move(region), std::string(rows.at("parent"))};
}

// Rows whose chain of parents leads back to themselves are reported and taken out: no order puts
// a parent before its child.
void drop_cycles(std::vector<Division>& divisions, Problems& problems) {
  std::unordered_map<std::string, std::size_t> by_code;
  for (std::size_t i = 0; i < divisions.size(); ++i) by_code.emplace(divisions[i].first.code, i);
  const auto in_cycle = [&](std::size_t start) {
    std::size_t at = start;
    for (std::size_t step = 0; step <= divisions.size(); ++step) {
      const auto parent = by_code.find(divisions[at].second);
      if (parent == by_code.end()) return false;
      at = parent->second;
      if (at == start) return true;
      // A ring further up is reported at its own rows.
      if (step > 2 * static_cast<std::size_t>(level_count)) return false;
    }
    return false;
  };
  std::vector<bool> bad(divisions.size());
  for (std::size_t i = 0; i < divisions.size(); ++i) bad[i] = in_cycle(i);
  std::vector<Division> kept;
  for (std::size_t i = 0; i < divisions.size(); ++i) {
    if (!bad[i]) {
      kept.push_back(std::move(divisions[i]));
      continue;
    }
    problems.error(divisions[i].first.place,
                   format("region {} is its own ancestor by way of its parent {}",
                          divisions[i].first.code, divisions[i].second));
  }
  divisions = std::move(kept);
}

std::vector<Division> read_divisions(std::string_view text, std::string_view name, Zone zone,
                                     Problems& problems) {
  std::vector<Division> out;
  CsvRows rows(text, name, problems);
  if (!rows.begin({"code", "name_zh", "level", "parent"})) return out;
  while (rows.next()) {
    if (auto division = read_division(rows, zone)) out.push_back(std::move(*division));
  }
  rows.finish();
  drop_cycles(out, problems);
  std::stable_sort(out.begin(), out.end(), [](const Division& a, const Division& b) {
    return a.first.level < b.first.level;
  });
  return out;
}

Value value_of(const geo::FeatureValue& value) {
  return std::visit([](const auto& held) { return Value{held}; }, value);
}

// Reads one region folder; the members of region.yaml one after the other.
class FolderReader {
 public:
  FolderReader(const Files& files, std::string directory, Problems& problems)
      : files_(files), directory_(std::move(directory)), problems_(problems) {}

  Result<RegionFolder> read() {
    const std::string path = directory_ + "/region.yaml";
    const auto text = files_.read(path);
    if (!text) return fail(text.error());
    const auto root = parse_yaml(*text, path);
    if (!root) return fail(root.error());
    YamlMap map(*root, path, problems_);
    out_.place = map.place();
    out_.id = map.text("id", true);
    out_.label = map.label("label", true);
    out_.members = map.texts("members");
    out_.requires_ = map.texts("requires");
    if (!map.ok() || !is_region_id(out_.id)) {
      return fail(Code::invalid,
                  "a region needs an `id` of lower-case letters, digits and hyphens that begins "
                  "with a letter",
                  out_.place);
    }
    if (out_.members.empty()) problems_.error(out_.place, "'members' names no region");
    read_zone(map);
    read_files(map);
    map.finish();
    check_sources();
    return std::move(out_);
  }

 private:
  static bool is_region_id(std::string_view id) {
    return !id.empty() && id[0] >= 'a' && id[0] <= 'z' &&
           id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
  }

  void read_zone(YamlMap& map) {
    const std::string text = map.text("time_zone");
    if (text.empty()) return;
    if (const auto zone = parse_zone(text)) {
      out_.zone = *zone;
    } else {
      problems_.error(out_.place, format("time_zone: {}", zone.error().message));
    }
  }

  void read_files(YamlMap& map) {
    if (const auto file = load(map.text("sources", true))) {
      out_.sources = parse_sources(file->text, scope());
    }
    if (const auto file = load(map.text("divisions", true))) {
      out_.divisions = read_divisions(file->text, file->path, out_.zone, problems_);
    }
    if (const auto file = load(map.text("boundaries"))) read_boundaries(*file);
    for (const std::string& name : map.texts("statistics")) {
      if (const auto file = load(name)) {
        read_statistics_csv(file->text, file->path, out_.zone, out_.records, problems_);
      }
    }
    for (const std::string& name : map.texts("things")) {
      if (const auto file = load(name)) {
        read_things_csv(file->text, file->path, out_.zone, out_.records, problems_);
      }
    }
    for (const std::string& name : map.texts("units")) {
      if (const auto file = load(name)) {
        read_units_csv(file->text, file->path, out_.units, problems_);
      }
    }
    if (const YamlNode* layers = map.get("layers")) read_layers(*layers, map.place(*layers));
    if (const YamlNode* terrain = map.get("terrain")) read_terrain(*terrain);
    if (const std::string plan = map.text("plan"); !plan.empty()) {
      out_.plan_file = directory_ + "/" + plan;
      if (!files_.exists(out_.plan_file)) {
        problems_.error(out_.place, format("there is no file {}", out_.plan_file), Code::not_found);
        out_.plan_file.clear();
      }
    }
  }

  void read_terrain(const YamlNode& node) {
    YamlMap map(node, directory_ + "/region.yaml", problems_);
    for (const std::string& name : map.texts("dem")) {
      const std::string path = directory_ + "/" + name;
      if (files_.exists(path)) {
        out_.terrain.dem.push_back(path);
      } else {
        problems_.error(map.place(), format("there is no relief at {}", path), Code::not_found);
      }
    }
    if (const auto cell_m = map.number("cell_m")) {
      if (*cell_m >= 1 && *cell_m <= 10'000) {
        out_.terrain.cell_m = *cell_m;
      } else {
        problems_.error(map.place(), format("'cell_m' must be from 1 to 10,000 metres"));
      }
    }
    map.finish();
  }

  struct File {
    std::string path;
    std::string text;
  };

  // A file named in region.yaml as UTF-8; nothing when no name is given or it cannot be read.
  std::optional<File> load(const std::string& name) {
    if (name.empty()) return std::nullopt;
    File file{directory_ + "/" + name, {}};
    const auto bytes = files_.read(file.path);
    if (!bytes) {
      problems_.errors.push_back(bytes.error());
      return std::nullopt;
    }
    auto decoded = decode_text(*bytes);
    if (!decoded) {
      problems_.error(format("{}:{}", file.path, decoded.error().place), decoded.error().message);
      return std::nullopt;
    }
    file.text = std::move(decoded->text);
    return file;
  }

  void read_boundaries(const File& file) {
    auto features = geo::read_geojson(file.text, file.path);
    if (!features) {
      problems_.errors.push_back(features.error());
      return;
    }
    for (std::size_t i = 0; i < features->size(); ++i) {
      geo::Feature& feature = (*features)[i];
      const std::string place = format("{}#/features/{}", file.path, i);
      const bool area = std::holds_alternative<geo::Polygon>(feature.geometry.shape) ||
                        std::holds_alternative<geo::MultiPolygon>(feature.geometry.shape);
      if (const std::string code = feature.text("code"); code.empty() || !area) {
        problems_.error(place, "a boundary is a Polygon or MultiPolygon with a property 'code'");
      } else {
        out_.boundaries.emplace_back(code, std::move(feature.geometry));
      }
    }
  }

  void read_layers(const YamlNode& node, const std::string& place) {
    if (node.kind != YamlNode::Kind::map) {
      problems_.error(place, "'layers' is a map of a name to a GeoJSON file");
      return;
    }
    for (const auto& [id, member] : node.members) {
      const auto file = load(member.scalar);
      if (!file) continue;
      auto features = geo::read_geojson(file->text, file->path);
      if (!features) {
        problems_.errors.push_back(features.error());
        continue;
      }
      MapLayer layer{id, out_.id, source_of_file(member.scalar), {}};
      for (geo::Feature& feature : *features) {
        MapLayer::Feature item{std::move(feature.geometry), {}};
        for (const auto& [name, value] : feature.properties) {
          item.properties.emplace_back(name, value_of(value));
        }
        layer.features.push_back(std::move(item));
      }
      out_.layers.push_back(std::move(layer));
    }
  }

  // The key of the source whose row names the file.
  std::string source_of_file(std::string_view name) const {
    for (const SourceDef& source : out_.sources) {
      if (source.files.find(name) != std::string::npos) return source.key;
    }
    return {};
  }

  std::string scope() const { return "regions/" + out_.id; }

  // Sources get their full key ("regions/panxi/census2020"); keys that SOURCES.md does not explain
  // are reported once a file.
  void check_sources() {
    std::set<std::string> known;
    for (const SourceDef& source : out_.sources) known.insert(source.key);
    std::set<std::string> reported;
    const auto check = [&](std::string& key, const std::string& place) {
      if (key.empty()) return;
      const std::string full = scope() + "/" + key;
      const std::string file = place.substr(0, place.rfind(':'));
      if (!known.contains(full) && reported.insert(file + "\n" + key).second) {
        problems_.error(place,
                        format("the source '{}' is not in the SOURCES.md of {}", key, directory_),
                        Code::not_found);
      }
      key = full;
    };
    for (auto& [region, parent] : out_.divisions) check(region.source, region.place);
    for (Thing& thing : out_.records.things) check(thing.source, thing.place);
    for (Statistic& statistic : out_.records.statistics) check(statistic.source, statistic.place);
  }

  const Files& files_;
  std::string directory_;
  Problems& problems_;
  RegionFolder out_;
};

// The cells of a markdown table row; `\|` is a bar inside a cell.
std::vector<std::string> table_cells(std::string_view line) {
  std::vector<std::string> cells(1);
  for (std::size_t i = 1; i < line.size(); ++i) {
    if (line[i] == '\\' && i + 1 < line.size() && line[i + 1] == '|') {
      cells.back() += line[++i];
    } else if (line[i] == '|') {
      cells.emplace_back();
    } else {
      cells.back() += line[i];
    }
  }
  for (std::string& cell : cells) cell = std::string(trim(cell));
  return cells;
}

}  // namespace

Result<RegionFolder> load_region_folder(const Files& files, const std::string& directory,
                                        Problems& problems) {
  return FolderReader(files, directory, problems).read();
}

std::vector<SourceDef> parse_sources(std::string_view markdown, std::string_view scope) {
  std::vector<SourceDef> out;
  for (const std::string_view raw : split(markdown, '\n')) {
    const std::string_view line = trim(raw);
    if (line.empty() || line[0] != '|') continue;
    const auto cells = table_cells(line);
    // A key stands in backticks; the header and the rule below it do not.
    if (cells.size() < 4 || cells[0].size() < 3 || cells[0].front() != '`' ||
        cells[0].back() != '`') {
      continue;
    }
    const std::string key = cells[0].substr(1, cells[0].size() - 2);
    out.push_back({format("{}/{}", scope, key), cells[1], cells[2], cells[3]});
  }
  return out;
}

}  // namespace cairn::model
