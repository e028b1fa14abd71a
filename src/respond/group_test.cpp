// SPDX-License-Identifier: Apache-2.0
#include "respond/group.hpp"

#include <gtest/gtest.h>

namespace cairn::respond {
namespace {

TEST(Group, WordsOfItsStates) {
  EXPECT_STREQ(to_string(GroupState::gathering), "gathering");
  EXPECT_STREQ(to_string(GroupState::cleared), "cleared");
  EXPECT_STREQ(to_string(GroupChange::Kind::opened), "opened");
  EXPECT_STREQ(to_string(GroupChange::Kind::silenced), "silenced");
  EXPECT_STREQ(to_string(GroupChange::Kind::judged), "judged");
}

TEST(Group, VerdictsReadBack) {
  for (const Verdict verdict :
       {Verdict::none, Verdict::true_alarm, Verdict::false_alarm, Verdict::test}) {
    EXPECT_EQ(parse_verdict(to_string(verdict)), verdict);
  }
  EXPECT_FALSE(parse_verdict("perhaps"));
  EXPECT_FALSE(parse_verdict(""));
}

}  // namespace
}  // namespace cairn::respond
