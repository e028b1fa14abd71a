// SPDX-License-Identifier: Apache-2.0
// What a parent and its shards call things in NATS (docs/shards.md).
#pragma once

#include <cstdint>
#include <string_view>

#include "server/nats_link.hpp"

namespace cairn::server {

// Readings from the parents to the shards: cairn.obs.<partition>.<parent>
inline constexpr std::string_view obs_stream = "CAIRN_OBS";
// The newest partials, and how far a shard came: cairn.up.share.<partition>.<hash>,
// cairn.up.at.<parent>.<partition>
inline constexpr std::string_view up_stream = "CAIRN_UP";
// The newest state of each alert: cairn.alerts.<partition>.<hash>
inline constexpr std::string_view alert_stream = "CAIRN_ALERTS";

// Makes those streams that are not there. Their retention is the operator's afterwards.
Status make_streams(NatsLink& link);

// A record's place among those of its parent: position and number of its first message. Rises.
inline constexpr int place_bits = 24;  // of messages in one commit: 32 MiB hold fewer
inline std::uint64_t place_of(std::uint64_t position, std::uint32_t first) {
  return position << place_bits | first;
}

// FNV-1a, as sixteen hexadecimal digits: a token of a subject.
std::string subject_hash(std::string_view text);

}  // namespace cairn::server
