// SPDX-License-Identifier: Apache-2.0
#include "model/coverage_rule_load.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/text.hpp"

namespace cairn::model {
namespace {

constexpr double metres_per_km = 1000;

std::string meant(const std::optional<std::string>& near) {
  return near ? format("; did you mean '{}'?", *near) : std::string();
}

class CoverageReader {
 public:
  CoverageReader(std::string_view file, const std::string& pack, Problems& problems)
      : file_(file), pack_(pack), problems_(problems) {}

  CoverageDef read(const YamlNode& node) {
    YamlMap map(node, file_, problems_);
    CoverageDef out;
    out.pack = pack_;
    out.place = map.place();
    word(map, "of", out.type);
    word(map, "stations", out.stations);
    word(map, "points", out.points);
    if (word(map, "model", out.model)) one_of(map, "model", out.model, models);
    number(map, "radius_km", 0.1, 200, out.radius_m, metres_per_km);
    number(map, "phone_height_m", 1, 100, out.rx_mast_m);
    number(map, "station_height_m", 1, 500, out.station_mast_m);
    number(map, "time_percent", 1, 50, out.time_percent);
    number(map, "location_percent", 1, 99, out.location_percent);
    const YamlNode* rules = map.required("rules");
    if (rules != nullptr && rules->kind != YamlNode::Kind::map) {
      problems_.error(map.place(*rules), "'rules' must be a map by property");
      rules = nullptr;
    }
    if (rules != nullptr) {
      for (const auto& [property, rule] : rules->members) read_rule(property, rule, out.rules);
    }
    map.finish();
    return out;
  }

 private:
  static constexpr std::array<std::string_view, 5> models{"p1812", "itm", "p526", "rma", "free"};
  static constexpr std::array<std::string_view, 3> technologies{"4g", "5g", "nb-iot"};
  static constexpr std::array<std::string_view, 4> kinds{"committee", "school", "clinic",
                                                         "cluster"};
  static constexpr std::array<std::string_view, 2> operators{"one", "any"};

  static bool word(YamlMap& map, std::string_view key, std::string& out) {
    std::string text = map.text(key);
    if (text.empty()) return false;
    out = std::move(text);
    return true;
  }

  bool one_of(const YamlMap& map, std::string_view key, const std::string& word,
              std::span<const std::string_view> words) {
    if (std::find(words.begin(), words.end(), word) != words.end()) return true;
    const std::vector<std::string> allowed(words.begin(), words.end());
    problems_.error(map.place(), format("'{}' is '{}' but must be one of: {}{}", key, word,
                                        join(allowed, ", "), meant(nearest(word, allowed))));
    return false;
  }

  // In [least, most]; what is kept is the number times `scale`.
  bool number(YamlMap& map, std::string_view key, double least, double most, double& out,
              double scale = 1) {
    const YamlNode* node = map.get(key);
    if (node == nullptr) return false;
    const auto value = parse_number(node->scalar);
    if (!value || *value < least || *value > most) {
      problems_.error(map.place(*node), format("'{}' must be a number from {} to {}, not '{}'", key,
                                               least, most, node->scalar));
      return false;
    }
    out = *value * scale;
    return true;
  }

  void read_rule(const std::string& property, const YamlNode& node,
                 std::vector<CoverageRule>& rules) {
    YamlMap map(node, file_, problems_);
    CoverageRule rule;
    rule.property = property;
    rule.place = map.place();
    rule.label = map.label("label", true);
    rule.technology = map.text("technology", true);
    bool good = rule.technology.empty() || one_of(map, "technology", rule.technology, technologies);
    number(map, "station_within_km", 0.01, 200, rule.station_within_m, metres_per_km);
    rule.signal_at = map.texts("signal_at");
    for (const std::string& kind : rule.signal_at) good &= one_of(map, "signal_at", kind, kinds);
    double value = 0;
    if (number(map, "least_households", 1, 100'000, value)) rule.least_households = value;
    if (number(map, "threshold_dbm", -160, -40, value)) rule.threshold_dbm = value;
    std::string who = "one";
    if (word(map, "operators", who)) good &= one_of(map, "operators", who, operators);
    rule.one_operator = who == "one";
    rule.quote = map.text("quote");
    rule.source = map.text("source");
    if (!rule.source.empty()) rule.source = format("packs/{}/{}", pack_, rule.source);
    map.finish();
    if (rule.station_within_m == 0 && rule.signal_at.empty()) {
      problems_.error(rule.place, format("the rule '{}' asks for nothing: it needs `signal_at`, "
                                         "`station_within_km` or both",
                                         property));
      return;
    }
    if (good && !rule.technology.empty()) rules.push_back(std::move(rule));
  }

  std::string_view file_;
  const std::string& pack_;
  Problems& problems_;
};

const TypeDef* required_type(const Catalog& catalog, std::string_view key, const std::string& name,
                             Problems& problems) {
  const TypeDef* type = catalog.type(name);
  if (type != nullptr) return type;
  std::vector<std::string> names;
  for (const TypeDef& known : catalog.types) names.push_back(known.name);
  problems.error(
      catalog.coverage->place,
      format("'{}': no pack declares the type '{}'{}", key, name, meant(nearest(name, names))),
      Code::not_found);
  return nullptr;
}

void require_property(const TypeDef* type, std::string_view name, PropertyKind kind,
                      const std::string& place, Problems& problems) {
  if (type == nullptr) return;
  const PropertyDef* property = type->property(name);
  if (property == nullptr) {
    std::vector<std::string> names;
    for (const PropertyDef& known : type->properties) names.push_back(known.name);
    problems.error(
        place,
        format("the type {} has no property '{}'{}", type->name, name, meant(nearest(name, names))),
        Code::not_found);
  } else if (property->kind != kind || property->series || !property->formula.empty()) {
    problems.error(place, format("'{}' of {} must be a plain property of kind {} ({})", name,
                                 type->name, to_string(kind), property->place));
  }
}

}  // namespace

void read_coverage(const YamlNode& node, std::string_view file, const std::string& pack,
                   Catalog& catalog, Problems& problems) {
  CoverageDef fresh = CoverageReader(file, pack, problems).read(node);
  if (catalog.coverage) {
    problems.error(fresh.place,
                   format("how coverage is studied is said already at {}", catalog.coverage->place),
                   Code::conflict);
    return;
  }
  catalog.coverage = std::move(fresh);
}

void check_coverage(const Catalog& catalog, Problems& problems) {
  if (!catalog.coverage) return;
  const CoverageDef& def = *catalog.coverage;
  const TypeDef* village = required_type(catalog, "of", def.type, problems);
  for (const CoverageRule& rule : def.rules) {
    require_property(village, rule.property, PropertyKind::boolean, rule.place, problems);
  }
  const TypeDef* stations = required_type(catalog, "stations", def.stations, problems);
  for (const std::string_view name : {"tech", "band", "operator"}) {
    require_property(stations, name, PropertyKind::text, def.place, problems);
  }
  require_property(stations, "height_m", PropertyKind::number, def.place, problems);
  const TypeDef* points = required_type(catalog, "points", def.points, problems);
  require_property(points, "kind", PropertyKind::text, def.place, problems);
}

}  // namespace cairn::model
