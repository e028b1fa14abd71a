// SPDX-License-Identifier: Apache-2.0
// How the probe measures: <data>/probe.yaml, docs/probe.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/time.hpp"
#include "probe/judge.hpp"
#include "probe/measure.hpp"

namespace cairn::server {

struct ProbeConfig {
  std::int64_t every_ns = 6 * 3'600 * ns_per_second;  // of each service
  std::size_t requests_per_service = 240;             // within an hour
  std::size_t requests = 2'000;                       // of all, within an hour
  std::int64_t pause_ms = 100;                        // between two requests
  std::int64_t timeout_ms = 5'000;                    // of one request
  std::vector<std::string> resolvers;  // "address" or "address:port"; none: the system's
  std::string contact;                 // in the User-Agent: a page or a mail address
  // Of tests: private addresses and this machine may be asked, at ports of their own.
  bool laboratory = false;
  std::uint16_t name_server_port = 53;
  std::string ca_file;  // PEM of authorities instead of the system's
  probe::Settings settings;
  probe::Limits limits;

  std::string user_agent() const;  // "cairn-probe/1 (+contact)"
};

// Errors have file:line; a config with errors must not be used.
void read_probe_config(std::string_view yaml, std::string_view file, ProbeConfig& config,
                       Problems& problems);

}  // namespace cairn::server
