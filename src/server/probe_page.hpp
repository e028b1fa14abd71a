// SPDX-License-Identifier: Apache-2.0
// One page from one address, whatever name servers say of its name.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "core/result.hpp"
#include "probe/measure.hpp"
#include "server/http_client.hpp"

namespace cairn::server {

struct PageWay {
  std::string user_agent = "cairn-probe/1";
  Reach reach = Reach::outside;
  std::int64_t timeout_ms = 5'000;
  // Of the TLS findings' own check; pages are compared also where the certificate is wrong. A token
  // is not taken from such a page.
  bool verify = false;
  std::string ca_file = {};
  std::function<bool()> stopped = {};
};

// No redirect is followed; of a body its first 512 KiB. Errors: as probe::Means.
Result<probe::Page> fetch_page(const probe::PageAsk& ask, const PageWay& way);

}  // namespace cairn::server
