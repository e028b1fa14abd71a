// SPDX-License-Identifier: Apache-2.0
#include "server/mqtt_broker.hpp"

#include <algorithm>

namespace cairn::server {

namespace mqtt = codec::mqtt;
using mqtt::Property;
using mqtt::Version;

namespace {

// Every link is looked at this often, whatever its own deadlines are.
constexpr std::int64_t longest_look_ms = 5'000;
constexpr std::int64_t retained_expiry_ms = 10'000;
// What a link keeps of its input buffer when it is empty.
constexpr std::size_t kept_input_bytes = 4'096;

}  // namespace

MqttBroker::MqttBroker(const MqttOptions& options, watch::Intake& intake,
                       const Identities& identities, const Clock& clock, MqttCounters& counters,
                       std::uint64_t instance)
    : options_(options),
      intake_(intake),
      identities_(identities),
      counters_(counters),
      ingest_(intake, clock, options.zone),
      instance_(instance),
      durable_(intake.durable()) {}

void MqttBroker::opened(MqttLink& link, std::int64_t now_ms) {
  now_ms_ = now_ms;
  link.state = MqttLink::State::waiting;
  link.opened_ms = link.heard_ms = now_ms;
}

void MqttBroker::touch(MqttLink& link) {
  if (link.dirty) return;
  link.dirty = true;
  dirty_.push_back(&link);
}

void MqttBroker::pause(MqttLink& link) {
  if (link.paused) return;
  link.paused = true;
  paused_.push_back(&link);
  ++counters_.paused;
}

void MqttBroker::receive(MqttLink& link, std::string_view bytes, std::int64_t now_ms) {
  now_ms_ = now_ms;
  if (link.state == MqttLink::State::closing || link.state == MqttLink::State::lost) return;
  if (!bytes.empty()) link.heard_ms = now_ms;
  if (link.in.empty() && !link.paused) {
    bytes.remove_prefix(handle_packets(link, bytes));
    link.in.assign(bytes);
    input_bytes_ += link.in.size();
  } else {
    link.in += bytes;
    input_bytes_ += bytes.size();
    if (!link.paused) {
      const std::size_t done = handle_packets(link, link.in);
      link.in.erase(0, done);
      input_bytes_ -= done;
    }
  }
  // It sends and does not read what is answered.
  if (link.out.size() > limits::mqtt_output_bytes) slow_consumer(link);
  end_slow_consumers();
  if (link.in.empty() && link.in.capacity() > kept_input_bytes) link.in.shrink_to_fit();
  if (input_bytes_ > limits::mqtt_input_bytes && !link.in.empty() && !link.paused) {
    disconnect(link, Reason::quota_exceeded, "too many half-sent packets; try again in a minute");
  }
}

void MqttBroker::resume(std::int64_t now_ms) {
  now_ms_ = now_ms;
  std::vector<MqttLink*> links;
  links.swap(paused_);
  for (MqttLink* link : links) {
    link->paused = false;
    link->heard_ms = now_ms;  // what it sent meanwhile was not read
    receive(*link, {}, now_ms);
    touch(*link);  // the caller looks whether to read again
  }
}

std::size_t MqttBroker::handle_packets(MqttLink& link, std::string_view bytes) {
  std::size_t done = 0;
  while (!link.paused && link.state <= MqttLink::State::open && done < bytes.size()) {
    const bool open = link.state == MqttLink::State::open;
    const std::size_t limit =
        open ? options_.packet_bytes : std::min(options_.packet_bytes, limits::mqtt_connect_bytes);
    mqtt::Frame frame;
    const mqtt::Framing framing = mqtt::next_frame(bytes.substr(done), limit, frame);
    if (framing.state == mqtt::Framing::State::more) break;
    if (framing.state == mqtt::Framing::State::malformed) {
      fault(link, {Reason::malformed, "the length of a packet is malformed"});
    } else if (framing.state == mqtt::Framing::State::too_large) {
      fault(link, {Reason::packet_too_large, "the packet is larger than the server takes"});
    } else if (handle(link, frame) == Done::later) {
      break;
    } else {
      done += framing.bytes;
    }
  }
  // What a closing link still sends is of no use.
  return link.state > MqttLink::State::open ? bytes.size() : done;
}

MqttBroker::Done MqttBroker::handle(MqttLink& link, const mqtt::Frame& frame) {
  if (link.state == MqttLink::State::waiting) {
    handle_connect(link, frame);
    return Done::yes;
  }
  switch (frame.type()) {
    case Type::publish:
      return handle_publish(link, frame);
    case Type::puback:
    case Type::pubrec:
    case Type::pubcomp:
      handle_flight_ack(link, frame);
      break;
    case Type::pubrel:
      handle_pubrel(link, frame);
      break;
    case Type::subscribe:
      handle_subscribe(link, frame);
      break;
    case Type::unsubscribe:
      handle_unsubscribe(link, frame);
      break;
    case Type::pingreq:
      if (const auto ping = mqtt::read_ping(frame); !ping) {
        fault(link, ping.error());
      } else {
        mqtt::write(link.out, mqtt::Ping{Type::pingresp}, link.version);
        touch(link);
      }
      break;
    case Type::disconnect:
      handle_disconnect(link, frame);
      break;
    case Type::suback:
    case Type::unsuback:
      if (frame.flags() != 0) {
        fault(link, {Reason::malformed, "the flags of the fixed header are wrong"});
        break;
      }
      [[fallthrough]];
    default:
      // A second CONNECT, AUTH without a method, and what only servers send.
      fault(link, {Reason::protocol_error, "a packet that a client must not send here"});
  }
  return Done::yes;
}

void MqttBroker::handle_disconnect(MqttLink& link, const mqtt::Frame& frame) {
  const auto packet = mqtt::read_disconnect(frame, link.version);
  if (!packet) return fault(link, packet.error());
  if (const auto expiry = packet->properties.number(Property::session_expiry)) {
    if (link.session->expiry_s == 0 && *expiry != 0) {
      return fault(link, {Reason::protocol_error, "a session that ends with the connection"});
    }
    link.session->expiry_s = std::min(*expiry, limits::mqtt_session_seconds);
  }
  if (packet->reason == Reason::success) link.session->will.reset();
  close(link);
}

// Without a session or before 5.0 there is no way to say why.
void MqttBroker::fault(MqttLink& link, mqtt::Fault fault) {
  ++counters_.protocol_errors;
  if (link.state == MqttLink::State::open && link.version == Version::v5) {
    mqtt::write(link.out, mqtt::Disconnect{.reason = fault.reason}, link.version);
  }
  close(link);
}

void MqttBroker::disconnect(MqttLink& link, Reason reason, std::string_view text) {
  if (link.state == MqttLink::State::open && link.version == Version::v5) {
    mqtt::Disconnect packet{.reason = reason};
    packet.properties.set(Property::reason_string, text);
    mqtt::write(link.out, packet, link.version);
  }
  close(link);
}

void MqttBroker::close(MqttLink& link) {
  if (link.state > MqttLink::State::open) return;
  leave(link, true);
  link.state = MqttLink::State::closing;
  touch(link);
}

void MqttBroker::lost(MqttLink& link, std::int64_t now_ms) {
  now_ms_ = now_ms;
  leave(link, true);
  end_slow_consumers();
  link.state = MqttLink::State::lost;
  input_bytes_ -= link.in.size();
  link.in.clear();
  std::erase(paused_, &link);
  if (link.dirty) std::erase(dirty_, &link);
  link.dirty = false;
}

void MqttBroker::shut_down(MqttLink& link) {
  if (link.session != nullptr) link.session->will.reset();  // nobody is there to hear it
  disconnect(link, Reason::server_shutting_down, "the server shuts down");
}

std::int64_t MqttBroker::check(MqttLink& link, std::int64_t now_ms) {
  now_ms_ = now_ms;
  std::int64_t next = now_ms + longest_look_ms;
  if (link.stuck_since_ms != 0) {
    const std::int64_t until = link.stuck_since_ms + options_.stalled_ms;
    if (now_ms >= until) {
      ++counters_.slow_consumers;
      link.out.clear();
      close(link);
      return next;
    }
    next = std::min(next, until);
  }
  if (link.state == MqttLink::State::waiting) {
    const std::int64_t until = link.opened_ms + options_.connect_ms;
    if (now_ms >= until) {
      ++counters_.refused;
      close(link);
    }
    next = std::min(next, until);
  } else if (link.state == MqttLink::State::open && link.keep_alive_ms > 0 && !link.paused) {
    // One and a half times the keep-alive (section 3.1.2.10).
    const std::int64_t until = link.heard_ms + link.keep_alive_ms * 3 / 2;
    if (now_ms >= until) {
      disconnect(link, Reason::keep_alive_timeout, "nothing was heard within the keep-alive");
    }
    next = std::min(next, until);
  }
  return next;
}

void MqttBroker::tick(std::int64_t now_ms) {
  now_ms_ = now_ms;
  while (!due_.empty() && due_.begin()->first <= now_ms) {
    MqttSession& session = *sessions_.find(due_.begin()->second)->second;
    if (session.will_due_ms != 0) send_will(session);
    if (session.ends_ms <= now_ms) {
      end_session(session);
    } else {
      schedule(session);
    }
  }
  end_slow_consumers();
  if (now_ms < next_expiry_ms_) return;
  next_expiry_ms_ = now_ms + retained_expiry_ms;
  retained_.expire(now_ms);
  counters_.sessions = static_cast<std::int64_t>(sessions_.size());
}

}  // namespace cairn::server
