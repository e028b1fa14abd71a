// SPDX-License-Identifier: Apache-2.0
#include "codec/cap_ring.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace cairn::codec {
namespace {

using Kind = RingCrossing::Kind;

RingCrossing crossing(const geo::Ring& ring, std::size_t pairs = 1'000'000) {
  return find_crossing(ring, pairs);
}
Kind kind(const geo::Ring& ring, std::size_t pairs = 1'000'000) {
  return crossing(ring, pairs).kind;
}

TEST(CapRing, SimpleRings) {
  EXPECT_EQ(kind({{0, 0}, {1, 0}, {0, 1}, {0, 0}}), Kind::none);
  EXPECT_EQ(kind({{0, 0}, {4, 0}, {4, 4}, {2, 1}, {0, 4}, {0, 0}}), Kind::none);
  // A point that stands twice in a row, and one in the middle of an edge.
  EXPECT_EQ(kind({{0, 0}, {1, 0}, {1, 0}, {2, 0}, {0, 1}, {0, 0}, {0, 0}}), Kind::none);
}

TEST(CapRing, CrossingsNameTheEdges) {
  const RingCrossing bow = crossing({{0, 0}, {2, 2}, {2, 0}, {0, 2}, {0, 0}});
  EXPECT_EQ(bow.kind, Kind::crosses);
  EXPECT_EQ(std::min(bow.a.x, bow.b.x), 0);
  EXPECT_EQ(std::max(bow.a.x, bow.b.x), 2);
}

TEST(CapRing, Touching) {
  EXPECT_EQ(kind({{0, 0}, {4, 0}, {4, 4}, {2, 0}, {0, 4}, {0, 0}}), Kind::touches);  // on an edge
  EXPECT_EQ(kind({{0, 0}, {2, 0}, {1, 1}, {2, 2}, {0, 2}, {1, 1}, {0, 0}}), Kind::touches);
  EXPECT_EQ(kind({{0, 0}, {2, 0}, {3, 0}, {2, 0}, {0, 2}, {0, 0}}), Kind::touches);  // a spike
  EXPECT_EQ(kind({{0, 0}, {1, 1}, {0, 0}, {0, 0}}), Kind::touches);                  // no area
  EXPECT_EQ(kind({{1, 1}, {1, 1}, {1, 1}, {1, 1}}), Kind::touches);
}

TEST(CapRing, ExactInTheSeventhDecimal) {
  EXPECT_EQ(
      kind({{100, 30}, {100.1, 30}, {100.1, 30.1}, {100.05, 30.0000001}, {100, 30.1}, {100, 30}}),
      Kind::none);
  EXPECT_EQ(
      kind({{100, 30}, {100.1, 30}, {100.1, 30.1}, {100.05, 29.9999999}, {100, 30.1}, {100, 30}}),
      Kind::crosses);
}

TEST(CapRing, StarsAgainstEveryPair) {
  std::mt19937_64 random(5);
  int crossed = 0;
  for (int round = 0; round < 300; ++round) {
    geo::Ring ring;
    const std::size_t n = 4 + random() % 6;
    for (std::size_t i = 0; i < n; ++i) {
      ring.push_back({static_cast<double>(random() % 100), static_cast<double>(random() % 100)});
    }
    ring.push_back(ring.front());
    // Proper crossings by the signs of areas, every pair.
    const auto area = [&](geo::Point a, geo::Point b, geo::Point c) {
      return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
    };
    bool expected = false;
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t k = 0; k < i; ++k) {
        expected =
            expected ||
            (area(ring[i], ring[i + 1], ring[k]) * area(ring[i], ring[i + 1], ring[k + 1]) < 0 &&
             area(ring[k], ring[k + 1], ring[i]) * area(ring[k], ring[k + 1], ring[i + 1]) < 0);
      }
    }
    crossed += expected;
    EXPECT_EQ(kind(ring) == Kind::crosses, expected) << round;
  }
  EXPECT_GT(crossed, 50);
  EXPECT_LT(crossed, 300);
}

TEST(CapRing, HostileRingsEndInTime) {
  geo::Ring comb;  // every edge reaches from west to east
  for (int i = 0; i < 20'000; ++i) comb.push_back({i % 2 ? 100.0 : 0.0, i * 1e-3});
  comb.push_back({-1, 30});
  comb.push_back(comb.front());
  std::size_t pairs = 100'000;
  EXPECT_EQ(find_crossing(comb, pairs).kind, Kind::undecided);
  EXPECT_EQ(pairs, 0u);
}

}  // namespace
}  // namespace cairn::codec
