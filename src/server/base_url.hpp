// SPDX-License-Identifier: Apache-2.0
// The address under which a client reached the server: links in answers begin with it.
#pragma once

#include <string>

#include "server/message.hpp"

namespace cairn::server {

// "http://host:port" from the Host header; a proxy's X-Forwarded-Proto and X-Forwarded-Host come
// first. A host that is none gives "http://127.0.0.1".
std::string base_url(const Request& request);

}  // namespace cairn::server
