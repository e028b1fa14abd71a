// SPDX-License-Identifier: Apache-2.0
// Whether a server has what was sent to it: count and check sum of single series, by its own API.
#pragma once

#include <cstdint>
#include <string>

#include "messages.hpp"

namespace cairn::bench {

struct Sum {
  std::uint64_t points = 0;
  std::uint64_t values = 0;  // tenths, each times the tenths of a second of its time, modulo 2^64
  bool operator==(const Sum&) const = default;
};

struct Sent {
  WorldShape shape;
  std::uint32_t rounds = 0;
  std::int64_t start_ms = 0;
  std::int64_t step_ms = 0;
};
Sum expected_sum(const Sent& sent, std::uint32_t station, std::size_t property);
Sum cairn_sum(const Sent& sent, std::uint16_t port, std::uint32_t station, std::size_t property);
Sum victoria_sum(std::uint16_t port, std::uint32_t station, std::size_t property);

}  // namespace cairn::bench
