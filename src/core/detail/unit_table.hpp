// SPDX-License-Identifier: Apache-2.0
// The tables behind parse_unit: atoms, decimal prefixes, Chinese scales. UCUM codes first; beside
// them what people write.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "core/unit.hpp"

namespace cairn::detail {

struct Atom {
  std::string_view code;
  std::array<std::int8_t, 10> powers{};  // by Dimension
  double scale = 1;
  bool metric = false;  // takes decimal prefixes
  double offset = 0;
  UnitKind kind = UnitKind::linear;
};

struct Prefix {
  std::string_view code;
  double scale = 1;
};

std::span<const Atom> atoms();
std::span<const Prefix> prefixes();
std::span<const Prefix> chinese_scales();  // longer ones first

}  // namespace cairn::detail
