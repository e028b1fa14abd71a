// SPDX-License-Identifier: Apache-2.0
#include "formula/rule_overlap.hpp"

#include <gtest/gtest.h>

namespace cairn::formula {
namespace {

TEST(RuleOverlap, TellsWhereBothHold) {
  EXPECT_EQ(overlap("level > 3 m", "level < 4 m"), "level from 3 m to 4 m");
  EXPECT_EQ(overlap("level > 3 m", "level < 350 cm"), "level from 3 m to 350 cm");
  EXPECT_EQ(overlap("battery < 11", "battery > 10.5"), "battery from 10.5 to 11");
  EXPECT_EQ(overlap("level > 3", "level > 2"), "level above 3");
}

TEST(RuleOverlap, SaysNothingOfWhatIsRightOrUnknown) {
  EXPECT_FALSE(overlap("level > 3 m", "level < 2.5 m"));
  EXPECT_FALSE(overlap("level > 3 m", "level < 300 cm"));
  EXPECT_FALSE(overlap("level < 1", "level > 2"));
  EXPECT_FALSE(overlap("level > 3 m", "flow < 4 m"));
  EXPECT_FALSE(overlap("level > low", "level < high"));
  EXPECT_FALSE(overlap("level > 3 AND flow > 1", "level < 9"));
  EXPECT_FALSE(overlap("level > 3", "level < 9 m"));
  EXPECT_FALSE(overlap("level >", "level < 9 m"));
}

}  // namespace
}  // namespace cairn::formula
