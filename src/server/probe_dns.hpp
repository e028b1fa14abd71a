// SPDX-License-Identifier: Apache-2.0
// One question to the resolver or to a chosen name server, over UDP with a change to TCP where the
// answer is cut (c-ares).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "probe/measure.hpp"
#include "server/http_client.hpp"

namespace cairn::server {

struct DnsWay {
  std::vector<std::string> resolvers = {};  // "address" or "address:port"; none: the system's
  std::uint16_t server_port = 53;           // of name servers
  Reach reach = Reach::outside;             // of name servers
  std::int64_t timeout_ms = 5'000;          // for the answer, all tries together
  std::function<bool()> stopped = {};       // asked ten times a second
};

// Whatever the answer's code. Errors: as probe::Means.
Result<probe::DnsMessage> ask_dns(const probe::DnsAsk& ask, const DnsWay& way);

}  // namespace cairn::server
