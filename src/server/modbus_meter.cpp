// SPDX-License-Identifier: Apache-2.0
#include "server/modbus_meter.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/text.hpp"

namespace cairn::server {
namespace {

using Kind = ModbusAnswer::Kind;
using model::ModbusRegister;

constexpr std::size_t sampled_words = 24;

// Exceptions of the protocol (V1.1b3, section 7).
constexpr int illegal_function = 1;
constexpr int illegal_address = 2;
constexpr int illegal_value = 3;
constexpr int needs_longer = 5;
constexpr int busy = 6;
constexpr int gateway_path = 10;
constexpr int gateway_target = 11;

std::string sample_of(const codec::ModbusRequest& request, const ModbusAnswer& answer) {
  std::string out = format("{} {}:", to_string(request.bank), request.at);
  for (std::size_t i = 0; i < std::min(answer.words.size(), sampled_words); ++i) {
    out += codec::is_bits(request.bank) ? format(" {}", answer.words[i])
                                        : format(" {:04x}", answer.words[i]);
  }
  if (answer.words.size() > sampled_words) out += " …";
  return out;
}

std::string name_of(const ModbusRegister& reg) {
  return format("{} register {} ({})", to_string(reg.bank), reg.at, reg.value.property);
}

}  // namespace

const char* to_string(model::RegisterBank bank) {
  switch (bank) {
    case model::RegisterBank::holding:
      return "holding";
    case model::RegisterBank::input:
      return "input";
    case model::RegisterBank::coil:
      return "coil";
    case model::RegisterBank::discrete:
      break;
  }
  return "discrete";
}

ModbusMeter::ModbusMeter(ModbusTarget target, model::ModbusModel model,
                         std::int64_t refused_again_ms)
    : target_(std::move(target)), model_(std::move(model)), refused_again_ms_(refused_again_ms) {}

void ModbusMeter::refuse(const codec::ModbusRequest& request, const ModbusAnswer& answer,
                         ModbusRound& round) {
  for (const std::size_t member : request.members) {
    round.troubles.push_back(
        {device::Fault::refused, format("{}: {}", name_of(model_.registers[member]), answer.text),
         format("{} {}+{}", to_string(request.bank), request.at, request.count)});
    ++left_out_;
  }
}

void ModbusMeter::take(const codec::ModbusRequest& request, const ModbusAnswer& answer,
                       Instant time, ModbusRound& round) const {
  for (const std::size_t member : request.members) {
    const ModbusRegister& reg = model_.registers[member];
    const std::span<const std::uint16_t> words(answer.words.data() + (reg.at - request.at),
                                               codec::modbus_width(reg));
    const codec::ModbusValue value = codec::modbus_value(reg, words);
    if (value.state == codec::ModbusValue::State::good) {
      round.readings.push_back({member, time, value.number});
    } else if (value.state == codec::ModbusValue::State::wrong) {
      round.troubles.push_back({device::Fault::value,
                                format("{}: the value is not finite", name_of(reg)),
                                sample_of(request, answer)});
    }
  }
}

ModbusRound ModbusMeter::ask(ModbusLink& link, const Clock& clock, std::int64_t now_ms) {
  if (!planned_ || (left_out_ > 0 && now_ms >= replan_ms_)) {
    plan_ = codec::modbus_requests(model_.registers);
    planned_ = true;
    left_out_ = 0;
    replan_ms_ = now_ms + refused_again_ms_;
  }
  ModbusRound round;
  std::vector<codec::ModbusRequest> open = std::exchange(plan_, {});
  std::ranges::reverse(open);
  while (!open.empty()) {
    codec::ModbusRequest request = std::move(open.back());
    open.pop_back();
    ++round.requests;
    const ModbusAnswer answer = link.read(target_.unit, request, target_.timeout_ms);
    const bool behind = answer.kind == Kind::exception &&
                        (answer.exception == gateway_path || answer.exception == gateway_target);
    if (answer.kind == Kind::good) {
      ++round.answers;
      round.answered = true;
      if (round.sample.empty()) round.sample = sample_of(request, answer);
      take(request, answer, clock.now(), round);
    } else if (answer.kind == Kind::exception && !behind) {
      ++round.exceptions;
      round.answered = true;
      const bool divisible =
          answer.exception == illegal_address || answer.exception == illegal_value;
      auto parts = divisible ? codec::divide(request, model_.registers)
                             : std::vector<codec::ModbusRequest>{};
      if (!parts.empty()) {
        open.insert(open.end(), parts.rbegin(), parts.rend());
        continue;
      }
      if (divisible || answer.exception == illegal_function) {
        refuse(request, answer, round);
        continue;  // and not in the plan
      }
      if (answer.exception != busy && answer.exception != needs_longer) {
        round.troubles.push_back({device::Fault::refused,
                                  format("{} {}+{}: {}", to_string(request.bank), request.at,
                                         request.count, answer.text),
                                  ""});
      }
    } else {
      if (behind) ++round.exceptions;
      round.silent = true;
      round.troubles.push_back(
          {answer.kind == Kind::broken ? device::Fault::framing : device::Fault::timeout,
           answer.text, ""});
    }
    plan_.push_back(std::move(request));
    if (round.silent) break;
  }
  plan_.insert(plan_.end(), std::make_move_iterator(open.rbegin()),
               std::make_move_iterator(open.rend()));
  return round;
}

}  // namespace cairn::server
