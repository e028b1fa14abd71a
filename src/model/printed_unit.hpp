// SPDX-License-Identifier: Apache-2.0
// Units as plans print them: UCUM where they are, else a Chinese scale (百 千 万 亿 万亿) before a
// measure word (万户, 部/百人, 亿人次), or a bare prefix whose unit is missing (430G).
#pragma once

#include <string>
#include <string_view>

#include "core/result.hpp"
#include "core/unit.hpp"

namespace cairn::model {

struct PrintedUnit {
  std::string text;         // as printed
  Unit unit;                // scale and dimension; counted things have none
  bool percent = false;     // %, ‰: a share or a rate of change
  bool ratio = false;       // per something: does not add up over regions
  bool incomplete = false;  // a prefix without a unit: G, T, M
};

Result<PrintedUnit> read_printed_unit(std::string_view text);

// Values of both can be compared.
bool comparable(const PrintedUnit& a, const PrintedUnit& b);

}  // namespace cairn::model
