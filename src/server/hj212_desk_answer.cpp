// SPDX-License-Identifier: Apache-2.0
// The part of the desk that takes what instruments answer, and what they say of themselves. What
// matters later (a bottle, a restart, a serial number, a changed password, the end of an order) is
// handed to the register as a note.
#include <algorithm>
#include <utility>

#include "core/text.hpp"
#include "server/hj212_desk.hpp"

namespace cairn::server {

namespace hj212 = codec::hj212;

namespace {

using State = Hj212Request::State;

constexpr int overtimes_to_act = 12;       // after a 9011, until 9012 or data
constexpr std::size_t result_items = 64;   // of an answer that are kept word for word
constexpr std::size_t result_bytes = 500;  // of one of them
constexpr int reports_a_day = 200;         // lines of history that an instrument may cause
constexpr std::string_view password_cn = "1072";

int code_of(const hj212::Packet& packet, std::string_view name) {
  const std::string* text = packet.find(name);
  const auto value = text == nullptr ? std::nullopt : parse_integer(*text);
  return value && *value >= 0 && *value < 10'000 ? static_cast<int>(*value) : -1;
}

bool is_formal(hj212::Kind kind) {
  return kind == hj212::Kind::received || kind == hj212::Kind::done || kind == hj212::Kind::noted;
}

bool is_open(const Hj212Request& request) {
  return request.state == State::sent || request.state == State::accepted;
}

bool is_persons(const Hj212Request& request) {
  return request.by != "back-fill" && request.by != "the instrument";
}

}  // namespace

// By its QN; data may have one of their own (annex C), and answer what is under way.
Hj212Request* Hj212Desk::asked(Instrument& instrument, const Message& message) {
  const auto at = std::find_if(instrument.requests.begin(), instrument.requests.end(),
                               [&](const Hj212Request& r) { return r.qn == message.packet.qn; });
  if (at != instrument.requests.end()) return &*at;
  if (is_formal(message.kind) || instrument.requests.empty()) return nullptr;
  Hj212Request& last = instrument.requests.back();
  const bool waits = is_open(last) || last.lacks;
  if (!waits || last.cn != message.packet.cn) return nullptr;
  const auto facts = hj212::read_facts(message.packet, options_.zone).facts;
  return hj212_answer(facts, last.factor, last.info).other.empty() ? &last : nullptr;
}

bool Hj212Desk::take_answer(Hj212Session& session, const Message& message, Instrument& instrument,
                            std::int64_t now_ms) {
  Hj212Request* request = asked(instrument, message);
  if (request == nullptr) {
    if (message.kind == hj212::Kind::received || message.kind == hj212::Kind::done) {
      fault(session, message, device::Fault::syntax, false,
            "it answers a request that was not made");
    }
    return is_formal(message.kind);
  }
  if (message.kind == hj212::Kind::received) {
    take_received(session, message, instrument, *request, now_ms);
    return true;
  }
  if (message.kind == hj212::Kind::done) {
    take_done(session, message, instrument, *request);
    return true;
  }
  if (message.kind == hj212::Kind::noted) return true;
  if (message.packet.cn != request->cn) {
    fault(session, message, device::Fault::syntax, true,
          format("{}: it answers {} with {}", request->command, request->cn, message.packet.cn));
    return false;
  }
  take_told(session, message, instrument, request, now_ms);
  return true;
}

void Hj212Desk::take_received(Hj212Session& session, const Message& message, Instrument& instrument,
                              Hj212Request& request, std::int64_t now_ms) {
  // Once: a second one gives it no more time. Late, it may still be carried out.
  const bool late = request.state == State::silent && &request == &instrument.requests.back();
  if (request.state != State::sent && !late) return;
  const int code = code_of(message.packet, "QnRtn");
  if (code == 1) {
    request.state = State::accepted;
    request.text = late ? "will carry it out (said late)" : hj212::request_words(code);
    request.deadline_ms = now_ms + overtimes_to_act * options_.answer_ms;
    return;
  }
  if (instrument.next && instrument.next->qn == request.qn) instrument.next.reset();
  finish(instrument, request, State::refused, hj212::request_words(code));
  fault(session, message, device::Fault::refused, true,
        format("{}: it {}", request.command, request.text));
}

void Hj212Desk::take_done(Hj212Session& session, const Message& message, Instrument& instrument,
                          Hj212Request& request) {
  const int code = code_of(message.packet, "ExeRtn");
  if (request.state == State::refused && code == 1) {
    fault(session, message, device::Fault::syntax, true,
          format("{}: it says done, but refused it before", request.command));
  }
  const bool late = request.state == State::silent;
  if (request.settling || (!is_open(request) && !late)) return;
  const std::string when = late ? " (said late)" : "";
  if (code != 1 && code != 100) {
    if (instrument.next && instrument.next->qn == request.qn) instrument.next.reset();
    finish(instrument, request, State::failed, hj212::execution_words(code) + when);
    fault(session, message, device::Fault::refused, true,
          format("{}: {}", request.command, request.text));
    return;
  }
  if (request.cn == password_cn && code == 1) {
    return settle(instrument, request, hj212::execution_words(code) + when);
  }
  if (code == 1 && !hj212_told(request.cn, request.facts)) {
    request.lacks = true;
    finish(instrument, request, State::failed,
           format("says done, but did not tell {}{}", hj212_wanted(request.cn), when));
    fault(session, message, device::Fault::value, true,
          format("{}: it {}", request.command, request.text));
    return;
  }
  std::string text = hj212::execution_words(code) + when;
  if (request.cn == "3015" && code == 1 && request.facts.bottles.empty()) {
    request.lacks = true;
    text += ", but did not say in which bottle";
  }
  finish(instrument, request, State::done, std::move(text));
}

// What an instrument says of itself. Unasked, what matters later is acknowledged when it is on
// disk.
void Hj212Desk::take_told(Hj212Session& session, const Message& message, Instrument& instrument,
                          Hj212Request* request, std::int64_t now_ms) {
  hj212::ReadFacts read = hj212::read_facts(message.packet, options_.zone);
  for (const hj212::Finding& finding : read.findings) find(session, message, finding);
  if (read.facts.clock) {
    devices_.heard(instrument.device, 0, read.facts.clock->ns - true_clock_.now().ns,
                   true_clock_.now());
  }
  const bool was_asked = request != nullptr;
  if (request != nullptr) {
    fill_answer(session, message, *request, read.facts);
    if (is_open(*request) && !request->settling) {
      if (request->state == State::sent) request->text = "has begun to answer";
      request->state = State::accepted;
      request->deadline_ms = now_ms + overtimes_to_act * options_.answer_ms;
    } else if (request->lacks && hj212_told(request->cn, request->facts)) {
      request->lacks = false;
      finish(instrument, *request, State::done, "done; what was asked came after it said so");
    } else if (request->state == State::silent && hj212_wanted(request->cn) != nullptr &&
               hj212_told(request->cn, request->facts)) {
      finish(instrument, *request, State::done, "told (late)");
    }
  }
  Hj212Note report = report_of(instrument, read.facts, was_asked);
  // A 9014, or nothing: answers to us are not answered, but data are.
  std::string answer = message.kind == hj212::Kind::device ? hj212::answer_to(message.packet) : "";
  const bool matters = !report.text.empty() && may_report(instrument);
  const bool waits = std::any_of(noting_.begin(), noting_.end(), [&](const auto& one) {
    return one.second.mn == instrument.mn && !one.second.answer.empty();
  });
  // It comes again: nothing of it is kept that is not on disk.
  if (matters && noting_.size() >= hj212_notes_most) return;
  keep_facts(instrument.uploads, read.facts);
  if (matters) {
    note(std::move(report), {instrument.mn, session.id, std::move(answer), {}});
  } else if (!waits) {
    send(session, answer);
  }
}

void Hj212Desk::fill_answer(Hj212Session& session, const Message& message, Hj212Request& request,
                            const hj212::Facts& facts) {
  const Hj212Answer answer = hj212_answer(facts, request.factor, request.info);
  if (!answer.other.empty()) {
    fault(session, message, device::Fault::value, true,
          format("{}: it was asked for {}, but answers of {}", request.command,
                 request.info.empty() || answer.other[0] != 'i' ? request.factor : request.info,
                 answer.other));
  }
  add_facts(request.facts, answer.facts);
  for (const auto& group : message.packet.items) {
    for (const hj212::Item& item : group) {
      const std::string name = hj212::readable(item.name);
      const bool password = lower_ascii(name).ends_with("pw");
      if (!item.value || password || request.result.size() >= result_items) continue;
      request.result.emplace_back(name, hj212::readable(item.value->substr(0, result_bytes)));
    }
  }
}

Hj212Note Hj212Desk::report_of(const Instrument& instrument, const hj212::Facts& facts,
                               bool was_asked) const {
  const auto has = [](const auto& list, const auto& one) {
    return std::find(list.begin(), list.end(), one) != list.end();
  };
  const auto at = [&](const std::optional<Instant>& time) {
    return time ? " " + to_string(*time, options_.zone) : std::string();
  };
  Hj212Note out;
  out.device = instrument.device;
  out.actor = hj212_actor;
  out.action = "report";
  std::vector<std::string> lines;
  for (const hj212::Bottle& bottle : facts.bottles) {
    if (was_asked || has(instrument.uploads.bottles, bottle)) continue;
    lines.push_back(
        format("3015 超标留样 kept a sample: bottle {}{}", bottle.number, at(bottle.time)));
  }
  if (facts.restarted && facts.restarted != instrument.uploads.restarted) {
    lines.push_back("2081 开机 started" + at(facts.restarted));
  }
  for (const hj212::Serial& one : facts.serials) {
    if (has(instrument.uploads.serials, one)) continue;
    lines.push_back(format("3019 设备唯一标识 serial number {}: {}", one.factor, one.serial));
    if (out.serial.empty()) out.serial = one.serial;
  }
  out.text = join(lines, "; ");
  return out;
}

bool Hj212Desk::may_report(Instrument& instrument) {
  const std::int64_t day = true_clock_.now().ns / ns_per_day;
  if (day != instrument.reports_day) instrument.reports = 0;
  instrument.reports_day = day;
  if (instrument.reports >= reports_a_day) return false;
  ++instrument.reports;
  return true;
}

void Hj212Desk::finish(Instrument& instrument, Hj212Request& request, State state,
                       std::string text) {
  request.state = state;
  request.text = std::move(text);
  request.ended = true_clock_.now();
  request.content.clear();
  note_order(instrument, request, format("{}: {}", to_string(state), request.text));
}

// The instrument has the new password: the register takes it, and then the request is done.
void Hj212Desk::settle(Instrument& instrument, Hj212Request& request, std::string text) {
  if (!instrument.next || instrument.next->qn != request.qn) {
    return finish(instrument, request, State::failed,
                  "changed, but another password was asked for since");
  }
  request.state = State::accepted;
  request.settling = true;
  request.text = std::move(text);
  Hj212Note change;
  change.device = instrument.device;
  change.actor = request.by;
  change.action = "order";
  change.text = format("1072 {}", request.text);
  change.password = instrument.next->pw;
  note(std::move(change), {instrument.mn, 0, {}, request.qn});
}

// Between the order and the register's new secret an instrument may speak with either.
bool Hj212Desk::speaks_anew(const Message& message) {
  const auto at = instruments_.find(message.packet.mn);
  if (at == instruments_.end() || !at->second.next) return false;
  Instrument& instrument = at->second;
  if (message.packet.pw != instrument.next->pw) return false;
  instrument.next->used = true;
  for (Hj212Request& request : instrument.requests) {
    if (request.qn != instrument.next->qn || request.state != State::silent) continue;
    settle(instrument, request, "never said that it did, but speaks with the new password");
  }
  return true;
}

bool Hj212Desk::changes_password(std::string_view mn) const {
  const auto at = instruments_.find(mn);
  return at != instruments_.end() &&
         std::any_of(at->second.requests.begin(), at->second.requests.end(),
                     [](const Hj212Request& request) { return request.settling; });
}

void Hj212Desk::note_order(const Instrument& instrument, const Hj212Request& request,
                           std::string_view outcome) {
  if (!request.acts || !is_persons(request)) return;
  const Hj212Order* order = find_hj212_order(request.command);
  const std::string told = hj212_facts_text(request.facts);
  Hj212Note out;
  out.device = instrument.device;
  out.actor = request.by;
  out.action = "order";
  out.text = format("{} {} {}{}{}; {}{}{}", request.cn, order->label.zh, order->label.en,
                    request.shown.empty() ? "" : ": ", request.shown, outcome,
                    told.empty() ? "" : "; ", told);
  note(std::move(out), {instrument.mn, 0, {}, {}});
}

void Hj212Desk::note(Hj212Note note, Noting waits) {
  note.number = ++last_note_;
  noting_.emplace(note.number, std::move(waits));
  notes_.push_back(std::move(note));
}

std::vector<Hj212Note> Hj212Desk::take_notes() {
  return std::exchange(notes_, {});
}

void Hj212Desk::noted(std::uint64_t number, const Status& done) {
  const auto at = noting_.find(number);
  if (at == noting_.end()) return;
  const Noting waits = std::move(at->second);
  noting_.erase(at);
  if (!waits.answer.empty()) {
    const auto session = sessions_.find(waits.session);
    if (done && session != sessions_.end()) {
      ++counters_.acknowledged;
      send(*session->second, waits.answer);
    }
    if (!done) ++counters_.unavailable;
  }
  const auto of = instruments_.find(waits.mn);
  if (waits.qn.empty() || of == instruments_.end()) return;
  Instrument& instrument = of->second;
  for (Hj212Request& request : instrument.requests) {
    if (request.qn != waits.qn || !request.settling) continue;
    request.settling = false;
    if (done) {
      if (instrument.next && instrument.next->qn == waits.qn) {
        instrument.pw = instrument.next->pw;
        instrument.next.reset();
      }
      finish(instrument, request, State::done, request.text);
    } else {
      // It is let in with either until the server stops.
      finish(instrument, request, State::failed,
             format("the instrument has changed it, but the register did not take it ({}): give "
                    "the device this secret by hand",
                    done.error().message));
    }
  }
}

}  // namespace cairn::server
