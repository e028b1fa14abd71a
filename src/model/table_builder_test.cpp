// SPDX-License-Identifier: Apache-2.0
#include "model/table_builder.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace cairn::model {
namespace {

PropertyDef property(std::string name, PropertyKind kind) {
  PropertyDef out;
  out.name = std::move(name);
  out.kind = kind;
  return out;
}

class TableBuilderTest : public ::testing::Test {
 protected:
  TableBuilderTest() {
    type_.name = "site";
    type_.properties = {
        property("height", PropertyKind::number), property("sectors", PropertyKind::integer),
        property("on", PropertyKind::boolean),    property("tech", PropertyKind::text),
        property("since", PropertyKind::date),    property("seen", PropertyKind::time),
        property("power", PropertyKind::number),  property("derived", PropertyKind::number)};
    type_.properties[6].series = true;
    type_.properties[7].formula = "height * 2";
    table_.type = &type_;
    table_.columns.resize(type_.properties.size());
  }

  static Value text(const char* value) { return Value{std::string(value)}; }
  std::string refused(TableBuilder& builder, std::size_t index, const Value& value) {
    const Status done = builder.set(0, index, value);
    return done ? "" : done.error().message;
  }

  TypeDef type_;
  Table table_;
};

TEST_F(TableBuilderTest, ReadsTextsAsTheKindOfTheProperty) {
  TableBuilder builder(table_, Zone{8 * 3600});
  Thing thing;
  thing.id = "a";
  const std::uint32_t row = builder.append(thing, 3, 0);
  ASSERT_EQ(row, 0u);
  const char* cells[] = {"35.5", "3", "是", "5g", "2020-12-31", "2020-12-31 08:00"};
  for (std::size_t i = 0; i < 6; ++i) {
    const Status done = builder.set(row, i, text(cells[i]));
    EXPECT_TRUE(done) << done.error().message;
    EXPECT_EQ(table_.columns[i].present[row], 1);
  }
  EXPECT_EQ(table_.columns[0].numbers[row], 35.5);
  EXPECT_EQ(table_.columns[2].numbers[row], 1);
  EXPECT_EQ(table_.columns[3].dictionary[table_.columns[3].texts[row]], "5g");
  EXPECT_EQ(table_.columns[4].times[row], start_of({2020, 12, 31}, Zone{}).ns);
  // A time without offset is civil time of the zone.
  EXPECT_EQ(table_.columns[5].times[row], parse_instant("2020-12-31T00:00:00Z")->ns);
  EXPECT_TRUE(std::isnan(table_.position[row].x));
  EXPECT_EQ(table_.region[row], 3u);
}

TEST_F(TableBuilderTest, RefusesWhatDoesNotFit) {
  TableBuilder builder(table_);
  builder.append({}, no_region, 0);
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_NE(refused(builder, 0, Value{nan}).find("NaN"), std::string::npos);
  EXPECT_NE(refused(builder, 0, text("tall")), "");
  EXPECT_NE(refused(builder, 0, Value{true}), "");
  EXPECT_NE(refused(builder, 1, Value{2.5}).find("an integer"), std::string::npos);
  EXPECT_NE(refused(builder, 2, Value{2.0}), "");
  EXPECT_NE(refused(builder, 3, Value{1.0}), "");
  EXPECT_NE(refused(builder, 4, text("2020-02-30")), "");
  EXPECT_NE(refused(builder, 6, Value{1.0}).find("is a series"), std::string::npos);
  EXPECT_NE(refused(builder, 7, Value{1.0}).find("by a formula"), std::string::npos);
  // Nothing of it is in the table.
  for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(table_.columns[i].present[0], 0) << i;
}

TEST_F(TableBuilderTest, AMissingValueTakesTheOldOneAway) {
  TableBuilder builder(table_);
  builder.append({}, no_region, 0);
  ASSERT_TRUE(builder.set(0, 0, Value{1.0}));
  ASSERT_TRUE(builder.set(0, 0, text("")));
  EXPECT_EQ(table_.columns[0].present[0], 0);
}

TEST_F(TableBuilderTest, ACopyIsAnotherVersionOfTheSameThing) {
  TableBuilder builder(table_);
  Thing thing;
  thing.id = "a";
  builder.append(thing, 1, 2);
  ASSERT_TRUE(builder.set(0, 3, text("4g")));
  builder.mark_estimated(0, 3, true);
  const std::uint32_t copy = builder.duplicate(0);
  ASSERT_TRUE(builder.set(copy, 3, text("5g")));
  EXPECT_EQ(table_.size(), 2u);
  EXPECT_EQ(table_.rows_by_id.count("a"), 2u);
  EXPECT_EQ(table_.columns[3].dictionary[table_.columns[3].texts[0]], "4g");
  EXPECT_EQ(table_.columns[3].dictionary[table_.columns[3].texts[copy]], "5g");
  EXPECT_EQ(table_.columns[3].estimated[copy], 1);
  for (const Column& column : table_.columns) {
    EXPECT_EQ(column.present.size() + column.series.size(), 2u);
  }
}

// A second builder over the same table (an overlay) goes on with its dictionary.
TEST_F(TableBuilderTest, ADictionaryIsContinued) {
  TableBuilder(table_).append({}, no_region, 0);
  ASSERT_TRUE(TableBuilder(table_).set(0, 3, text("5g")));
  TableBuilder second(table_);
  second.append({}, no_region, 0);
  ASSERT_TRUE(second.set(1, 3, text("5g")));
  EXPECT_EQ(table_.columns[3].dictionary.size(), 1u);
}

TEST(ParseValue, KnowsTheWordsForTruth) {
  for (const char* word : {"true", "1", "Yes", "是"}) {
    EXPECT_EQ(*parse_value(word, PropertyKind::boolean, {}), Value{true}) << word;
  }
  EXPECT_FALSE(parse_value("maybe", PropertyKind::boolean, {}));
  EXPECT_TRUE(parse_value("  ", PropertyKind::number, {})->missing());
  EXPECT_EQ(parse_value("x", PropertyKind::geometry, {}).error().code, Code::unsupported);
}

}  // namespace
}  // namespace cairn::model
