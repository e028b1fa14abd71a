// SPDX-License-Identifier: Apache-2.0
// The live engine with its threads and doors, as `cairn serve` runs it over a data directory.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/seams.hpp"
#include "server/coap_endpoint.hpp"
#include "server/hj212_endpoint.hpp"
#include "server/identity.hpp"
#include "server/ingest.hpp"
#include "server/live_threads.hpp"
#include "server/metrics.hpp"
#include "server/modbus_poller.hpp"
#include "server/modbus_register.hpp"
#include "server/mqtt_endpoint.hpp"
#include "server/player.hpp"
#include "server/topics.hpp"
#include "watch/engine.hpp"

namespace cairn::server {

class DeviceDesk;

struct LiveOptions {
  std::string directory;                         // of log, states, history and journal
  std::string address = "127.0.0.1";             // of the MQTT door
  std::optional<std::uint16_t> mqtt_port;        // 0: any free one; none: no such door
  bool any_mqtt_port = false;                    // when that one is taken, any free one
  std::string token = {};                        // may write everything, besides the identities
  std::vector<store::Retention> retention = {};  // of the history; none: for ever
  std::optional<std::uint16_t> coap_port = {};   // plain; as mqtt_port
  std::optional<std::uint16_t> coaps_port = {};  // DTLS with the keys of <directory>/psk.csv
  bool coap_insecure = false;                    // plain CoAP also beyond loopback
  std::optional<std::uint16_t> hj212_port = {};  // as mqtt_port; needs `devices`
  std::vector<ModbusTarget> modbus = {};         // meters that are asked; they need their maps
  std::vector<model::ModbusModel> modbus_models = {};
  device::Register* devices = nullptr;  // who speaks; null: nobody is known
  DeviceDesk* device_desk = nullptr;    // the same, for doors that look names up
  std::function<double()> clock_speed = {};
  const Clock* true_clock = nullptr;  // measures durations; null: the engine's clock
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
  std::uint16_t coap_port() const { return coap_ ? coap_->port() : 0; }
  std::uint16_t coaps_port() const { return coap_ ? coap_->dtls_port() : 0; }
  Hj212Endpoint* hj212() const { return hj212_.get(); }  // null: no such door
  // Of all doors, for /metrics.
  void add_figures(std::vector<Gauge>& gauges) const;

  // The world as it is served: with the live history. After adopt() the new one.
  std::shared_ptr<const watch::World> served(std::shared_ptr<const watch::World> world) const;
  // The engine goes on with another world (an import); then served() of it.
  Result<std::shared_ptr<const watch::World>> adopt(std::shared_ptr<const watch::World> world);

  // The CoAP door, when it is wanted; `alerts` renders those that are open.
  Status open_coap(std::function<std::string()> alerts);
  // The HJ 212 door, when it is wanted: names by the packs' `inputs.hj212`.
  Status open_hj212(const model::Catalog& catalog);
  // Begins to ask the meters; what cannot be asked is told. Call after run().
  void ask_meters(Problems& problems);
  // What of alerts and indicators goes out by MQTT and CoAP: those that are open already, rendered;
  // then every update with its events, on the engine's thread.
  void tell_open(const model::Alert& alert, std::string json);
  void tell(const watch::LiveUpdate& update, const std::vector<Event>& events);
  // To the subscribers of the MQTT door, at least once; false: there is none, or it is far behind.
  bool publish(std::string_view topic, std::string_view payload, bool retain);
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
  watch::Intake& door_intake(device::Protocol protocol);
  void revoke(std::span<const device::Revocation> revoked);

  LiveOptions options_;
  int lock_ = -1;
  const Clock* clock_ = nullptr;
  std::unique_ptr<watch::Engine> engine_;
  std::shared_ptr<const Identities> identities_;  // shared: by all doors
  std::unique_ptr<IngestDoor> door_;
  Files* files_ = nullptr;
  Zone zone_;
  watch::Intake* intake_ = nullptr;                    // of the doors
  std::vector<std::unique_ptr<watch::Intake>> noted_;  // before it, one a door
  std::unique_ptr<MqttEndpoint> mqtt_;
  std::unique_ptr<Topics> topics_;  // when there is MQTT
  std::unique_ptr<CoapEndpoint> coap_;
  std::unique_ptr<Hj212Endpoint> hj212_;
  std::unique_ptr<ModbusRegister> meters_;  // before the poller, which asks it
  std::unique_ptr<ModbusPoller> modbus_;
  std::unique_ptr<LiveThreads> threads_;
  std::unique_ptr<Player> player_;
};

}  // namespace cairn::server
