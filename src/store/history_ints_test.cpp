// SPDX-License-Identifier: Apache-2.0
#include "store/history_ints.hpp"

#include <gtest/gtest.h>

#include <random>

namespace cairn::store {
namespace {

std::string encoded(const std::vector<std::int64_t>& integers) {
  IntScratch scratch;
  BitWriter writer;
  writer.clear();
  encode_integers(integers, scratch, writer);
  std::string bytes;
  writer.finish(bytes);
  return bytes;
}

std::vector<std::int64_t> decoded(std::string bytes, std::int64_t first, std::size_t count) {
  const std::size_t size = bytes.size();
  bytes.append(BitReader::padding, '\xFF');
  BitReader reader(reinterpret_cast<const std::uint8_t*>(bytes.data()), size);
  IntScratch scratch;
  std::vector<std::int64_t> integers(count, 0);
  integers[0] = first;
  if (!decode_integers(reader, scratch, integers) || !reader.good()) return {};
  return integers;
}

void expect_back(const std::vector<std::int64_t>& integers) {
  const std::string bytes = encoded(integers);
  EXPECT_EQ(decoded(bytes, integers[0], integers.size()), integers);
  // Cut by a byte they must not look whole.
  if (bytes.size() > 1) {
    EXPECT_EQ(decoded(bytes.substr(0, bytes.size() - 1), integers[0], integers.size()).size(), 0u);
  }
}

TEST(Bits, ComeBackInAnyWidth) {
  std::mt19937_64 random(1);
  std::vector<std::pair<std::uint64_t, unsigned>> numbers;
  BitWriter writer;
  writer.clear();
  for (int i = 0; i < 10'000; ++i) {
    const auto width = static_cast<unsigned>(random() % 65);
    const std::uint64_t bits = width == 0 ? 0 : random() >> (64 - width);
    numbers.emplace_back(bits, width);
    writer.put(bits, width);
  }
  std::string bytes;
  writer.finish(bytes);
  const std::size_t size = bytes.size();
  bytes.append(BitReader::padding, '\0');
  BitReader reader(reinterpret_cast<const std::uint8_t*>(bytes.data()), size);
  for (const auto& [bits, width] : numbers) ASSERT_EQ(reader.get(width), bits);
  EXPECT_TRUE(reader.good());
  reader.get(8);
  EXPECT_FALSE(reader.good());
}

TEST(Integers, ExtremesComeBack) {
  expect_back({7});
  expect_back({INT64_MIN, INT64_MAX});
  expect_back({INT64_MAX, INT64_MIN, INT64_MAX, 0, -1, 1});
  expect_back({0, INT64_MIN, 0, INT64_MIN, 0});
  expect_back({5, 5, 5, 5});
  expect_back({0, INT64_MIN / 2, INT64_MIN});
}

TEST(Integers, RandomOnesOfEveryWidthComeBack) {
  std::mt19937_64 random(2);
  for (int round = 0; round < 3'000; ++round) {
    const std::size_t count = 1 + random() % 300;
    const auto width = static_cast<int>(random() % 64);
    const std::int64_t step = static_cast<std::int64_t>(random() >> (random() % 64));
    const bool runs = random() % 2 == 0;
    std::vector<std::int64_t> integers;
    auto at = static_cast<std::uint64_t>(random());
    for (std::size_t i = 0; i < count; ++i) {
      integers.push_back(static_cast<std::int64_t>(at));
      if (runs && random() % 10 != 0) continue;
      at += static_cast<std::uint64_t>(step) * (round % 3 == 0 ? 1 : (random() >> width));
    }
    const std::string bytes = encoded(integers);
    ASSERT_EQ(decoded(bytes, integers[0], count), integers) << round;
    ASSERT_LE(bytes.size(), 16 + count * 8);
  }
}

TEST(Integers, RegularTimesCostNearlyNothing) {
  std::vector<std::int64_t> times;
  for (int i = 0; i < 1024; ++i) times.push_back(1'700'000'000'000'000'000 + i * 900'000'000'000);
  EXPECT_LE(encoded(times).size(), 10u);
  times.erase(times.begin() + 500, times.begin() + 507);  // a gap
  EXPECT_LE(encoded(times).size(), 24u);
}

TEST(Integers, ADivisorOfAllStepsIsTakenOut) {
  std::mt19937_64 random(3);
  std::vector<std::int64_t> coarse;
  std::vector<std::int64_t> fine;
  for (int i = 0; i < 1000; ++i) {
    const auto v = static_cast<std::int64_t>(random() % 16);
    fine.push_back(v);
    coarse.push_back(17 + v * 625);
  }
  EXPECT_LE(encoded(coarse).size(), encoded(fine).size() + 8);
  EXPECT_LE(encoded(fine).size(), 650u);
}

TEST(Integers, AnOrderThatFitsIsChosen) {
  std::vector<std::int64_t> ramp;
  std::int64_t v = 0;
  for (int i = 0; i < 1000; ++i) ramp.push_back(v += i);  // its steps grow by one
  EXPECT_LE(encoded(ramp).size(), 400u);
  std::vector<std::int64_t> noise;
  std::mt19937_64 random(4);
  for (int i = 0; i < 1000; ++i) noise.push_back(static_cast<std::int64_t>(random()));
  EXPECT_LE(encoded(noise).size(), 8u * 1000 + 8);  // no more than the bits themselves
}

}  // namespace
}  // namespace cairn::store
