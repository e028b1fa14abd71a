// SPDX-License-Identifier: Apache-2.0
// All ways out of the house: their configuration, the outbox before them, a courier each.
//
//   auto desk = ChannelDesk::open(ledger, {…});
//   (*desk)->add_kind("open311", make_open311);     // kinds of others, before start()
//   add_channel_routes(router, **desk, ledger);
//   (*desk)->start([&](std::string region, std::string json) { hub.publish(…); });
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "model/workspace.hpp"
#include "respond/outbox_store.hpp"
#include "server/channel_kinds.hpp"
#include "server/courier.hpp"
#include "server/metrics.hpp"

namespace cairn::server {

class Router;

struct ChannelDeskOptions {
  Files* files = nullptr;
  const Clock* clock = nullptr;  // on the wall
  std::string directory;         // of the data: holds channels.yaml and channels/
  std::function<std::optional<std::string>(const std::string&)> environment = {};
  std::function<double()> random = {};  // in [0, 1), thread-safe; none: no jitter
};

// What those on duty must know of a channel now.
struct ChannelTrouble {
  std::optional<Instant> since;
  Label text;
  bool operator==(const ChannelTrouble&) const = default;
};
std::optional<ChannelTrouble> trouble_of(const ChannelDef& def, const respond::Queue& queue,
                                         Instant now);

// Names of the villages in an area, with their county's, by index.
std::vector<std::string> villages_in(const model::RegionTree& regions, const SpokenArea& area,
                                     Instant now);

struct ChannelState {
  ChannelDef def;  // of one that is no longer configured: the id alone. Holds secrets
  bool simulated = false;
  std::string to;
  respond::Queue queue;
  std::optional<ChannelTrouble> trouble;
};

class ChannelDesk {
 public:
  static Result<std::unique_ptr<ChannelDesk>> open(
      store::Ledger& ledger, std::shared_ptr<const model::Workspace> workspace,
      ChannelDeskOptions options);
  ~ChannelDesk();
  ChannelDesk(const ChannelDesk&) = delete;
  ChannelDesk& operator=(const ChannelDesk&) = delete;

  respond::StoredOutbox& outbox() { return *outbox_; }
  void rebind(std::shared_ptr<const model::Workspace> workspace);
  // Before start().
  void add_kind(std::string kind, MakeChannel make) { kinds_[std::move(kind)] = std::move(make); }
  void publish_with(
      std::function<bool(std::string_view topic, std::string_view payload, bool retain)> publish) {
    house_.publish = std::move(publish);
  }
  // `changed` hears of a channel whose state is another one, at most once a second each.
  void start(std::function<void(const ChannelState&)> changed);
  // A delivery under way is cut off within a second. Idempotent.
  void stop();

  Result<std::vector<ChannelState>> states() const;
  // Error: not_found.
  Result<ChannelState> state(std::string_view id) const;
  const ChannelDef* find(std::string_view id) const;
  void add_figures(std::vector<Gauge>& gauges) const;
  const Clock& clock() const { return *house_.clock; }
  store::Ledger& ledger() { return ledger_; }
  // Forgets what ended long ago, a little at a time. From the respond thread, now and then.
  Status forget_old(Instant now);

 private:
  struct Way {
    ChannelDef def;
    std::unique_ptr<respond::Channel> channel;  // under mutex; none before start()
    std::unique_ptr<CourierThread> courier;     // likewise, and of a channel that is switched off
    mutable std::mutex mutex;                   // of what is told to be, and of def.broken
    std::string told;                           // under mutex: the state that was told last
    Instant told_at;                            // under mutex
  };
  ChannelDesk(store::Ledger& ledger, ChannelDeskOptions options);
  void furnish();
  // Never none: a wrong configuration makes a channel that says so.
  std::unique_ptr<respond::Channel> make(const ChannelDef& def, std::string& broken) const;
  ChannelState state_of(const Way* way, respond::Queue queue) const;
  bool look(Way& way);  // true: something was not told yet
  void wake();
  std::shared_ptr<const model::Workspace> workspace() const;

  store::Ledger& ledger_;
  ChannelDeskOptions options_;
  ChannelHouse house_;
  std::atomic<bool> started_{false};
  std::atomic<bool> stopping_{false};
  mutable std::mutex mutex_;
  std::shared_ptr<const model::Workspace> workspace_;  // under mutex; shared: an import swaps it
  std::map<std::string, MakeChannel> kinds_;
  std::function<void(const ChannelState&)> changed_;
  std::unique_ptr<respond::StoredOutbox> outbox_;
  std::vector<std::unique_ptr<Way>> ways_;  // fixed from open() on
};

// api_channels.cpp
void add_channel_routes(Router& router, ChannelDesk& desk);
// One line of JSON for an event.
std::string channel_event(const ChannelState& state, Zone zone);

}  // namespace cairn::server
