// SPDX-License-Identifier: Apache-2.0
// Deadlines of states: how long an instance may stay, when it turns yellow and red, who is told,
// and pauses that stop the clock with a reason. Everything follows from the stays, which follow
// from the steps: nothing ticks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/time.hpp"
#include "flow/calendar.hpp"
#include "flow/statechart.hpp"

namespace cairn::flow {

enum class TimeUnit : std::uint8_t {
  working_time,  // nanoseconds within hours
  working_days,  // to the close of the n-th working day after; 0 is the same day
  natural_time   // nanoseconds by the clock on the wall
};

struct Allowance {
  TimeUnit unit = TimeUnit::working_time;
  std::int64_t amount = 0;  // nanoseconds, or days
  bool operator==(const Allowance&) const = default;
};
// "30 working minutes", "4 working hours", "3 working days", "same day", "90 minutes", "24 hours",
// "7 days".
Result<Allowance> parse_allowance(std::string_view text);
std::string to_string(Allowance allowance);

struct Escalation {
  double fraction = 1;  // of the allowance; above 1: overdue by so much
  std::string call;     // what the host shall do
  Fields arguments;
  bool operator==(const Escalation&) const = default;
};

struct DeadlineRule {
  std::string state;
  std::string calendar;  // of this deadline, always; empty: the workflow's
  Allowance within;
  double yellow_fraction = 0.5;
  double red_fraction = 0.8;
  std::vector<Escalation> escalations;
  std::string place;  // file:line:column
  bool operator==(const DeadlineRule&) const = default;
};

struct Pause {
  Instant begin;
  std::optional<Instant> end;
  std::string reason;
  bool operator==(const Pause&) const = default;
};

// A state from its entering to its leaving.
struct Stay {
  StateIndex state = 0;
  Instant begin;
  std::optional<Instant> end;
  std::vector<Pause> pauses;  // in order, apart; the last one may be open
  bool operator==(const Stay&) const = default;
};

// Ends the stays of the states that the step left and begins those of the states it entered; a
// pause ends with its stay. A state that pauses stops the clocks of the states around it, for the
// reason in the field `reason` of the event. Error: Code::conflict when the event is older than the
// last change.
Status follow(const Chart& chart, const Instance& after, const Step& step, const Event& event,
              std::vector<Stay>& stays);

// Error: no reason, paused already or not at all, ended, or before the last change.
Status pause(Stay& stay, Instant at, std::string reason);
Status resume(Stay& stay, Instant at);

// Wall time of the stay up to `now` without its pauses, nanoseconds.
std::int64_t unpaused_ns(const Stay& stay, Instant now);

enum class Light : std::uint8_t { green, yellow, red, overdue };
const char* to_string(Light light);

struct DeadlineStatus {
  std::optional<Instant> due;  // none while a pause leaves it open
  std::optional<Instant> yellow_at;
  std::optional<Instant> red_at;
  std::int64_t used_ns = 0;     // in the unit of the rule (working days: working time)
  std::int64_t allowed_ns = 0;  // likewise
  Light light = Light::green;
  bool paused = false;
  bool holidays_known = true;  // false: a year's table is missing, the due instant is an estimate
  bool operator==(const DeadlineStatus&) const = default;
};

// A deadline never falls outside hours: one in natural time moves on to the next opening.
Result<DeadlineStatus> status(const DeadlineRule& rule, const Calendar& calendar, const Stay& stay,
                              Instant now);

struct DueEscalation {
  std::size_t index = 0;  // into DeadlineRule::escalations
  std::string id;         // the same whenever it is asked: state/begin/index
  Instant due;
  bool operator==(const DueEscalation&) const = default;
};
// Those that fall due in (after, until], in time order: each is found once when the host asks with
// growing instants.
Result<std::vector<DueEscalation>> escalations(const DeadlineRule& rule, const Calendar& calendar,
                                               const Stay& stay, Instant after, Instant until);

}  // namespace cairn::flow
