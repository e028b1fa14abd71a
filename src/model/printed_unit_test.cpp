// SPDX-License-Identifier: Apache-2.0
#include "model/printed_unit.hpp"

#include <gtest/gtest.h>

namespace cairn::model {
namespace {

TEST(PrintedUnit, ScalesAndMeasureWords) {
  const auto scale = [](std::string_view unit) {
    const auto read = read_printed_unit(unit);
    return read ? read->unit.scale : -1;
  };
  EXPECT_EQ(scale("万"), 1e4);
  EXPECT_EQ(scale("万户"), 1e4);
  EXPECT_EQ(scale("亿人次"), 1e8);
  EXPECT_EQ(scale("户"), 1);
  EXPECT_EQ(scale("部/百人"), 0.01);
  EXPECT_EQ(scale("1"), 1);
  EXPECT_DOUBLE_EQ(scale("%"), 0.01);
  EXPECT_EQ(scale("furlongs per fortnight"), -1);
  EXPECT_TRUE(read_printed_unit("部/百人")->ratio);
  EXPECT_TRUE(read_printed_unit("%")->percent);
  EXPECT_TRUE(read_printed_unit("G")->incomplete);
  EXPECT_FALSE(comparable(*read_printed_unit("G"), *read_printed_unit("Gbps")));
  EXPECT_TRUE(comparable(*read_printed_unit("Tbps"), *read_printed_unit("Gbps")));
  EXPECT_TRUE(comparable(*read_printed_unit("万个"), *read_printed_unit("个")));
  EXPECT_TRUE(comparable(*read_printed_unit("万亿元"), *read_printed_unit("亿元")));
  EXPECT_FALSE(comparable(*read_printed_unit("亿元"), *read_printed_unit("亿条")));
  EXPECT_FALSE(comparable(*read_printed_unit("%"), *read_printed_unit("个")));
}

}  // namespace
}  // namespace cairn::model
