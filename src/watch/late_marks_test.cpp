// SPDX-License-Identifier: Apache-2.0
#include "watch/late_marks.hpp"

#include <gtest/gtest.h>

#include "watch/detail/test_engine.hpp"

namespace cairn::watch {
namespace {

constexpr Instant at(std::int64_t seconds) {
  return {seconds * ns_per_second};
}

TEST(LateMarks, WaitUntilTheThingRestsButNotForEver) {
  LateMarks marks;
  marks.note({3, at(50), at(60)}, at(100));
  EXPECT_TRUE(marks.due(at(100), 10).empty());
  for (int second = 101; second < 130; ++second) {
    marks.note({3, at(second - 60), at(second - 50)}, at(second));
    EXPECT_TRUE(marks.due(at(second), 10).empty());
  }
  marks.note({3, at(45), at(46)}, at(130));
  const auto due = marks.due(at(130), 10);
  ASSERT_EQ(due.size(), 1u);
  EXPECT_EQ(due[0], (LateMarks::Late{3, at(41), at(79)}));
  EXPECT_TRUE(marks.due(at(200), 10).empty());  // under way
}

TEST(LateMarks, GoWhenNothingIsLeft) {
  LateMarks marks;
  marks.note({1, at(5), at(5)}, at(10));
  ASSERT_EQ(marks.due(at(11), 10).size(), 1u);
  marks.repairing(1, 2);
  marks.again(1, at(11));
  marks.repaired(1);
  EXPECT_TRUE(marks.due(at(50), 10).empty());  // one is still on its way
  marks.repaired(1);
  ASSERT_EQ(marks.due(at(50), 10).size(), 1u);
  marks.note({1, at(3), at(3)}, at(50));  // came meanwhile
  marks.settled(1);
  ASSERT_EQ(marks.due(at(52), 10).size(), 1u);
  marks.settled(1);
  EXPECT_EQ(marks.size(), 0u);
}

TEST(LateMarks, EveryThingHasItsTurnAndComesBackByName) {
  LateMarks marks;
  for (stream::Slot slot = 0; slot < 4; ++slot) marks.note({slot, at(1), at(2)}, at(10));
  const auto first = marks.due(at(20), 2);
  for (const auto& late : first) marks.again(late.slot, at(20));
  const auto second = marks.due(at(100), 2);
  ASSERT_EQ(second.size(), 2u);
  EXPECT_EQ(first[0].slot + first[1].slot + second[0].slot + second[1].slot, 6u);
  const auto world = detail::gauge_world(4, "");
  const stream::Binding binding(std::shared_ptr<const model::Snapshot>(world, &world->snapshot));
  std::string bytes;
  marks.write(binding, bytes);
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    LateMarks again;
    std::string_view in = std::string_view(bytes).substr(0, size);
    EXPECT_EQ(again.read(binding, in, at(200)), size == bytes.size());
    if (size < bytes.size()) continue;
    EXPECT_EQ(again.due(at(300), 10).size(), 4u);
  }
  const auto fewer = detail::gauge_world(2, "");
  const stream::Binding other(std::shared_ptr<const model::Snapshot>(fewer, &fewer->snapshot));
  marks.rebind(binding, other);
  EXPECT_EQ(marks.size(), 2u);
}

}  // namespace
}  // namespace cairn::watch
