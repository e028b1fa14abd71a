// SPDX-License-Identifier: Apache-2.0
// Alerts that belong together, as one line that a person can act on: of one hazard in one county,
// or, when several counties have it at once, in their prefecture. A group worsens and eases with
// its alerts; nothing of it is ever deleted.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codec/cap.hpp"
#include "core/time.hpp"
#include "model/actor.hpp"

namespace cairn::respond {

using Level = codec::WarningLevel;  // blue, yellow, orange, red

enum class GroupState : std::uint8_t {
  gathering,  // for a few seconds, so that a storm becomes one message
  open,
  quiet,    // all its alerts lie in declared maintenance, are suppressed, shelved or consequences
  cleared,  // none of its alerts is firing any more
};
const char* to_string(GroupState state);
// "G-1f2e…": the same for the same parts on every machine. It guards nothing.
std::string stable_id(char kind, std::initializer_list<std::string_view> parts);

enum class Verdict : std::uint8_t { none, true_alarm, false_alarm, test };
const char* to_string(Verdict verdict);
std::optional<Verdict> parse_verdict(std::string_view text);

struct AlertGroup {
  std::string id;      // the same after any restart: of hazard, region and first alert
  std::string hazard;  // RuleResponse::hazard, or the rule
  std::string pack;
  std::string region;  // code: a county, or the prefecture of its children
  std::string parent;  // the group it became a part of; empty: it stands by itself
  std::string cause;   // the group whose consequence it is; empty: none
  GroupState state = GroupState::gathering;
  Level level = Level::blue;    // of what is firing; of a cleared one the highest it had
  Level highest = Level::blue;  // ever
  std::string lead;             // alert: the gravest, then the oldest
  std::string lead_rule;
  std::string lead_thing;
  Instant since;   // event time at which its first alert fired
  Instant opened;  // when it was raised, by the clock on the wall; as the next
  Instant changed;
  std::optional<Instant> cleared;  // likewise
  std::uint64_t firing = 0;        // alerts that are firing now, with those of its children
  std::uint64_t total = 0;         // that ever were
  std::uint64_t things = 0;        // of `total`
  std::uint64_t quiet = 0;         // of `firing`: in maintenance, suppressed, shelved
  std::uint64_t consequences = 0;  // alerts of other hazards that it is the cause of
  std::uint64_t retracted = 0;     // alerts that data which came later took back; not of `total`
  std::string maintenance;         // the window that silences it; empty: none
  std::string acknowledged_by;     // actor; empty: nobody yet
  std::optional<Instant> acknowledged;
  Verdict verdict = Verdict::none;
  std::string verdict_by;
  std::string note;  // of the verdict
  int revision = 0;  // counts the changes
  bool operator==(const AlertGroup&) const = default;
};

struct GroupChange {
  enum class Kind : std::uint8_t {
    opened,    // it calls: after gathering, or when maintenance has ended
    worsened,  // a higher level
    grew,      // more things, at most once in a while
    eased,     // a lower level
    joined,    // became a part of `group.parent`
    silenced,  // all of it became quiet
    cleared,
    acknowledged,
    judged,
  };
  Kind kind = Kind::opened;
  AlertGroup group;  // as it is now
  Level before = Level::blue;
  Instant at;  // by the clock on the wall
};
const char* to_string(GroupChange::Kind kind);

// A declared maintenance: what it covers is recorded and calls nobody.
struct Maintenance {
  std::string id;
  std::string region;  // code; empty: anywhere. All that are given must agree; as the next
  std::string thing;
  std::string type;
  std::string rule;
  Instant begin;
  Instant end;
  std::string reason;
  std::string by;                // actor
  std::optional<Instant> ended;  // before its time
  std::string ended_by;
  std::string ended_reason;
  bool operator==(const Maintenance&) const = default;
};

}  // namespace cairn::respond
