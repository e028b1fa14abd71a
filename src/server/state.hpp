// SPDX-License-Identifier: Apache-2.0
// What the server serves at one moment: immutable, swapped whole by an import or a reload. Caches
// inside are shared by the handlers' threads.
#pragma once

#include <cstddef>
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
#include "watch/view.hpp"

namespace cairn::server {

class MapData;

// A snapshot, perhaps with a proposal laid over it, and evaluators for it.
class World {
 public:
  World(std::string overlay, std::shared_ptr<const formula::Library> library,
        std::shared_ptr<const model::Snapshot> snapshot)
      : overlay_(std::move(overlay)),
        library_(std::move(library)),
        snapshot_(std::move(snapshot)) {}

  const std::string& overlay() const { return overlay_; }  // empty: none
  const model::Snapshot& snapshot() const { return *snapshot_; }
  const std::shared_ptr<const model::Snapshot>& shared_snapshot() const { return snapshot_; }
  const formula::Library& library() const { return *library_; }

  // An evaluator for one request at a time. It comes back with what it has computed.
  struct Seat {
    std::unique_ptr<formula::Evaluator> evaluator;
    int uses = 0;
  };
  Seat borrow() const;
  void give_back(Seat seat) const;

 private:
  std::string overlay_;
  std::shared_ptr<const formula::Library> library_;  // shared: all worlds of a state use it
  std::shared_ptr<const model::Snapshot> snapshot_;  // shared: the base state holds it too
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
  std::shared_ptr<const model::Workspace> workspace;  // shared: an import keeps it
  std::shared_ptr<const formula::Library> library;    // shared: the worlds hold it
  std::shared_ptr<const World> base;                  // shared: requests outlive a swap
  Counts counts;
  std::optional<Instant> data_from;
  std::optional<Instant> data_to;
  Instant built_at;
  std::shared_ptr<MapData> map;  // shared: rivers and boundaries stay over an import

  // The base for "", otherwise the proposal laid over it (kept for the next request).
  Result<std::shared_ptr<const World>> world(const std::string& overlay) const;

  mutable std::mutex mutex;
  mutable std::unordered_map<std::string, std::shared_ptr<const World>> overlays;  // under mutex
};

// A state of the workspace with these records: its own, or its own with the imports' merged in.
// What does not fit is reported in `problems` and left out.
std::shared_ptr<State> build_state(std::shared_ptr<const model::Workspace> workspace,
                                   const model::Records& records, Instant now, Problems& problems);

// A view on a state for one request; gives the evaluator back at its end.
class Reading {
 public:
  Reading(std::shared_ptr<const State> state, std::shared_ptr<const World> world, Instant as_of);
  ~Reading();
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

  const watch::View& view() const { return view_; }
  const State& state() const { return *state_; }
  const World& world() const { return *world_; }

 private:
  std::shared_ptr<const State> state_;  // shared: keeps it alive through a swap
  std::shared_ptr<const World> world_;  // likewise
  World::Seat seat_;
  watch::View view_;
};

}  // namespace cairn::server
