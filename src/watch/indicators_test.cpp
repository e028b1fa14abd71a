// SPDX-License-Identifier: Apache-2.0
#include "watch/indicators.hpp"

#include <gtest/gtest.h>

#include "watch/test_view.hpp"

namespace cairn::watch {
namespace {

class IndicatorsTest : public ::testing::Test {
 protected:
  TestView view;
};

TEST_F(IndicatorsTest, ValuesOfARegionAndOfItsParts) {
  const View at = view.at("2020");
  const auto whole = values(at, "sites", view.region("r"), std::nullopt);
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->rows[0].cell.value, 2);
  const auto parts = values(view.at("2021"), "sites", view.region("r"), model::Level::county);
  ASSERT_EQ(parts->rows.size(), 2u);
  EXPECT_EQ(parts->rows[0].cell.value, 2);
  EXPECT_EQ(parts->rows[1].cell.value, 0);
  EXPECT_FALSE(values(at, "nothing", view.region("r"), std::nullopt));
}

TEST_F(IndicatorsTest, WhereAnIndicatorHasNoMeaningThereIsNoNumber) {
  const auto rows = values(view.at("2020"), "mean_height", view.region("5134"), std::nullopt);
  ASSERT_TRUE(rows);
  EXPECT_FALSE(rows->rows[0].cell.value);
  EXPECT_EQ(reason_word(rows->rows[0].cell), "not_at_level");
  const auto county = values(view.at("2020"), "mean_height", view.region("513401"), std::nullopt);
  EXPECT_EQ(county->rows[0].cell.value, 35);
  EXPECT_EQ(reason_word(county->rows[0].cell), "");
}

TEST_F(IndicatorsTest, WhyThereIsNoValueIsOneOfFewWords) {
  const auto word = [&](const std::string& text) {
    const View at = view.at("2020");
    const auto formula = at.library.compile(text);
    EXPECT_TRUE(formula) << text;
    const auto rows = values(at, *formula, view.region("513402"), std::nullopt, std::nullopt);
    return std::string(reason_word(rows->rows[0].cell));
  };
  EXPECT_EQ(word("1 / 0"), "undefined");
  EXPECT_EQ(word("ln(0 - 1)"), "undefined");
  EXPECT_EQ(word("avg(height_m of site)"), "no_data");
}

TEST_F(IndicatorsTest, AZoneTakesWhatPrefecturesHave) {
  model::IndicatorDef def;
  EXPECT_TRUE(makes_sense(def, model::Level::village));
  def.levels = {"prefecture"};
  EXPECT_TRUE(makes_sense(def, model::Level::zone));
  EXPECT_TRUE(makes_sense(def, model::Level::prefecture));
  EXPECT_FALSE(makes_sense(def, model::Level::county));
}

TEST_F(IndicatorsTest, FormulasConvertOrSayWhyNot) {
  const View at = view.at("2020");
  const auto formula = at.library.compile("max(height_m of site)");
  ASSERT_TRUE(formula);
  const auto cm = values(at, *formula, view.region("r"), std::nullopt, *parse_unit("cm"));
  ASSERT_TRUE(cm);
  EXPECT_EQ(cm->rows[0].cell.value, 4000);
  const auto kw = values(at, *formula, view.region("r"), std::nullopt, *parse_unit("kW"));
  ASSERT_FALSE(kw);
  EXPECT_NE(kw.error().message.find("length"), std::string::npos);
}

TEST_F(IndicatorsTest, ASeriesIsAsFineAsItsChanges) {
  const View at = view.at("2022");
  const Zone zone = at.snapshot.zone;
  const auto span = [&](const char* from, const char* to) {
    return SeriesRequest{start_of(*parse_date(from), zone), start_of(*parse_date(to), zone), {}};
  };
  const auto years = series(at, "sites", view.region("r"), span("2017-01-01", "2021-01-01"));
  ASSERT_TRUE(years);
  EXPECT_EQ(years->step, PeriodKind::year);
  ASSERT_EQ(years->points.size(), 4u);
  EXPECT_EQ(years->points[1].cell.value, 1);
  EXPECT_EQ(years->points[2].cell.value, 2);
  auto fine = span("2021-01-01", "2021-12-31");
  fine.step = PeriodKind::month;
  EXPECT_EQ(series(at, "sites", view.region("r"), fine)->points.size(), 12u);
  auto many = span("2000-01-01", "2022-01-01");
  many.step = PeriodKind::day;
  const auto refused = series(at, "sites", view.region("r"), many);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().place, "step");
}

}  // namespace
}  // namespace cairn::watch
