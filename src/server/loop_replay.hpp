// SPDX-License-Identifier: Apache-2.0
// Plays a pack's series through everything that follows a reading when the server runs: log, state
// machine, journal of alerts, groups, incidents. In simulated time and on a simulated disk, so that
// it proves a pack in seconds; only the ledger of groups and incidents is a file.
//
// What differs from a running server, so that times are those of the readings: a group calls at
// once instead of gathering for seconds, and a thing whose series ends is gone from then on.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "watch/replay.hpp"
#include "watch/world.hpp"

namespace cairn::server {

struct LoopIncident {
  std::string kind;
  std::string region;  // code: the county, or what is above several of them
  std::string unit;    // that got it; empty: nobody answers for it
  Instant opened;
  bool operator==(const LoopIncident&) const = default;
};

struct LoopRun {
  std::vector<watch::Firing> firings;   // that became alerts; by rule, thing, time
  std::vector<LoopIncident> incidents;  // by time
  std::size_t readings = 0;             // accepted
  std::vector<std::string> refused;     // why not, each reason once
};

class LoopReplay {
 public:
  // The world without its series; `world` must outlive this.
  static LoopReplay make(const watch::World& world);
  // `scratch`: an empty directory that may be written to.
  Result<LoopRun> run(std::string_view pack, const std::string& scratch) const;
  // The pack's replay with what the loop gives: each declared incident, those that are not
  // declared, and alerts that are others than the rules' firings over the stored series.
  Result<watch::ReplayReport> replay(std::string_view pack, const std::string& scratch) const;

 private:
  const watch::World* world_ = nullptr;
  std::shared_ptr<const watch::World> bare_;
};

}  // namespace cairn::server
