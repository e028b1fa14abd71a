// SPDX-License-Identifier: Apache-2.0
#include "model/pack_check.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>

#include "core/text.hpp"
#include "model/coverage_rule_load.hpp"
#include "model/input_load.hpp"
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

void check_incident(const Catalog& catalog, const ReplayExpectation& line, Problems& problems) {
  std::vector<std::string> kinds;
  for (const IncidentKind& kind : catalog.response.kinds) kinds.push_back(kind.id);
  if (std::find(kinds.begin(), kinds.end(), line.incident) != kinds.end()) return;
  problems.error(line.place,
                 format("there is no kind of incident '{}'{}", line.incident,
                        meant(nearest(line.incident, kinds))),
                 Code::not_found);
}

void check_replay(const Catalog& catalog, const PackDef& pack, Problems& problems) {
  std::vector<std::string> rules;
  for (const RuleDef& rule : catalog.rules) {
    if (rule.pack == pack.id) rules.push_back(rule.id);
  }
  for (const ReplayExpectation& line : pack.replay) {
    if (!line.incident.empty()) check_incident(catalog, line, problems);
    if (is_identifier(line.formula) && catalog.indicator(line.formula) == nullptr) {
      std::vector<std::string> known;
      for (const IndicatorDef& indicator : catalog.indicators) known.push_back(indicator.id);
      problems.error(line.place,
                     format("the replay names the indicator '{}', which no pack declares{}",
                            line.formula, meant(nearest(line.formula, known))),
                     Code::not_found);
    }
    if (line.rule.empty() || std::find(rules.begin(), rules.end(), line.rule) != rules.end()) {
      continue;
    }
    problems.error(
        line.place,
        format("the pack has no rule '{}'{}", line.rule, meant(nearest(line.rule, rules))),
        Code::not_found);
  }
}

bool feeds(const SeriesFile& series, const SeriesColumn& column, const SeriesFile& other) {
  return series.thing == other.thing &&
         std::ranges::find(other.columns, column.property, &SeriesColumn::property) !=
             other.columns.end();
}

// Simulated readings stand for nothing that was measured, and not twice for the same.
void check_simulated(const Catalog& catalog, Problems& problems) {
  std::vector<const SeriesFile*> all;
  for (const PackDef& pack : catalog.packs) {
    for (const SeriesFile& series : pack.series) all.push_back(&series);
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!all[i]->simulated) continue;
    for (std::size_t k = 0; k < all.size(); ++k) {
      const SeriesFile& other = *all[k];
      if (k == i || (other.simulated && k < i)) continue;
      if (other.simulated && (other.simulated->time.end <= all[i]->simulated->time.begin ||
                              all[i]->simulated->time.end <= other.simulated->time.begin)) {
        continue;
      }
      for (const SeriesColumn& column : all[i]->columns) {
        if (!feeds(*all[i], column, other)) continue;
        problems.error(other.simulated ? other.place : all[i]->place,
                       other.simulated ? format("'{}' of {} overlaps the series at {}",
                                                column.property, other.thing, all[i]->place)
                                       : format("'{}' of {} has a measured series at {} already",
                                                column.property, other.thing, other.place),
                       Code::conflict);
      }
    }
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
  check_simulated(catalog, problems);
  check_inputs(catalog, problems);
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

void check_replay_times(const Catalog& catalog, const Records& records, Zone zone,
                        Problems& problems) {
  std::unordered_map<std::string, std::optional<Interval>> spans;  // by thing: first and last
  for (const PackDef& pack : catalog.packs) {
    for (const ReplayExpectation& line : pack.replay) {
      if (!line.firings.empty()) spans.try_emplace(line.thing);
    }
  }
  for (const Observation& observation : records.observations) {
    const auto at = spans.find(observation.thing);
    if (at == spans.end()) continue;
    if (!at->second) at->second = Interval{observation.time.begin, observation.time.end};
    at->second->begin = std::min(at->second->begin, observation.time.begin);
    at->second->end = std::max(at->second->end, observation.time.end);
  }
  std::set<std::string> things;
  for (const PackDef& pack : catalog.packs) {
    for (const SeriesFile& series : pack.series) things.insert(series.thing);
  }
  for (const Thing& thing : records.things) things.insert(thing.id);
  for (const PackDef& pack : catalog.packs) {
    for (const ReplayExpectation& line : pack.replay) {
      const auto rule = std::find_if(catalog.rules.begin(), catalog.rules.end(),
                                     [&](const RuleDef& known) { return known.id == line.rule; });
      if (rule == catalog.rules.end()) continue;
      if (!things.contains(line.thing)) {
        const std::vector<std::string> known(things.begin(), things.end());
        problems.error(line.place,
                       format("there is no thing '{}' to replay{}", line.thing,
                              meant(nearest(line.thing, known))),
                       Code::not_found);
        continue;
      }
      if (!rule->no_data.empty()) continue;
      for (const Interval& firing : line.firings) {
        const auto& span = spans[line.thing];
        if (!span || firing.begin == Instant::min() ||
            (span->begin <= firing.begin && firing.begin <= span->end))
          continue;
        problems.error(line.place,
                       format("the firing at '{}' is outside of the series of {}, which goes from "
                              "{} to {}",
                              to_string(firing.begin, zone), line.thing,
                              to_string(span->begin, zone), to_string(span->end, zone)));
      }
    }
  }
}

}  // namespace cairn::model
