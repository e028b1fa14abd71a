// SPDX-License-Identifier: Apache-2.0
#include "model/response_load.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "core/text.hpp"
#include "model/csv_rows.hpp"

namespace cairn::model {
namespace {

// Code values of CAP 1.2, section 3.2.2.
constexpr std::array<std::string_view, 12> categories{"Geo",       "Met",   "Safety", "Security",
                                                      "Rescue",    "Fire",  "Health", "Env",
                                                      "Transport", "Infra", "CBRNE",  "Other"};
constexpr std::array<std::string_view, 9> responses{
    "Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear", "None"};
// Besides text properties.
constexpr std::array<std::string_view, 3> sames{"thing", "county", "town"};

std::string meant(std::string_view word, const std::vector<std::string>& known) {
  const auto near = nearest(word, known);
  return near ? format("; did you mean '{}'?", *near) : std::string();
}

template <std::size_t n>
bool one_of(std::string_view word, const std::array<std::string_view, n>& words,
            std::string_view key, const std::string& place, Problems& problems) {
  if (std::find(words.begin(), words.end(), word) != words.end()) return true;
  const std::vector<std::string> allowed(words.begin(), words.end());
  problems.error(place, format("'{}' is '{}' but must be one of: {} (CAP 1.2){}", key, word,
                               join(allowed, ", "), meant(word, allowed)));
  return false;
}

void read_kind(const std::string& id, const YamlNode& node, const std::string& file,
               ResponseDef& out, Problems& problems) {
  YamlMap map(node, file, problems);
  IncidentKind kind;
  kind.id = id;
  kind.place = map.place();
  kind.label = map.label("label", true);
  kind.group = map.label("group");
  kind.to = map.texts("to");
  if (std::string workflow = map.text("workflow"); !workflow.empty()) {
    kind.workflow = std::move(workflow);
  }
  if (std::string category = map.text("category"); !category.empty()) {
    if (one_of(category, categories, "category", kind.place, problems)) {
      kind.category = std::move(category);
    }
  }
  kind.citizens = map.flag("citizens");
  kind.urgent = map.flag("urgent");
  kind.hint = map.label("hint");
  map.finish();
  if (kind.to.empty()) {
    problems.error(kind.place, format("the kind '{}' needs `to`: kinds of units that answer for "
                                      "it, the first choice first",
                                      id));
  }
  if (const IncidentKind* other = out.kind(id)) {
    problems.error(kind.place, format("the kind '{}' is declared already at {}", id, other->place),
                   Code::conflict);
    return;
  }
  out.kinds.push_back(std::move(kind));
}

void read_files(const Files& files, const std::string& directory,
                const std::vector<std::string>& names, std::vector<PackFile>& out,
                Problems& problems) {
  for (const std::string& name : names) {
    const std::string path = directory + "/" + name;
    auto text = files.read(path);
    if (text) {
      out.push_back({path, std::move(*text)});
    } else {
      problems.errors.push_back(text.error());
    }
  }
}

void read_cap(const YamlNode& node, std::string_view file, RuleResponse& out, Problems& problems) {
  YamlMap map(node, file, problems);
  out.category = map.text("category");
  if (!out.category.empty() &&
      !one_of(out.category, categories, "category", map.place(), problems)) {
    out.category.clear();
  }
  out.event_code = map.text("event_code");
  out.event = map.label("event");
  for (std::string& word : map.texts("responses")) {
    if (one_of(word, responses, "responses", map.place(), problems)) {
      out.responses.push_back(std::move(word));
    }
  }
  out.instruction = map.label("instruction");
  map.finish();
}

void read_causes(const YamlNode& list, std::string_view file, RuleResponse& out,
                 Problems& problems) {
  for (const YamlNode& node : list.items) {
    YamlMap map(node, file, problems);
    CauseRef cause;
    cause.rule = map.text("rule", true);
    cause.same = map.text("same", true);
    map.finish();
    if (!cause.rule.empty() && !cause.same.empty()) out.caused_by.push_back(std::move(cause));
  }
}

void check_rules(Catalog& catalog, const ResponseDef& response, Problems& problems) {
  std::vector<std::string> rules;
  for (const RuleDef& rule : catalog.rules) rules.push_back(rule.id);
  std::vector<std::string> kinds;
  for (const IncidentKind& kind : response.kinds) kinds.push_back(kind.id);
  for (RuleDef& rule : catalog.rules) {
    std::string& incident = rule.response.incident;
    if (!incident.empty() && response.kind(incident) == nullptr) {
      problems.error(
          rule.place,
          format("'incident': no pack declares the kind '{}'{}", incident, meant(incident, kinds)),
          Code::not_found);
      incident.clear();
    }
    std::erase_if(rule.response.caused_by, [&](const CauseRef& cause) {
      const bool known = std::find(rules.begin(), rules.end(), cause.rule) != rules.end();
      const TypeDef* type = catalog.type(rule.type);
      const bool same = std::find(sames.begin(), sames.end(), cause.same) != sames.end() ||
                        type == nullptr || type->property(cause.same) != nullptr;
      if (!known) {
        problems.error(
            rule.place,
            format("'caused_by': there is no rule '{}'{}", cause.rule, meant(cause.rule, rules)),
            Code::not_found);
      } else if (cause.rule == rule.id) {
        problems.error(rule.place, "'caused_by': a rule is not its own cause");
      } else if (!same) {
        problems.error(rule.place,
                       format("'same' is '{}', but must be thing, town, county or a property of "
                              "{}",
                              cause.same, rule.type));
      }
      return !known || cause.rule == rule.id || !same;
    });
  }
}

void check_units(const RegionTree& regions, ResponseDef& out, Problems& problems) {
  std::set<std::string, std::less<>> seen;
  std::erase_if(out.units, [&](const UnitDef& unit) {
    if (regions.find(unit.region) == no_region) {
      problems.error(
          unit.place,
          format("the unit '{}': {}", unit.id, regions.require(unit.region).error().message),
          Code::not_found);
      return true;
    }
    if (seen.insert(unit.id).second) return false;
    problems.error(unit.place, format("there is a unit '{}' already", unit.id), Code::conflict);
    return true;
  });
}

// Whatever happens there, somebody has it.
void check_desks(const RegionTree& regions, std::string_view home, const ResponseDef& out,
                 Problems& problems) {
  const RegionIndex region = regions.find(home);
  if (region == no_region || out.kinds.empty()) return;
  std::set<RegionIndex> desks;
  for (const UnitDef& unit : out.units) {
    if (unit.desk) desks.insert(regions.find(unit.region));
  }
  for (const RegionIndex county : regions.at_level(region, Level::county, Instant::max() - 1)) {
    const auto above = regions.ancestors(county);
    if (desks.contains(county) || std::any_of(above.begin(), above.end(), [&](RegionIndex index) {
          return desks.contains(index);
        })) {
      continue;
    }
    problems.error(regions[county].place,
                   format("no desk covers {} ({}): mark a unit of it, or of a division above, as "
                          "`desk`",
                          regions[county].name.zh, regions[county].code),
                   Code::not_found);
  }
}

}  // namespace

void read_response(const Files& files, const std::string& directory, const YamlNode& node,
                   ResponseDef& out, Problems& problems) {
  const std::string file = directory + "/pack.yaml";
  YamlMap map(node, file, problems);
  if (const YamlNode* kinds = map.get("kinds")) {
    for (const auto& [id, kind] : kinds->members) read_kind(id, kind, file, out, problems);
  }
  read_files(files, directory, map.texts("workflows"), out.workflows, problems);
  read_files(files, directory, map.texts("calendars"), out.calendars, problems);
  read_files(files, directory, map.texts("holidays"), out.holidays, problems);
  map.finish();
}

void read_rule_response(YamlMap& map, std::string_view file, RuleDef& rule, Problems& problems) {
  RuleResponse& out = rule.response;
  out.hazard = map.text("hazard");
  out.incident = map.text("incident");
  if (const YamlNode* causes = map.get("caused_by")) {
    if (causes->kind == YamlNode::Kind::list) {
      read_causes(*causes, file, out, problems);
    } else {
      problems.error(map.place(*causes), "'caused_by' must be a list of {rule: …, same: …}");
    }
  }
  if (const YamlNode* cap = map.get("cap")) read_cap(*cap, file, out, problems);
}

void read_units_csv(std::string_view text, std::string_view name, std::vector<UnitDef>& out,
                    Problems& problems) {
  CsvRows rows(text, name, problems);
  if (!rows.begin({"id", "region", "kind", "label_zh", "label_en"})) return;
  while (rows.next()) {
    const auto desk = rows.flag("desk", false);
    const auto sample = rows.flag("sample", false);
    if (!desk || !sample) continue;
    UnitDef unit;
    unit.id = rows.at("id");
    unit.region = rows.at("region");
    unit.kind = rows.at("kind");
    unit.label = {std::string(rows.at("label_zh")), std::string(rows.at("label_en"))};
    unit.desk = *desk;
    unit.sample = *sample;
    unit.contact = rows.at("contact");
    unit.place = rows.place();
    if (unit.id.empty() || unit.kind.empty() || unit.label.empty()) {
      rows.error("a unit needs an id, a kind and a label");
      continue;
    }
    out.push_back(std::move(unit));
  }
  rows.finish();
}

void take_response(Catalog& catalog, const RegionTree& regions, std::string_view home,
                   ResponseDef& out, Problems& problems) {
  std::vector<UnitDef> units = std::move(out.units);
  out = std::exchange(catalog.response, {});
  out.units = std::move(units);
  check_units(regions, out, problems);
  check_rules(catalog, out, problems);
  check_desks(regions, home, out, problems);
}

}  // namespace cairn::model
