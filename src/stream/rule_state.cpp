// SPDX-License-Identifier: Apache-2.0
#include "stream/rule_state.hpp"

#include <algorithm>

namespace cairn::stream {
namespace {

constexpr std::int64_t year_2000_s = 946'684'800;

// Integers alone: the same on every machine.
std::uint16_t decayed(std::uint16_t score, std::int64_t seconds) {
  const std::int64_t halves = seconds / flap_half_life_s;
  if (halves >= 16) return 0;
  const std::int64_t whole = score >> halves;
  // Between two halvings the score falls in a straight line.
  return static_cast<std::uint16_t>(whole -
                                    whole * (seconds % flap_half_life_s) / (2 * flap_half_life_s));
}

}  // namespace

const char* to_string(AlertPhase phase) {
  constexpr const char* names[] = {"inactive", "pending",  "firing",
                                   "clearing", "resolved", "retracted"};
  return names[static_cast<std::size_t>(phase)];
}

RuleState step(const RuleTimes& times, RuleState state, Instant now, Truth when, Truth clear) {
  if (fires(state.phase)) {
    const bool ends = times.has_clear ? clear == Truth::yes : when == Truth::no;
    if (!ends) {
      state.phase = AlertPhase::firing;
      state.since_ns = 0;
      return state;
    }
    if (state.phase == AlertPhase::firing) state.since_ns = now.ns;
    const bool waits = times.keep && now < plus({state.since_ns}, *times.keep, times.zone);
    state.phase = waits ? AlertPhase::clearing : AlertPhase::inactive;
    if (!waits) state.since_ns = 0;
    return state;
  }
  if (when != Truth::yes) {
    state.phase = AlertPhase::inactive;
    state.since_ns = 0;
    return state;
  }
  if (state.phase == AlertPhase::inactive) state.since_ns = now.ns;
  const bool waits = times.hold && now < plus({state.since_ns}, *times.hold, times.zone);
  state.phase = waits ? AlertPhase::pending : AlertPhase::firing;
  if (!waits) state.since_ns = 0;
  return state;
}

void flap(RuleState& state, Instant now) {
  const std::int64_t since_2000 = now.ns / ns_per_second - year_2000_s;
  const auto time_s =
      static_cast<std::uint32_t>(std::clamp<std::int64_t>(since_2000, 0, UINT32_MAX));
  // A time before the last one (data that came late) decays nothing.
  const std::int64_t passed = std::max<std::int64_t>(0, std::int64_t{time_s} - state.flap_time_s);
  const int score = decayed(state.flap_score, passed) + 256;
  state.flap_score = static_cast<std::uint16_t>(std::min(score, 0xFFFF));
  state.flap_time_s = std::max(state.flap_time_s, time_s);
  if (state.flap_score > flap_on) state.flapping = true;
  if (state.flap_score < flap_off + 256) state.flapping = false;
}

}  // namespace cairn::stream
