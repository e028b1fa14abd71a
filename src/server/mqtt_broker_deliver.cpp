// SPDX-License-Identifier: Apache-2.0
// MqttBroker: subscriptions, and messages out.
#include <algorithm>
#include <utility>

#include "codec/mqtt_topic.hpp"
#include "server/mqtt_broker.hpp"

namespace cairn::server {

namespace mqtt = codec::mqtt;
using mqtt::Property;
using mqtt::Version;

namespace {

std::size_t levels_of(std::string_view filter) {
  return 1 + static_cast<std::size_t>(std::count(filter.begin(), filter.end(), '/'));
}

// Alerts and indicators are for whoever may subscribe; everything else begins with the id of a
// thing that the identity may touch.
bool may_hear(const Identity& identity, std::string_view filter) {
  if (!identity.subscribe) return false;
  if (mqtt::filter_covers("cairn/v1/alerts/#", filter)) return true;
  if (mqtt::filter_covers("cairn/v1/indicators/#", filter)) return true;
  const std::string_view first = filter.substr(0, filter.find('/'));
  if (first == "+" || first == "#" || first == "cairn") {
    return std::find(identity.things.begin(), identity.things.end(), "*") != identity.things.end();
  }
  return may_touch(identity, first);
}

}  // namespace

std::uint8_t MqttBroker::subscribe(MqttLink& link, const mqtt::Subscribe::Item& item,
                                   std::uint32_t id, bool& is_new) {
  const auto code = [&](Reason reason) {
    return link.version == Version::v5 ? static_cast<std::uint8_t>(reason) : std::uint8_t{0x80};
  };
  MqttSession& session = *link.session;
  const bool shared = link.version == Version::v5 && mqtt::is_shared(item.filter);
  const std::string_view filter = shared ? mqtt::split_shared(item.filter)->filter : item.filter;
  if (levels_of(filter) > limits::mqtt_topic_levels) return code(Reason::invalid_filter);
  if (!may_hear(session.identity, filter)) return code(Reason::not_authorized);
  const auto at = session.subscriptions.find(item.filter);
  is_new = at == session.subscriptions.end();
  if (is_new && (session.subscriptions.size() >= limits::mqtt_subscriptions_per_session ||
                 subscriptions_.size() >= limits::mqtt_subscriptions)) {
    return code(Reason::quota_exceeded);
  }
  const MqttSubscription subscription{.qos = item.qos,
                                      .no_local = item.no_local,
                                      .retain_as_published = item.retain_as_published,
                                      .id = id};
  if (is_new) {
    session.subscriptions.emplace(std::string(item.filter), subscription);
  } else {
    at->second = subscription;
  }
  subscriptions_.add(item.filter, shared, &session, subscription);
  return item.qos;
}

void MqttBroker::handle_subscribe(MqttLink& link, const mqtt::Frame& frame) {
  const auto packet = mqtt::read_subscribe(frame, link.version);
  if (!packet) return fault(link, packet.error());
  const std::uint32_t id = packet->properties.number_or(Property::subscription_id, 0);
  mqtt::Suback answer{.type = Type::suback, .id = packet->id};
  std::vector<const mqtt::Subscribe::Item*> wants_retained;
  for (const auto& item : packet->items) {
    bool is_new = false;
    const std::uint8_t code = subscribe(link, item, id, is_new);
    answer.codes.push_back(code);
    const bool shared = link.version == Version::v5 && mqtt::is_shared(item.filter);
    const bool wanted = item.retain_handling == 0 || (item.retain_handling == 1 && is_new);
    if (code < 0x80 && wanted && !shared) wants_retained.push_back(&item);
  }
  mqtt::write(link.out, answer, link.version);
  touch(link);
  for (const auto* item : wants_retained) {
    if (link.state != MqttLink::State::open) return;
    send_retained(link, item->filter, {.qos = item->qos, .id = id});
  }
}

void MqttBroker::send_retained(MqttLink& link, std::string_view filter,
                               const MqttSubscription& subscription) {
  retained_.for_each(filter, [&](const SharedMqttMessage& message) {
    if (link.session == nullptr) return;  // it fell as a slow consumer
    MqttDelivery delivery{.message = message,
                          .qos = std::min(message->qos, subscription.qos),
                          .retain = true,
                          .subscription_ids = {}};
    if (subscription.id != 0) delivery.subscription_ids.push_back(subscription.id);
    deliver(*link.session, std::move(delivery));
  });
}

void MqttBroker::handle_unsubscribe(MqttLink& link, const mqtt::Frame& frame) {
  const auto packet = mqtt::read_unsubscribe(frame, link.version);
  if (!packet) return fault(link, packet.error());
  MqttSession& session = *link.session;
  mqtt::Suback answer{.type = Type::unsuback, .id = packet->id};
  for (const std::string_view filter : packet->filters) {
    const bool shared = link.version == Version::v5 && mqtt::is_shared(filter);
    const bool there = subscriptions_.remove(filter, shared, &session);
    if (const auto at = session.subscriptions.find(filter); at != session.subscriptions.end()) {
      session.subscriptions.erase(at);
    }
    answer.codes.push_back(
        static_cast<std::uint8_t>(there ? Reason::success : Reason::no_subscription_existed));
  }
  mqtt::write(link.out, answer, link.version);
  touch(link);
}

void MqttBroker::handle_flight_ack(MqttLink& link, const mqtt::Frame& frame) {
  const auto ack = mqtt::read_ack(frame, link.version);
  if (!ack) return fault(link, ack.error());
  MqttSession& session = *link.session;
  const auto flight = std::find_if(session.flights.begin(), session.flights.end(),
                                   [&](const MqttFlight& one) { return one.id == ack->id; });
  const bool known = flight != session.flights.end();
  const bool failed = ack->reason >= Reason::unspecified;
  if (known) {
    const bool second = flight->delivery.qos == 2;
    const bool right = ack->type == Type::puback    ? !second
                       : ack->type == Type::pubcomp ? second && flight->released
                                                    : second;
    if (!right) {
      return fault(link, {Reason::protocol_error, "an acknowledgement of another step"});
    }
  }
  if (ack->type == Type::pubrec && !failed) {
    if (known) flight->released = true;
    mqtt::write_ack(link.out, Type::pubrel, ack->id, Reason::success, link.version);
    touch(link);
    return;
  }
  if (!known) return;
  session.flights.erase(flight);
  pump(session);
}

std::size_t MqttBroker::route(const SharedMqttMessage& message, const MqttSession* from) {
  if (subscriptions_.size() == 0) return 0;
  ++marks_;
  matched_.clear();
  std::size_t heard = 0;
  subscriptions_.match(
      message->topic, [](const MqttSession* session) { return session->link != nullptr; },
      [&](MqttSession* session, const MqttSubscription& subscription) {
        ++heard;
        if (subscription.no_local && session == from) return;
        if (session->mark != marks_) {
          session->mark = marks_;
          session->marked_at = matched_.size();
          matched_.emplace_back(session, MqttDelivery{.message = message, .subscription_ids = {}});
        }
        // Overlapping subscriptions: once, with the highest QoS and all identifiers.
        MqttDelivery& delivery = matched_[session->marked_at].second;
        delivery.qos = std::max(delivery.qos, std::min(message->qos, subscription.qos));
        delivery.retain |= subscription.retain_as_published && message->retain;
        if (subscription.id != 0) delivery.subscription_ids.push_back(subscription.id);
      });
  for (auto& [session, delivery] : matched_) deliver(*session, std::move(delivery));
  matched_.clear();
  return heard;
}

void MqttBroker::drop_front(MqttSession& session) {
  const std::size_t bytes = session.queue.front().message->bytes();
  session.queued_bytes -= bytes;
  queued_bytes_ -= bytes;
  session.queue.pop_front();
}

void MqttBroker::deliver(MqttSession& session, MqttDelivery delivery) {
  MqttLink* link = session.link;
  const bool here = link != nullptr && link->state == MqttLink::State::open && !link->slow;
  if (delivery.qos == 0) {
    if (!here) {
      ++counters_.dropped;
    } else if (link->out.size() > limits::mqtt_output_bytes) {
      slow_consumer(*link);
    } else {
      write(*link, delivery, 0, false);
    }
    return;
  }
  const std::size_t bytes = delivery.message->bytes();
  const auto is_full = [&] {
    return session.queue.size() >= limits::mqtt_queued_messages ||
           session.queued_bytes + bytes > limits::mqtt_queued_bytes ||
           queued_bytes_ + bytes > limits::mqtt_queued_total_bytes;
  };
  if (here && is_full()) {
    ++counters_.dropped;
    return slow_consumer(*link);
  }
  // Nobody is there: the newest messages are worth most.
  while (is_full() && !session.queue.empty()) {
    drop_front(session);
    ++counters_.dropped;
  }
  if (is_full()) {
    ++counters_.dropped;
    return;
  }
  session.queue.push_back(std::move(delivery));
  session.queued_bytes += bytes;
  queued_bytes_ += bytes;
  if (here) pump(session);
}

// Its will may go to others: not while a message is being handed out.
void MqttBroker::slow_consumer(MqttLink& link) {
  if (link.slow) return;
  link.slow = true;
  slow_.push_back(&link);
}

void MqttBroker::end_slow_consumers() {
  while (!slow_.empty()) {
    MqttLink* link = slow_.back();
    slow_.pop_back();
    if (link->state != MqttLink::State::open) continue;
    ++counters_.slow_consumers;
    disconnect(*link, Reason::quota_exceeded,
               "too much waits for this client: it reads too slowly");
  }
}

void MqttBroker::pump(MqttSession& session) {
  MqttLink* link = session.link;
  if (link == nullptr || link->state != MqttLink::State::open) return;
  const std::size_t window = std::min<std::size_t>(link->receive_maximum, limits::mqtt_in_flight);
  while (!session.queue.empty() && session.flights.size() < window &&
         link->out.size() <= limits::mqtt_output_bytes) {
    MqttDelivery delivery = session.queue.front();
    drop_front(session);
    do {
      if (++session.last_id == 0) session.last_id = 1;
    } while (std::any_of(session.flights.begin(), session.flights.end(),
                         [&](const MqttFlight& one) { return one.id == session.last_id; }));
    if (!write(*link, delivery, session.last_id, false)) continue;
    session.flights.push_back({.id = session.last_id, .delivery = std::move(delivery)});
  }
}

// False when the message is not for this client: expired, or larger than it takes.
bool MqttBroker::write(MqttLink& link, const MqttDelivery& delivery, std::uint16_t id, bool dup) {
  const MqttMessage& message = *delivery.message;
  if (message.expires_ms != 0 && message.expires_ms <= now_ms_) return false;
  mqtt::Delivery packet{.qos = delivery.qos,
                        .dup = dup,
                        .retain = delivery.retain,
                        .id = id,
                        .topic = message.topic,
                        .alias = 0,
                        .expiry_s = std::nullopt,
                        .subscription_ids = delivery.subscription_ids,
                        .forwarded = message.forwarded,
                        .payload = message.payload};
  if (message.expires_ms != 0) {
    packet.expiry_s = static_cast<std::uint32_t>((message.expires_ms - now_ms_ + 999) / 1'000);
  }
  if (mqtt::delivery_bytes(packet, link.version) > link.maximum_packet) {
    ++counters_.dropped;
    return false;
  }
  if (link.alias_maximum > 0) {
    const auto at = link.aliases_out.find(message.topic);
    if (at != link.aliases_out.end()) {
      packet.alias = at->second;
      packet.topic = {};
    } else if (link.aliases_out.size() < link.alias_maximum &&
               mqtt::delivery_bytes(packet, link.version) + 5 <= link.maximum_packet) {
      packet.alias = static_cast<std::uint16_t>(link.aliases_out.size() + 1);
      link.aliases_out.emplace(message.topic, packet.alias);
    }
  }
  mqtt::write_delivery(link.out, packet, link.version);
  ++counters_.delivered;
  touch(link);
  return true;
}

void MqttBroker::publish(std::string_view topic, std::string_view payload,
                         MqttEndpoint::Delivery delivery, std::int64_t now_ms) {
  now_ms_ = now_ms;
  auto message = std::make_shared<MqttMessage>();
  message->topic = topic;
  message->payload = payload;
  message->qos = std::min<std::uint8_t>(delivery.qos, 2);
  message->retain = delivery.retain;
  if (message->retain && !retained_.put(message)) ++counters_.dropped;
  route(message, nullptr);
  end_slow_consumers();
}

}  // namespace cairn::server
