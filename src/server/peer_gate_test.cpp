// SPDX-License-Identifier: Apache-2.0
#include "server/peer_gate.hpp"

#include <gtest/gtest.h>

#include "core/limits.hpp"

namespace cairn::server {
namespace {

const Instant start{1'000'000'000'000'000'000};
constexpr std::int64_t second = ns_per_second;

TEST(PeerGate, lets_a_burst_through_and_then_so_many_an_hour) {
  PeerGate gate({.burst = 3, .per_hour = 60});
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(gate.refuse("192.0.2.1", start));
  EXPECT_EQ(gate.refuse("192.0.2.1", start), 60);
  EXPECT_FALSE(gate.refuse("192.0.2.2", start)) << "another address";
  EXPECT_EQ(gate.refuse("192.0.2.1", start + 30 * second), 30);
  EXPECT_FALSE(gate.refuse("192.0.2.1", start + 60 * second));
  EXPECT_TRUE(gate.refuse("192.0.2.1", start + 60 * second));
  int let = 0;
  for (int i = 0; i < 100; ++i) let += gate.refuse("192.0.2.1", start + 7200 * second) ? 0 : 1;
  EXPECT_EQ(let, 3) << "what was not used does not pile up";
}

TEST(PeerGate, a_clock_that_goes_back_gives_nothing) {
  PeerGate gate({.burst = 1, .per_hour = 60});
  EXPECT_FALSE(gate.refuse("a", start));
  EXPECT_TRUE(gate.refuse("a", start - 3600 * second));
}

TEST(PeerGate, all_addresses_together_are_bounded_too) {
  PeerGate gate({.burst = 10, .per_hour = 10, .all_burst = 5, .all_per_hour = 60});
  int let = 0;
  for (int i = 0; i < 50; ++i) let += gate.refuse("10.0.0." + std::to_string(i), start) ? 0 : 1;
  EXPECT_EQ(let, 5);
}

TEST(PeerGate, remembers_a_bounded_number_of_addresses) {
  PeerGate gate({.burst = 2, .per_hour = 60, .all_burst = 1'000'000, .all_per_hour = 1'000'000});
  for (std::size_t i = 0; i < limits::gate_peers + 100; ++i) {
    EXPECT_FALSE(gate.refuse(std::to_string(i), start));
  }
  EXPECT_EQ(gate.peers(), limits::gate_peers);
  // After a while the buckets are full again, and room is made.
  EXPECT_FALSE(gate.refuse("new", start + 3600 * second));
  EXPECT_EQ(gate.peers(), 1u);
}

TEST(PeerGate, an_ipv6_line_is_one) {
  EXPECT_EQ(peer_group("2001:db8:1:2::7"), "2001:db8:1:2::/64");
  EXPECT_EQ(peer_group("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
  EXPECT_EQ(peer_group("2001:db8::1"), "2001:db8:0:0::/64");
  EXPECT_EQ(peer_group("::1"), "0:0:0:0::/64");
  EXPECT_EQ(peer_group("::"), "0:0:0:0::/64");
  EXPECT_NE(peer_group("2001:db8:1:2::7"), peer_group("2001:db8:1:3::7"));
  EXPECT_EQ(peer_group("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(peer_group("::ffff:192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(peer_group(""), "");
}

}  // namespace
}  // namespace cairn::server
