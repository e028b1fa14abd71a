// SPDX-License-Identifier: Apache-2.0
#include "codec/remote_write.hpp"

#include <gtest/gtest.h>
#include <snappy.h>

#include <bit>
#include <cmath>
#include <ctime>
#include <protozero/pbf_writer.hpp>
#include <string>
#include <utility>
#include <vector>

#include "codec/test_decode.hpp"
#include "core/limits.hpp"

namespace cairn::codec {
namespace {

using Labels = std::vector<std::pair<std::string, std::string>>;
using Samples = std::vector<std::pair<double, std::int64_t>>;

std::string series(const Labels& labels, const Samples& samples) {
  std::string out;
  protozero::pbf_writer writer(out);
  for (const auto& [name, value] : labels) {
    protozero::pbf_writer label(writer, 1);
    label.add_string(1, name);
    label.add_string(2, value);
  }
  for (const auto& [value, time_ms] : samples) {
    protozero::pbf_writer sample(writer, 2);
    sample.add_double(1, value);
    sample.add_int64(2, time_ms);
  }
  return out;
}

std::string packed(const std::string& request) {
  std::string out;
  snappy::Compress(request.data(), request.size(), &out);
  return out;
}

std::string request(const std::vector<std::string>& all) {
  std::string out;
  protozero::pbf_writer writer(out);
  for (const std::string& one : all) writer.add_message(1, one);
  writer.add_string(3, "metadata that is not read");
  return packed(out);
}

Decoded remote(std::string_view bytes, const DecodeContext& context = test_context()) {
  return decode_with(Format::remote_write, bytes, context);
}

TEST(RemoteWrite, LabelsNameThingAndProperty) {
  const Decoded got = remote(request(
      {series({{"__name__", "pm25"}, {"instance", "x:9100"}, {"job", "j"}, {"thing", "air-7"}},
              {{41.5, 1'700'000'001'000}, {42, 1'700'000'002'500}}),
       series({{"__name__", "up"}, {"instance", "node-1"}}, {{1, 1'700'000'000'000}}),
       series({{"thing", "a"}, {"instance", "b"}, {"__name__", "t"}}, {{2, 1'699'999'999'000}})}));
  ASSERT_TRUE(got.status) << to_string(got.status.error());
  EXPECT_EQ(got.lines(),
            (Lines{"air-7 pm25 41.5 @1", "air-7 pm25 42 @2.5", "node-1 up 1 @0", "a t 2 @-1"}));
}

TEST(RemoteWrite, StaleMarkersAreNoReadingsAndOtherNansAreRefused) {
  const double stale = std::bit_cast<double>(std::uint64_t{0x7ff0000000000002});
  const Decoded got =
      remote(request({series({{"__name__", "t"}, {"thing", "a"}}, {{stale, 1'700'000'000'000},
                                                                   {NAN, 1'700'000'000'000},
                                                                   {INFINITY, 1'700'000'000'000},
                                                                   {1, INT64_MAX},
                                                                   {1, 1'700'000'000'000}})}));
  EXPECT_EQ(got.lines(), (Lines{"a t 1 @0"}));
  EXPECT_EQ(got.refusals(), (Lines{"0 record 0: the value is not a finite number",
                                   "1 record 1: the value is not a finite number",
                                   "2 record 2: the time is out of range; it is in milliseconds"}));
  EXPECT_EQ(got.batch.refused[0].text, "t{thing=\"a\"} nan 1700000000000");
}

TEST(RemoteWrite, ASeriesWithoutNamesIsRefused) {
  const Decoded got =
      remote(request({series({{"__name__", "t"}}, {{1, 1}}), series({{"thing", "a"}}, {{1, 1}}),
                      series({{"thing", "\xff"}, {"__name__", "t"}}, {{1, 1}}),
                      series({{"thing", "b"}, {"__name__", "t"}}, {{1, 1}})}));
  EXPECT_EQ(got.refusals(),
            (Lines{"0 record 0: no thing is named", "1 record 1: no property is named",
                   "2 record 2: a label is not UTF-8"}));
  EXPECT_EQ(got.batch.readings.size(), 1u);
}

// In full they would be 40 GB of text.
TEST(RemoteWrite, LongLabelsOfRefusedSamplesAreShownShort) {
  const std::string name(2'000'000, 'p');
  const Samples samples(20'000, {1.0, 1'700'000'000'000});
  const std::clock_t begin = std::clock();
  const Decoded got = remote(request({series({{"__name__", name}, {"thing", "a"}}, samples)}));
  EXPECT_LT(static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC, 5.0);
  ASSERT_EQ(got.batch.refused.size(), 20'000u);
  EXPECT_EQ(got.refusals()[0], "0 record 0: a name or unit is longer than 256 bytes");
  EXPECT_EQ(got.batch.refused[0].text, std::string(60, 'p') + "…{thing=\"a\"} 1 1700000000000");
}

TEST(RemoteWrite, WhatIsNoTextIsShownWithinTheLimit) {
  const std::string bad(60, '\xff');
  const Decoded got = remote(request({series({{"__name__", "t"}, {"thing", bad}}, {{1, 1}})}));
  ASSERT_EQ(got.batch.refused.size(), 1u);
  EXPECT_TRUE(is_valid_utf8(got.batch.refused[0].text));
  EXPECT_LE(got.batch.refused[0].text.size(), 100u);
}

TEST(RemoteWrite, DamageIsAnError) {
  const auto error = [](std::string_view bytes) {
    const Decoded got = remote(bytes);
    EXPECT_TRUE(got.batch.readings.empty() && got.batch.texts.empty());
    return got.status ? "none" : to_string(got.status.error());
  };
  const std::string good = request({series({{"__name__", "t"}, {"thing", "a"}}, {{1, 1}})});
  EXPECT_EQ(error(""), "byte 0: the message is not a snappy block");
  EXPECT_EQ(error(good.substr(0, good.size() - 5)), "the snappy block is damaged");
  EXPECT_EQ(error(packed("\x0a\x7f")), "the protobuf message is damaged");
  EXPECT_EQ(error(packed("\x0a\x02\x0a\x7f")), "the protobuf message is damaged");
  EXPECT_EQ(error(packed(std::string(limits::ingest_unpacked_bytes + 1, '\0'))),
            format("the message unpacks to {} bytes; at most {} are read",
                   limits::ingest_unpacked_bytes + 1, limits::ingest_unpacked_bytes));
}

TEST(RemoteWrite, LimitsHold) {
  Samples samples(limits::ingest_readings, {1.0, 1'700'000'000'000});
  const Labels labels{{"__name__", "t"}, {"thing", "a"}};
  EXPECT_EQ(remote(request({series(labels, samples)})).batch.readings.size(),
            limits::ingest_readings);
  samples.emplace_back(1.0, 1);
  const Decoded over = remote(request({series(labels, samples)}));
  ASSERT_FALSE(over.status);
  EXPECT_EQ(over.status.error().code, Code::too_large);
}

}  // namespace
}  // namespace cairn::codec
