// SPDX-License-Identifier: Apache-2.0
// The live engine with its threads and doors, as `cairn serve` runs it over a data directory.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/seams.hpp"
#include "server/identity.hpp"
#include "server/ingest.hpp"
#include "server/live_threads.hpp"
#include "server/mqtt_endpoint.hpp"
#include "server/player.hpp"
#include "watch/engine.hpp"

namespace cairn::server {

struct LiveOptions {
  std::string directory;                   // of log, states, history and journal
  std::string address = "127.0.0.1";       // of the MQTT door
  std::optional<std::uint16_t> mqtt_port;  // 0: any free one; none: no such door
  bool any_mqtt_port = false;              // when that one is taken, any free one
  std::string token = {};                  // may write everything, besides the identities
  std::vector<store::Retention> retention = {};  // of the history; none: for ever
  std::function<double()> clock_speed = {};
  std::function<void(const Error&)> fatal = {};
  // Of one among several (server/shard_service): see watch::EngineOptions.
  watch::Forward* forward = nullptr;
  std::function<void(std::vector<stream::Share>)> shares = {};
  watch::Intake* intake = nullptr;  // of the doors; none: the engine's
};

class LiveService {
 public:
  // Locks the directory, recovers, and opens the MQTT door. Readings are taken from run() on.
  // `files` and `clock` must outlive this.
  static Result<std::unique_ptr<LiveService>> open(Files& files, const Clock& clock,
                                                   std::shared_ptr<const watch::World> world,
                                                   const LiveOptions& options);
  ~LiveService();

  watch::Engine& engine() { return *engine_; }
  IngestDoor& door() { return *door_; }
  std::uint16_t mqtt_port() const { return mqtt_ ? mqtt_->port() : 0; }
  std::shared_ptr<const MqttCounters> mqtt_counters() const;

  // The world as it is served: with the live history. After adopt() the new one.
  std::shared_ptr<const watch::World> served(std::shared_ptr<const watch::World> world) const;
  // The engine goes on with another world (an import); then served() of it.
  Result<std::shared_ptr<const watch::World>> adopt(std::shared_ptr<const watch::World> world);

  Status run();
  // Runs on the engine's thread between two applies, and waits for it.
  Status between(std::function<Status()> work);
  // The packs' series through the doors, from `start` on.
  void rehearse(const watch::World& world, Instant start, std::uint16_t http_port);
  // Doors first, then the engine, everything to disk. Idempotent.
  void stop();

 private:
  explicit LiveService(const LiveOptions& options) : options_(options) {}
  Status lock();

  LiveOptions options_;
  int lock_ = -1;
  const Clock* clock_ = nullptr;
  std::unique_ptr<watch::Engine> engine_;
  std::shared_ptr<const Identities> identities_;  // shared: by all doors
  std::unique_ptr<IngestDoor> door_;
  std::unique_ptr<MqttEndpoint> mqtt_;
  std::unique_ptr<LiveThreads> threads_;
  std::unique_ptr<Player> player_;
};

}  // namespace cairn::server
