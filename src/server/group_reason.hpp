// SPDX-License-Identifier: Apache-2.0
// Why a group of alerts is there, as one sentence with its numbers.
//
//   GroupReasons reasons(service, grouping);
//   reasons(group)   // "金阳县3处边坡监测站：前期—近期雨量超阈值；最重 某站：3日雨量 97 mm，…"
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/label.hpp"
#include "core/time.hpp"
#include "respond/group.hpp"
#include "respond/spot.hpp"
#include "store/sqlite.hpp"
#include "watch/live.hpp"

namespace cairn::respond {
class Grouping;
}

namespace cairn::server {

class Service;

// What the sentence is made of.
struct GroupFacts {
  const respond::AlertGroup& group;
  Label region;                 // its name; empty: of none
  std::vector<Label> counties;  // of a prefecture
  Label what;                   // the rule of the lead alert
  Label type;                   // of its thing
  Label thing;
  bool no_data = false;  // the rule is about silence
  std::optional<watch::Why::Compared> compared;
  Instant began;  // of the lead alert
  Instant now;    // on the same clock
  Zone zone;
};
Label group_sentence(const GroupFacts& facts);
// "97 mm", "0.35", "12.5 m³/s".
std::string quantity_text(double value, const Unit& unit);

// Asks the engine for the numbers. Thread-safe.
class GroupReasons {
 public:
  GroupReasons(const Service& service, const respond::Grouping& grouping)
      : service_(service), grouping_(grouping) {}

  // `inside`: the transaction that it is asked in; null: what was committed.
  Label operator()(const respond::AlertGroup& group, const store::Database* inside = nullptr) const;

  // Of the things that it is of. Counted again once its alerts change.
  respond::Simulated simulated(const respond::AlertGroup& group) const;

 private:
  struct Counted {
    std::uint64_t firing = 0;
    std::uint64_t total = 0;
    std::weak_ptr<const void> snapshot;  // to compare only
    respond::Simulated simulated = respond::Simulated::none;
  };
  struct Known {
    std::string lead;
    Instant at;  // true clock
    Instant began;
    std::optional<watch::Why::Compared> compared;
  };
  Known look(const respond::AlertGroup& group, const store::Database* inside) const;

  const Service& service_;
  const respond::Grouping& grouping_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, Known> known_;      // under mutex; by group
  mutable std::map<std::string, Counted> counted_;  // likewise
};

}  // namespace cairn::server
