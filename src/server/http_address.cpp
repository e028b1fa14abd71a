// SPDX-License-Identifier: Apache-2.0
#include "server/http_address.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

namespace cairn::server {
namespace {

using Octets = std::span<const std::uint8_t>;

struct Range {
  std::array<std::uint8_t, 16> base;
  int bits;
  AddressKind kind;
};

bool lies_in(Octets address, const Range& range) {
  const auto whole = static_cast<std::size_t>(range.bits / 8);
  if (!std::equal(address.begin(), address.begin() + static_cast<std::ptrdiff_t>(whole),
                  range.base.begin())) {
    return false;
  }
  const int rest = range.bits % 8;
  if (rest == 0) return true;
  const int mask = 0xFF00 >> rest & 0xFF;
  return ((address[whole] ^ range.base[whole]) & mask) == 0;
}

constexpr AddressKind own = AddressKind::own;
constexpr AddressKind forbidden = AddressKind::forbidden;

// IANA's registries of special addresses; the first that fits counts.
constexpr std::array ranges4{
    Range{{100, 100, 100, 200}, 32, forbidden},  // metadata of a large cloud
    Range{{192, 0, 0, 192}, 32, forbidden},      // of another
    Range{{0}, 8, forbidden},
    Range{{169, 254}, 16, forbidden},  // link-local; metadata of most clouds
    Range{{192, 0, 0}, 24, forbidden},
    Range{{192, 0, 2}, 24, forbidden},  // for documents, as the next two
    Range{{198, 51, 100}, 24, forbidden},
    Range{{203, 0, 113}, 24, forbidden},
    Range{{192, 88, 99}, 24, forbidden},  // old relays
    Range{{224}, 3, forbidden},           // multicast, reserved, broadcast
    Range{{10}, 8, own},
    Range{{127}, 8, own},
    Range{{172, 16}, 12, own},
    Range{{192, 168}, 16, own},
    Range{{100, 64}, 10, own},
    Range{{198, 18}, 15, own},  // benchmarks
};
constexpr std::array ranges6{
    Range{{0xFD, 0x00, 0x0E, 0xC2}, 32, forbidden},  // metadata of a large cloud
    Range{{0xFE, 0x80}, 10, forbidden},              // link-local
    Range{{0xFE, 0xC0}, 10, forbidden},              // site-local, withdrawn
    Range{{0xFF}, 8, forbidden},                     // multicast
    Range{{0x20, 0x01, 0x0D, 0xB8}, 32, forbidden},  // for documents
    Range{{0x20, 0x01, 0x00, 0x00}, 32, forbidden},  // Teredo
    Range{{0x01}, 8, forbidden},                     // discard-only
    Range{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128, own},
    Range{{0}, 8, forbidden},  // unspecified and what is left of IPv4 in IPv6
    Range{{0xFC}, 7, own},
};

template <std::size_t N>
AddressKind kind_in(const std::array<Range, N>& ranges, Octets address) {
  for (const Range& range : ranges) {
    if (lies_in(address, range)) return range.kind;
  }
  return AddressKind::outside;
}

AddressKind kind_of_ipv6(Octets a) {
  constexpr Range mapped{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF}, 96, own};
  constexpr Range nat64{{0x00, 0x64, 0xFF, 0x9B}, 96, own};
  constexpr Range sixtofour{{0x20, 0x02}, 16, own};
  if (lies_in(a, mapped) || lies_in(a, nat64)) return kind_in(ranges4, a.subspan(12));
  if (lies_in(a, sixtofour)) return kind_in(ranges4, a.subspan(2, 4));
  return kind_in(ranges6, a);
}

}  // namespace

AddressKind address_kind(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in ip{};
    std::memcpy(&ip, &address, sizeof ip);
    return kind_in(ranges4, {reinterpret_cast<const std::uint8_t*>(&ip.sin_addr), 4});
  }
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 ip{};
    std::memcpy(&ip, &address, sizeof ip);
    return kind_of_ipv6({reinterpret_cast<const std::uint8_t*>(&ip.sin6_addr), 16});
  }
  return AddressKind::forbidden;
}

}  // namespace cairn::server
