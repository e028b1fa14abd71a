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
#include "model/alert.hpp"
#include "watch/intake.hpp"

namespace cairn::watch {

using model::Alert;
using model::AlertState;
using model::Rejected;
using model::Revision;
using model::to_string;

struct AlertQuery {
  bool open = true;         // pending, firing or clearing; false: all
  std::string region = {};  // code or id; empty: anywhere
  std::string rule = {};
  std::string thing = {};
  std::string id = {};               // of one alert
  std::optional<Instant> from = {};  // began at or after
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
  // The comparison that decides: its two sides as they came out, "97 mm" ">" "88.9 mm". The
  // first that holds of several; none: `when` compares nothing.
  struct Compared {
    std::string left;  // formula
    Label label;       // of the left side, where that is a property
    std::string op;    // ">", "<", ">=", "<=", "=", "<>"
    std::string right;
    std::optional<double> value;  // of the left side
    std::optional<double> limit;  // of the right one
    Unit unit;                    // of both
  };
  std::optional<Compared> compared;
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
  bool wide = false;  // of a county or above
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
  std::uint64_t late_things = 0;    // whose rules wait to be looked at again, for late data
  std::uint64_t repairs = 0;        // of rules over things, that late data led to since the start
  std::uint64_t unrevised = 0;      // looks that failed: they are tried again
  std::uint64_t damaged_reads = 0;  // of the history, that met a damaged block
  std::string damage = {};          // the first of them: file, byte and what is wrong
  double commit_ms = 0;             // median of the newest commits
  double recovery_s = 0;            // what the start took
  double swap_s = 0;                // how long the newest world kept the engine from its work
  double clock_speed = 1;           // of a demonstration; 1: the true clock
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
