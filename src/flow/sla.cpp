// SPDX-License-Identifier: Apache-2.0
#include "flow/sla.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/text.hpp"

namespace cairn::flow {
namespace {

constexpr std::int64_t ns_per_minute = 60 * ns_per_second;
constexpr std::int64_t ns_per_hour = 3'600 * ns_per_second;
// Longer allowances are typing errors, and fractions of them would not fit.
constexpr std::int64_t max_allowance_days = 3 * 366;

Instant last_change(const Stay& stay) {
  if (stay.end) return *stay.end;
  if (stay.pauses.empty()) return stay.begin;
  return stay.pauses.back().end.value_or(stay.pauses.back().begin);
}

bool is_paused(const Stay& stay) {
  return !stay.pauses.empty() && !stay.pauses.back().end;
}

// The times in which the clock of a stay runs. The last one has no end while it still runs.
struct Segment {
  Instant begin;
  std::optional<Instant> end;
};
std::vector<Segment> segments(const Stay& stay) {
  std::vector<Segment> out;
  Instant begin = stay.begin;
  for (const Pause& pause : stay.pauses) {
    out.push_back({begin, pause.begin});
    if (!pause.end) return out;
    begin = *pause.end;
  }
  out.push_back({begin, stay.end});
  return out;
}

// The clock of a rule: how much of it passes, and when a given amount has passed.
class Meter {
 public:
  Meter(const DeadlineRule& rule, const Calendar& calendar, const Stay& stay)
      : natural_(rule.within.unit == TimeUnit::natural_time),
        calendar_(calendar),
        segments_(segments(stay)) {}

  std::int64_t between(Instant begin, Instant end) const {
    if (natural_) return end > begin ? end.ns - begin.ns : 0;
    return working_between(calendar_, begin, end);
  }

  std::int64_t used(Instant now) const {
    std::int64_t sum = 0;
    for (const Segment& s : segments_) {
      sum += between(s.begin, s.end ? std::min(*s.end, now) : now);
    }
    return sum;
  }

  // Nothing: a pause or the end of the stay came first.
  Result<std::optional<Instant>> reaches(std::int64_t amount) const {
    for (const Segment& s : segments_) {
      if (s.end) {
        const std::int64_t here = between(s.begin, *s.end);
        if (here < amount) {
          amount -= here;
          continue;
        }
      }
      const auto found =
          natural_ ? within_hours(s.begin + amount) : add_working(calendar_, s.begin, amount);
      if (!found) return fail(found.error());
      return std::optional<Instant>(*found);
    }
    return std::optional<Instant>();
  }

 private:
  Result<Instant> within_hours(Instant t) const {
    return is_working(calendar_, t) ? Result<Instant>(t) : next_working(calendar_, t);
  }

  bool natural_;
  const Calendar& calendar_;
  std::vector<Segment> segments_;
};

Result<std::int64_t> allowed_ns(const DeadlineRule& rule, const Calendar& calendar,
                                const Stay& stay) {
  if (rule.within.unit != TimeUnit::working_days) return rule.within.amount;
  const auto close =
      close_of_working_day(calendar, stay.begin, static_cast<int>(rule.within.amount));
  if (!close) return fail(close.error());
  return working_between(calendar, stay.begin, *close);
}

std::int64_t part_of(std::int64_t whole_ns, double fraction) {
  return fraction == 1 ? whole_ns : std::llround(static_cast<double>(whole_ns) * fraction);
}

std::optional<std::int64_t> unit_ns(std::string_view word) {
  if (word.ends_with('s')) word.remove_suffix(1);
  if (word == "minute") return ns_per_minute;
  if (word == "hour") return ns_per_hour;
  if (word == "day") return ns_per_day;
  return std::nullopt;
}

// Stops the clocks around an entered state that pauses; starts those around one that was left.
void pause_around(const Chart& chart, const Instance& after, const Step& step, const Event& event,
                  std::vector<Stay>& stays) {
  const auto pausing_inside = [&](StateIndex around, const std::vector<StateIndex>& states) {
    return std::ranges::find_if(states, [&](StateIndex s) {
      return chart.states[s].pauses && is_descendant(chart, s, around);
    });
  };
  for (Stay& stay : stays) {
    if (stay.end) continue;
    const auto now = pausing_inside(stay.state, after.active);
    if (now != after.active.end() && !is_paused(stay)) {
      const auto reason = event.data.find("reason");
      stay.pauses.push_back({event.at, std::nullopt,
                             reason == event.data.end() ? chart.states[*now].id : reason->second});
    } else if (now == after.active.end() && is_paused(stay) &&
               pausing_inside(stay.state, step.exited) != step.exited.end()) {
      stay.pauses.back().end = event.at;
    }
  }
}

}  // namespace

Result<Allowance> parse_allowance(std::string_view text) {
  const std::string_view trimmed = trim(text);
  if (trimmed == "same day") return Allowance{TimeUnit::working_days, 0};
  const auto words = split(trimmed, ' ');
  const bool working = words.size() == 3 && words[1] == "working";
  const auto number = parse_integer(words[0]);
  const auto unit = words.size() < 2 ? std::nullopt : unit_ns(words.back());
  if (!number || !unit || *number <= 0 || (words.size() != 2 && !working)) {
    return fail(Code::invalid,
                format("'{}' is not a time such as '4 working hours', '3 working days', 'same "
                       "day', '90 minutes' or '24 hours'",
                       text));
  }
  if (*number > max_allowance_days * (ns_per_day / *unit)) {
    return fail(Code::invalid, format("'{}' is more than {} days", text, max_allowance_days));
  }
  if (working && *unit == ns_per_day) return Allowance{TimeUnit::working_days, *number};
  return Allowance{working ? TimeUnit::working_time : TimeUnit::natural_time, *number * *unit};
}

std::string to_string(Allowance allowance) {
  const auto counted = [](std::int64_t n, std::string_view unit) {
    return format("{} {}{}", n, unit, n == 1 ? "" : "s");
  };
  if (allowance.unit == TimeUnit::working_days) {
    return allowance.amount == 0 ? "same day" : counted(allowance.amount, "working day");
  }
  const bool working = allowance.unit == TimeUnit::working_time;
  if (!working && allowance.amount % ns_per_day == 0) {
    return counted(allowance.amount / ns_per_day, "day");
  }
  if (allowance.amount % ns_per_hour == 0) {
    return counted(allowance.amount / ns_per_hour, working ? "working hour" : "hour");
  }
  return counted(allowance.amount / ns_per_minute, working ? "working minute" : "minute");
}

const char* to_string(Light light) {
  switch (light) {
    case Light::green:
      return "green";
    case Light::yellow:
      return "yellow";
    case Light::red:
      return "red";
    case Light::overdue:
      return "overdue";
  }
  return "";
}

Status follow(const Chart& chart, const Instance& after, const Step& step, const Event& event,
              std::vector<Stay>& stays) {
  for (const Stay& stay : stays) {
    if (last_change(stay) > event.at) {
      return fail(Code::conflict, format("{} is before {}, the last change of this case",
                                         to_string(event.at), to_string(last_change(stay))));
    }
  }
  for (Stay& stay : stays) {
    if (stay.end || std::ranges::find(step.exited, stay.state) == step.exited.end()) continue;
    if (is_paused(stay)) stay.pauses.back().end = event.at;
    stay.end = event.at;
  }
  std::vector<StateIndex> entered = step.entered;
  std::ranges::sort(entered);
  entered.erase(std::unique(entered.begin(), entered.end()), entered.end());
  for (const StateIndex state : entered) {
    if (after.in(state)) stays.push_back({state, event.at, std::nullopt, {}});
  }
  pause_around(chart, after, step, event, stays);
  return std::monostate{};
}

Status pause(Stay& stay, Instant at, std::string reason) {
  if (trim(reason).empty()) return fail(Code::invalid, "a pause needs a reason");
  if (stay.end) return fail(Code::conflict, "the stay has ended");
  if (is_paused(stay)) return fail(Code::conflict, "it is paused already");
  if (at < last_change(stay)) return fail(Code::conflict, "a pause begins after the last change");
  stay.pauses.push_back({at, std::nullopt, std::move(reason)});
  return std::monostate{};
}

Status resume(Stay& stay, Instant at) {
  if (stay.end || !is_paused(stay)) return fail(Code::conflict, "it is not paused");
  if (at < last_change(stay)) return fail(Code::conflict, "a pause ends after it began");
  stay.pauses.back().end = at;
  return std::monostate{};
}

std::int64_t unpaused_ns(const Stay& stay, Instant now) {
  std::int64_t sum = 0;
  for (const Segment& s : segments(stay)) {
    const Instant end = s.end ? std::min(*s.end, now) : now;
    if (end > s.begin) sum += end.ns - s.begin.ns;
  }
  return sum;
}

Result<DeadlineStatus> status(const DeadlineRule& rule, const Calendar& calendar, const Stay& stay,
                              Instant now) {
  const auto allowed = allowed_ns(rule, calendar, stay);
  if (!allowed) return fail(allowed.error());
  const Meter meter(rule, calendar, stay);
  const auto due = meter.reaches(*allowed);
  if (!due) return fail(due.error());
  const auto yellow = meter.reaches(part_of(*allowed, rule.yellow_fraction));
  if (!yellow) return fail(yellow.error());
  const auto red = meter.reaches(part_of(*allowed, rule.red_fraction));
  if (!red) return fail(red.error());
  DeadlineStatus out;
  out.due = *due;
  out.yellow_at = *yellow;
  out.red_at = *red;
  out.allowed_ns = *allowed;
  out.used_ns = meter.used(now);
  out.paused = is_paused(stay);
  out.holidays_known = knows(calendar, stay.begin, due->value_or(now));
  const Instant seen = stay.end ? std::min(*stay.end, now) : now;
  if (out.due && seen > *out.due) {
    out.light = Light::overdue;
  } else if (out.red_at && seen >= *out.red_at) {
    out.light = Light::red;
  } else if (out.yellow_at && seen >= *out.yellow_at) {
    out.light = Light::yellow;
  }
  return out;
}

Result<std::vector<DueEscalation>> escalations(const DeadlineRule& rule, const Calendar& calendar,
                                               const Stay& stay, Instant after, Instant until) {
  const auto allowed = allowed_ns(rule, calendar, stay);
  if (!allowed) return fail(allowed.error());
  const Meter meter(rule, calendar, stay);
  std::vector<DueEscalation> out;
  for (std::size_t i = 0; i < rule.escalations.size(); ++i) {
    const auto due = meter.reaches(part_of(*allowed, rule.escalations[i].fraction));
    if (!due) return fail(due.error());
    if (!*due || **due <= after || **due > until || (stay.end && **due > *stay.end)) continue;
    out.push_back({i, format("{}/{}/{}", rule.state, to_string(stay.begin), i), **due});
  }
  std::ranges::stable_sort(out, {}, &DueEscalation::due);
  return out;
}

}  // namespace cairn::flow
