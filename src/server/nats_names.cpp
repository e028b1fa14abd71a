// SPDX-License-Identifier: Apache-2.0
#include "server/nats_names.hpp"

#include <string>

#include "core/text.hpp"
#include "core/time.hpp"

namespace cairn::server {
namespace {

// Longer than any reconnect; beyond it the order of a subject is the guard (`after`).
constexpr std::int64_t duplicates_ns = 120 * ns_per_second;

}  // namespace

Status make_streams(NatsLink& link) {
  const NatsStream streams[] = {
      {std::string(obs_stream), "cairn.obs.>", -1, 0, duplicates_ns},
      {std::string(up_stream), "cairn.up.>", 1, 0, duplicates_ns},
      {std::string(alert_stream), "cairn.alerts.>", 1, 0, duplicates_ns},
  };
  for (const NatsStream& stream : streams) {
    if (auto made = link.make_stream(stream); !made) return made;
  }
  return {};
}

std::string subject_hash(std::string_view text) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 1099511628211ULL;
  }
  return format("{:016x}", hash);
}

}  // namespace cairn::server
