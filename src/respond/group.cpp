// SPDX-License-Identifier: Apache-2.0
#include "respond/group.hpp"

#include <array>

#include "core/text.hpp"

namespace cairn::respond {
namespace {

constexpr std::array<const char*, 4> states{"gathering", "open", "quiet", "cleared"};
constexpr std::array<const char*, 4> verdicts{"none", "true_alarm", "false_alarm", "test"};
constexpr std::array<const char*, 9> kinds{"opened",  "worsened",     "grew",
                                           "eased",   "joined",       "silenced",
                                           "cleared", "acknowledged", "judged"};

}  // namespace

std::string stable_id(char kind, std::initializer_list<std::string_view> parts) {
  std::uint64_t hash = 0xcbf29ce484222325u;  // FNV-1a
  for (const std::string_view part : parts) {
    for (const char c : part) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    hash = (hash ^ 0xffu) * 0x100000001b3u;  // no byte of UTF-8
  }
  return format("{}-{:016x}", kind, hash);
}

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
