// SPDX-License-Identifier: Apache-2.0
#include "server/http_address.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/un.h>

namespace cairn::server {
namespace {

AddressKind kind(const char* text) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  if (inet_pton(AF_INET, text, &v4.sin_addr) == 1) {
    return address_kind(reinterpret_cast<const sockaddr&>(v4));
  }
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  EXPECT_EQ(inet_pton(AF_INET6, text, &v6.sin6_addr), 1) << text;
  return address_kind(reinterpret_cast<const sockaddr&>(v6));
}

TEST(HttpAddress, PublicOnesAreOutside) {
  for (const char* text :
       {"8.8.8.8", "114.114.114.114", "172.15.255.255", "172.32.0.1", "100.63.255.255",
        "100.128.0.1", "192.167.1.1", "223.255.255.255", "2400:3200::1", "2001:4860:4860::8888",
        "64:ff9b::808:808", "2002:808:808::1", "::ffff:8.8.8.8"}) {
    EXPECT_EQ(kind(text), AddressKind::outside) << text;
  }
}

TEST(HttpAddress, PrivateOnesAreOwn) {
  for (const char* text :
       {"127.0.0.1", "127.255.255.254", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1",
        "100.64.0.1", "198.18.0.1", "::1", "fc00::1", "fd12:3456::1", "::ffff:127.0.0.1",
        "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2002:c0a8:101::1"}) {
    EXPECT_EQ(kind(text), AddressKind::own) << text;
  }
}

TEST(HttpAddress, MetadataAndTheLikeAreForbidden) {
  for (const char* text : {"169.254.169.254",
                           "169.254.0.1",
                           "100.100.100.200",
                           "192.0.0.192",
                           "0.0.0.0",
                           "0.1.2.3",
                           "224.0.0.1",
                           "239.1.1.1",
                           "240.0.0.1",
                           "255.255.255.255",
                           "192.0.2.1",
                           "::",
                           "fe80::1",
                           "febf::1",
                           "fec0::1",
                           "ff02::1",
                           "fd00:ec2::254",
                           "2001:db8::1",
                           "2001::1",
                           "100::1",
                           "::ffff:169.254.169.254",
                           "64:ff9b::a9fe:a9fe",
                           "2002:a9fe:a9fe::1",
                           "::7f00:1"}) {
    EXPECT_EQ(kind(text), AddressKind::forbidden) << text;
  }
  sockaddr_un local{};
  local.sun_family = AF_UNIX;
  EXPECT_EQ(address_kind(reinterpret_cast<const sockaddr&>(local)), AddressKind::forbidden);
}

}  // namespace
}  // namespace cairn::server
