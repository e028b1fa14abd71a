// SPDX-License-Identifier: Apache-2.0
// A rule over one thing, step by step. The same for the replay of a pack (watch/replay) and for
// what comes in live (stream/machine): both call step() at every time at which the thing reports.
#pragma once

#include <cstdint>
#include <optional>

#include "core/time.hpp"

namespace cairn::stream {

// inactive -> pending -> firing -> clearing -> resolved, which is inactive again. resolved and
// retracted are what is told about an episode that has ended: no state is ever in them.
enum class AlertPhase : std::uint8_t { inactive, pending, firing, clearing, resolved, retracted };
const char* to_string(AlertPhase phase);
constexpr bool fires(AlertPhase phase) {
  return phase == AlertPhase::firing || phase == AlertPhase::clearing;
}

// What a formula says; unknown where it has no value.
enum class Truth : std::uint8_t { unknown, no, yes };

struct RuleState {
  std::int64_t since_ns = 0;      // of pending or clearing; of a no-data rule: when last heard
  std::uint64_t episode = 0;      // of what is not inactive
  std::uint32_t flap_time_s = 0;  // of the score, in seconds since 2000-01-01
  std::uint16_t flap_score = 0;   // in 1/256; see flap()
  AlertPhase phase = AlertPhase::inactive;
  bool flapping : 1 = false;
  // Fires by what back-filled or late data say: no alarm yet. The first live step that finds it
  // still firing raises it.
  bool quiet : 1 = false;
  bool operator==(const RuleState&) const = default;
};

// What is kept of a rule over a thing. Data of the same time may come in several messages: the
// last step is then done again from what was `before` it.
struct RulePair {
  RuleState now;
  RuleState before;
  bool operator==(const RulePair&) const = default;
};
static_assert(sizeof(RulePair) <= 64, "ten rules over a million things have to fit");

// The times of a rule, as they decide.
struct RuleTimes {
  std::optional<Span> hold;  // `for`: `when` must have been true so long
  std::optional<Span> keep;  // a firing must have been clear so long
  bool has_clear = false;    // otherwise a firing is clear when `when` is false
  Zone zone;                 // of calendar spans
};

// The state after the thing reported at `now`. No value interrupts waiting (to fire, or to
// resolve) and leaves a firing as it is. At most one change of phase a step.
RuleState step(const RuleTimes& times, RuleState state, Instant now, Truth when, Truth clear);

// Counts one beginning or end of a firing at `now`: the score is halved every flap_half_life and
// grows by one. A rule that fires and resolves more than twice within the half-life is flapping
// (score above `on`) until it has been quiet for about twice that long (below `off`).
inline constexpr std::int64_t flap_half_life_s = 3600;  // an operator's attention span
inline constexpr std::uint16_t flap_on = 4 * 256;       // two whole episodes do not reach it
inline constexpr std::uint16_t flap_off = 1 * 256;      // two half-lives later
void flap(RuleState& state, Instant now);

}  // namespace cairn::stream
