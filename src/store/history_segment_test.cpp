// SPDX-License-Identifier: Apache-2.0
#include "store/history_segment.hpp"

#include <gtest/gtest.h>

#include <random>

#include "core/simulated_files.hpp"

namespace cairn::store {
namespace {

constexpr std::int64_t minute = 60'000'000'000;
constexpr std::int64_t start = 1'700'000'000'000'000'000;

struct Written {
  std::uint32_t series;
  Columns columns;
};

SegmentInfo write(Files& files, const std::string& path, const std::vector<Written>& chunks) {
  SegmentWriter writer(files.append_to(path).value());
  ChunkCodec codec;
  std::string bytes;
  for (const Written& w : chunks) {
    bytes.clear();
    codec.encode(w.columns, 0, w.columns.size(), bytes);
    EXPECT_TRUE(writer.add(w.series, w.columns.times_ns.front(), w.columns.times_ns.back(),
                           w.columns.size(), bytes));
  }
  EXPECT_TRUE(writer.finish());
  return writer.info();
}

std::vector<Written> random_chunks(std::uint32_t series, int chunks_each, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<Written> out;
  for (std::uint32_t s = 0; s < series; ++s) {
    std::int64_t at = start;
    for (int c = 0; c < chunks_each; ++c) {
      Written w{s * 3, {}};
      for (std::uint64_t i = 0; i <= random() % 6; ++i) {
        w.columns.times_ns.push_back(at += static_cast<std::int64_t>(1 + random() % 3) * minute);
        w.columns.values.push_back(static_cast<double>(random() % 1000) / 10);
      }
      out.push_back(std::move(w));
    }
  }
  return out;
}

TEST(Segment, GivesEveryChunkBack) {
  SimulatedFiles files(1);
  const auto chunks = random_chunks(500, 5, 1);
  const SegmentInfo info = write(files, "s", chunks);
  const auto segment = Segment::open(files, "s", info);
  ASSERT_FALSE(segment->damage());
  EXPECT_EQ(segment->info(), info);
  EXPECT_GT(segment->groups(), 10u);
  ChunkCodec codec;
  Columns columns;
  std::size_t seen = 0;
  std::vector<ChunkRef> refs;
  for (std::uint32_t s = 0; s <= 500; ++s) {
    refs.clear();
    ASSERT_TRUE(segment->chunks(s * 3, INT64_MIN, INT64_MAX, refs));
    EXPECT_EQ(refs.size(), s < 500 ? 5u : 0u);
    for (const ChunkRef& ref : refs) {
      ASSERT_TRUE(segment->decode(ref, codec, columns));
      ASSERT_EQ(columns, chunks[seen].columns);
      EXPECT_EQ(ref.last_ns, columns.times_ns.back());
      ++seen;
    }
  }
  EXPECT_EQ(seen, chunks.size());
}

TEST(Segment, ChunksOutsideTheTimeAreLeftOut) {
  SimulatedFiles files(1);
  const auto chunks = random_chunks(3, 40, 2);
  const auto segment = Segment::open(files, "s", write(files, "s", chunks));
  const Columns& one = chunks[50].columns;
  std::vector<ChunkRef> refs;
  ASSERT_TRUE(
      segment->chunks(chunks[50].series, one.times_ns.front() - 1, one.times_ns.back(), refs));
  ASSERT_EQ(refs.size(), 1u);
  EXPECT_EQ(refs[0].count, one.size());
}

TEST(Segment, IndexOfManySmallSeriesIsSmall) {
  SimulatedFiles files(1);
  std::vector<Written> chunks;
  std::size_t data = 0;
  ChunkCodec codec;
  std::mt19937_64 random(3);
  for (std::uint32_t s = 0; s < 20'000; ++s) {
    Written w{s, {}};
    for (int i = 0; i < 4; ++i) {
      w.columns.times_ns.push_back(
          start + static_cast<std::int64_t>(random() % 60) * 1'000'000'000 + i * minute);
      w.columns.values.push_back(static_cast<double>(random() % 300) / 10);
    }
    std::string bytes;
    codec.encode(w.columns, 0, 4, bytes);
    data += bytes.size();
    chunks.push_back(std::move(w));
  }
  const SegmentInfo info = write(files, "s", chunks);
  EXPECT_LT(static_cast<double>(info.bytes - data) / 20'000, 6.0);
}

TEST(Segment, AnyFlippedBitIsFoundOrHarmless) {
  SimulatedFiles files(1);
  const auto chunks = random_chunks(40, 2, 4);
  const SegmentInfo info = write(files, "s", chunks);
  const std::string bytes = files.read("s").value();
  ChunkCodec codec;
  Columns columns;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    files.put("s", bytes);
    files.flip("s", at, 0x10);
    const auto segment = Segment::open(files, "s", info);
    bool found = segment->damage().has_value();
    if (found) {
      EXPECT_TRUE(segment->damage()->place.starts_with("s: byte "));
    }
    std::vector<ChunkRef> refs;
    for (std::size_t g = 0; g < segment->groups(); ++g) {
      if (!segment->group(g, refs)) found = true;
    }
    for (const ChunkRef& ref : refs) {
      if (const auto done = segment->decode(ref, codec, columns); !done) {
        EXPECT_TRUE(done.error().place.starts_with("s: byte "));
        found = true;
      }
    }
    ASSERT_TRUE(found) << "byte " << at;
  }
}

TEST(Segment, CutFilesAreDamaged) {
  SimulatedFiles files(1);
  const SegmentInfo info = write(files, "s", random_chunks(10, 2, 5));
  const std::string bytes = files.read("s").value();
  for (std::size_t size = 0; size < bytes.size(); size += 7) {
    files.put("s", bytes.substr(0, size));
    EXPECT_TRUE(Segment::open(files, "s", info)->damage()) << size;
  }
}

TEST(SegmentScan, TakesSeriesInOrder) {
  SimulatedFiles files(1);
  const auto segment = Segment::open(files, "s", write(files, "s", random_chunks(300, 2, 6)));
  SegmentScan scan(*segment);
  std::vector<ChunkRef> refs;
  ASSERT_TRUE(scan.take(30, refs));
  EXPECT_EQ(refs.size(), 2u);
  EXPECT_EQ(scan.peek().value()->series, 33u);
  ASSERT_TRUE(scan.take(34, refs));  // there is none
  EXPECT_EQ(refs.size(), 2u);
  ASSERT_TRUE(scan.take(897, refs));
  EXPECT_EQ(refs.size(), 4u);
  EXPECT_EQ(scan.peek().value(), nullptr);
}

}  // namespace
}  // namespace cairn::store
