// SPDX-License-Identifier: Apache-2.0
#include "model/pack_check.hpp"

#include <algorithm>
#include <string>
#include <unordered_map>

#include "core/text.hpp"
#include "model/coverage_rule_load.hpp"
#include "model/quote_finder.hpp"

namespace cairn::model {
namespace {

std::string meant(const std::optional<std::string>& near) {
  return near ? format("; did you mean '{}'?", *near) : std::string();
}

std::string unknown_type(const Catalog& catalog, const std::string& name) {
  std::vector<std::string> names;
  for (const TypeDef& type : catalog.types) names.push_back(type.name);
  return format("no pack declares the type '{}'{}", name, meant(nearest(name, names)));
}

void check_layer(const Catalog& catalog, const LayerDef& layer, Problems& problems) {
  const TypeDef* type = catalog.type(layer.type);
  if (type == nullptr) {
    problems.error(layer.place, unknown_type(catalog, layer.type), Code::not_found);
    return;
  }
  // What every thing has can colour it too.
  if (layer.colour_by.empty() || layer.colour_by == "status" || type->property(layer.colour_by)) {
    return;
  }
  std::vector<std::string> names{"status"};
  for (const PropertyDef& property : type->properties) names.push_back(property.name);
  problems.error(layer.place,
                 format("'colour_by': the type {} has no property '{}'{}", type->name,
                        layer.colour_by, meant(nearest(layer.colour_by, names))),
                 Code::not_found);
}

void check_rule(const Catalog& catalog, const RuleDef& rule, Problems& problems) {
  const TypeDef* type = catalog.type(rule.type);
  if (type == nullptr) {
    problems.error(rule.place, unknown_type(catalog, rule.type), Code::not_found);
    return;
  }
  if (rule.no_data.empty()) return;
  const PropertyDef* property = type->property(rule.no_data);
  if (property != nullptr && property->series && !property->period) return;
  std::vector<std::string> names;
  for (const PropertyDef& known : type->properties) {
    if (known.series && !known.period) names.push_back(known.name);
  }
  problems.error(rule.place,
                 format("'no_data': {} has no observed property '{}'{}", type->name, rule.no_data,
                        meant(nearest(rule.no_data, names))),
                 Code::not_found);
}

void check_replay(const Catalog& catalog, const PackDef& pack, Problems& problems) {
  std::vector<std::string> rules;
  for (const RuleDef& rule : catalog.rules) {
    if (rule.pack == pack.id) rules.push_back(rule.id);
  }
  for (const ReplayExpectation& line : pack.replay) {
    if (line.rule.empty() || std::find(rules.begin(), rules.end(), line.rule) != rules.end()) {
      continue;
    }
    problems.error(
        line.place,
        format("the pack has no rule '{}'{}", line.rule, meant(nearest(line.rule, rules))),
        Code::not_found);
  }
}

}  // namespace

void check_packs(const Catalog& catalog, const std::vector<Plan>& plans, Problems& problems) {
  for (const LayerDef& layer : catalog.layers) check_layer(catalog, layer, problems);
  for (const RuleDef& rule : catalog.rules) check_rule(catalog, rule, problems);
  for (const TypeExtension& more : catalog.extensions) {
    problems.error(more.place, "'extends': " + unknown_type(catalog, more.type), Code::not_found);
  }
  check_coverage(catalog, problems);
  std::unordered_map<std::string, QuoteFinder> texts;
  for (const PackDef& pack : catalog.packs) {
    check_replay(catalog, pack, problems);
    for (const Quote& quote : pack.answers) {
      const auto plan = std::find_if(plans.begin(), plans.end(),
                                     [&](const Plan& known) { return known.id == quote.plan; });
      const std::string place = format("{}/pack.yaml", pack.directory);
      if (plan == plans.end()) {
        // A pack may travel without the regions it was written for.
        problems.warning(place,
                         format("'answers' quotes the plan '{}', which is not loaded", quote.plan));
        continue;
      }
      const auto& finder = texts.try_emplace(plan->id, plan->lines).first->second;
      if (const std::string wrong = finder.mismatch(quote.line, quote.text); !wrong.empty()) {
        problems.error(place, format("'answers', {} line {}: {}", quote.plan, quote.line, wrong));
      }
    }
  }
}

}  // namespace cairn::model
