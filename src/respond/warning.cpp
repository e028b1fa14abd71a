// SPDX-License-Identifier: Apache-2.0
#include "respond/warning.hpp"

#include <array>

namespace cairn::respond {
namespace {

constexpr std::array<const char*, 3> kinds{"duty", "open_to_all", "received"};

}  // namespace

const char* to_string(WarningKind kind) {
  return kinds[static_cast<std::size_t>(kind)];
}

std::optional<WarningKind> parse_warning_kind(std::string_view text) {
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    if (text == kinds[i]) return static_cast<WarningKind>(i);
  }
  return std::nullopt;
}

}  // namespace cairn::respond
