// SPDX-License-Identifier: Apache-2.0
#include "server/probe_address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <unistd.h>

#include <cstring>

#include "core/text.hpp"
#include "server/http_address.hpp"

namespace cairn::server {

Result<SocketAddress> way_to(std::string_view address, std::uint16_t port, Reach reach) {
  const std::string text(address);
  SocketAddress out;
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  if (::inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    std::memcpy(&out.storage, &v4, sizeof v4);
    out.size = sizeof v4;
  } else if (::inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    std::memcpy(&out.storage, &v6, sizeof v6);
    out.size = sizeof v6;
  } else {
    return fail(Code::invalid, format("'{}' is no address", address));
  }
  const AddressKind kind = address_kind(*out.raw());
  if (kind == AddressKind::forbidden || (kind == AddressKind::own && reach == Reach::outside)) {
    return fail(Code::denied, format("{} is private, of this machine, or reserved: the probe does "
                                     "not ask it",
                                     address));
  }
  // Connecting a datagram socket looks the route up and sends nothing.
  const int socket = ::socket(out.storage.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const bool routed = socket >= 0 && ::connect(socket, out.raw(), out.size) == 0;
  if (socket >= 0) ::close(socket);
  if (!routed) {
    return fail(Code::unsupported, format("this machine has no route to {}", address));
  }
  return out;
}

}  // namespace cairn::server
