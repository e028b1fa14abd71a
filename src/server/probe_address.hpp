// SPDX-License-Identifier: Apache-2.0
// Addresses that the probe connects to: read, allowed, and whether this machine has a way there.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "server/http_client.hpp"

namespace cairn::server {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  const sockaddr* raw() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

// An IPv4 or IPv6 address. Errors: invalid; denied, where `reach` does not allow it; unsupported,
// when this machine has no route to it. Nothing is sent.
Result<SocketAddress> way_to(std::string_view address, std::uint16_t port, Reach reach);

}  // namespace cairn::server
