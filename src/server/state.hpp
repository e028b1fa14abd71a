// SPDX-License-Identifier: Apache-2.0
// What the server serves at one moment: immutable, swapped whole by an import or a reload. Caches
// inside are shared by the handlers' threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/seams.hpp"
#include "formula/formula.hpp"
#include "model/workspace.hpp"
#include "plan/check.hpp"
#include "plan/evaluate.hpp"
#include "watch/view.hpp"
#include "watch/world.hpp"

namespace cairn::watch {
class Live;
}

namespace cairn::server {

class MapData;

// A snapshot, perhaps with a proposal laid over it, and evaluators for it.
class Overlaid {
 public:
  // `generation` counts the changes of the snapshot's history; none: it never changes.
  Overlaid(std::string overlay, std::shared_ptr<const formula::Library> library,
           std::shared_ptr<const model::Snapshot> snapshot,
           std::function<std::uint64_t()> generation = {})
      : overlay_(std::move(overlay)),
        library_(std::move(library)),
        snapshot_(std::move(snapshot)),
        generation_(std::move(generation)) {}

  const std::string& overlay() const { return overlay_; }  // empty: none
  const model::Snapshot& snapshot() const { return *snapshot_; }
  const std::shared_ptr<const model::Snapshot>& shared_snapshot() const { return snapshot_; }
  const formula::Library& library() const { return *library_; }

  // An evaluator for one request at a time. It comes back with what it has computed.
  struct Seat {
    std::unique_ptr<formula::Evaluator> evaluator;
    int uses = 0;
    std::uint64_t generation = 0;  // what it has computed is of
  };
  Seat borrow() const;
  void give_back(Seat seat) const;

 private:
  std::string overlay_;
  std::shared_ptr<const formula::Library> library_;  // shared: all worlds of a state use it
  std::shared_ptr<const model::Snapshot> snapshot_;  // shared: the base state holds it too
  std::function<std::uint64_t()> generation_;
  mutable std::mutex mutex_;
  mutable std::vector<Seat> free_;
};

struct Counts {
  std::size_t things = 0;
  std::size_t observations = 0;
  std::size_t statistics = 0;
  std::size_t claims = 0;
  bool estimated = false;  // something of it is an estimate
};

struct State {
  std::shared_ptr<const watch::World> world;          // shared: owns what the next two point at
  std::shared_ptr<const model::Workspace> workspace;  // shared: of the world
  std::shared_ptr<const formula::Library> library;    // shared: of the world
  std::shared_ptr<const Overlaid> base;               // shared: requests outlive a swap
  Counts counts;
  std::optional<Instant> data_from;
  std::optional<Instant> data_to;
  Instant built_at;
  std::shared_ptr<MapData> map;               // shared: requests keep tiles of it
  std::vector<plan::Finding> findings;        // over all plans
  std::function<std::uint64_t()> generation;  // of the live history; none: nothing is live
  const watch::Live* present = nullptr;       // of a parent: see watch::View

  // The base for "", otherwise the proposal laid over it (kept for the next request).
  Result<std::shared_ptr<const Overlaid>> overlaid(const std::string& overlay) const;
  // Whether overlaid() would lay that proposal now: seconds where coverage is computed with it.
  bool must_lay(const std::string& overlay) const;

  // All plans evaluated, as Workspace::plans; kept for the next request with the same key.
  std::shared_ptr<const std::vector<plan::PlanResult>> plan_results(const watch::View& view,
                                                                    const std::string& overlay,
                                                                    const std::string& key) const;

  mutable std::mutex mutex;
  mutable std::unordered_map<std::string, std::shared_ptr<const Overlaid>> overlays;  // under mutex
  mutable std::unordered_map<std::string, std::shared_ptr<const std::vector<plan::PlanResult>>>
      results;  // under mutex
};

// A state of a world into which these imported records went.
std::shared_ptr<State> build_state(std::shared_ptr<const watch::World> world,
                                   const model::Records& imported, Instant now,
                                   std::function<std::uint64_t()> generation = {});

// A view on a state for one request; gives the evaluator back at its end.
class Reading {
 public:
  Reading(std::shared_ptr<const State> state, std::shared_ptr<const Overlaid> overlaid,
          Instant as_of);
  ~Reading();
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

  const watch::View& view() const { return view_; }
  const State& state() const { return *state_; }
  const Overlaid& overlaid() const { return *overlaid_; }

 private:
  std::shared_ptr<const State> state_;        // shared: keeps it alive through a swap
  std::shared_ptr<const Overlaid> overlaid_;  // likewise
  Overlaid::Seat seat_;
  watch::View view_;
};

}  // namespace cairn::server
