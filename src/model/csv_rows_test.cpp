// SPDX-License-Identifier: Apache-2.0
#include "model/csv_rows.hpp"

#include <gtest/gtest.h>

#include "core/limits.hpp"

namespace cairn::model {
namespace {

constexpr Zone china{8 * 3600};

TEST(CsvRows, ReadsColumnsByNameAndGoesOnAfterABadRecord) {
  Problems problems;
  CsvRows rows("\xEF\xBB\xBF id ,lon,lat\na,1,2\nb,1\n\nc, 3 ,4\n", "x.csv", problems);
  ASSERT_TRUE(rows.begin({"id"}));
  ASSERT_TRUE(rows.next());
  EXPECT_EQ(rows.at("id"), "a");
  EXPECT_EQ(rows.at("nothing"), "");
  ASSERT_TRUE(rows.next());
  EXPECT_EQ(rows.at("id"), "c");
  EXPECT_EQ(rows.place(), "x.csv:5");
  const auto position = rows.position();
  ASSERT_TRUE(position && *position);
  EXPECT_EQ(**position, (geo::Point{3, 4}));
  EXPECT_FALSE(rows.next());
  ASSERT_EQ(problems.errors.size(), 1u);
  EXPECT_EQ(to_string(problems.errors[0]), "x.csv:3: 2 fields where the header has 3");
}

TEST(CsvRows, NamesMissingAndDoubledColumns) {
  Problems problems;
  CsvRows missing("id,regoin\n", "x.csv", problems);
  EXPECT_FALSE(missing.begin({"id", "region"}));
  ASSERT_EQ(problems.errors.size(), 1u);
  EXPECT_EQ(to_string(problems.errors[0]),
            "x.csv:1: the column 'region' is missing; is it 'regoin'?");
  CsvRows doubled("id,a,a\n", "x.csv", problems);
  EXPECT_FALSE(doubled.begin({"id"}));
  CsvRows empty("", "x.csv", problems);
  EXPECT_FALSE(empty.begin({}));
  EXPECT_EQ(problems.errors.size(), 3u);
}

TEST(CsvRows, PositionsAreBothOrNeitherAndInRange) {
  Problems problems;
  CsvRows rows("lon,lat\n,\n1,\nx,2\n27.5,102.2\n500,80\n", "x.csv", problems);
  ASSERT_TRUE(rows.begin({}));
  ASSERT_TRUE(rows.next());
  const auto none = rows.position();
  ASSERT_TRUE(none);
  EXPECT_FALSE(*none);
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(rows.next());
    EXPECT_FALSE(rows.position());
  }
  ASSERT_EQ(problems.errors.size(), 4u);
  EXPECT_NE(problems.errors[2].message.find("are they swapped?"), std::string::npos);
  EXPECT_NE(problems.errors[3].message.find("are they projected?"), std::string::npos);
}

TEST(CsvRows, ValidityIsHalfOpenInTheZone) {
  Problems problems;
  CsvRows rows("valid_from,valid_to\n2013,2021-01-20\n,\n2021,2020\nnever,\n", "x.csv", problems);
  ASSERT_TRUE(rows.begin({}));
  ASSERT_TRUE(rows.next());
  const auto valid = rows.validity(china);
  ASSERT_TRUE(valid);
  EXPECT_EQ(to_string(valid->begin), "2012-12-31T16:00:00Z");
  EXPECT_EQ(to_string(valid->end), "2021-01-19T16:00:00Z");
  ASSERT_TRUE(rows.next());
  EXPECT_EQ(rows.validity(china), (Interval{Instant::min(), Instant::max()}));
  ASSERT_TRUE(rows.next());
  EXPECT_FALSE(rows.validity(china));
  ASSERT_TRUE(rows.next());
  EXPECT_FALSE(rows.validity(china));
  EXPECT_EQ(problems.errors.size(), 2u);
  EXPECT_EQ(problems.errors[1].place, "x.csv:5");
}

TEST(CsvRows, CountsMistakesBeyondTheLimit) {
  std::string text = "id,n\n";
  for (std::size_t i = 0; i < limits::reported_errors + 7; ++i) text += "only one field\n";
  Problems problems;
  CsvRows rows(text, "x.csv", problems);
  ASSERT_TRUE(rows.begin({}));
  EXPECT_FALSE(rows.next());
  rows.finish();
  ASSERT_EQ(problems.errors.size(), limits::reported_errors + 1);
  EXPECT_EQ(problems.errors.back().message, "7 more rows with mistakes");
}

}  // namespace
}  // namespace cairn::model
