// SPDX-License-Identifier: Apache-2.0
#include "core/simulated_files.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace cairn {
namespace {

using Crash = SimulatedFiles::Crash;
using Operation = SimulatedFiles::Operation;

// What a script leaves after a power cut at its end, for many seeds.
std::set<std::string> outcomes(const std::function<void(SimulatedFiles&)>& script,
                               const std::string& path, int seeds = 300) {
  std::set<std::string> seen;
  for (int seed = 0; seed < seeds; ++seed) {
    SimulatedFiles disk(static_cast<std::uint64_t>(seed));
    script(disk);
    disk.crash();
    EXPECT_TRUE(disk.crashed());
    EXPECT_FALSE(disk.exists(path));
    disk.restart();
    seen.insert(disk.exists(path) ? disk.read(path).value() : "(gone)");
  }
  return seen;
}

TEST(SimulatedFiles, WithoutFaultsTheyAreFiles) {
  SimulatedFiles disk(1);
  ASSERT_TRUE(disk.make_directory("a/b/"));
  EXPECT_EQ(disk.append_to("no/log").error().code, Code::not_found);
  auto file = disk.append_to("a/b/log").value();
  ASSERT_TRUE(file->append("one"));
  ASSERT_TRUE(file->reserve(100));
  EXPECT_EQ(disk.read("a/b/log").value().size(), 103u);
  ASSERT_TRUE(file->append("two"));
  EXPECT_EQ(file->size(), 6u);
  ASSERT_TRUE(file->sync());
  file.reset();
  EXPECT_EQ(disk.read("a/b/log").value(), "onetwo");
  EXPECT_EQ(disk.map("a/b/log").value()->bytes(), "onetwo");
  ASSERT_TRUE(disk.replace("a/b/state", "s"));
  ASSERT_TRUE(disk.replace("a/b/state", "state"));
  EXPECT_EQ(disk.list("a/b").value(), (std::vector<std::string>{"log", "state"}));
  EXPECT_EQ(disk.list("a").value(), std::vector<std::string>{"b"});
  EXPECT_EQ(disk.list("b").error().code, Code::not_found);
  ASSERT_TRUE(disk.truncate("a/b/log", 2));
  ASSERT_TRUE(disk.overwrite("a/b/log", 1, "N"));
  EXPECT_EQ(disk.overwrite("a/b/log", 1, "NN").error().code, Code::invalid);
  EXPECT_EQ(disk.read("a/b/log").value(), "oN");
  ASSERT_TRUE(disk.remove("a/b/log"));
  ASSERT_TRUE(disk.remove("a/b/log"));
  EXPECT_FALSE(disk.exists("a/b/log"));
  EXPECT_GT(disk.busy_ns(), 1'000'000u);
}

TEST(SimulatedFiles, PowerKeepsWhatWasSyncedAndTearsTheRest) {
  const std::string big(2'000, 'x');
  const auto seen = outcomes(
      [&](SimulatedFiles& disk) {
        auto file = disk.append_to("log").value();
        ASSERT_TRUE(file->append("kept"));
        ASSERT_TRUE(file->sync());
        ASSERT_TRUE(file->append(big));
      },
      "log");
  bool hole = false;
  bool part = false;
  for (const std::string& bytes : seen) {
    EXPECT_TRUE(bytes.starts_with("kept")) << bytes;
    const std::size_t zero = bytes.find('\0');
    hole = hole || (zero != std::string::npos && bytes.find('x', zero) != std::string::npos);
    part = part || (zero == std::string::npos && bytes.size() > 4 && bytes.size() < 2'004);
  }
  EXPECT_TRUE(seen.contains("kept"));
  EXPECT_TRUE(seen.contains("kept" + big));
  EXPECT_TRUE(hole);  // later bytes there, earlier ones not
  EXPECT_TRUE(part);
}

TEST(SimulatedFiles, NamesAreLostOrKeptUntilTheDirectoryIsSynced) {
  const auto replaced = [](SimulatedFiles& disk, std::uint64_t at) {
    ASSERT_TRUE(disk.replace("s", "old"));
    disk.crash_at(at);
    EXPECT_FALSE(disk.replace("s", "new"));
    disk.restart();
  };
  // Operations 6 to 10: create, write, sync, rename, sync the directory.
  for (std::uint64_t at = 6; at <= 10; ++at) {
    const auto seen = outcomes([&](SimulatedFiles& disk) { replaced(disk, at); }, "s");
    const std::set<std::string> both{"old", "new"};
    EXPECT_EQ(seen, at < 9 ? std::set<std::string>{"old"} : both) << at;
  }
  EXPECT_EQ(outcomes([](SimulatedFiles& disk) { ASSERT_TRUE(disk.replace("s", "new")); }, "s"),
            std::set<std::string>{"new"});
}

TEST(SimulatedFiles, AKilledProcessLeavesTheCache) {
  SimulatedFiles disk(3);
  auto file = disk.append_to("log").value();
  ASSERT_TRUE(file->append("not synced"));
  disk.crash(Crash::process);
  EXPECT_FALSE(file->append("x"));
  EXPECT_FALSE(disk.read("log"));
  disk.restart();
  EXPECT_FALSE(file->sync());  // of the dead process
  EXPECT_EQ(disk.read("log").value(), "not synced");
}

TEST(SimulatedFiles, AFailedSyncLosesWhatTheCacheStillShows) {
  const auto script = [](SimulatedFiles& disk) {
    auto file = disk.append_to("log").value();
    ASSERT_TRUE(file->append("a"));
    ASSERT_TRUE(file->sync());
    ASSERT_TRUE(file->append("b"));
    disk.fail_at(disk.operations().size() + 1);
    EXPECT_FALSE(file->sync());
    EXPECT_EQ(disk.read("log").value(), "ab");
    EXPECT_TRUE(file->sync());  // the trap
  };
  const auto seen = outcomes(script, "log");
  EXPECT_TRUE(seen.contains("a"));
  EXPECT_TRUE(seen.contains("ab"));
  // Written over, it is there.
  EXPECT_EQ(outcomes(
                [&](SimulatedFiles& disk) {
                  script(disk);
                  ASSERT_TRUE(disk.overwrite("log", 1, "b"));
                },
                "log"),
            std::set<std::string>{"ab"});
}

TEST(SimulatedFiles, AFullDiskTakesAPart) {
  SimulatedFiles disk(1);
  disk.set_space(10);
  auto file = disk.append_to("log").value();
  ASSERT_TRUE(file->append("12345678"));
  EXPECT_EQ(disk.free_bytes(".").value(), 2u);
  const auto full = file->append("90ab");
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, Code::io);
  EXPECT_EQ(file->size(), 8u);
  EXPECT_EQ(disk.read("log").value(), "1234567890");
  EXPECT_FALSE(disk.replace("other", "x"));
  EXPECT_EQ(disk.list(".").value(), std::vector<std::string>{"log"});
  disk.set_space(1'000);
  ASSERT_TRUE(disk.replace("other", "x"));
}

TEST(SimulatedFiles, EveryOperationCanFailOrCrashAndTheSeedDecidesTheSame) {
  const auto script = [](SimulatedFiles& disk) {
    std::string log;
    const auto mark = [&](bool good) { log += good ? '+' : '-'; };
    mark(disk.make_directory("d").has_value());
    if (auto file = disk.append_to("d/log")) {
      mark((*file)->append(std::string(1'500, 'x')).has_value());
      mark((*file)->sync().has_value());
    } else {
      mark(false);
    }
    mark(disk.truncate("d/log", 700).has_value());
    mark(disk.replace("d/s", "state").has_value());
    mark(disk.remove("d/log").has_value());
    return log;
  };
  SimulatedFiles dry(5);
  EXPECT_EQ(script(dry), "++++++");
  const auto operations = dry.operations();
  EXPECT_EQ(operations.size(), 14u);
  EXPECT_EQ(operations[3], Operation::write);
  for (std::uint64_t at = 1; at <= operations.size(); ++at) {
    SimulatedFiles fails(5);
    fails.fail_at(at);
    EXPECT_NE(script(fails).find('-'), std::string::npos) << at;
    SimulatedFiles crashes(5);
    SimulatedFiles again(5);
    crashes.crash_at(at);
    again.crash_at(at);
    EXPECT_EQ(script(crashes), script(again));
    EXPECT_TRUE(crashes.crashed());
    crashes.restart();
    again.restart();
    EXPECT_EQ(crashes.list("d").value_or(std::vector<std::string>{}),
              again.list("d").value_or(std::vector<std::string>{}));
    EXPECT_EQ(crashes.read("d/log").value_or(""), again.read("d/log").value_or(""));
  }
}

TEST(SimulatedFiles, BitsFlipOnDiskAndInTheCache) {
  SimulatedFiles disk(1);
  disk.put("a", "abc");
  disk.flip("a", 1, 0x20);
  disk.flip("a", 99, 0x20);
  disk.flip("gone", 0, 1);
  EXPECT_EQ(disk.read("a").value(), "aBc");
  disk.crash();
  disk.restart();
  EXPECT_EQ(disk.read("a").value(), "aBc");
}

TEST(SimulatedFiles, SlowSyncsAreCountedNotSlept) {
  SimulatedFiles quick(1);
  SimulatedFiles slow(1);
  slow.slow_syncs(2);
  for (SimulatedFiles* disk : {&quick, &slow}) {
    auto file = disk->append_to("log").value();
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(file->sync());
  }
  EXPECT_LT(quick.busy_ns(), 20'000'000u);
  EXPECT_GT(slow.busy_ns(), 3'000'000'000u);
}

}  // namespace
}  // namespace cairn
