// SPDX-License-Identifier: Apache-2.0
#include "watch/retention_check.hpp"

#include <algorithm>
#include <map>

#include "core/text.hpp"
#include "formula/depends.hpp"

namespace cairn::watch {
namespace {

// How far back the observed columns are read, by type and column.
using Reaches = std::map<std::pair<std::uint32_t, std::uint32_t>, std::int64_t>;

std::int64_t sum_ns(std::int64_t a, std::int64_t b) {
  return a > formula::unlimited_ns - b ? formula::unlimited_ns : a + b;
}

class Check {
 public:
  Check(const World& world, std::int64_t raw_ns)
      : library_(world.library), catalog_(world.library.catalog()), raw_ns_(raw_ns) {}

  void row(std::string what, const std::string& text, const std::string& type,
           const std::string& place) {
    if (text.empty()) return;
    const auto compiled = library_.compile_row(text, type);
    if (!compiled) return;  // Library::build has said what is wrong with it
    const auto index = static_cast<std::uint32_t>(compiled->program->row_type);
    Reaches reaches;
    put(index, formula::depends(*compiled, catalog_.types[index]), 0, reaches);
    say(std::move(what), reaches, place);
  }
  void indicator(const model::IndicatorDef& indicator) {
    const formula::Compiled* compiled = library_.indicator(indicator.id);
    if (compiled == nullptr || indicator.given) return;
    Reaches reaches;
    walk(compiled->program->root, *compiled->program, 0, reaches);
    say(format("the indicator '{}'", indicator.id), reaches, indicator.place);
  }
  std::vector<Error> take() { return std::move(warnings_); }

 private:
  void put(std::uint32_t type, const formula::Depends& depends, std::int64_t more_ns,
           Reaches& reaches) const {
    for (const formula::Reach& reach : depends.reaches) {
      const model::PropertyDef& property = catalog_.types[type].properties[reach.column];
      if (property.period) continue;  // statistics are not in the live history
      std::int64_t& back = reaches[{type, reach.column}];
      back = std::max(back, sum_ns(reach.back_ns, more_ns));
    }
  }
  // `more_ns`: how long before its date the expression is asked for.
  void walk(const formula::Expr& e, const formula::Program& program, std::int64_t more_ns,
            Reaches& reaches) const {
    if (e.kind == formula::ExprKind::aggregate) {
      const formula::Aggregate& aggregate = *program.aggregates[e.index];
      put(aggregate.type, formula::depends(aggregate, catalog_.types[aggregate.type]), more_ns,
          reaches);
    }
    // Without a shift the other indicator is warned of by itself.
    if (e.kind == formula::ExprKind::indicator && more_ns > 0) {
      walk(e.inner->root, *e.inner, more_ns, reaches);
    }
    if (e.kind == formula::ExprKind::at) {
      const std::int64_t months_ns = std::int64_t{e.shift.back.months} * 31 * ns_per_day;
      more_ns = e.shift.as_of.empty() ? sum_ns(more_ns, e.shift.back.ns + months_ns)
                                      : formula::unlimited_ns;
    }
    for (const formula::Expr& arg : e.args) walk(arg, program, more_ns, reaches);
  }

  void say(std::string what, const Reaches& reaches, const std::string& place) {
    for (const auto& [column, back_ns] : reaches) {
      if (back_ns <= raw_ns_) continue;
      const model::TypeDef& type = catalog_.types[column.first];
      const std::string how_far = back_ns == formula::unlimited_ns
                                      ? "to a fixed date or without a limit"
                                      : format("{} back", days(back_ns));
      warnings_.push_back(
          {Code::invalid,
           format("{} reads '{}' of '{}' {}, but values stay as observed for {} "
                  "only (--keep)",
                  what, type.properties[column.second].name, type.name, how_far, days(raw_ns_)),
           place});
    }
  }
  static std::string days(std::int64_t ns) {
    const std::int64_t hours = (ns + 3600 * ns_per_second - 1) / (3600 * ns_per_second);
    return hours % 24 == 0 ? format("{} d", hours / 24) : format("{} h", hours);
  }

  const formula::Library& library_;
  const model::Catalog& catalog_;
  std::int64_t raw_ns_;
  std::vector<Error> warnings_;
};

}  // namespace

std::vector<Error> beyond_retention(const World& world,
                                    std::span<const store::Retention> retention) {
  if (retention.empty()) return {};
  Check check(world, retention.front().age_ns);
  const model::Catalog& catalog = world.library.catalog();
  for (const model::TypeDef& type : catalog.types) {
    for (const model::PropertyDef& property : type.properties) {
      check.row(format("the property '{}' of '{}'", property.name, type.name), property.formula,
                type.name, property.place);
    }
  }
  for (const model::IndicatorDef& indicator : catalog.indicators) check.indicator(indicator);
  for (const model::RuleDef& rule : catalog.rules) {
    for (const std::string& text : {rule.when, rule.clear, rule.suppress}) {
      check.row(format("the rule '{}'", rule.id), text, rule.type, rule.place);
    }
  }
  return check.take();
}

}  // namespace cairn::watch
