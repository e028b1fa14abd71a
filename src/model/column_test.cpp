// SPDX-License-Identifier: Apache-2.0
#include "model/column.hpp"

#include <gtest/gtest.h>

namespace cairn::model {
namespace {

TEST(Column, ReadsWhatIsThereAndNothingElse) {
  TypeDef type{.name = "mast",
               .properties = {{.name = "height"}, {.name = "owner"}, {.name = "sway"}}};
  Table table;
  table.type = &type;
  table.columns.resize(3);
  table.columns[0].present = {1, 0};
  table.columns[0].numbers = {30, 99};
  table.columns[1].present = {1, 1};
  table.columns[1].texts = {1, 0};
  table.columns[1].dictionary = {"telecom", "tower"};
  table.columns[2].present = {1, 1};  // a series: values are elsewhere

  const Column* height = column_of(table, "height");
  EXPECT_EQ(number_at(height, 0), 30);
  EXPECT_EQ(number_at(height, 1), std::nullopt) << "not present, whatever stands there";
  EXPECT_EQ(number_at(height, 7), std::nullopt);
  EXPECT_EQ(text_at(height, 0), "") << "of another kind";
  EXPECT_EQ(text_at(column_of(table, "owner"), 0), "tower");
  EXPECT_EQ(text_at(column_of(table, "owner"), 1), "telecom");
  EXPECT_EQ(number_at(column_of(table, "sway"), 0), std::nullopt);
  EXPECT_EQ(column_of(table, "colour"), nullptr);
  EXPECT_EQ(number_at(nullptr, 0), std::nullopt);
}

}  // namespace
}  // namespace cairn::model
