// SPDX-License-Identifier: Apache-2.0
// One TLS handshake with one address (OpenSSL), and what its certificate says. Nothing is asked
// over it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "core/result.hpp"
#include "probe/measure.hpp"
#include "server/http_client.hpp"

namespace cairn::server {

struct TlsWay {
  Reach reach = Reach::outside;
  std::int64_t timeout_ms = 5'000;
  std::string ca_file = {};  // PEM of authorities instead of the system's
  std::function<bool()> stopped = {};
};

// From TLS 1.0 on, with weak keys and signatures too: what is found is judged elsewhere. A
// handshake that the other side refuses is a result that is not completed. Errors: as probe::Means.
Result<probe::TlsSeen> shake_hands(const probe::ShakeAsk& ask, const TlsWay& way);

}  // namespace cairn::server
