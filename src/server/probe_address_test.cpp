// SPDX-License-Identifier: Apache-2.0
#include "server/probe_address.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>

namespace cairn::server {
namespace {

TEST(ProbeAddress, PrivateOnesAreOfLaboratoriesOnly) {
  for (const char* own : {"127.0.0.1", "127.255.0.9", "10.1.2.3", "172.16.0.1", "192.168.1.1",
                          "100.64.0.1", "::1", "fd00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1"}) {
    const auto way = way_to(own, 443, Reach::outside);
    ASSERT_FALSE(way) << own;
    EXPECT_EQ(way.error().code, Code::denied) << own;
  }
  EXPECT_TRUE(way_to("127.0.0.1", 443, Reach::anyone));
}

TEST(ProbeAddress, SomeNobodyMayAsk) {
  for (const char* never : {"0.0.0.0", "169.254.169.254", "224.0.0.1", "255.255.255.255",
                            "100.100.100.200", "fe80::1", "ff02::1", "::", "fd00:ec2::254",
                            "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "192.0.2.1"}) {
    const auto way = way_to(never, 443, Reach::anyone);
    ASSERT_FALSE(way) << never;
    EXPECT_EQ(way.error().code, Code::denied) << never;
  }
}

TEST(ProbeAddress, WhatIsNoAddress) {
  for (const char* text : {"", "portal.example", "127.0.0.1 ", "0x7f000001", "127.1", "1.2.3.4:80",
                           "[::1]", "::1%lo"}) {
    EXPECT_FALSE(way_to(text, 443, Reach::anyone)) << text;
  }
}

TEST(ProbeAddress, KeepsFamilyAndPort) {
  const auto way = way_to("127.0.0.1", 8443, Reach::anyone);
  ASSERT_TRUE(way);
  EXPECT_EQ(way->raw()->sa_family, AF_INET);
  EXPECT_EQ(ntohs(reinterpret_cast<const sockaddr_in*>(way->raw())->sin_port), 8443);
}

}  // namespace
}  // namespace cairn::server
