// SPDX-License-Identifier: Apache-2.0
// MqttBroker: messages in, acknowledgements out.
#include <algorithm>
#include <utility>

#include "core/text.hpp"
#include "server/mqtt_broker.hpp"

namespace cairn::server {

namespace mqtt = codec::mqtt;
using mqtt::Property;
using mqtt::Version;

namespace {

// What was refused of a message, for the acknowledgement of 5.0.
std::string note_on(const watch::Receipt& receipt) {
  if (receipt.refused.empty()) return {};
  const model::Refusal& first = receipt.refused.front();
  return format("{} of {} refused; record {}: {}", receipt.refused.size(),
                receipt.refused.size() + receipt.accepted, first.record, first.error.message);
}

// Before 5.0 nothing tells a client how many it may have under way: reading stops instead.
constexpr std::size_t pending_before_pause = 4'096;

}  // namespace

bool MqttBroker::resolve_alias(MqttLink& link, mqtt::Publish& publish) {
  const auto alias = publish.properties.number(Property::topic_alias);
  if (!alias) return true;
  if (*alias == 0 || *alias > options_.topic_alias_maximum) {
    fault(link, {Reason::invalid_topic_alias, "a topic alias beyond the maximum"});
    return false;
  }
  if (link.aliases_in.size() < *alias) link.aliases_in.resize(*alias);
  std::string& topic = link.aliases_in[*alias - 1];
  if (!publish.topic.empty()) {
    topic = publish.topic;
  } else if (topic.empty()) {
    fault(link, {Reason::protocol_error, "an alias that was not set"});
    return false;
  } else {
    publish.topic = topic;
  }
  return true;
}

MqttBroker::Done MqttBroker::handle_publish(MqttLink& link, const mqtt::Frame& frame) {
  auto publish = mqtt::read_publish(frame, link.version);
  if (!publish) {
    fault(link, publish.error());
    return Done::yes;
  }
  if (publish->properties.has(Property::subscription_id)) {
    fault(link, {Reason::protocol_error, "a subscription identifier from a client"});
    return Done::yes;
  }
  if (!publish->properties.empty() && !resolve_alias(link, *publish)) return Done::yes;
  MqttSession& session = *link.session;
  if (publish->qos == 2) {
    if (const auto at = session.received.find(publish->id); at != session.received.end()) {
      // Sent again: it was taken, only the answer was lost.
      acknowledge(link, *publish, at->second, Reason::success, {});
      return Done::yes;
    }
  }
  if (publish->qos > 0) {
    const std::size_t under_way = link.pending_acks() + session.received.size();
    if (link.version == Version::v5 && under_way >= options_.receive_maximum) {
      fault(link, {Reason::receive_maximum_exceeded, "more under way than the server announced"});
      return Done::yes;
    }
    if (link.version != Version::v5 && link.pending_acks() >= pending_before_pause) {
      pause(link);
      return Done::later;
    }
  }
  const IngestTopic topic = read_ingest_topic(publish->topic);
  if (topic.is_ingest() && session.identity.publish) return take_readings(link, topic, *publish);
  take_message(link, topic, *publish);
  return Done::yes;
}

MqttBroker::Done MqttBroker::take_readings(MqttLink& link, const IngestTopic& topic,
                                           const mqtt::Publish& publish) {
  const auto receipt = ingest_.take(topic, publish, link.session->sender);
  if (!receipt && receipt.error().code == Code::too_large) {
    pause(link);
    return Done::later;
  }
  ++counters_.received;
  if (!receipt) {
    // The log takes nothing. 5.0 can say so; before it only a lost connection makes a client keep
    // the message and try again.
    if (link.version == Version::v5) {
      acknowledge(link, publish, 0, Reason::quota_exceeded, receipt.error().message);
    } else {
      close(link);
    }
    return Done::yes;
  }
  counters_.readings += static_cast<std::int64_t>(receipt->accepted);
  counters_.rejected += static_cast<std::int64_t>(receipt->refused.size());
  if (publish.qos == 0) return Done::yes;
  const bool nothing = receipt->accepted == 0 && !receipt->refused.empty();
  acknowledge(link, publish, receipt->position, nothing ? Reason::invalid_payload : Reason::success,
              note_on(*receipt));
  return Done::yes;
}

void MqttBroker::take_message(MqttLink& link, const IngestTopic& topic,
                              const mqtt::Publish& publish) {
  ++counters_.received;
  const MqttSession& session = *link.session;
  const std::string_view first = publish.topic.substr(0, publish.topic.find('/'));
  if (topic.kind != IngestTopic::Kind::other || !session.identity.publish ||
      !may_touch(session.identity, first)) {
    // 3.1.1 has no way to refuse but to hang up (section 3.3.5 there).
    if (link.version != Version::v5) return close(link);
    return acknowledge(link, publish, 0, Reason::not_authorized, "no right to this topic");
  }
  auto message = std::make_shared<MqttMessage>();
  message->topic = publish.topic;
  message->payload = publish.payload;
  message->qos = publish.qos;
  message->retain = publish.retain;
  mqtt::append_forwarded(message->forwarded, publish.properties);
  if (const auto expiry = publish.properties.number(Property::message_expiry)) {
    message->expires_ms = now_ms_ + std::int64_t{*expiry} * 1'000;
  }
  if (message->retain && !retained_.put(message)) {
    return acknowledge(link, publish, 0, Reason::quota_exceeded, "no room for retained messages");
  }
  const std::size_t heard = route(message, &session);
  if (link.state != MqttLink::State::open) return;  // it was a slow consumer of its own message
  // PUBREC without a reason: a sender of QoS 2 has nothing to gain from it.
  const bool say_nobody = heard == 0 && publish.qos == 1;
  acknowledge(link, publish, 0, say_nobody ? Reason::no_matching_subscribers : Reason::success, {});
}

void MqttBroker::acknowledge(MqttLink& link, const mqtt::Publish& publish, std::uint64_t position,
                             Reason reason, std::string note) {
  if (publish.qos == 0) return;
  MqttPendingAck ack{.position = position,
                     .id = publish.id,
                     .type = publish.qos == 1 ? Type::puback : Type::pubrec,
                     .reason = reason};
  if (publish.qos == 2 && reason < Reason::unspecified) {
    link.session->received[publish.id] = position;
  }
  if (link.pending_acks() == 0 && position <= durable_) return send_ack(link, ack, note);
  if (!note.empty()) {
    link.notes.push_back(std::move(note));
    ack.note = static_cast<std::uint32_t>(link.notes.size());
  }
  link.acks.push_back(ack);
  if (link.waiting_at == 0) {
    waiting_.push_back(&link);
    link.waiting_at = waiting_.size();
  }
}

void MqttBroker::send_ack(MqttLink& link, const MqttPendingAck& ack, std::string_view note) {
  touch(link);
  if (ack.position > 0) ++counters_.acknowledged;
  if (note.empty() || link.version != Version::v5 || !link.wants_reasons) {
    return mqtt::write_ack(link.out, ack.type, ack.id, ack.reason, link.version);
  }
  mqtt::Ack packet{.type = ack.type, .id = ack.id, .reason = ack.reason};
  packet.properties.set(Property::reason_string, note);
  std::string bytes;
  mqtt::write(bytes, packet, link.version);
  if (bytes.size() > link.maximum_packet) {
    return mqtt::write_ack(link.out, ack.type, ack.id, ack.reason, link.version);
  }
  link.out += bytes;
}

// Those at the front whose readings are durable.
void MqttBroker::send_acks(MqttLink& link) {
  while (link.acks_begin < link.acks.size() && link.acks[link.acks_begin].position <= durable_) {
    const MqttPendingAck& ack = link.acks[link.acks_begin++];
    send_ack(link, ack, ack.note == 0 ? std::string_view() : link.notes[ack.note - 1]);
  }
  if (link.acks_begin == link.acks.size()) {
    link.acks.clear();
    link.acks_begin = 0;
    link.notes.clear();
  } else if (link.acks_begin >= 1'024) {
    link.acks.erase(link.acks.begin(),
                    link.acks.begin() + static_cast<std::ptrdiff_t>(link.acks_begin));
    link.acks_begin = 0;
  }
}

// What lies above the durable position up to `failed_to` never reached the disk. 5.0 is told;
// before it, only a lost connection makes a client send the message again.
void MqttBroker::fail_acks(MqttLink& link, const watch::Intake::Commit& commit) {
  bool failed = false;
  for (std::size_t i = link.acks_begin; i < link.acks.size(); ++i) {
    MqttPendingAck& ack = link.acks[i];
    if (ack.position <= commit.durable || ack.position > commit.failed_to) continue;
    failed = true;
    if (link.version != Version::v5) break;
    link.notes.push_back(commit.error.message);
    ack.note = static_cast<std::uint32_t>(link.notes.size());
    ack.reason = Reason::quota_exceeded;
    ack.position = 0;
  }
  if (!failed || link.version == Version::v5) return;
  send_acks(link);  // those before it
  close(link);
}

void MqttBroker::committed(const watch::Intake::Commit& commit, std::int64_t now_ms) {
  now_ms_ = now_ms;
  durable_ = std::max(durable_, commit.durable);
  const bool failure = commit.failed_to > commit.durable;
  if (failure) {
    // Messages of QoS 2 that were not kept must be taken when they are sent again.
    for (const auto& [id, session] : sessions_) {
      std::erase_if(session->received, [&](const auto& one) {
        return one.second > commit.durable && one.second <= commit.failed_to;
      });
    }
  }
  std::vector<MqttLink*> links;
  links.swap(waiting_);
  for (MqttLink* link : links) link->waiting_at = 0;
  for (MqttLink* link : links) {
    if (failure && link->state == MqttLink::State::open) fail_acks(*link, commit);
    if (link->state != MqttLink::State::open) continue;
    send_acks(*link);
    if (link->out.size() > limits::mqtt_output_bytes) slow_consumer(*link);
    if (link->pending_acks() == 0) continue;
    waiting_.push_back(link);
    link->waiting_at = waiting_.size();
  }
  end_slow_consumers();
}

void MqttBroker::forget_waiting(MqttLink& link) {
  if (link.waiting_at == 0) return;
  waiting_[link.waiting_at - 1] = waiting_.back();
  waiting_[link.waiting_at - 1]->waiting_at = link.waiting_at;
  waiting_.pop_back();
  link.waiting_at = 0;
}

void MqttBroker::handle_pubrel(MqttLink& link, const mqtt::Frame& frame) {
  const auto ack = mqtt::read_ack(frame, link.version);
  if (!ack) return fault(link, ack.error());
  link.session->received.erase(ack->id);
  mqtt::write_ack(link.out, Type::pubcomp, ack->id, Reason::success, link.version);
  touch(link);
}

}  // namespace cairn::server
