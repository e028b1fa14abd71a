// SPDX-License-Identifier: Apache-2.0
#include "respond/incident.hpp"

#include <array>
#include <cstddef>

namespace cairn::respond {
namespace {

constexpr std::array<const char*, 4> origins{"alert", "report", "officer", "partner"};
constexpr std::array<const char*, 10> kinds{"opened",   "step",       "refused", "note",
                                            "evidence", "escalation", "message", "alert",
                                            "warning",  "link"};

}  // namespace

const char* to_string(Origin origin) {
  return origins[static_cast<std::size_t>(origin)];
}
std::optional<Origin> parse_origin(std::string_view text) {
  for (std::size_t i = 0; i < origins.size(); ++i) {
    if (text == origins[i]) return static_cast<Origin>(i);
  }
  return std::nullopt;
}

const char* to_string(Entry::Kind kind) {
  return kinds[static_cast<std::size_t>(kind)];
}
std::optional<Entry::Kind> parse_entry_kind(std::string_view text) {
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    if (text == kinds[i]) return static_cast<Entry::Kind>(i);
  }
  return std::nullopt;
}

}  // namespace cairn::respond
