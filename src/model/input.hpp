// SPDX-License-Identifier: Apache-2.0
// How devices that do not speak in our names are understood: which name, code or register of a
// protocol is which property of a thing type. Declared by packs (`inputs`, docs/packs.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/label.hpp"
#include "core/unit.hpp"

namespace cairn::model {

// value * scale + offset, in `unit`, becomes a reading of `property`.
struct InputName {
  std::string name;  // "w01018-Rtd" of HJ 212; "3303/0/5700" or "temp" of SenML
  std::string property;
  double scale = 1;
  double offset = 0;
  std::optional<Unit> unit{};  // nothing: the property's own
};

// HJ 212: names with their suffix, by the kind of data (CN 2011, 2051, 2061, 2031).
struct Hj212Input {
  std::string type;                  // of the things
  std::vector<std::string> systems;  // ST that it holds for: {"32"}; empty: all
  std::vector<InputName> realtime;
  std::vector<InputName> minute;
  std::vector<InputName> hour;
  std::vector<InputName> day;
  std::string pack;
  std::string place;
};

// Other names that devices of a type use at the doors for SenML, plain values and the like.
struct NamesInput {
  std::string type;
  std::vector<InputName> names;
  std::string pack;
  std::string place;
};

enum class RegisterBank : std::uint8_t { holding, input, coil, discrete };
enum class RegisterType : std::uint8_t {
  bit,
  int16,
  uint16,
  int32,
  uint32,
  int64,
  uint64,
  float32,
  float64
};
// Order of the bytes of values of several registers, as makers write it: ABCD is big-endian.
enum class ByteOrder : std::uint8_t { abcd, cdab, badc, dcba };

struct ModbusRegister {
  RegisterBank bank = RegisterBank::holding;
  std::uint16_t at = 0;  // address on the wire, from 0; makers often print 40001 + it
  RegisterType as = RegisterType::uint16;
  ByteOrder order = ByteOrder::abcd;
  std::optional<std::uint8_t> bit{};  // of a 16-bit register, 0 the lowest
  std::optional<double> missing{};    // the raw value that says "no reading"
  InputName value;                    // `name` is empty
  std::string place;
};

// The register map of one model of meter.
struct ModbusModel {
  std::string id;  // unique over all packs
  Label label;
  std::string type;  // of the things
  std::vector<ModbusRegister> registers;
  std::string pack;
  std::string place;
};

struct InputDefs {
  std::vector<Hj212Input> hj212;
  std::vector<NamesInput> names;
  std::vector<ModbusModel> modbus;
};

}  // namespace cairn::model
