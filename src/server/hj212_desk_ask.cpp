// SPDX-License-Identifier: Apache-2.0
// The part of the desk that asks instruments: one request at a time each, as the standard has it:
// request, 9011 (will do, or not), data or the result, 9012 (done, or not).
#include <algorithm>
#include <array>

#include "core/text.hpp"
#include "server/hj212_desk.hpp"

namespace cairn::server {

namespace hj212 = codec::hj212;

namespace {

using State = Hj212Request::State;

constexpr std::size_t requests_kept = 20;
constexpr std::string_view back_fill = "back-fill";

struct CommandDef {
  std::string_view word;
  std::string_view cn;
};
constexpr std::array<CommandDef, 11> commands{{{"clock", "1011"},
                                               {"set_clock", "1012"},
                                               {"realtime_interval", "1061"},
                                               {"set_realtime_interval", "1062"},
                                               {"minute_interval", "1063"},
                                               {"set_minute_interval", "1064"},
                                               {"realtime", "2011"},
                                               {"stop_realtime", "2012"},
                                               {"minutes", "2051"},
                                               {"hours", "2061"},
                                               {"days", "2031"}}};

bool is_running(const Hj212Request& request) {
  return request.state == State::sent || request.state == State::accepted;
}

int code_of(const hj212::Packet& packet, std::string_view name) {
  const std::string* text = packet.find(name);
  const auto value = text == nullptr ? std::nullopt : parse_integer(*text);
  return value && *value >= 0 && *value < 10'000 ? static_cast<int>(*value) : -1;
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

const std::vector<std::string>& hj212_commands() {
  static const std::vector<std::string> words = [] {
    std::vector<std::string> out;
    for (const CommandDef& command : commands) out.emplace_back(command.word);
    return out;
  }();
  return words;
}

std::string Hj212Desk::next_qn() {
  // A number of its own, also where two are made within a millisecond.
  last_qn_ms_ = std::max(last_qn_ms_ + 1, true_clock_.now().ns / 1'000'000);
  return hj212::write_time(Instant{last_qn_ms_ * 1'000'000}, options_.zone, true);
}

Result<Hj212Request> Hj212Desk::ask(std::string_view mn, const Hj212Command& command,
                                    std::int64_t now_ms) {
  const auto def = std::find_if(commands.begin(), commands.end(),
                                [&](const CommandDef& c) { return c.word == command.command; });
  if (def == commands.end()) {
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
  Hj212Request request;
  request.command = command.command;
  request.cn = def->cn;
  request.by = command.by;
  request.span = command.span;
  const std::string factor = command.factor.empty() ? "" : "PolId=" + command.factor;
  if (request.cn == "1011") {
    request.content = factor;
  } else if (request.cn == "1012") {
    request.content = format("{}SystemTime={}", factor.empty() ? "" : factor + ";",
                             hj212::write_time(true_clock_.now(), options_.zone, false));
  } else if (request.cn == "1062" || request.cn == "1064") {
    const bool seconds = request.cn == "1062";
    const std::int64_t value = command.value.value_or(0);
    if (seconds ? value < 30 || value > 3600 : value < 1 || value > 60 || 60 % value != 0) {
      return fail(Code::invalid, seconds ? "`value` is the interval in seconds, from 30 to 3600"
                                         : "`value` is the interval in minutes, a part of 60");
    }
    request.content = format("{}={}", seconds ? "RtdInterval" : "MinInterval", value);
  } else if (request.cn == "2051" || request.cn == "2061" || request.cn == "2031") {
    if (!command.span || command.span->end < command.span->begin) {
      return fail(Code::invalid, "a history needs `from` and `to`, the earlier first");
    }
    request.content = format("BeginTime={};EndTime={}",
                             hj212::write_time(command.span->begin, options_.zone, false),
                             hj212::write_time(command.span->end, options_.zone, false));
  }
  send_request(instrument, std::move(request), now_ms);
  return instrument.requests.back();
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

// 9011, 9012, 9013 and results with the QN of a request; false: it answers nothing.
bool Hj212Desk::take_answer(Hj212Session& session, const Message& message, Instrument& instrument) {
  const bool formal = message.kind == hj212::Kind::received || message.kind == hj212::Kind::done ||
                      message.kind == hj212::Kind::noted;
  const auto at = std::find_if(instrument.requests.begin(), instrument.requests.end(),
                               [&](const Hj212Request& r) { return r.qn == message.packet.qn; });
  if (at == instrument.requests.end()) {
    if (formal && message.kind != hj212::Kind::noted) {
      fault(session, message, device::Fault::syntax, false,
            "it answers a request that was not made");
    }
    return formal;
  }
  Hj212Request& request = *at;
  if (message.kind == hj212::Kind::received) {
    const int code = code_of(message.packet, "QnRtn");
    request.text = hj212::request_words(code);
    if (code == 1) {
      if (request.state == State::sent) request.state = State::accepted;
      request.deadline_ms += 12 * options_.answer_ms;
    } else {
      request.state = State::refused;
      fault(session, message, device::Fault::refused, true,
            format("{}: it {}", request.command, request.text));
    }
    return true;
  }
  if (message.kind == hj212::Kind::done) {
    const int code = code_of(message.packet, "ExeRtn");
    request.text = hj212::execution_words(code);
    request.state = code == 1 || code == 100 ? State::done : State::failed;
    if (request.state == State::failed) {
      fault(session, message, device::Fault::refused, true,
            format("{}: {}", request.command, request.text));
    }
    return true;
  }
  if (formal) return true;
  for (const auto& group : message.packet.items) {
    for (const hj212::Item& item : group) {
      if (item.value && request.result.size() < 64) {
        request.result.emplace_back(item.name, *item.value);
      }
    }
  }
  if (const std::string* time = message.packet.find("SystemTime")) {
    if (const auto said = hj212::read_time(*time, options_.zone)) {
      devices_.heard(instrument.device, 0, said->ns - true_clock_.now().ns, true_clock_.now());
    }
  }
  return true;
}

void Hj212Desk::look_after(Instrument& instrument, std::int64_t now_ms) {
  Hj212Request* request = running(instrument);
  if (request != nullptr && now_ms >= request->deadline_ms) {
    const bool away = !sessions_.contains(instrument.session);
    if (request->state == State::sent && request->tries < options_.tries && !away) {
      ++request->tries;
      request->deadline_ms = now_ms + options_.answer_ms;
      say(instrument, *request);
    } else {
      request->text = away ? "the connection was lost" : "no answer";
      request->state = State::silent;
      if (away && request->by == back_fill && request->span) {
        // Asked again when it is back.
        instrument.gaps.push_front({hj212::kind_of(request->cn), *request->span});
      }
      devices_.fault(
          device::Protocol::hj212, instrument.device, instrument.mn, device::Fault::timeout,
          format("{}: {} after {} tries", request->command, request->text, request->tries), "",
          true_clock_.now());
    }
  }
  fill_gap(instrument, now_ms);
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
