// SPDX-License-Identifier: Apache-2.0
#include "store/log.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "core/crc32c.hpp"
#include "core/simulated_files.hpp"
#include "store/detail/log_segment.hpp"

namespace cairn::store {
namespace {

struct Row {
  std::uint64_t position;
  int kind;
  std::int64_t arrival_ns;
  std::string payload;
  bool operator==(const Row&) const = default;
};

std::vector<Row> rows(const Log& log, std::uint64_t after = 0) {
  std::vector<Row> out;
  const auto done = log.read(after, [&](const LogRecord& r) -> Status {
    out.push_back({r.position, r.kind, r.arrival.ns, std::string(r.payload)});
    return {};
  });
  EXPECT_TRUE(done) << to_string(done.error());
  return out;
}

std::unique_ptr<Log> opened(Files& files, const LogOptions& options = {}) {
  auto log = Log::open(files, "log", options);
  EXPECT_TRUE(log) << to_string(log.error());
  return log ? std::move(*log) : nullptr;
}

// Commits one record of this payload; its position.
std::uint64_t put(Log& log, std::string_view payload, std::int64_t arrival_ns = 1'000) {
  const auto position = log.append(7, {arrival_ns}, payload);
  EXPECT_TRUE(position);
  const auto done = log.commit();
  EXPECT_TRUE(done) << to_string(done.error());
  return position.value_or(0);
}

const LogOptions small{.segment_bytes = 300, .record_bytes = 1'000, .reserve_bytes = 512};

TEST(Log, KeepsRecordsOverRestarts) {
  SimulatedFiles disk(1);
  {
    const auto log = opened(disk);
    EXPECT_EQ(log->opening().first, 0u);
    EXPECT_EQ(log->next(), 1u);
    EXPECT_TRUE(log->commit());  // of nothing
    EXPECT_EQ(log->append(1, {10}, "one").value(), 1u);
    EXPECT_EQ(log->append(2, {20}, "").value(), 2u);
    EXPECT_GT(log->buffered(), 3u);
    EXPECT_EQ(log->durable(), 0u);
    EXPECT_TRUE(rows(*log).empty());  // not committed
    ASSERT_TRUE(log->commit());
    EXPECT_EQ(log->durable(), 2u);
    EXPECT_EQ(log->buffered(), 0u);
    EXPECT_EQ(rows(*log), (std::vector<Row>{{1, 1, 10, "one"}, {2, 2, 20, ""}}));
    (void)log->append(3, {30}, "never committed").value();
  }
  const auto log = opened(disk);
  EXPECT_EQ(log->opening().first, 1u);
  EXPECT_EQ(log->opening().last, 2u);
  EXPECT_EQ(log->opening().cut_bytes, 0u);
  EXPECT_EQ(log->opening().note, "");
  EXPECT_EQ(log->durable(), 2u);
  EXPECT_EQ(put(*log, std::string("\0\xFF", 2), -5), 3u);
  EXPECT_EQ(rows(*log, 1),
            (std::vector<Row>{{2, 2, 20, ""}, {3, 7, -5, std::string("\0\xFF", 2)}}));
  EXPECT_TRUE(rows(*log, 3).empty());
}

TEST(Log, ReadingStopsWhereTheReaderSays) {
  SimulatedFiles disk(1);
  const auto log = opened(disk, small);
  for (int i = 0; i < 20; ++i) put(*log, "payload");
  int seen = 0;
  const auto done = log->read(0, [&](const LogRecord& r) -> Status {
    ++seen;
    return r.position < 15 ? Status{} : fail(Code::conflict, "enough");
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "enough");
  EXPECT_EQ(seen, 15);
}

TEST(Log, SegmentsFollowEachOtherAndAreForgotten) {
  SimulatedFiles disk(1);
  auto log = opened(disk, small);
  for (int i = 0; i < 40; ++i) put(*log, std::string(20, 'x'));
  const auto names = disk.list("log").value();
  ASSERT_GT(names.size(), 4u);
  EXPECT_EQ(names[0], "00000000000000000001.log");
  EXPECT_EQ(names[1], "00000000000000000006.log");
  const auto before = log->bytes();
  ASSERT_TRUE(log->forget(4));
  EXPECT_EQ(disk.list("log").value(), names);
  ASSERT_TRUE(log->forget(5));
  EXPECT_EQ(disk.list("log").value()[0], names[1]);
  EXPECT_LT(log->bytes(), before);
  EXPECT_EQ(rows(*log).front().position, 6u);
  EXPECT_EQ(rows(*log, 20).size(), 20u);
  ASSERT_TRUE(log->forget(1'000));
  EXPECT_EQ(disk.list("log").value(), std::vector<std::string>{names.back()});

  log = opened(disk, small);
  EXPECT_EQ(log->durable(), 40u);
  EXPECT_EQ(log->opening().forgotten, 35u);
  EXPECT_EQ(log->opening().first, 36u);
  EXPECT_EQ(put(*log, "x"), 41u);
}

TEST(Log, RecordsThatAreTooLargeAreRefusedAndNothingElse) {
  SimulatedFiles disk(1);
  auto log = opened(disk, small);
  EXPECT_EQ(log->append(1, {}, std::string(1'001, 'x')).error().code, Code::too_large);
  EXPECT_EQ(put(*log, std::string(1'000, 'x')), 1u);
  EXPECT_EQ(put(*log, "next"), 2u);
  // Written under a larger limit, it is not read under a smaller one, and not lost either.
  LogOptions tiny = small;
  tiny.record_bytes = 100;
  log = opened(disk, tiny);
  const auto done = log->read(0, [](const LogRecord&) { return Status{}; });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Code::too_large);
  EXPECT_EQ(rows(*opened(disk, small)).size(), 2u);
}

TEST(Log, ZerosBehindTheEndAreNoTornEnd) {
  SimulatedFiles disk(1);
  auto log = opened(disk, small);
  put(*log, "one");
  disk.crash(SimulatedFiles::Crash::process);  // the reserved zeros stay
  disk.restart();
  const std::string path = "log/00000000000000000001.log";
  EXPECT_GT(disk.read(path).value().size(), 500u);
  log = opened(disk, small);
  EXPECT_EQ(log->opening().cut_bytes, 0u);
  EXPECT_EQ(log->opening().note, "");
  EXPECT_EQ(put(*log, "two"), 2u);
  EXPECT_EQ(rows(*log).size(), 2u);
}

TEST(Log, ATornEndIsCutAtEveryByte) {
  SimulatedFiles whole(1);
  {
    const auto log = opened(whole);
    put(*log, "kept");
    (void)log->append(1, {5}, "first of two").value();
    (void)log->append(1, {6}, "second of two").value();
    ASSERT_TRUE(log->commit());
  }
  const std::string path = "log/00000000000000000001.log";
  const std::string bytes = whole.read(path).value();
  const std::size_t kept = detail::segment_header_bytes + detail::frame_header_bytes + 4;
  const std::size_t first = kept + detail::frame_header_bytes + 12;
  for (std::size_t size = kept; size < bytes.size(); ++size) {
    for (const bool zeros : {false, true}) {
      SimulatedFiles disk(1);
      ASSERT_TRUE(disk.make_directory("log"));
      disk.put(path, bytes.substr(0, size) + std::string(zeros ? 600 : 0, '\0'));
      auto log = opened(disk);
      const std::size_t end = size < first ? kept : first;
      ASSERT_EQ(log->durable(), size < first ? 1u : 2u) << size;
      ASSERT_EQ(disk.read(path).value(), bytes.substr(0, end));
      const std::size_t last = bytes.find_last_not_of('\0', size - 1) + 1;
      ASSERT_EQ(log->opening().cut_bytes, last > end ? last - end : 0);
      ASSERT_EQ(log->opening().note.empty(), log->opening().cut_bytes == 0);
      put(*log, "after");
      log = opened(disk);
      ASSERT_EQ(rows(*log).back().payload, "after");
      ASSERT_EQ(log->opening().note, "");
    }
  }
}

TEST(Log, AFlippedBitInWhatWasOnDiskIsReportedWithItsPlace) {
  SimulatedFiles whole(1);
  {
    const auto log = opened(whole, small);
    for (int i = 0; i < 12; ++i) put(*log, std::string(20, 'a'));
  }
  const auto names = whole.list("log").value();
  ASSERT_EQ(names.size(), 3u);
  const std::size_t frame = detail::frame_header_bytes + 20;
  for (const std::string& name : names) {
    const std::string bytes = whole.read("log/" + name).value();
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      SimulatedFiles disk(1);
      ASSERT_TRUE(disk.make_directory("log"));
      for (const std::string& other : names) {
        disk.put("log/" + other, whole.read("log/" + other).value());
      }
      disk.flip("log/" + name, at, static_cast<std::uint8_t>(1u << (at % 8)));
      auto log = Log::open(disk, "log", small);
      Status done;
      if (log) done = (*log)->read(0, [](const LogRecord&) { return Status{}; });
      const Error* error = !log ? &log.error() : !done ? &done.error() : nullptr;
      // The very last commit cannot be told from one that was under way.
      if (name == names.back() && at + frame >= bytes.size()) {
        ASSERT_EQ(error, nullptr);
        ASSERT_EQ((*log)->durable(), 11u);
        ASSERT_GT((*log)->opening().cut_bytes, 0u);
        continue;
      }
      ASSERT_NE(error, nullptr) << name << " " << at;
      const std::size_t header = detail::segment_header_bytes;
      const std::size_t place = at < header ? 0 : header + (at - header) / frame * frame;
      EXPECT_EQ(error->place, "log/" + name + " byte " + std::to_string(place)) << at;
    }
  }
}

// A segment is begun when everything before is on disk: then the last commit is no torn end.
TEST(Log, ABadEndBeforeABegunSegmentIsReported) {
  SimulatedFiles disk(1);
  put(*opened(disk), "promised");
  const std::string path = "log/00000000000000000001.log";
  const std::string next = "log/00000000000000000002.log";
  disk.put(next, "CairnLog");  // as far as the power lasted
  EXPECT_EQ(rows(*opened(disk)).size(), 1u);
  EXPECT_FALSE(disk.exists(next));
  disk.put(next, "CairnLog");
  disk.flip(path, detail::segment_header_bytes + 20, 1);
  for (int i = 0; i < 2; ++i) {  // also the second time
    const auto log = Log::open(disk, "log", {});
    ASSERT_FALSE(log);
    EXPECT_EQ(log.error().place, path + " byte 48");
  }
}

TEST(Log, AMissingSegmentIsReported) {
  for (const std::size_t gone : {1u, 2u}) {
    SimulatedFiles disk(1);
    {
      const auto log = opened(disk, small);
      for (int i = 0; i < 20; ++i) put(*log, std::string(20, 'a'));
    }
    ASSERT_TRUE(disk.remove("log/" + disk.list("log").value()[gone]));
    const auto log = opened(disk, small);
    const auto done = log->read(0, [](const LogRecord&) { return Status{}; });
    ASSERT_FALSE(done);
    EXPECT_NE(done.error().message.find("missing"), std::string::npos) << done.error().message;
  }
}

TEST(Log, AnUnknownVersionIsLeftAlone) {
  SimulatedFiles disk(1);
  put(*opened(disk), "x");
  const std::string path = "log/00000000000000000001.log";
  std::string bytes = disk.read(path).value().substr(0, detail::segment_header_bytes);
  bytes[8] = 9;
  const std::uint32_t sum = crc32c(std::string_view(bytes).substr(0, 44));
  for (int i = 0; i < 4; ++i) bytes[44 + i] = static_cast<char>(sum >> (8 * i));
  disk.put(path, bytes);
  const auto log = Log::open(disk, "log", {});
  ASSERT_FALSE(log);
  EXPECT_EQ(log.error().code, Code::unsupported);
  EXPECT_EQ(log.error().place, path);
  EXPECT_EQ(disk.read(path).value(), bytes);
}

TEST(Log, AFullDiskRefusesAndGoesOnWhenThereIsRoomAgain) {
  SimulatedFiles disk(1);
  const auto log = opened(disk, small);
  disk.set_space(1'000);
  std::vector<Row> good;
  int refused = 0;
  for (int i = 0; i < 60; ++i) {
    if (i == 40) disk.set_space(100'000);
    const std::string payload = "payload " + std::to_string(i);
    const auto position = log->append(1, {i}, payload).value();
    if (const auto done = log->commit(); done) {
      good.push_back({position, 1, i, payload});
    } else {
      ++refused;
      EXPECT_EQ(done.error().code, Code::io);
      EXPECT_FALSE(log->broken());
      EXPECT_LT(i, 40);
      EXPECT_EQ(log->durable(), good.back().position);
    }
    EXPECT_EQ(rows(*log), good);
  }
  EXPECT_GT(refused, 10);
  EXPECT_EQ(good.back().position, 60u);  // positions that failed are used up
  EXPECT_EQ(rows(*opened(disk, small)), good);
}

TEST(Log, AFailedSyncBreaksItForGood) {
  SimulatedFiles disk(1);
  const auto log = opened(disk, small);
  put(*log, "good");
  (void)log->append(1, {}, "in doubt").value();
  disk.fail_at(disk.operations().size() + 2);
  EXPECT_FALSE(log->commit());
  EXPECT_TRUE(log->broken());
  EXPECT_FALSE(log->append(1, {}, "x"));
  EXPECT_FALSE(log->commit());
  EXPECT_FALSE(log->forget(1));
  EXPECT_FALSE(log->read(0, [](const LogRecord&) { return Status{}; }));
  EXPECT_EQ(rows(*opened(disk, small)).front().payload, "good");
}

// A sync fails, the process ends and finds in the cache what is not on disk: what it then calls
// durable must be there after a power cut.
TEST(Log, WhatTheCacheShowsAfterAFailedSyncIsWrittenAgain) {
  int shown = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SimulatedFiles disk(seed);
    auto log = opened(disk, small);
    put(*log, "good");
    (void)log->append(1, {}, "in doubt").value();
    (void)log->append(1, {}, "in doubt, too").value();
    disk.fail_at(disk.operations().size() + 2);
    EXPECT_FALSE(log->commit());
    disk.crash(SimulatedFiles::Crash::process);
    disk.restart();
    log = opened(disk, small);
    const auto seen = rows(*log);
    if (seen.size() == 3) ++shown;
    disk.crash();
    disk.restart();
    ASSERT_EQ(rows(*opened(disk, small)), seen) << "seed " << seed;
  }
  EXPECT_GT(shown, 150);
}

TEST(Log, WorksOnRealFiles) {
  const auto directory =
      std::filesystem::temp_directory_path() /
      ("cairn-log-" + std::to_string(::testing::UnitTest::GetInstance()->start_timestamp()));
  std::filesystem::remove_all(directory);
  const auto files = system_files();
  const std::string path = (directory / "log").string();
  LogOptions options;
  options.segment_bytes = 50'000;
  {
    const auto log = Log::open(*files, path, options).value();
    for (int i = 0; i < 300; ++i) put(*log, std::string(500, static_cast<char>(i)));
    (void)log->append(1, {}, "torn").value();
  }
  const auto names = files->list(path).value();
  EXPECT_GT(names.size(), 2u);
  ASSERT_TRUE(files->append_to(path + "/" + names.back()).value()->append("torn"));
  const auto log = Log::open(*files, path, options).value();
  EXPECT_EQ(log->opening().cut_bytes, 4u);
  EXPECT_EQ(rows(*log).size(), 300u);
  EXPECT_EQ(put(*log, "more"), 301u);
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace cairn::store
