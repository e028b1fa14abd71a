// SPDX-License-Identifier: Apache-2.0
// Whom a connection of ours may lead to, by the address that it is really made to.
#pragma once

#include <cstdint>

struct sockaddr;

namespace cairn::server {

enum class AddressKind : std::uint8_t {
  outside,    // public
  own,        // this machine or a private range (RFC 1918, RFC 4193, RFC 6598)
  forbidden,  // link-local, metadata services, multicast, reserved, no address at all
};
// IPv4 within IPv6 (mapped, NAT64, 6to4) counts as what is within.
AddressKind address_kind(const sockaddr& address);

}  // namespace cairn::server
