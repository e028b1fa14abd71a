// SPDX-License-Identifier: Apache-2.0
// The part of the desk that asks instruments: one request at a time each, as the standard has it:
// request, 9011 (will do, or not), data or the result, 9012 (done, or not).
#include <algorithm>

#include "core/text.hpp"
#include "server/hj212_desk.hpp"

namespace cairn::server {

namespace hj212 = codec::hj212;

namespace {

using State = Hj212Request::State;

constexpr std::size_t requests_kept = 20;
constexpr std::string_view back_fill = "back-fill";

bool is_running(const Hj212Request& request) {
  return request.state == State::sent || request.state == State::accepted;
}

}  // namespace

const char* to_string(Hj212Request::State state) {
  switch (state) {
    case State::sent:
      return "sent";
    case State::accepted:
      return "accepted";
    case State::done:
      return "done";
    case State::refused:
      return "refused";
    case State::failed:
      return "failed";
    default:
      return "silent";
  }
}

std::string Hj212Desk::next_qn() {
  // A number of its own, also where two are made within a millisecond.
  last_qn_ms_ = std::max(last_qn_ms_ + 1, true_clock_.now().ns / 1'000'000);
  return hj212::write_time(Instant{last_qn_ms_ * 1'000'000}, options_.zone, true);
}

Result<Hj212Request> Hj212Desk::ask(std::string_view mn, const Hj212Command& command,
                                    std::int64_t now_ms) {
  const Hj212Order* order = find_hj212_order(command.command);
  if (order == nullptr) {
    const auto near = nearest(command.command, hj212_commands());
    return fail(Code::invalid, format("there is no command '{}'{}", command.command,
                                      near ? format("; did you mean '{}'?", *near)
                                           : "; use " + join(hj212_commands(), ", ")));
  }
  const auto at = instruments_.find(mn);
  if (at == instruments_.end() || !sessions_.contains(at->second.session)) {
    return fail(Code::conflict, "the instrument is not connected; it calls us, not we it");
  }
  Instrument& instrument = at->second;
  if (running(instrument) != nullptr) {
    return fail(Code::conflict, "a request is under way; an instrument is asked one at a time");
  }
  if (order->acts && noting_.size() >= hj212_notes_most) {
    return fail(Code::io, "orders cannot be written down: the disk takes nothing");
  }
  auto content = hj212_content(*order, command, true_clock_.now(), options_.zone);
  if (!content) return fail(content.error());
  Hj212Request request;
  request.command = command.command;
  request.cn = order->cn;
  request.acts = order->acts;
  request.by = command.by;
  request.span = command.span;
  request.factor = command.factor;
  request.info = command.info;
  request.content = std::move(content->said);
  request.shown = std::move(content->shown);
  send_request(instrument, std::move(request), now_ms);
  const Hj212Request& sent = instrument.requests.back();
  if (!command.password.empty()) instrument.next = {command.password, sent.qn};
  note_order(instrument, sent, "asked");
  return sent;
}

void Hj212Desk::send_request(Instrument& instrument, Hj212Request request, std::int64_t now_ms) {
  request.qn = next_qn();
  request.begun = true_clock_.now();
  request.deadline_ms = now_ms + options_.answer_ms;
  request.text = "sent";
  ++counters_.requests;
  say(instrument, request);
  instrument.requests.push_back(std::move(request));
  if (instrument.requests.size() > requests_kept) instrument.requests.pop_front();
}

void Hj212Desk::say(Instrument& instrument, const Hj212Request& request) {
  const auto at = sessions_.find(instrument.session);
  if (at == sessions_.end()) return;
  send(*at->second,
       hj212::write_frame(format("QN={};ST={};CN={};PW={};MN={};Flag=5;CP=&&{}&&", request.qn,
                                 instrument.system.empty() ? "91" : instrument.system, request.cn,
                                 instrument.pw, instrument.mn, request.content)));
}

Hj212Request* Hj212Desk::running(Instrument& instrument) {
  if (instrument.requests.empty() || !is_running(instrument.requests.back())) return nullptr;
  return &instrument.requests.back();
}

// The request that data answer: those of a history do not carry its QN (annex C).
Hj212Request* Hj212Desk::history_of(Instrument& instrument, const Message& message,
                                    Instant data_time) {
  Hj212Request* request = running(instrument);
  if (request == nullptr || request->cn != message.packet.cn || !request->span) return nullptr;
  const bool within = request->span->begin <= data_time && data_time <= request->span->end;
  return within ? request : nullptr;
}

void Hj212Desk::look_after(Instrument& instrument, std::int64_t now_ms) {
  Hj212Request* request = running(instrument);
  if (request != nullptr && !request->settling && now_ms >= request->deadline_ms) {
    const bool away = !sessions_.contains(instrument.session);
    if (request->state == State::sent && request->tries < options_.tries && !away) {
      ++request->tries;
      request->deadline_ms = now_ms + options_.answer_ms;
      say(instrument, *request);
    } else {
      give_up(instrument, *request);
    }
  }
  fill_gap(instrument, now_ms);
}

void Hj212Desk::give_up(Instrument& instrument, Hj212Request& request) {
  const bool away = !sessions_.contains(instrument.session);
  if (instrument.next && instrument.next->qn == request.qn && instrument.next->used) {
    return settle(instrument, request, "never said that it did, but speaks with the new password");
  }
  if (hj212_wanted(request.cn) != nullptr && hj212_told(request.cn, request.facts)) {
    return finish(instrument, request, State::done, "told, though it never said done (9012)");
  }
  finish(instrument, request, State::silent, away ? "the connection was lost" : "no answer");
  if (away && request.by == back_fill && request.span) {
    // Asked again when it is back.
    instrument.gaps.push_front({hj212::kind_of(request.cn), *request.span});
  }
  devices_.fault(device::Protocol::hj212, instrument.device, instrument.mn, device::Fault::timeout,
                 format("{}: {} after {} tries", request.command, request.text, request.tries), "",
                 true_clock_.now());
}

void Hj212Desk::fill_gap(Instrument& instrument, std::int64_t now_ms) {
  // Acknowledgements go first: small instruments do one thing after the other.
  const bool waits = std::any_of(pending_.begin(), pending_.end(), [&](const Pending& one) {
    return one.session == instrument.session;
  });
  if (instrument.gaps.empty() || running(instrument) != nullptr || waits ||
      !sessions_.contains(instrument.session)) {
    return;
  }
  const Gap gap = instrument.gaps.front();
  instrument.gaps.pop_front();
  const char* command = gap.kind == hj212::Kind::minute ? "minutes"
                        : gap.kind == hj212::Kind::hour ? "hours"
                                                        : "days";
  (void)ask(instrument.mn, {.command = command, .span = gap.span, .by = std::string(back_fill)},
            now_ms);
}

}  // namespace cairn::server
