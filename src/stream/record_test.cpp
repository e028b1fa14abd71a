// SPDX-License-Identifier: Apache-2.0
#include "stream/record.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace cairn::stream {
namespace {

struct Sent {
  Message message;
  std::vector<Observed> readings;
};

std::string written(const std::vector<Sent>& messages) {
  std::string out;
  for (const Sent& sent : messages) write(sent.message, sent.readings.data(), out);
  return out;
}

void expect_read(const std::vector<Sent>& messages) {
  const std::string bytes = written(messages);
  MessageReader reader(bytes);
  for (const Sent& sent : messages) {
    ASSERT_TRUE(reader.next());
    EXPECT_EQ(reader.message().source, sent.message.source);
    EXPECT_EQ(reader.message().sequence, sent.message.sequence);
    EXPECT_EQ(reader.message().historical, sent.message.historical);
    EXPECT_EQ(reader.message().count, sent.message.count);
    EXPECT_EQ(reader.readings(), sent.readings);
  }
  EXPECT_FALSE(reader.next());
  EXPECT_TRUE(reader.ok());
}

Sent sent(std::uint32_t source, std::uint64_t sequence, std::vector<Observed> readings,
          bool historical = false) {
  return {{source, sequence, historical, static_cast<std::uint32_t>(readings.size())},
          std::move(readings)};
}

constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t t0 = 1'700'000'000 * second;

TEST(Record, MessagesComeBackOneAfterTheOther) {
  expect_read({sent(0, 0, {{7, t0, 1.5}}),
               sent(3, 99, {{8, t0 + 5, -0.25}, {2, t0, 1e300}, {4'000'000'000, t0 - 1, 0}}, true),
               sent(4'294'967'295, ~std::uint64_t{0}, {})});
}

TEST(Record, EveryTimeUnitAndTheEndsOfTime) {
  for (const std::int64_t unit :
       {second, std::int64_t{1'000'000}, std::int64_t{1'000}, std::int64_t{1}}) {
    expect_read({sent(1, 1, {{0, t0, 1}, {1, t0 + unit, 2}, {0, t0 - 7 * unit, 3}, {9, 0, 4}})});
  }
  constexpr auto lowest = std::numeric_limits<std::int64_t>::min();
  constexpr auto highest = std::numeric_limits<std::int64_t>::max();
  expect_read({sent(1, 1, {{0, lowest, 1}, {1, highest, 2}, {0, lowest, 3}, {0, 0, 4}})});
}

TEST(Record, ATypicalReadingTakesTenBytes) {
  std::vector<Observed> readings;
  for (std::uint32_t i = 0; i < 1000; ++i) readings.push_back({5000 + i, t0, i * 0.5});
  EXPECT_LE(written({sent(1, 1, readings)}).size(), 1000u * 10 + 20);
}

TEST(Record, AnyCutIsNoticed) {
  const std::string bytes = written({sent(1, 1, {{300, t0, 1}, {2, t0 + 1, 2}})});
  for (std::size_t size = 1; size < bytes.size(); ++size) {
    MessageReader reader(std::string_view(bytes).substr(0, size));
    EXPECT_FALSE(reader.next()) << size;
    EXPECT_FALSE(reader.ok()) << size;
  }
}

TEST(Record, RandomMessagesSurvive) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 300; ++round) {
    const auto jump = static_cast<std::int64_t>(1) << (random() % 40);
    std::vector<Observed> readings;
    std::int64_t time = t0;
    for (std::size_t i = random() % 40; i > 0; --i) {
      time += static_cast<std::int64_t>(random() % 3) * jump - jump;
      readings.push_back({static_cast<std::uint32_t>(random() >> (random() % 64)), time,
                          static_cast<double>(random())});
    }
    expect_read({sent(static_cast<std::uint32_t>(random()), random(), readings, round % 2 == 0)});
  }
}

TEST(Record, NamesAndNotesComeBack) {
  std::string bytes;
  const SeriesName series{70'000, "坡:1", "rain"};
  write(series, bytes);
  EXPECT_EQ(*read_series(bytes), series);
  EXPECT_FALSE(read_series(bytes + "x").has_value());
  bytes.clear();
  const SourceName source{5, ""};
  write(source, bytes);
  EXPECT_EQ(*read_source(bytes), source);
  bytes.clear();
  const Shelve shelve{"high", "g1", {t0}, "Li", "under repair"};
  write(shelve, bytes);
  EXPECT_EQ(*read_shelve(bytes), shelve);
  EXPECT_FALSE(read_shelve(std::string_view(bytes).substr(1)).has_value());
  bytes.clear();
  write_delivered(1ull << 60, bytes);
  EXPECT_EQ(*read_delivered(bytes), 1ull << 60);
  EXPECT_FALSE(read_delivered("").has_value());
}

}  // namespace
}  // namespace cairn::stream
