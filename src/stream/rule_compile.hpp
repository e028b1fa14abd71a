// SPDX-License-Identifier: Apache-2.0
// The rules of a catalog, ready to run.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/result.hpp"
#include "formula/formula.hpp"
#include "formula/vec.hpp"
#include "stream/rule_state.hpp"

namespace cairn::stream {

struct CompiledRule {
  std::uint32_t index = 0;  // into Catalog::rules
  const model::RuleDef* def = nullptr;
  std::uint32_t type = 0;  // of the things it watches, into Catalog::types
  RuleTimes times;
  formula::Compiled when;  // none of a no-data rule
  std::optional<formula::Compiled> clear;
  std::optional<formula::Compiled> suppress;
  std::optional<std::uint32_t> silent;  // no-data: the property, into the type's

  // How the rule reads the formulas' values.
  static Truth truth(const formula::Vec& values, std::size_t lane) {
    if (!values.present(lane)) return Truth::unknown;
    return values.numbers[values.at(lane)] != 0 ? Truth::yes : Truth::no;
  }
};

Result<CompiledRule> compile_rule(const formula::Library& library, std::uint32_t index, Zone zone);
// Those of the catalog that compile; Library::build has said what is wrong with the others.
std::vector<CompiledRule> compile_rules(const formula::Library& library, Zone zone);

// How far back a formula reads a series property.
struct Reached {
  std::int64_t span_ns = 0;
  bool squares = false;  // a window asks for its spread
  bool operator==(const Reached&) const = default;
};

// How far back a row formula reads each series property of its type: raises reached[property] to
// it. Calendar spans count with their longest length. A value `at` an earlier
// date is taken from at most a day before it where the property says no max_age; a fixed date and
// years before are for the stored history, not for rules.
void add_reach(const formula::Compiled& row_formula, const model::Catalog& catalog,
               std::vector<Reached>& reached);

}  // namespace cairn::stream
