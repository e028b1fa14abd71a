// SPDX-License-Identifier: Apache-2.0
// Units of measure as part of a value's type: UCUM codes (ucum.org, case sensitive), decimal
// prefixes, the plans' own scales 万 (1e4) and 亿 (1e8), currency, and decibel-like units as a
// kind of their own.
//
//   parse_unit("mm/h"), parse_unit("ug/m3"), parse_unit("Gbit/s"), parse_unit("kW.h"),
//   parse_unit("万户"), parse_unit("亿元"), parse_unit("%"), parse_unit("dBm"), parse_unit("Cel")
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace cairn {

// Base dimensions. `money` is CNY, `information` is the bit; counted things (persons, stations,
// households) have no dimension, as UCUM's {annotations}.
enum class Dimension : std::uint8_t {
  length,
  mass,
  time,
  current,
  temperature,
  amount,
  luminous,
  angle,
  information,
  money
};

enum class UnitKind : std::uint8_t {
  linear,       // value * scale [+ offset] = value in base units
  level,        // absolute decibel level: dBm, dBW, dBuV/m …; reference in `scale`
  level_ratio,  // dB: the difference of two levels
};

struct Unit {
  std::array<std::int8_t, 10> powers{};  // by Dimension
  double scale = 1;                      // to base units (level: the reference's scale)
  double offset = 0;                     // in base units; only Cel and [degF]
  UnitKind kind = UnitKind::linear;
  std::string text = "1";  // as written, for display

  bool dimensionless() const;
  // Same dimension and kind: values convert.
  bool compatible(const Unit& other) const;
  bool operator==(const Unit&) const = default;
};

// Reads a unit; the error says what part is not understood and suggests a near one.
Result<Unit> parse_unit(std::string_view text);

// One is "1".
Unit unit_one();

// `value` in `from` as a value in `to`; requires from.compatible(to). Exact when the scales are
// equal; rounded once when their ratio is a whole number either way (mm and m, h and s).
double convert(double value, const Unit& from, const Unit& to);

// The same, prepared for many values.
struct Conversion {
  double multiply = 1;
  double divide = 1;
  double add = 0;

  bool identity() const { return multiply == 1 && divide == 1 && add == 0; }
  double apply(double value) const { return value * multiply / divide + add; }
  bool operator==(const Conversion&) const = default;
};
Conversion conversion(const Unit& from, const Unit& to);

// Products and quotients of linear units (offset units count as differences); decibels may be
// multiplied and divided by linear units (dB/km). Absolute levels have neither.
std::optional<Unit> multiply(const Unit& a, const Unit& b);
std::optional<Unit> divide(const Unit& a, const Unit& b);
std::optional<Unit> power(const Unit& a, int exponent);

// "length/time" style text for messages.
std::string dimension_text(const Unit& unit);

}  // namespace cairn
