// SPDX-License-Identifier: Apache-2.0
// Proves a pack: its `replay:` expectations against what the formulas give, and the firings of its
// rules over the stored series. Behind `cairn replay <pack>`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "watch/world.hpp"

namespace cairn::watch {

// A rule that held over a thing. `end` is the time of the sample that cleared it; open when the
// series ends first.
struct Firing {
  std::string rule;
  std::string thing;
  Instant begin;
  std::optional<Instant> end;
  bool suppressed = false;  // `while` was true when it began: recorded, nobody is called
  bool operator==(const Firing&) const = default;
};

// Steps through the times of the thing's own series in `range`, as an operator would have seen
// them, with the steps of what comes in live (stream/rule_state.hpp). A no-data rule begins to fire
// `for` after a sample that no other one of its property has followed, and ends with the next one;
// what follows the last sample is known up to the end of the range, if it has one.
Result<std::vector<Firing>> rule_firings(const World& world, std::string_view rule,
                                         std::string_view thing, Interval range);

// One expectation of the pack.
struct ReplayLine {
  std::string what;  // the formula, or "rule over thing"
  std::string region;
  std::string at;
  std::string expected;  // as text: a number with its tolerance, "none", or firings
  std::string actual;
  std::optional<double> difference;  // of numbers
  bool passed = false;
  std::string reason;  // why not
  std::string place;   // file:line
};

struct ReplayReport {
  std::string pack;
  std::vector<ReplayLine> lines;
  std::vector<Firing> firings;  // of all rules over all things that have series

  bool passed() const;
};

// An error when there is no such pack or one of its rules cannot be evaluated.
Result<ReplayReport> replay_pack(const World& world, std::string_view pack);

}  // namespace cairn::watch
