// SPDX-License-Identifier: Apache-2.0
// A load of many connections from one thread (epoll): closed loop (so many messages under way a
// connection, as fast as they are acknowledged) or open loop (messages at fixed times, whatever the
// server does; latencies count from the time at which a message was due).
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "messages.hpp"

namespace cairn::bench {

enum class Protocol : std::uint8_t { http, mqtt311, mqtt5 };

struct LoadPlan {
  Cut cut;
  Protocol protocol = Protocol::http;
  std::uint16_t port = 0;
  std::string path = "/v1/observations";  // HTTP
  std::uint32_t connections = 8;
  std::uint32_t window = 4;      // messages under way, a connection; closed loop
  double seconds = 10;           // at most
  std::uint32_t rounds = 0;      // at most; 0: as many as there is time for
  double messages_a_second = 0;  // open loop; 0: closed
  std::uint32_t first_round = 0;
  // The time of the readings: start + round * step; step 0: the time at which a message is due.
  std::int64_t start_ms = 0;
  std::int64_t step_ms = 0;
  std::uint32_t spike_every = 0;
  std::uint16_t events_port = 0;  // alerts are awaited on /v1/events there; 0: none
};

struct LoadResult {
  std::string failure;     // empty: none
  std::uint64_t sent = 0;  // messages
  std::uint64_t acknowledged = 0;
  std::uint64_t throttled = 0;  // told to come again, and sent again
  std::uint64_t refused = 0;
  double seconds = 0;           // from the first message to the last acknowledgement
  std::uint32_t rounds = 0;     // whole ones that were acknowledged
  std::vector<float> ack_ms;    // open loop: due -> acknowledged
  std::vector<float> alert_ms;  // due -> alert seen
  std::uint64_t spikes = 0;     // sent
  std::vector<std::pair<std::uint32_t, std::int64_t>> spike_log;  // station; due, ns as now_s()
};

LoadResult run_load(const LoadPlan& plan);

// The value below which a part (0..1) of them lies; sorts.
double percentile(std::vector<float>& values, double part);

}  // namespace cairn::bench
