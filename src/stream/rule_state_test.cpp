// SPDX-License-Identifier: Apache-2.0
#include "stream/rule_state.hpp"

#include <gtest/gtest.h>

#include <string>

namespace cairn::stream {
namespace {

// One letter a minute: + true, - false, ? no value. Answers with the phases' first letters.
std::string phases(const RuleTimes& times, std::string_view when) {
  std::string out;
  RuleState state;
  for (std::size_t i = 0; i < when.size(); ++i) {
    const Truth truth = when[i] == '+' ? Truth::yes : when[i] == '-' ? Truth::no : Truth::unknown;
    state = step(times, state, {static_cast<std::int64_t>(i + 1) * 60 * ns_per_second}, truth,
                 Truth::unknown);
    out += to_string(state.phase)[0];
  }
  return out;
}

constexpr Span minutes(int n) {
  return {n * 60 * ns_per_second, 0};
}

TEST(RuleState, FiresAtOnceOrAfterItsTime) {
  EXPECT_EQ(phases({}, "-++-+"), "iffif");
  EXPECT_EQ(phases({minutes(2), {}, false, {}}, "-++-+++-"), "ippippfi");
}

TEST(RuleState, NoValueInterruptsWaitingAndLeavesAFiring) {
  EXPECT_EQ(phases({minutes(1), {}, false, {}}, "+?++?-"), "pipffi");
}

TEST(RuleState, KeepsFiringUntilItHasBeenClearForItsTime) {
  EXPECT_EQ(phases({{}, minutes(2), false, {}}, "+-+---+"), "fcfccif");
  EXPECT_EQ(phases({{}, minutes(2), false, {}}, "+-?---"), "fcfcci");
}

TEST(RuleState, FlapsAfterThreeEpisodesInAnHourAndIsQuietAgain) {
  RuleState state;
  for (int i = 0; i < 4; ++i) flap(state, {(1'700'000'000 + i) * ns_per_second});
  EXPECT_FALSE(state.flapping);
  for (int i = 4; i < 6; ++i) flap(state, {(1'700'000'000 + i) * ns_per_second});
  EXPECT_TRUE(state.flapping);
  flap(state, {(1'700'000'000 + 4 * 3600) * ns_per_second});
  EXPECT_FALSE(state.flapping);
}

}  // namespace
}  // namespace cairn::stream
