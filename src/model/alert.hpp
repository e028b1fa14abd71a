// SPDX-License-Identifier: Apache-2.0
// What the live engine finds worth keeping: alerts, refused readings, corrected publications.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/time.hpp"

namespace cairn::model {

// inactive -> pending -> firing -> clearing -> resolved. `retracted`: data that came later show
// that it had never been.
enum class AlertState : std::uint8_t { pending, firing, clearing, resolved, retracted };
const char* to_string(AlertState state);

// One episode of a rule over a thing.
struct Alert {
  std::string id;  // the same after any restart: of rule, thing and the position it began at
  std::string rule;
  std::string pack;
  std::string thing;
  std::string type;
  std::string region;  // code of the smallest division it lies in
  AlertState state = AlertState::pending;
  bool suppressed = false;  // declared maintenance, or a cause above it
  bool shelved = false;     // put aside by a person for a while
  bool flapping = false;
  bool no_data = false;          // the rule is about silence
  Instant since;                 // event time at which the condition began to hold
  std::optional<Instant> began;  // event time at which it fired
  std::optional<Instant> ended;  // event time at which it was resolved or retracted
  Instant known;                 // arrival of the record that brought the newest change
  std::uint64_t position = 0;    // of that record in the log
  int revision = 0;              // changes of what had been published
  bool operator==(const Alert&) const = default;
};

struct Rejected {
  std::uint64_t number = 0;  // rises
  Instant at;
  std::string sender;
  std::string text;   // as sent, cut
  std::string place;  // in the message
  std::string reason;
};

// A value that had been published for a past date and is now another one.
struct Revision {
  std::string indicator;
  std::string region;
  Instant as_of;  // the published date
  int revision = 1;
  std::optional<double> before;
  std::optional<double> after;
  Instant known;
  std::uint64_t position = 0;  // of the log: what the new value rests on
};

}  // namespace cairn::model
