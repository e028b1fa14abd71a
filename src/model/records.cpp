// SPDX-License-Identifier: Apache-2.0
#include "model/records.hpp"

#include <iterator>

namespace cairn::model {
namespace {

constexpr const char* life_names[] = {"planned", "building", "live", "retired"};

}  // namespace

const char* to_string(Life life) {
  return life_names[static_cast<std::size_t>(life)];
}

std::optional<Life> parse_life(std::string_view text) {
  for (std::size_t i = 0; i < std::size(life_names); ++i) {
    if (text == life_names[i]) return static_cast<Life>(i);
  }
  return std::nullopt;
}

}  // namespace cairn::model
