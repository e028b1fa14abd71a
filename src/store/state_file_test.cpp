// SPDX-License-Identifier: Apache-2.0
#include "store/state_file.hpp"

#include <gtest/gtest.h>

#include "core/simulated_files.hpp"

namespace cairn::store {
namespace {

TEST(StateFile, TheNewestIsReadAndTwoAreKept) {
  SimulatedFiles disk(1);
  EXPECT_FALSE(newest_state(disk, "d/state", "engine").value());
  for (std::uint64_t position = 0; position < 5; ++position) {
    const std::string bytes = "state " + std::to_string(position) + std::string(1, '\0');
    ASSERT_TRUE(write_state(disk, "d/state", "engine", 9 + position, bytes));
    const auto state = newest_state(disk, "d/state", "engine").value();
    ASSERT_TRUE(state);
    EXPECT_EQ(state->position, 9 + position);
    EXPECT_EQ(state->bytes, bytes);
    EXPECT_EQ(state->skipped, "");
  }
  ASSERT_TRUE(write_state(disk, "d/state", "eng", 1, ""));
  EXPECT_EQ(disk.list("d/state").value(),
            (std::vector<std::string>{"eng-00000000000000000001.state",
                                      "engine-00000000000000000012.state",
                                      "engine-00000000000000000013.state"}));
  EXPECT_EQ(newest_state(disk, "d/state", "eng").value()->bytes, "");
  EXPECT_FALSE(newest_state(disk, "d/state", "engin").value());
}

TEST(StateFile, ADamagedOneIsPassedOverAtEveryByte) {
  SimulatedFiles whole(1);
  ASSERT_TRUE(write_state(whole, "d", "s", 1, "older"));
  ASSERT_TRUE(write_state(whole, "d", "s", 2, "newer"));
  const std::string newer = "d/s-00000000000000000002.state";
  const std::string bytes = whole.read(newer).value();
  for (std::size_t at = 0; at <= bytes.size(); ++at) {
    for (const bool cut : {false, true}) {
      std::string damaged = bytes;
      if (cut) {
        damaged.resize(at);
      } else if (at < bytes.size()) {
        damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
      }
      whole.put(newer, damaged);
      const auto state = newest_state(whole, "d", "s").value();
      ASSERT_TRUE(state);
      EXPECT_EQ(state->bytes, damaged == bytes ? "newer" : "older") << at;
      EXPECT_EQ(state->skipped.find(newer) != std::string::npos, damaged != bytes);
    }
  }
  // A copy under another name is not taken for a newer one.
  whole.put("d/s-00000000000000000009.state", bytes);
  EXPECT_EQ(newest_state(whole, "d", "s").value()->position, 2u);
  whole.put("d/s-00000000000000000001.state", "");
  whole.put(newer, "");
  EXPECT_FALSE(newest_state(whole, "d", "s").value());
}

TEST(StateFile, ACrashLeavesTheOldOrTheNewState) {
  for (std::uint64_t at = 1; at < 12; ++at) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
      SimulatedFiles disk(seed);
      ASSERT_TRUE(write_state(disk, "d", "s", 1, "one"));
      ASSERT_TRUE(write_state(disk, "d", "s", 2, "two"));
      const auto before = disk.operations().size();
      disk.crash_at(before + at);
      const bool done = write_state(disk, "d", "s", 3, "three").has_value();
      if (!disk.crashed()) disk.crash();
      disk.restart();
      const auto state = newest_state(disk, "d", "s").value();
      ASSERT_TRUE(state);
      if (done) {
        EXPECT_EQ(state->bytes, "three") << at;
      }
      EXPECT_TRUE(state->bytes == "two" || state->bytes == "three") << state->bytes;
    }
  }
}

}  // namespace
}  // namespace cairn::store
