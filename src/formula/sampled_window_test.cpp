// SPDX-License-Identifier: Apache-2.0
// Windows over row expressions, counted by hand.
#include "formula/sampled_window.hpp"

#include <gtest/gtest.h>

#include "formula/test_world.hpp"

namespace cairn::formula {
namespace {

constexpr std::string_view gauges = R"(
  region 51 province
  type gauge
  prop flow m3/s number series max_age=2h
  prop rain mm number series
  prop limit m3/s number
  prop kind 1 text
  prop flow_2h m3/s number = if(count(flow, 2h) >= 2, avg(flow, 2h))
  prop peak m3/s number = max(flow_2h, 6h)

  thing a gauge 51 limit=3 kind=river
  thing b gauge 51 limit=3
  obs a flow 2020-01-01T01:00 1
  obs a flow 2020-01-01T02:00 5
  obs a flow 2020-01-01T03:00 7
  obs a flow 2020-01-01T04:00 2 estimated
  obs a rain 2020-01-01T04:30 9
)";

const test::World& world() {
  static const test::World one(gauges);
  return one;
}

double row(std::string_view formula, std::string_view as_of = "2020-01-01T05:00") {
  return world().row(formula, "gauge", "a", as_of).value.value_or(-1);
}

TEST(SampledWindow, TakesADerivedPropertyAtTheTimesOfItsSamples) {
  // flow_2h at 1:00 has one sample only; then 3, 6, 4.5.
  EXPECT_EQ(row("max(flow_2h, 6h)"), 6);
  EXPECT_EQ(row("min(flow_2h, 6h)"), 3);
  EXPECT_EQ(row("count(flow_2h, 6h)"), 3);
  EXPECT_EQ(row("avg(flow_2h, 6h)"), 4.5);
  EXPECT_EQ(row("last(flow_2h, 6h)"), 4.5);
  EXPECT_EQ(row("delta(flow_2h, 6h)"), 1.5);
  EXPECT_EQ(row("peak"), 6) << "as a derived property of its own";
  EXPECT_EQ(row("max(flow_2h, 6h)", "2020-01-01T02:30"), 3) << "later samples are not known";
  EXPECT_EQ(row("max(flow_2h, 1h)", "2020-01-01T03:00"), 6) << "(2:00, 3:00]";
}

TEST(SampledWindow, CountsWhereATruthHolds) {
  EXPECT_EQ(row("count(flow > limit, 6h)"), 2);
  EXPECT_EQ(row("count(flow > 100 m3/s, 6h)"), 0);
  EXPECT_EQ(row("avg(flow > limit, 6h)"), 0.5);
  EXPECT_EQ(row("count(flow > limit and flow < 6, 6h)"), 1);
}

TEST(SampledWindow, HasTheUnitOfItsExpression) {
  EXPECT_EQ(row("sum(flow * 1000, 6h)"), 15000);
  EXPECT_EQ(world().text("max(max(flow * 2, 6h) of gauge)", "51", "2020-01-01T05:00"), "14");
  EXPECT_EQ(world().unit("max(max(flow * 2, 6h) of gauge)"), "m3/s");
}

TEST(SampledWindow, SeesEverySeriesOfTheExpression) {
  // At 4:30 only rain was sampled; the flow is that of 4:00.
  EXPECT_EQ(row("count(flow + rain / 1 mm * 1 m3/s, 6h)"), 1);
  EXPECT_EQ(row("sum(flow + rain / 1 mm * 1 m3/s, 6h)"), 11);
}

TEST(SampledWindow, NothingKnownIsNoNumber) {
  const auto silent = [](std::string_view formula) {
    return world().row(formula, "gauge", "b", "2020-01-01T05:00").value.has_value();
  };
  EXPECT_FALSE(silent("count(flow > limit, 6h)")) << "not zero: nobody measured";
  EXPECT_FALSE(silent("max(flow_2h, 6h)"));
  EXPECT_EQ(row("count(flow > limit, 6h)", "2020-01-02T00:00"), -1);
}

TEST(SampledWindow, KnowsWhatItRestsOn) {
  const Cell cell = world().row("max(flow * 2, 6h)", "gauge", "a", "2020-01-01T05:00");
  EXPECT_TRUE(cell.estimated);
  EXPECT_EQ(cell.data_time, world().as_of("2020-01-01T04:00"));
  EXPECT_FALSE(world().row("max(flow * 2, 6h)", "gauge", "a", "2020-01-01T03:30").estimated);
}

TEST(SampledWindow, RefusesWhatCannotBeSampled) {
  const auto error = [](std::string_view formula) { return world().row_error(formula, "gauge"); };
  EXPECT_NE(error("max(limit, 6h)").find("limit is no series"), std::string::npos);
  EXPECT_NE(error("max(limit * 2, 6h)").find("limit * 2 is no series"), std::string::npos);
  EXPECT_NE(error("max(max(flow_2h, 6h), 6h)").find("looks back over samples itself"),
            std::string::npos);
  EXPECT_NE(error("max(peak, 6h)").find("looks back over samples itself"), std::string::npos);
  EXPECT_NE(error("max(flow > limit, 6h)"), "");
  EXPECT_NE(error("max(kind, 6h)"), "");
  EXPECT_NE(error("max(flwo * 2, 6h)").find("flow"), std::string::npos);
}

}  // namespace
}  // namespace cairn::formula
