// SPDX-License-Identifier: Apache-2.0
// What the MQTT door keeps of a client (MqttSession: also while it is away) and of a connection
// (MqttLink). Plain state; mqtt_broker.cpp moves it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "codec/mqtt.hpp"
#include "server/identity.hpp"
#include "server/mqtt_router.hpp"
#include "watch/intake.hpp"

namespace cairn::server {

struct MqttLink;

// A message for one subscriber.
struct MqttDelivery {
  SharedMqttMessage message;
  std::uint8_t qos = 0;
  bool retain = false;
  std::vector<std::uint32_t> subscription_ids;
};

// One of QoS 1 or 2 that the client has not acknowledged.
struct MqttFlight {
  std::uint16_t id = 0;
  bool released = false;  // QoS 2: PUBREL was sent
  MqttDelivery delivery;
};

struct MqttWill {
  SharedMqttMessage message;
  std::uint32_t delay_s = 0;
};

struct MqttSession {
  std::string client_id;
  Identity identity;
  watch::Sender sender;           // of the identity
  MqttLink* link = nullptr;       // null: away
  std::uint32_t expiry_s = 0;     // 0: ends with the connection; 0xFFFFFFFF: never
  std::int64_t ends_ms = 0;       // while away
  std::int64_t will_due_ms = 0;   // 0: none waits
  std::int64_t scheduled_ms = 0;  // when the broker looks at it; 0: not
  std::map<std::string, MqttSubscription, std::less<>> subscriptions;

  // To the client.
  std::deque<MqttDelivery> queue;
  std::size_t queued_bytes = 0;
  std::vector<MqttFlight> flights;  // in the order they were sent
  std::uint16_t last_id = 0;

  // From the client: QoS 2 messages without their PUBREL yet, and the log position they wait for.
  std::unordered_map<std::uint16_t, std::uint64_t> received;
  std::optional<MqttWill> will;

  std::uint64_t mark = 0;  // of the newest message that was matched, against doubles
  std::size_t marked_at = 0;
};

// An acknowledgement in its place of the queue: they leave in the order the messages came.
struct MqttPendingAck {
  std::uint64_t position = 0;  // may leave when the log is durable up to here
  std::uint16_t id = 0;
  codec::mqtt::Type type = codec::mqtt::Type::puback;
  codec::mqtt::Reason reason = codec::mqtt::Reason::success;
  std::uint32_t note = 0;  // 1-based index of MqttLink::notes; 0: none
};

// One connection as the protocol sees it. The endpoint owns it, with its socket.
struct MqttLink {
  enum class State : std::uint8_t { waiting, open, closing, lost };

  virtual ~MqttLink() = default;

  State state = State::waiting;  // waiting: for CONNECT
  bool too_many = false;         // beyond the limit of connections: to be told so
  bool secure = false;           // TLS
  std::string certificate_name;  // verified
  codec::mqtt::Version version = codec::mqtt::Version::v311;
  MqttSession* session = nullptr;  // while open

  std::string in;       // the beginning of a packet, or what waits while paused
  std::string out;      // to be sent
  bool paused = false;  // nothing is read until the intake takes more
  bool dirty = false;   // stands in MqttBroker::dirty()
  bool slow = false;    // takes too little of what is for it: about to be disconnected

  std::vector<MqttPendingAck> acks;
  std::size_t acks_begin = 0;
  std::vector<std::string> notes;  // reason strings of acks
  std::size_t waiting_at = 0;      // 1-based place among the links with acks; 0: none

  std::int64_t keep_alive_ms = 0;  // 0: none
  std::int64_t heard_ms = 0;
  std::int64_t opened_ms = 0;
  std::int64_t stuck_since_ms = 0;  // the socket takes nothing; 0: it does

  // What the client asked for.
  std::uint16_t receive_maximum = 65'535;
  std::uint32_t maximum_packet = 0xFFFFFFFF;
  std::uint16_t alias_maximum = 0;
  bool wants_reasons = true;
  std::vector<std::string> aliases_in;  // by alias - 1
  std::unordered_map<std::string, std::uint16_t> aliases_out;

  std::size_t pending_acks() const { return acks.size() - acks_begin; }
};

}  // namespace cairn::server
