// SPDX-License-Identifier: Apache-2.0
// The MQTT door, 3.1.1 and 5.0: an acknowledgement (PUBACK, PUBREC) is sent when the readings of
// the message are on disk. docs/mqtt.md lists topics, limits and what is left out.
//
//   auto mqtt = MqttEndpoint::start({.port = 1883}, live.intake(), identities, clock);
//   if (!mqtt) return fail(mqtt.error());
//   (*mqtt)->publish("cairn/v1/alerts/river_level/gauge-3", json, {.retain = true, .qos = 1});
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/limits.hpp"
#include "core/result.hpp"
#include "core/seams.hpp"
#include "core/time.hpp"
#include "device/revocation.hpp"

namespace cairn::watch {
class Intake;
}

namespace cairn::server {

class Identities;

struct MqttTls {
  std::string certificate;     // PEM, with its chain
  std::string key;             // PEM
  std::string client_ca = {};  // PEM: clients with a certificate of it need no token
};

struct MqttOptions {
  std::string address = "127.0.0.1";           // an IPv4 or IPv6 address
  std::optional<std::uint16_t> port = {};      // without TLS; 0: any free one
  std::optional<std::uint16_t> tls_port = {};  // needs `tls`
  MqttTls tls = {};
  Zone zone = {};  // of written times without one
  std::size_t connections = limits::mqtt_connections;
  std::size_t packet_bytes = limits::mqtt_packet_bytes;
  // Unacknowledged messages that a 5.0 client may have under way; announced to it.
  std::uint16_t receive_maximum = limits::mqtt_receive_maximum;
  std::uint16_t topic_alias_maximum = limits::mqtt_topic_aliases;
  // From the connection to the whole CONNECT, the TLS handshake included.
  std::int64_t connect_ms = 10'000;
  // A client that takes nothing of what waits for it.
  std::int64_t stalled_ms = 30'000;
};

// Live figures, for /metrics.
struct MqttCounters {
  std::atomic<std::int64_t> connections{0};  // now
  std::atomic<std::int64_t> sessions{0};     // now, with those whose client is away
  std::atomic<std::int64_t> accepted{0};
  std::atomic<std::int64_t> refused{0};         // CONNECTs and connections turned away
  std::atomic<std::int64_t> received{0};        // PUBLISH packets
  std::atomic<std::int64_t> readings{0};        // accepted by the intake
  std::atomic<std::int64_t> rejected{0};        // readings that were not
  std::atomic<std::int64_t> acknowledged{0};    // after they were durable
  std::atomic<std::int64_t> delivered{0};       // PUBLISH packets to subscribers
  std::atomic<std::int64_t> dropped{0};         // messages for subscribers that were away or slow
  std::atomic<std::int64_t> slow_consumers{0};  // disconnected for it
  std::atomic<std::int64_t> revoked{0};         // connections ended with the right to them
  std::atomic<std::int64_t> protocol_errors{0};
  std::atomic<std::int64_t> paused{0};  // times that reading stopped because the intake was full
  std::atomic<std::int64_t> bytes_received{0};
  std::atomic<std::int64_t> bytes_sent{0};
};

class MqttEndpoint {
 public:
  // Binds and serves from a thread of its own until stop() or destruction. `intake` and `clock`
  // must outlive it. `clock` gives the time of readings that name none.
  static Result<std::unique_ptr<MqttEndpoint>> start(const MqttOptions& options,
                                                     watch::Intake& intake,
                                                     std::shared_ptr<const Identities> identities,
                                                     const Clock& clock);
  virtual ~MqttEndpoint() = default;

  virtual std::uint16_t port() const = 0;      // 0: none
  virtual std::uint16_t tls_port() const = 0;  // 0: none

  struct Delivery {
    bool retain = false;  // kept for those who subscribe later; an empty payload forgets it
    std::uint8_t qos = 1;
  };
  // To the subscribers. Thread-safe, does not block; false when the mailbox is full (the endpoint
  // is stuck or far behind) and the message was dropped.
  virtual bool publish(std::string_view topic, std::string_view payload, Delivery delivery) = 0;

  // Ends the connections of these devices, and of those that may nothing any more their sessions.
  // Thread-safe, does not block.
  virtual void revoke(std::span<const device::Revocation> revoked) = 0;

  // shared: handlers that report the figures may outlive the endpoint.
  virtual std::shared_ptr<const MqttCounters> counters() const = 0;
  // Tells 5.0 clients that the server shuts down, then closes. Waits; idempotent.
  virtual void stop() = 0;
};

}  // namespace cairn::server
