// SPDX-License-Identifier: Apache-2.0
// What the formula of a region rests on: aggregates and given indicators, each as of a date.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/time.hpp"
#include "formula/formula.hpp"
#include "formula/program.hpp"

namespace cairn::stream {

// The at(…) around an input, the outermost first; none: the date that is asked for.
using Shifts = std::vector<formula::Shift>;

Instant shifted_by(const Shifts& shifts, Instant as_of, Zone zone);
// How long before the date asked for at most; formula::unlimited_ns where a date is fixed.
std::int64_t longest_back_ns(const Shifts& shifts);
// "" for none; equal for equal shifts.
std::string to_string(const Shifts& shifts);

struct RegionInputs {
  struct Aggregate {
    std::shared_ptr<const formula::Aggregate> aggregate;  // shared: with the program
    Shifts shifts;
  };
  struct Given {
    std::uint32_t indicator = 0;
    Shifts shifts;
  };
  std::vector<Aggregate> aggregates;
  std::vector<Given> given;
};

// Other indicators are seen through.
RegionInputs inputs_of(const formula::Compiled& region_formula);

}  // namespace cairn::stream
