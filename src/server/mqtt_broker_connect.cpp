// SPDX-License-Identifier: Apache-2.0
// MqttBroker: who comes, and what is kept of those who go.
#include <algorithm>
#include <utility>

#include "core/text.hpp"
#include "server/mqtt_broker.hpp"

namespace cairn::server {

namespace mqtt = codec::mqtt;
using mqtt::Property;
using mqtt::Version;

namespace {

// The largest packet of the protocol: no limit needs to be announced.
constexpr std::size_t protocol_packet_bytes = 268'435'460;

// The codes of 3.1 and 3.1.1 (table 3.1 there).
std::uint8_t old_code(mqtt::Reason reason) {
  switch (reason) {
    case mqtt::Reason::unsupported_version:
      return 1;
    case mqtt::Reason::invalid_client_id:
      return 2;
    case mqtt::Reason::bad_user_or_password:
      return 4;
    case mqtt::Reason::not_authorized:
      return 5;
    default:
      return 3;  // the server is not available
  }
}

std::int64_t end_of(std::int64_t now_ms, std::uint32_t expiry_s) {
  return now_ms +
         static_cast<std::int64_t>(std::min(expiry_s, limits::mqtt_session_seconds)) * 1'000;
}

std::uint32_t wanted_expiry(const mqtt::Connect& connect) {
  if (connect.version != Version::v5) return connect.clean ? 0 : limits::mqtt_session_seconds;
  const std::uint32_t wanted = connect.properties.number_or(Property::session_expiry, 0);
  return std::min(wanted, limits::mqtt_session_seconds);
}

}  // namespace

void MqttBroker::refuse_connect(MqttLink& link, Reason reason, std::string_view text) {
  ++counters_.refused;
  mqtt::Connack packet{.code = static_cast<std::uint8_t>(reason)};
  if (link.version != Version::v5) packet.code = old_code(reason);
  if (link.version == Version::v5 && !text.empty()) {
    packet.properties.set(Property::reason_string, text);
  }
  std::string bytes;
  mqtt::write(bytes, packet, link.version);
  if (bytes.size() <= link.maximum_packet) link.out += bytes;
  close(link);
}

Result<Identity> MqttBroker::identify(const MqttLink& link, const mqtt::Connect& connect) const {
  if (!link.certificate_name.empty()) return identities_.by_certificate(link.certificate_name);
  return identities_.authenticate(connect.user.value_or(""), connect.password.value_or(""));
}

void MqttBroker::handle_connect(MqttLink& link, const mqtt::Frame& frame) {
  if (frame.type() != Type::connect) {
    return fault(link, {Reason::protocol_error, "the first packet is no CONNECT"});
  }
  const auto connect = mqtt::read_connect(frame);
  if (!connect) {
    const bool known = mqtt::protocol_level(frame).has_value();
    if (connect.error().reason != Reason::unsupported_version || !known) {
      return fault(link, connect.error());
    }
    ++counters_.protocol_errors;
    return refuse_connect(link, Reason::unsupported_version, {});
  }
  link.version = connect->version;
  const mqtt::Properties& wishes = connect->properties;
  link.maximum_packet = wishes.number_or(Property::maximum_packet_size, 0xFFFFFFFF);
  link.receive_maximum =
      static_cast<std::uint16_t>(wishes.number_or(Property::receive_maximum, 65'535));
  link.alias_maximum =
      std::min(options_.topic_alias_maximum,
               static_cast<std::uint16_t>(wishes.number_or(Property::topic_alias_maximum, 0)));
  link.wants_reasons = wishes.number_or(Property::request_problem_information, 1) == 1;
  if (link.too_many) {
    const std::string text = format("the server has its {} connections; try again in half a minute",
                                    options_.connections);
    return refuse_connect(link, Reason::server_busy, text);
  }
  if (wishes.has(Property::authentication_method)) {
    return refuse_connect(link, Reason::bad_authentication_method, {});
  }
  const bool needs_id =
      connect->version == Version::v31 || (connect->version == Version::v311 && !connect->clean);
  if (connect->client_id.empty() && needs_id) {
    return refuse_connect(link, Reason::invalid_client_id, "a client id is needed");
  }
  auto identity = identify(link, *connect);
  if (!identity) {
    return refuse_connect(link, Reason::bad_user_or_password, identity.error().message);
  }
  std::string assigned;
  mqtt::Connect named = *connect;
  if (connect->client_id.empty()) {
    assigned = format("cairn-{:x}-{}", instance_, ++assigned_);
    named.client_id = assigned;
  }
  bool present = false;
  MqttSession* session = open_session(link, named, std::move(*identity), present);
  if (session == nullptr) return;
  session->will.reset();
  if (connect->will && !take_will(*session, *connect)) {
    leave(link, false);
    return refuse_connect(link, Reason::not_authorized, "no right to publish the will");
  }
  answer_connect(link, named, present, assigned);
}

bool MqttBroker::take_will(MqttSession& session, const mqtt::Connect& connect) {
  const mqtt::Will& will = *connect.will;
  const IngestTopic topic = read_ingest_topic(will.topic);
  // A will speaks when its device no longer does: it is for subscribers, never a reading.
  if (topic.kind != IngestTopic::Kind::other || !session.identity.publish) return false;
  const std::string_view first = will.topic.substr(0, will.topic.find('/'));
  if (!may_touch(session.identity, first)) return false;
  auto message = std::make_shared<MqttMessage>();
  message->topic = will.topic;
  message->payload = will.payload;
  message->qos = will.qos;
  message->retain = will.retain;
  mqtt::append_forwarded(message->forwarded, will.properties);
  // The expiry of a will runs from its publication; ours from now, which is bounded either way.
  if (const auto expiry = will.properties.number(Property::message_expiry)) {
    message->expires_ms = now_ms_ + std::int64_t{*expiry} * 1'000;
  }
  session.will = MqttWill{std::move(message), will.properties.number_or(Property::will_delay, 0)};
  return true;
}

MqttSession* MqttBroker::open_session(MqttLink& link, const mqtt::Connect& connect,
                                      Identity identity, bool& present) {
  auto at = sessions_.find(connect.client_id);
  if (at != sessions_.end()) {
    MqttSession& old = *at->second;
    if (old.identity.name != identity.name) {
      refuse_connect(link, Reason::invalid_client_id, "the client id belongs to somebody else");
      return nullptr;
    }
    if (old.link != nullptr) {
      disconnect(*old.link, Reason::session_taken_over, "the client id has connected anew");
      at = sessions_.find(connect.client_id);  // it may have ended with its link
    }
  }
  if (at != sessions_.end() && connect.clean) {
    if (at->second->will_due_ms != 0) send_will(*at->second);
    end_session(*at->second);
    at = sessions_.end();
  }
  present = at != sessions_.end();
  if (!present) {
    if (sessions_.size() >= limits::mqtt_sessions && !drop_oldest_away()) {
      refuse_connect(link, Reason::quota_exceeded, "too many sessions");
      return nullptr;
    }
    auto session = std::make_unique<MqttSession>();
    session->client_id = connect.client_id;
    at = sessions_.emplace(session->client_id, std::move(session)).first;
  }
  MqttSession& session = *at->second;
  session.sender.name = identity.name;
  session.sender.things = identity.things;
  session.identity = std::move(identity);
  session.expiry_s = wanted_expiry(connect);
  session.will_due_ms = 0;  // it came back in time
  session.link = &link;
  link.session = &session;
  schedule(session);
  return &session;
}

void MqttBroker::answer_connect(MqttLink& link, const mqtt::Connect& connect, bool present,
                                std::string_view assigned_id) {
  std::uint32_t keep_alive_s = connect.keep_alive_s;
  mqtt::Connack packet{.session_present = present && link.version != Version::v31};
  if (link.version == Version::v5) {
    mqtt::Properties& terms = packet.properties;
    if (options_.topic_alias_maximum > 0) {
      terms.set(Property::topic_alias_maximum, options_.topic_alias_maximum);
    }
    if (options_.receive_maximum < 65'535) {
      terms.set(Property::receive_maximum, options_.receive_maximum);
    }
    if (options_.packet_bytes < protocol_packet_bytes) {
      terms.set(Property::maximum_packet_size, static_cast<std::uint32_t>(options_.packet_bytes));
    }
    if (connect.properties.number_or(Property::session_expiry, 0) != link.session->expiry_s) {
      terms.set(Property::session_expiry, link.session->expiry_s);
    }
    if (keep_alive_s == 0 || keep_alive_s > limits::mqtt_keep_alive_seconds) {
      keep_alive_s = limits::mqtt_keep_alive_seconds;
      terms.set(Property::server_keep_alive, keep_alive_s);
    }
    if (!assigned_id.empty()) terms.set(Property::assigned_client_id, assigned_id);
  }
  std::string bytes;
  mqtt::write(bytes, packet, link.version);
  if (bytes.size() > link.maximum_packet) {
    link.session->will.reset();
    return close(link);
  }
  link.out += bytes;
  link.keep_alive_ms = std::int64_t{keep_alive_s} * 1'000;
  link.state = MqttLink::State::open;
  touch(link);
  ++counters_.accepted;
  redeliver(link);
}

void MqttBroker::redeliver(MqttLink& link) {
  MqttSession& session = *link.session;
  for (const MqttFlight& flight : session.flights) {
    if (flight.released) {
      mqtt::write_ack(link.out, Type::pubrel, flight.id, Reason::success, link.version);
    } else {
      write(link, flight.delivery, flight.id, true);
    }
  }
  pump(session);
}

// Takes the link from its session; the session waits for the client, or ends.
void MqttBroker::leave(MqttLink& link, bool publish_will) {
  forget_waiting(link);
  MqttSession* session = std::exchange(link.session, nullptr);
  if (session == nullptr) return;
  session->link = nullptr;
  session->ends_ms = end_of(now_ms_, session->expiry_s);
  if (!publish_will) session->will.reset();
  if (session->will) {
    const std::int64_t due = now_ms_ + std::int64_t{session->will->delay_s} * 1'000;
    session->will_due_ms = std::min(due, session->ends_ms);
    if (session->will_due_ms <= now_ms_) send_will(*session);
  }
  if (session->expiry_s == 0) {
    end_session(*session);
  } else {
    schedule(*session);
  }
}

// When the session has to be looked at: for its will or its end, or not at all.
void MqttBroker::schedule(MqttSession& session) {
  if (session.scheduled_ms != 0) due_.erase({session.scheduled_ms, session.client_id});
  session.scheduled_ms = 0;
  if (session.link != nullptr) return;
  session.scheduled_ms = session.will_due_ms != 0 ? session.will_due_ms : session.ends_ms;
  due_.emplace(session.scheduled_ms, session.client_id);
}

void MqttBroker::send_will(MqttSession& session) {
  session.will_due_ms = 0;
  if (!session.will) return;
  const SharedMqttMessage message = std::move(session.will->message);
  session.will.reset();
  if (message->retain && !retained_.put(message)) ++counters_.dropped;
  route(message, nullptr);
}

void MqttBroker::end_session(MqttSession& session) {
  for (const auto& [filter, subscription] : session.subscriptions) {
    // A filter of 3.1.1 that begins with $share is a plain one; only one of the two is there.
    if (!subscriptions_.remove(filter, true, &session)) {
      subscriptions_.remove(filter, false, &session);
    }
  }
  queued_bytes_ -= session.queued_bytes;
  if (session.scheduled_ms != 0) due_.erase({session.scheduled_ms, session.client_id});
  sessions_.erase(sessions_.find(session.client_id));
}

void MqttBroker::revoke(const Revoked& revoked, std::int64_t now_ms) {
  now_ms_ = now_ms;
  // By id: a session may end with its link, and others with the will of that.
  std::vector<std::string> found;
  for (const auto& [id, session] : sessions_) {
    if (revoked.contains(session->identity.name)) found.push_back(id);
  }
  for (const std::string& id : found) {
    const auto at = sessions_.find(id);
    if (at == sessions_.end()) continue;
    revoke(*at->second, revoked.find(at->second->identity.name)->second);
  }
  end_slow_consumers();
}

void MqttBroker::revoke(MqttSession& session, const device::Revocation& revocation) {
  using device::Revoked;
  const bool nothing_left =
      revocation.why == Revoked::blocked || revocation.why == Revoked::retired;
  const std::string id = session.client_id;
  // A certificate holds, whatever the token is now.
  const bool by_token = session.link == nullptr || session.link->certificate_name.empty();
  if (revocation.why == Revoked::secret && !by_token) return;
  if (session.link != nullptr) {
    // What may not be said any more is not said by a will either.
    session.will.reset();
    ++counters_.revoked;
    if (revocation.why == Revoked::secret) {
      disconnect(*session.link, Reason::not_authorized, "the device has a new secret");
    } else if (revocation.why == Revoked::rights) {
      disconnect(*session.link, Reason::administrative,
                 "the rights of the device have changed: connect again");
    } else {
      const std::string text = format("the device {} is {}{}", revocation.device,
                                      revocation.why == Revoked::blocked ? "blocked" : "retired",
                                      revocation.reason.empty() ? "" : ": " + revocation.reason);
      disconnect(*session.link, Reason::administrative, text);
    }
  }
  const auto at = sessions_.find(id);
  if (at == sessions_.end() || !nothing_left) return;
  at->second->will.reset();
  end_session(*at->second);
}

// Makes room for a new session: the one that would end first goes. False when all are here.
bool MqttBroker::drop_oldest_away() {
  if (due_.empty()) return false;
  MqttSession& session = *sessions_.find(due_.begin()->second)->second;
  if (session.will_due_ms != 0) send_will(session);
  end_session(session);
  return true;
}

}  // namespace cairn::server
