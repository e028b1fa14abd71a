// SPDX-License-Identifier: Apache-2.0
// A state file's bytes: the machine's, and behind them what the engine has of late data, its length
// and a mark. States without the mark have none.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

namespace cairn::watch::detail {

inline constexpr std::string_view late_mark = "CRNLATE1";

struct StateParts {
  std::string_view machine;
  std::string_view late;
};

// Nothing when the length is longer than the state.
inline std::optional<StateParts> parts_of_state(std::string_view state) {
  constexpr std::size_t tail_bytes = sizeof(std::uint64_t) + late_mark.size();
  if (state.size() < tail_bytes || !state.ends_with(late_mark)) return StateParts{state, {}};
  state.remove_suffix(tail_bytes);
  std::uint64_t length = 0;
  std::memcpy(&length, state.data() + state.size(), sizeof length);
  if (length > state.size()) return std::nullopt;
  return StateParts{state.substr(0, state.size() - length), state.substr(state.size() - length)};
}

}  // namespace cairn::watch::detail
