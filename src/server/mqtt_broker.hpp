// SPDX-License-Identifier: Apache-2.0
// The MQTT door without its sockets: bytes of connections in, bytes out. It knows no clock; the
// caller passes steady milliseconds. Not thread-safe.
//
//   broker.opened(link, now);
//   broker.receive(link, bytes, now);          // appends answers to link.out
//   broker.committed(commit, now);             // what the intake's listener was told
//   for (MqttLink* link : broker.dirty()) …    // send link->out; close where state == closing
//   broker.lost(link, now);                    // the connection is gone
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "codec/mqtt.hpp"
#include "core/seams.hpp"
#include "device/revocation.hpp"
#include "server/identity.hpp"
#include "server/mqtt_endpoint.hpp"
#include "server/mqtt_ingest.hpp"
#include "server/mqtt_router.hpp"
#include "server/mqtt_session.hpp"
#include "watch/intake.hpp"

namespace cairn::server {

class MqttBroker {
 public:
  // All of them must outlive it. `instance` tells assigned client ids of two starts apart.
  MqttBroker(const MqttOptions& options, watch::Intake& intake, const Identities& identities,
             const Clock& clock, MqttCounters& counters, std::uint64_t instance);

  void opened(MqttLink& link, std::int64_t now_ms);
  // Handles whole packets and keeps the rest in link.in. While link.paused nothing is handled:
  // the caller should read no more until resume() has run.
  void receive(MqttLink& link, std::string_view bytes, std::int64_t now_ms);
  // Afterwards nothing refers to the link.
  void lost(MqttLink& link, std::int64_t now_ms);
  // Acknowledges what has become durable, or refuses what never will.
  void committed(const watch::Intake::Commit& commit, std::int64_t now_ms);
  // Lets paused links go on; those for which it still is too early pause again.
  void resume(std::int64_t now_ms);
  bool any_paused() const { return !paused_.empty(); }
  // The server's own messages.
  void publish(std::string_view topic, std::string_view payload, MqttEndpoint::Delivery delivery,
               std::int64_t now_ms);
  // Ends sessions and sends wills that are due.
  void tick(std::int64_t now_ms);
  // Closes a link whose time is up. The next time to look at it, in steady milliseconds.
  std::int64_t check(MqttLink& link, std::int64_t now_ms);
  void shut_down(MqttLink& link);
  // Of the register of devices, by their names.
  using Revoked = std::map<std::string, device::Revocation, std::less<>>;
  void revoke(const Revoked& revoked, std::int64_t now_ms);

  // Links with bytes to send or to close; the caller clears the list and the links' flags.
  std::vector<MqttLink*>& dirty() { return dirty_; }
  std::size_t sessions() const { return sessions_.size(); }

 private:
  using Reason = codec::mqtt::Reason;
  using Type = codec::mqtt::Type;
  // Whether the packet is done with, or must wait in link.in.
  enum class Done : std::uint8_t { yes, later };

  // mqtt_broker.cpp: links and packets
  std::size_t handle_packets(MqttLink& link, std::string_view bytes);
  Done handle(MqttLink& link, const codec::mqtt::Frame& frame);
  void fault(MqttLink& link, codec::mqtt::Fault fault);
  void close(MqttLink& link);
  void disconnect(MqttLink& link, Reason reason, std::string_view text);
  void touch(MqttLink& link);
  void pause(MqttLink& link);
  void handle_disconnect(MqttLink& link, const codec::mqtt::Frame& frame);

  // mqtt_broker_connect.cpp: who comes, and what is kept of those who go
  void handle_connect(MqttLink& link, const codec::mqtt::Frame& frame);
  void refuse_connect(MqttLink& link, Reason reason, std::string_view text);
  Result<Identity> identify(const MqttLink& link, const codec::mqtt::Connect& connect) const;
  bool take_will(MqttSession& session, const codec::mqtt::Connect& connect);
  MqttSession* open_session(MqttLink& link, const codec::mqtt::Connect& connect, Identity identity,
                            bool& present);
  void answer_connect(MqttLink& link, const codec::mqtt::Connect& connect, bool present,
                      std::string_view assigned_id);
  void end_session(MqttSession& session);
  void revoke(MqttSession& session, const device::Revocation& revocation);
  void leave(MqttLink& link, bool send_will);
  void send_will(MqttSession& session);
  void redeliver(MqttLink& link);
  void schedule(MqttSession& session);
  bool drop_oldest_away();

  // mqtt_broker_publish.cpp: messages in, acknowledgements out
  Done handle_publish(MqttLink& link, const codec::mqtt::Frame& frame);
  bool resolve_alias(MqttLink& link, codec::mqtt::Publish& publish);
  Done take_readings(MqttLink& link, const IngestTopic& topic, const codec::mqtt::Publish& publish);
  void take_message(MqttLink& link, const IngestTopic& topic, const codec::mqtt::Publish& publish);
  void acknowledge(MqttLink& link, const codec::mqtt::Publish& publish, std::uint64_t position,
                   Reason reason, std::string note);
  void send_acks(MqttLink& link);
  void send_ack(MqttLink& link, const MqttPendingAck& ack, std::string_view note);
  void fail_acks(MqttLink& link, const watch::Intake::Commit& commit);
  void forget_waiting(MqttLink& link);
  void handle_pubrel(MqttLink& link, const codec::mqtt::Frame& frame);

  // mqtt_broker_deliver.cpp: subscriptions and messages out
  void handle_subscribe(MqttLink& link, const codec::mqtt::Frame& frame);
  std::uint8_t subscribe(MqttLink& link, const codec::mqtt::Subscribe::Item& item, std::uint32_t id,
                         bool& is_new);
  void send_retained(MqttLink& link, std::string_view filter, const MqttSubscription& subscription);
  void handle_unsubscribe(MqttLink& link, const codec::mqtt::Frame& frame);
  void handle_flight_ack(MqttLink& link, const codec::mqtt::Frame& frame);
  std::size_t route(const SharedMqttMessage& message, const MqttSession* from);
  void deliver(MqttSession& session, MqttDelivery delivery);
  void pump(MqttSession& session);
  bool write(MqttLink& link, const MqttDelivery& delivery, std::uint16_t id, bool dup);
  void slow_consumer(MqttLink& link);
  void end_slow_consumers();
  void drop_front(MqttSession& session);

  const MqttOptions& options_;
  watch::Intake& intake_;
  const Identities& identities_;
  MqttCounters& counters_;
  MqttIngest ingest_;
  std::uint64_t instance_;
  std::uint64_t assigned_ = 0;

  std::int64_t now_ms_ = 0;
  std::uint64_t durable_ = 0;
  std::map<std::string, std::unique_ptr<MqttSession>, std::less<>> sessions_;
  std::set<std::pair<std::int64_t, std::string>> due_;  // sessions away, by what is next
  MqttSubscriptions subscriptions_;
  MqttRetained retained_;
  std::int64_t next_expiry_ms_ = 0;  // of retained messages
  std::size_t queued_bytes_ = 0;     // of all sessions
  std::size_t input_bytes_ = 0;      // in all links' `in`
  std::uint64_t marks_ = 0;
  std::vector<std::pair<MqttSession*, MqttDelivery>> matched_;

  std::vector<MqttLink*> waiting_;  // links with acks that wait for the log
  std::vector<MqttLink*> paused_;
  std::vector<MqttLink*> dirty_;
  std::vector<MqttLink*> slow_;  // to be disconnected when nothing is being delivered
};

}  // namespace cairn::server
