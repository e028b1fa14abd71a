// SPDX-License-Identifier: Apache-2.0
#include "model/plan.hpp"

#include <gtest/gtest.h>

namespace cairn::model {
namespace {

TEST(Plan, BoundsReadBack) {
  for (const Bound bound :
       {Bound::exact, Bound::above, Bound::at_least, Bound::below, Bound::at_most, Bound::about}) {
    EXPECT_EQ(parse_bound(to_string(bound)), bound);
  }
  EXPECT_EQ(parse_bound("="), Bound::exact);
  EXPECT_FALSE(parse_bound("=>"));
}

TEST(Plan, FindsClaims) {
  Plan plan;
  plan.claims.resize(2);
  plan.claims[1].id = "b";
  EXPECT_EQ(plan.claim("b"), &plan.claims[1]);
  EXPECT_EQ(plan.claim("c"), nullptr);
}

TEST(Plan, RelationKindsAreNamed) {
  EXPECT_STREQ(to_string(RelationKind::ratio), "ratio");
  EXPECT_STREQ(to_string(RelationKind::implied), "implied");
}

}  // namespace
}  // namespace cairn::model
