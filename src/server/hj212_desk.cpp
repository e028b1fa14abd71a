// SPDX-License-Identifier: Apache-2.0
#include "server/hj212_desk.hpp"

#include <algorithm>

#include "codec/decode.hpp"
#include "core/text.hpp"

namespace cairn::server {

namespace hj212 = codec::hj212;

namespace {

constexpr std::size_t told_most = 256;        // different notes of a session that are counted
constexpr std::size_t instruments_most = 64;  // that share a connection

device::Fault fault_of(hj212::Trouble trouble) {
  switch (trouble) {
    case hj212::Trouble::framing:
      return device::Fault::framing;
    case hj212::Trouble::length:
      return device::Fault::length;
    case hj212::Trouble::checksum:
      return device::Fault::checksum;
    case hj212::Trouble::syntax:
      return device::Fault::syntax;
    case hj212::Trouble::name:
      return device::Fault::unknown_name;
    case hj212::Trouble::clock:
      return device::Fault::clock;
    default:
      return device::Fault::value;
  }
}

// Data are repeated until they are acknowledged; what wants something done gets a reason.
bool is_data(hj212::Kind kind) {
  return kind >= hj212::Kind::realtime && kind <= hj212::Kind::device;
}

// "3 days", "5 hours", "60 min": as much as anybody wants to know of a wrong clock.
std::string rough(std::int64_t ns) {
  const std::int64_t minutes = ns / (60 * ns_per_second);
  if (minutes >= 48 * 60) return format("{} days", minutes / (24 * 60));
  return minutes >= 120 ? format("{} hours", minutes / 60) : format("{} min", minutes);
}

}  // namespace

Hj212Desk::Hj212Desk(Hj212DeskOptions options, const Hj212Names& names, watch::Intake& intake,
                     device::Register& devices, const Clock& clock, const Clock& true_clock,
                     Hj212Counters& counters)
    : options_(std::move(options)),
      names_(names),
      intake_(intake),
      devices_(devices),
      clock_(clock),
      true_clock_(true_clock),
      counters_(counters) {}

void Hj212Desk::opened(Hj212Session& session, std::int64_t now_ms) {
  session.opened_ms = session.heard_ms = now_ms;
  sessions_.insert_or_assign(session.id, &session);
}

void Hj212Desk::lost(Hj212Session& session) {
  while (auto frame = session.framer.finish()) take_frame(session, std::move(*frame), 0);
  sessions_.erase(session.id);
  for (auto& [mn, instrument] : instruments_) {
    if (instrument.session == session.id) instrument.session = 0;
  }
  std::erase(dirty_, &session);
}

void Hj212Desk::receive(Hj212Session& session, std::string_view bytes, std::int64_t now_ms) {
  counters_.bytes_received += bytes.size();
  session.heard_ms = now_ms;
  session.framer.feed(bytes);
  while (!session.closing) {
    auto frame = session.framer.next();
    if (!frame) break;
    take_frame(session, std::move(*frame), now_ms);
  }
  if (session.framer.skipped() > options_.rubbish_bytes) close(session);
}

void Hj212Desk::take_frame(Hj212Session& session, hj212::Frame frame, std::int64_t now_ms) {
  Message message;
  message.sample = codec::shown_message(hj212::without_passwords(frame.bytes));
  hj212::Parsed parsed;
  if (!frame.rubbish) parsed = hj212::parse(frame.data);
  message.packet = std::move(parsed.packet);
  message.kind = hj212::kind_of(message.packet.cn);
  const std::string& mn = message.packet.mn.empty() ? session.last_mn : message.packet.mn;
  if (!mn.empty()) message.known = devices_.find(device::Protocol::hj212, mn);
  for (const hj212::Finding& finding : frame.findings) find(session, message, finding);
  if (frame.right()) {
    for (const hj212::Finding& finding : parsed.findings) find(session, message, finding);
  }
  if (!frame.right() || !parsed.right()) {
    ++counters_.wrong_frames;
    return;
  }
  ++counters_.frames;
  session.spoke = true;
  session.last_mn = message.packet.mn;
  take_message(session, message, now_ms);
}

void Hj212Desk::take_message(Hj212Session& session, Message& message, std::int64_t now_ms) {
  if (!message.known || message.known->status == device::Status::waiting) {
    return take_stranger(session, message);
  }
  if (message.known->status != device::Status::approved) {
    ++counters_.denied;
    return close(session);
  }
  const bool anew = speaks_anew(message);
  if (!anew && !devices_.accepts(message.known->id, message.packet.pw)) {
    ++counters_.denied;
    fault(session, message, device::Fault::password, true, "the password (PW) is wrong");
    if (message.packet.wants_answer() && !is_data(message.kind)) {
      send(session, hj212::request_answer(message.packet, 3));
    }
    return;
  }
  take_known(session, message, now_ms);
}

void Hj212Desk::take_stranger(Hj212Session& session, const Message& message) {
  ++counters_.strangers;
  const hj212::Packet& packet = message.packet;
  if (!message.known) {
    // Once a session: the register keeps the first sample anyway.
    if (session.told.size() < told_most && session.told.insert("contact " + packet.mn).second) {
      devices_.contact(
          {device::Protocol::hj212, packet.mn, session.peer, packet.st, message.sample},
          true_clock_.now());
    }
  } else {
    devices_.heard(message.known->id, 0, clock_offset(session, message), true_clock_.now());
  }
  if (packet.wants_answer() && !is_data(message.kind) && !hj212::answer_to(packet).empty()) {
    send(session, hj212::request_answer(packet, 4));
  }
}

void Hj212Desk::take_known(Hj212Session& session, const Message& message, std::int64_t now_ms) {
  const hj212::Packet& packet = message.packet;
  auto at = instruments_.find(packet.mn);
  if (at == instruments_.end()) at = instruments_.emplace(packet.mn, Instrument{}).first;
  Instrument& instrument = at->second;
  instrument.mn = packet.mn;
  instrument.device = message.known->id;
  instrument.thing = message.known->thing;
  instrument.type = message.known->type;
  instrument.pw = packet.pw;
  if (packet.st != "91") instrument.system = packet.st;
  if (session.instruments.size() < instruments_most) session.instruments.insert(packet.mn);
  instrument.session = session.id;
  if (message.kind >= hj212::Kind::realtime && message.kind <= hj212::Kind::day &&
      packet.find("DataTime") == nullptr && packet.items.empty() && packet.wants_answer()) {
    // The order to send data, not data: an instrument has nobody to give it to.
    devices_.heard(instrument.device, 0, clock_offset(session, message), true_clock_.now());
    return send(session, hj212::answer_to(packet));
  }
  if (message.kind >= hj212::Kind::realtime && message.kind <= hj212::Kind::day) {
    return take_data(session, message, instrument, now_ms);
  }
  const bool answered = take_answer(session, message, instrument, now_ms);
  // What answers us carries our QN, which says nothing of its clock.
  devices_.heard(instrument.device, 0, answered ? std::nullopt : clock_offset(session, message),
                 true_clock_.now());
  if (answered) return;
  if (message.kind == hj212::Kind::device) {
    return take_told(session, message, instrument, nullptr, now_ms);
  }
  send(session, hj212::answer_to(packet));
  if (message.kind == hj212::Kind::clock) {
    const std::string* factor = packet.find("PolId");
    (void)ask(packet.mn,
              {.command = "set_clock", .factor = factor ? *factor : "", .by = "the instrument"},
              now_ms);
  }
}

void Hj212Desk::committed(const watch::Intake::Commit& commit) {
  while (!pending_.empty()) {
    Pending& first = pending_.front();
    const bool written = first.position <= commit.durable;
    if (!written && first.position > commit.failed_to) return;
    if (const auto at = sessions_.find(first.session); at != sessions_.end() && written) {
      ++counters_.acknowledged;
      send(*at->second, first.answer);
    }
    if (!written) ++counters_.unavailable;
    pending_.pop_front();
  }
}

void Hj212Desk::tick(std::int64_t now_ms) {
  for (auto& [id, session] : sessions_) {
    if (session->closing) continue;
    const std::int64_t quiet_ms = now_ms - session->heard_ms;
    if (session->framer.held() > 0 && quiet_ms > options_.half_frame_ms) {
      while (auto frame = session->framer.finish()) {
        take_frame(*session, std::move(*frame), now_ms);
      }
    }
    const bool never = !session->spoke && now_ms - session->opened_ms > options_.first_frame_ms;
    if (never || quiet_ms > options_.idle_ms) close(*session);
  }
  for (auto& [mn, instrument] : instruments_) look_after(instrument, now_ms);
}

std::optional<std::int64_t> Hj212Desk::clock_offset(Hj212Session& session, const Message& message) {
  // Answers carry the QN of our request.
  if (message.kind == hj212::Kind::received || message.kind == hj212::Kind::done ||
      message.kind == hj212::Kind::noted) {
    return std::nullopt;
  }
  const auto said = hj212::read_time(message.packet.qn, options_.zone);
  if (!said) return std::nullopt;
  const std::int64_t offset_ns = said->ns - true_clock_.now().ns;
  constexpr std::int64_t wrong_ns = 5 * 60 * ns_per_second;
  if (offset_ns > wrong_ns || offset_ns < -wrong_ns) {
    fault(session, message, device::Fault::clock, false,
          format("its clock is {} {}", rough(std::abs(offset_ns)),
                 offset_ns > 0 ? "ahead" : "behind"));
  }
  return offset_ns;
}

void Hj212Desk::find(Hj212Session& session, const Message& message, const hj212::Finding& finding) {
  fault(session, message, fault_of(finding.trouble), finding.refuses,
        hj212::without_passwords(finding.text));
}

// What does not keep a message from being read is counted once a session.
void Hj212Desk::fault(Hj212Session& session, const Message& message, device::Fault fault,
                      bool every_time, std::string_view what) {
  if (!every_time) {
    // Digits differ from message to message; the fault is the same.
    std::string kind = format("{} {} ", device::to_string(fault), message.packet.mn);
    std::copy_if(what.begin(), what.end(), std::back_inserter(kind),
                 [](char c) { return c < '0' || c > '9'; });
    if (session.told.size() >= told_most || !session.told.insert(std::move(kind)).second) return;
  }
  const std::string& mn = message.packet.mn.empty() ? session.last_mn : message.packet.mn;
  devices_.fault(device::Protocol::hj212, message.known ? message.known->id : "", mn, fault, what,
                 message.sample, true_clock_.now());
}

void Hj212Desk::send(Hj212Session& session, std::string_view bytes) {
  if (bytes.empty() || session.closing) return;
  if (session.out.size() + bytes.size() > options_.out_bytes) return close(session);
  session.out += bytes;
  if (std::find(dirty_.begin(), dirty_.end(), &session) == dirty_.end()) {
    dirty_.push_back(&session);
  }
}

void Hj212Desk::close(Hj212Session& session) {
  session.closing = true;
  if (std::find(dirty_.begin(), dirty_.end(), &session) == dirty_.end()) {
    dirty_.push_back(&session);
  }
}

void Hj212Desk::revoke(std::string_view mn) {
  const auto at = instruments_.find(mn);
  if (at == instruments_.end()) return;
  const auto session = sessions_.find(std::exchange(at->second.session, 0));
  if (session == sessions_.end()) return;
  auto& sharing = session->second->instruments;
  if (const auto own = sharing.find(mn); own != sharing.end()) sharing.erase(own);
  if (sharing.empty()) close(*session->second);
}

Hj212Standing Hj212Desk::standing(std::string_view mn) const {
  Hj212Standing out;
  const auto at = instruments_.find(mn);
  if (at == instruments_.end()) return out;
  const Instrument& instrument = at->second;
  const auto session = sessions_.find(instrument.session);
  out.connected = session != sessions_.end();
  if (out.connected) out.peer = session->second->peer;
  out.system = instrument.system;
  out.flags = instrument.flags;
  out.requests.assign(instrument.requests.rbegin(), instrument.requests.rend());
  for (Hj212Request& request : out.requests) request.content.clear();
  out.uploads = instrument.uploads;
  return out;
}

}  // namespace cairn::server
