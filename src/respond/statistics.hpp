// SPDX-License-Identifier: Apache-2.0
// What is learnt afterwards: how long an answer took, whether there was anything. Each is a reading
// of a thing of the pack `response` (model/response_things.hpp), handed to the live engine as any
// sensor's, so that indicators over it are ordinary ones.
//
// A reading is written in the transaction of what it is about, and handed over until the engine has
// it on disk. Handing it over twice changes nothing: it has the same time and value.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "core/time.hpp"
#include "respond/group.hpp"
#include "respond/incident.hpp"
#include "store/ledger.hpp"

namespace cairn::respond {

struct StatReading {
  std::uint64_t number = 0;  // rises; a corrected reading gets a new one
  std::string thing;
  std::string property;
  Instant time;  // by the engine's clock
  double value = 0;
  bool operator==(const StatReading&) const = default;
};

class Statistics {
 public:
  static Result<std::unique_ptr<Statistics>> open(store::Ledger& ledger);

  // `stamp`: the engine's time, which a demonstration's differs from the one on the wall. Of each
  // county of a group: `false_alarm` (0, 1) when it is judged, again when it is judged anew;
  // `acknowledge_time` in minutes.
  Status on_groups(store::Ledger::Write& write, std::span<const GroupChange> changes,
                   Instant stamp);
  // Of the unit that had it, once it is closed: `response_time` and `handling_time` in hours,
  // `on_time` (0, 1), `reopened`. One that is closed again replaces what was said.
  Status on_incident(store::Ledger::Write& write, const Incident& incident,
                     std::span<const Entry> entries, Instant stamp);

  // Incidents were looked at up to here (IncidentDesk::changed).
  Result<std::uint64_t> incidents() const;
  Status incidents(store::Ledger::Write& write, std::uint64_t cursor);
  // Not handed over yet, by number.
  Result<std::vector<StatReading>> waiting(std::size_t most) const;
  Status handed_over(store::Ledger::Write& write, std::uint64_t up_to);

 private:
  explicit Statistics(store::Ledger& ledger) : ledger_(ledger) {}
  store::Ledger& ledger_;
};

}  // namespace cairn::respond
