// SPDX-License-Identifier: Apache-2.0
// Units that contradict: what must be found, what rounding explains, what only looks like it.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "plan/check.hpp"
#include "plan/testdata/builder.hpp"

namespace cairn::plan {
namespace {

using testing::check_rows;
using testing::findings;
using testing::ids;
using testing::plan_of;
using testing::row;
using Ids = std::vector<std::string>;

TEST(CheckUnits, PowersOfTen) {
  const auto all = findings({plan_of({row("table", "Tbps", "exchange").base(2020, "770"),
                                      row("text", "Gbps", "exchange").base(2020, "770")})});
  ASSERT_EQ(ids(all), Ids{"error unit-contradiction demo/table demo/text"});
  EXPECT_EQ(all[0].arithmetic, "770 Tbps = 1000 × 770 Gbps");
  EXPECT_NE(all[0].suggestion.en.find("use Tbps or Gbps"), std::string::npos);
  EXPECT_EQ(check_rows(
                {row("a", "万个", "x").base(2020, "1.62"), row("b", "个", "x").base(2020, "1617")}),
            Ids{"error unit-contradiction demo/a demo/b"});
}

TEST(CheckUnits, EqualQuantitiesInOtherUnits) {
  EXPECT_EQ(
      check_rows(
          {row("a", "Gbps", "x").base(2020, "17000"), row("b", "Tbps", "x").base(2020, "17.0"),
           row("c", "万个", "y").base(2020, "0.16"), row("d", "个", "y").base(2020, "1617")}),
      Ids{});
}

TEST(CheckUnits, APrefixIsNoUnit) {
  EXPECT_EQ(check_rows({row("review", "G", "egress").base(2020, "430"),
                        row("goal", "Gbps", "egress").goal(2025, ">1000")}),
            Ids{"warning unit-incomplete demo/review demo/goal"});
  EXPECT_EQ(check_rows(
                {row("a", "G", "data").base(2020, "13.8"), row("b", "G", "data").goal(2025, "55")}),
            Ids{});
}

}  // namespace
}  // namespace cairn::plan
