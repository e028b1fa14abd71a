// SPDX-License-Identifier: Apache-2.0
// Any text is a unit that converts to itself, or an error that says something.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/unit.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cairn;
  const auto unit = parse_unit({reinterpret_cast<const char*>(data), size});
  if (!unit) {
    if (unit.error().message.empty()) std::abort();
    return 0;
  }
  if (!(unit->scale > 0) || !std::isfinite(unit->scale) || unit->text.empty()) std::abort();
  if (!unit->compatible(*unit) || convert(1.5, *unit, *unit) != 1.5) std::abort();
  if (const auto square = multiply(*unit, *unit)) {
    const auto back = divide(*square, *unit);
    if (back && !back->compatible(*unit)) std::abort();
  }
  dimension_text(*unit);
  return 0;
}
