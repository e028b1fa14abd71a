// SPDX-License-Identifier: Apache-2.0
// A meter in memory for tests: words by bank and address; what is not there is refused.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "model/input.hpp"
#include "server/modbus_link.hpp"

namespace cairn::server {

struct TestMeter {
  std::mutex mutex;
  std::map<std::pair<model::RegisterBank, int>, std::uint16_t> words;
  std::optional<ModbusAnswer> instead;  // of every answer
  std::vector<std::string> asked;       // "unit/address+count"
  int at_once = 0, most_at_once = 0;
  bool interrupted = false;
  int ask_us = 0;  // how long an answer takes
};

class TestLink final : public ModbusLink {
 public:
  explicit TestLink(TestMeter& meter) : meter_(meter) {}
  ModbusAnswer read(std::uint8_t unit, const codec::ModbusRequest& request, std::int64_t) override;
  void interrupt() override {
    const std::lock_guard lock(meter_.mutex);
    meter_.interrupted = true;
  }

 private:
  TestMeter& meter_;
};

inline model::ModbusRegister test_register(std::uint16_t at, std::string property,
                                           model::RegisterType as = model::RegisterType::uint16) {
  model::ModbusRegister out;
  out.at = at;
  out.as = as;
  out.value.property = std::move(property);
  return out;
}

inline ModbusAnswer test_exception(int code) {
  return {ModbusAnswer::Kind::exception, code, {}, exception_text(code)};
}

inline ModbusAnswer TestLink::read(std::uint8_t unit, const codec::ModbusRequest& request,
                                   std::int64_t) {
  std::unique_lock lock(meter_.mutex);
  meter_.asked.push_back(std::to_string(unit) + "/" + std::to_string(request.at) + "+" +
                         std::to_string(request.count));
  meter_.most_at_once = std::max(meter_.most_at_once, ++meter_.at_once);
  for (int waited = 0; waited < meter_.ask_us && !meter_.interrupted; waited += 1'000) {
    lock.unlock();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    lock.lock();
  }
  --meter_.at_once;
  if (meter_.instead) return *meter_.instead;
  ModbusAnswer out;
  for (int i = 0; i < request.count; ++i) {
    const auto at = meter_.words.find({request.bank, request.at + i});
    if (at == meter_.words.end()) return test_exception(2);
    out.words.push_back(at->second);
  }
  out.kind = ModbusAnswer::Kind::good;
  return out;
}

}  // namespace cairn::server
