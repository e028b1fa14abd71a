// SPDX-License-Identifier: Apache-2.0
#include "store/history_manifest.hpp"

#include <gtest/gtest.h>

#include "core/crc32c.hpp"
#include "core/text.hpp"

namespace cairn::store {
namespace {

Manifest sample() {
  Manifest manifest;
  manifest.next_id = 9;
  manifest.sealed_position = 12'345'678'901'234;
  manifest.segments.push_back({3, 100, 200, -5, INT64_MAX, {}});
  manifest.segments.push_back({8, 1, 2, 3, 4, {{60, 1'000}, {0, -7}}});
  return manifest;
}

TEST(Manifest, ComesBack) {
  EXPECT_EQ(parse_manifest(to_text(sample()), "m").value(), sample());
  EXPECT_EQ(parse_manifest(to_text({}), "m").value(), Manifest{});
  EXPECT_EQ(segment_name(12), "segment-0000000012.history");
}

TEST(Manifest, AnyChangeIsFound) {
  const std::string text = to_text(sample());
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] ^= 1;
    const auto parsed = parse_manifest(changed, "m");
    ASSERT_FALSE(parsed) << i;
    EXPECT_TRUE(parsed.error().place.starts_with("m:")) << parsed.error().place;
    EXPECT_FALSE(parse_manifest(text.substr(0, i), "m")) << i;
  }
  EXPECT_FALSE(parse_manifest(text + "next 10\n", "m"));
}

TEST(Manifest, WhatAWriterNeverWritesIsRefusedEvenWithAGoodSum) {
  const auto with = [](const std::string& line) {
    const std::string text = "cairn history 1\nnext 5\nsealed 0\n" + line + "\n";
    return parse_manifest(text + format("crc {:08x}\n", crc32c(text)), "m");
  };
  EXPECT_TRUE(with("segment 4 1 2 3 4"));
  EXPECT_EQ(with("segment 5 1 2 3 4").error().place, "m:4");  // not below next
  EXPECT_FALSE(with("segment 4 1 2 3"));
  EXPECT_FALSE(with("segment 4 1 2 3 4 60"));
  EXPECT_FALSE(with("segment 4 1 2 3 4\nsegment 4 1 2 3 4"));
  EXPECT_FALSE(with("surprise 1"));
}

}  // namespace
}  // namespace cairn::store
