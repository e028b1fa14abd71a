// SPDX-License-Identifier: Apache-2.0
#include "respond/group.hpp"

#include <array>

namespace cairn::respond {
namespace {

constexpr std::array<const char*, 4> states{"gathering", "open", "quiet", "cleared"};
constexpr std::array<const char*, 4> verdicts{"none", "true_alarm", "false_alarm", "test"};
constexpr std::array<const char*, 9> kinds{"opened",  "worsened",     "grew",
                                           "eased",   "joined",       "silenced",
                                           "cleared", "acknowledged", "judged"};

}  // namespace

const char* to_string(GroupState state) {
  return states[static_cast<std::size_t>(state)];
}
const char* to_string(Verdict verdict) {
  return verdicts[static_cast<std::size_t>(verdict)];
}
std::optional<Verdict> parse_verdict(std::string_view text) {
  for (std::size_t i = 0; i < verdicts.size(); ++i) {
    if (text == verdicts[i]) return static_cast<Verdict>(i);
  }
  return std::nullopt;
}
const char* to_string(GroupChange::Kind kind) {
  return kinds[static_cast<std::size_t>(kind)];
}

}  // namespace cairn::respond
