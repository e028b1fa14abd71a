// SPDX-License-Identifier: Apache-2.0
// What is known of one meter, and one round of questions to it: the requests of its register map,
// divided where it refuses, without the registers that it does not have.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "codec/modbus_registers.hpp"
#include "core/seams.hpp"
#include "device/register.hpp"
#include "server/modbus_link.hpp"
#include "server/modbus_targets.hpp"

namespace cairn::server {

struct ModbusRound {
  struct Reading {
    std::size_t reg = 0;  // of the model's registers
    Instant time;         // of the answer
    double value = 0;     // in the register's unit
  };
  struct Trouble {
    device::Fault fault = device::Fault::timeout;
    std::string what;
    std::string sample;
  };
  std::vector<Reading> readings;
  std::vector<Trouble> troubles;
  std::string sample;     // the first answer: "holding 0: 0001 00fe"
  bool answered = false;  // it said something, be it an exception
  bool silent = false;    // it did not answer, at the end or from the beginning
  std::uint32_t requests = 0, answers = 0, exceptions = 0;
};

class ModbusMeter {
 public:
  ModbusMeter(ModbusTarget target, model::ModbusModel model, std::int64_t refused_again_ms);

  const ModbusTarget& target() const { return target_; }
  const model::ModbusModel& model() const { return model_; }
  // `now_ms` of a steady clock; `clock` gives the time of answers.
  ModbusRound ask(ModbusLink& link, const Clock& clock, std::int64_t now_ms);
  // Registers that it has refused and that are left out for now.
  std::size_t left_out() const { return left_out_; }

 private:
  void refuse(const codec::ModbusRequest& request, const ModbusAnswer& answer, ModbusRound& round);
  void take(const codec::ModbusRequest& request, const ModbusAnswer& answer, Instant time,
            ModbusRound& round) const;

  ModbusTarget target_;
  model::ModbusModel model_;
  std::int64_t refused_again_ms_;
  std::vector<codec::ModbusRequest> plan_;
  bool planned_ = false;
  std::size_t left_out_ = 0;
  std::int64_t replan_ms_ = 0;  // when what was left out is tried again
};

const char* to_string(model::RegisterBank bank);

}  // namespace cairn::server
