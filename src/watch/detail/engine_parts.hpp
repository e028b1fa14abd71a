// SPDX-License-Identifier: Apache-2.0
// What an engine is made of, for the files that implement it.
#pragma once

#include <atomic>
#include <memory>
#include <queue>
#include <utility>
#include <vector>

#include "stream/heads.hpp"
#include "stream/machine.hpp"
#include "stream/rollup.hpp"
#include "watch/engine.hpp"
#include "watch/reviser.hpp"
#include "watch/stored_history.hpp"

namespace cairn::watch {

// Everything that belongs to one world.
struct Engine::Running {
  Running(std::shared_ptr<const World> of, std::shared_ptr<const stream::Binding> to,
          stream::Machine running)
      : world(std::move(of)), binding(std::move(to)), machine(std::move(running)) {}

  // The roll-up reads the heads and, behind them, the stored history.
  void start_rollup(std::shared_ptr<const StoredHistory> deep);
  // What requests and the reviser read.
  model::Snapshot stored() const {
    model::Snapshot out = live;
    out.history = deep;
    return out;
  }

  std::shared_ptr<const World> world;              // shared: with the server's states
  std::shared_ptr<const stream::Binding> binding;  // shared: with the desk
  stream::Machine machine;
  std::shared_ptr<const StoredHistory> deep;  // shared: with requests
  model::Snapshot live;                       // reads the heads; of the engine's thread
  std::unique_ptr<stream::Rollup> rollup;
  std::vector<stream::Rollup::Changed> changed;
  std::size_t told = 0;  // of them
  std::unique_ptr<const Reviser> reviser;

  // Feeds by the time at which they will have been silent too long, the first on top.
  using Due = std::pair<std::int64_t, stream::Series>;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due;
  std::size_t due_series = 0;  // of them stand in `due`
};

// A world that waits to be taken over; afterwards what it took the place of.
struct Engine::Prepared {
  std::shared_ptr<Running> running;       // shared: requests keep the world they began with
  std::shared_ptr<Desk::Prepared> names;  // shared: its kind is the desk's affair
  std::map<std::pair<std::string, std::string>, LiveCell, std::less<>> cells;
  std::map<std::uint32_t, Feed> silent;
};

struct Engine::Counters {
  std::atomic<std::uint64_t> position{0};
  std::atomic<std::uint64_t> applied{0};
  std::atomic<std::uint64_t> duplicates{0};
  std::atomic<std::uint64_t> late{0};
  std::atomic<std::uint64_t> rejected{0};
  std::atomic<std::uint64_t> series{0};
  std::atomic<std::uint64_t> log_bytes{0};
  std::atomic<std::uint64_t> forget{0};  // the log up to here is not needed any more
  std::atomic<std::uint64_t> raised{0};  // changes that came from shards
  std::atomic<double> recovery_s{0};
  std::atomic<double> swap_s{0};
  std::atomic<double> commit_ms{0};
  std::atomic<bool> state_wanted{false};
  std::atomic<bool> aside{false};  // points are set aside, and not on disk yet
  std::atomic<std::uint64_t> late_things{0};
  std::atomic<std::uint64_t> repairs{0};
  std::atomic<std::int64_t> log_time{0};    // of the newest record applied
  std::atomic<std::uint64_t> unrevised{0};  // looks that failed
};

// What the machine has to keep for the formulas of a world.
stream::MachineOptions machine_options(const World& world, const stream::Binding& binding);

}  // namespace cairn::watch
