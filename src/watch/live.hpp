// SPDX-License-Identifier: Apache-2.0
// What is happening now: the face of the live engine towards servers and programs. Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/time.hpp"
#include "formula/formula.hpp"
#include "watch/intake.hpp"

namespace cairn::watch {

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

struct AlertQuery {
  bool open = true;    // pending, firing or clearing; false: all
  std::string region;  // code or id; empty: anywhere
  std::string rule;
  std::string thing;
  std::optional<Instant> from;  // began at or after
  std::size_t limit = 100;
  std::size_t offset = 0;
};
struct AlertPage {
  std::vector<Alert> alerts;  // newest first
  std::size_t total = 0;
};

// Why a rule fired over a thing at a time, or did not.
struct Why {
  std::string rule;
  std::string thing;
  Instant at;
  std::string when;  // the formulas as they were
  std::string clear;
  std::string hold;  // "10m"; empty: at once
  int pack_version = 1;
  std::string rule_digest;           // of everything that decides
  std::uint64_t position = 0;        // newest log position that went into the answer
  std::optional<bool> condition;     // of `when` at that time; nothing: no value
  std::string state;                 // the rule's state then: inactive, pending, …
  std::optional<Instant> since;      // of that state
  std::string sentence;              // in words
  formula::Explanation explanation;  // of `when`, with the inputs
};

struct Rejected {
  std::uint64_t number = 0;  // rises
  Instant at;
  std::string sender;
  std::string text;   // as sent, cut
  std::string place;  // in the message
  std::string reason;
};

// A feed that has gone silent: nothing for three times its expected interval.
struct Feed {
  std::string thing;
  std::string property;
  std::string region;
  Instant last;  // event time
  std::int64_t every_ns = 0;
};

// The value of an indicator for a region, as it stands.
struct LiveCell {
  std::string indicator;
  std::string region;
  formula::Cell cell;
  Instant as_of;
  bool operator==(const LiveCell&) const = default;
};
// A reading that a page may show at once.
struct LiveReading {
  std::string thing;
  std::string type;
  std::string property;
  Instant time;
  double value = 0;
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
};

// What changed since the last update, a few times a second at most.
struct LiveUpdate {
  Instant now;
  std::vector<LiveCell> cells;
  std::vector<Alert> alerts;
  std::vector<LiveReading> readings;  // the newest of each series, at most a few hundred
  std::vector<Revision> revisions;
  std::vector<Feed> silent;    // that became silent
  std::vector<Feed> heard;     // that came back
  std::uint64_t rejected = 0;  // so far
};

struct LiveStats {
  std::uint64_t received = 0;  // readings accepted since the start
  std::uint64_t duplicates = 0;
  std::uint64_t late = 0;
  std::uint64_t rejected = 0;
  std::uint64_t series = 0;
  std::uint64_t position = 0;  // durable
  std::uint64_t applied = 0;
  std::uint64_t log_bytes = 0;
  std::uint64_t history_points = 0;
  std::uint64_t history_bytes = 0;
  std::uint64_t alerts_open = 0;
  double commit_ms = 0;    // median of the newest commits
  double recovery_s = 0;   // what the start took
  double clock_speed = 1;  // of a demonstration; 1: the true clock
};

class Live {
 public:
  virtual ~Live() = default;
  virtual Intake& intake() = 0;
  // The engine's clock: the system's, or a demonstration's that runs faster.
  virtual Instant now() const = 0;
  virtual LiveStats stats() const = 0;
  // Current values; nothing for indicators that no live series feeds.
  virtual std::optional<LiveCell> value(std::string_view indicator,
                                        std::string_view region) const = 0;
  virtual AlertPage alerts(const AlertQuery& query) const = 0;
  virtual Result<Why> why(std::string_view rule, std::string_view thing, Instant at) const = 0;
  // By a person: puts the alerts of a rule over a thing aside until then.
  virtual Status shelve(std::string_view rule, std::string_view thing, Instant until,
                        std::string_view who, std::string_view reason) = 0;
  // Newest first, with number < before.
  virtual std::vector<Rejected> rejected(std::uint64_t before, std::size_t limit) const = 0;
  virtual std::vector<Feed> silent() const = 0;
  virtual std::vector<Revision> revisions(std::size_t limit) const = 0;
  // Called from the engine's thread, never twice at once; must not block.
  virtual void watch(std::function<void(const LiveUpdate&)> listener) = 0;
};

}  // namespace cairn::watch
