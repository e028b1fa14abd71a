// SPDX-License-Identifier: Apache-2.0
#include "model/response_things.hpp"

#include <utility>

#include "core/text.hpp"

namespace cairn::model {
namespace {

void set_text(Thing& thing, const TypeDef& type, const char* property, const std::string& text) {
  if (type.property(property) != nullptr) thing.properties.emplace_back(property, Value(text));
}

}  // namespace

std::string response_unit_id(std::string_view unit) {
  return format("unit:{}", unit);
}

std::string rule_watch_id(std::string_view rule, std::string_view county) {
  return format("rule:{}:{}", rule, county);
}

std::vector<Thing> response_things(const Catalog& catalog, const RegionTree& regions,
                                   const ResponseDef& response, std::string_view home) {
  std::vector<Thing> out;
  if (const TypeDef* type = catalog.type("response_unit")) {
    for (const UnitDef& unit : response.units) {
      Thing thing;
      thing.id = response_unit_id(unit.id);
      thing.type = type->name;
      thing.region = unit.region;
      thing.name = unit.label;
      thing.place = unit.place;
      set_text(thing, *type, "kind", unit.kind);
      out.push_back(std::move(thing));
    }
  }
  const TypeDef* type = catalog.type("rule_watch");
  const RegionIndex zone = regions.find(home);
  if (type == nullptr || zone == no_region) return out;
  for (const RuleDef& rule : catalog.rules) {
    for (const RegionIndex county : regions.at_level(zone, Level::county, Instant::max() - 1)) {
      const Region& region = regions[county];
      Thing thing;
      thing.id = rule_watch_id(rule.id, region.code);
      thing.type = type->name;
      thing.region = region.code;
      thing.name = {region.name.in(Language::zh) + "：" + rule.label.in(Language::zh),
                    region.name.in(Language::en) + ": " + rule.label.in(Language::en)};
      thing.place = rule.place;
      set_text(thing, *type, "rule", rule.id);
      set_text(thing, *type, "hazard",
               rule.response.hazard.empty() ? rule.id : rule.response.hazard);
      out.push_back(std::move(thing));
    }
  }
  return out;
}

}  // namespace cairn::model
