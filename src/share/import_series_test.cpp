// SPDX-License-Identifier: Apache-2.0
// Statistics and observations: see import.hpp.
#include <gtest/gtest.h>

#include "core/text.hpp"
#include "share/detail/test_world.hpp"
#include "share/import.hpp"

namespace cairn::share {
namespace {

using detail::TestWorld;

#define EXPECT_SAYS(text, part) EXPECT_NE(std::string(text).find(part), std::string::npos) << (text)

std::string message_of(const Result<Preview>& preview) {
  if (!preview) return to_string(preview.error());
  return preview->errors.empty() ? "no error" : preview->errors[0].message;
}

TEST(ImportStatistics, LongAndWide) {
  const TestWorld world;
  const auto rows = world.statistics(
      "地区,指标,年份,数值,单位,来源\n5134,电信业务收入,2021,28.5,亿元,年鉴\n"
      "西昌市,常住人口,2020年,95.5,万人,\n513425,population,2020,390531,{person},\n");
  ASSERT_TRUE(rows) << to_string(rows.error());
  ASSERT_EQ(rows->records.statistics.size(), 3u) << message_of(rows);
  const model::Statistic& revenue = rows->records.statistics[0];
  EXPECT_EQ(revenue.property, "telecom_revenue");
  EXPECT_EQ(revenue.unit, "亿元");
  EXPECT_EQ(revenue.source, "年鉴");
  EXPECT_EQ(revenue.period, *parse_period("2021", Zone{8 * 3600}));
  EXPECT_EQ(rows->records.statistics[1].region, "513401");
  EXPECT_EQ(rows->records.statistics[2].region, "513402");
  const auto wide = world.statistics("region,period,population(万人)\n513401,2020,95.5\n");
  ASSERT_TRUE(wide) << to_string(wide.error());
  ASSERT_EQ(wide->records.statistics.size(), 1u) << message_of(wide);
  EXPECT_EQ(wide->records.statistics[0].unit, "万人");
}

TEST(ImportStatistics, Mistakes) {
  const TestWorld world;
  const auto row = [&](std::string_view text) {
    return message_of(
        world.statistics("region,property,period,value,unit\n" + std::string(text) + "\n"));
  };
  EXPECT_SAYS(row("5134,telecom_revenu,2021,1,亿元"), "did you mean 'telecom_revenue'");
  EXPECT_SAYS(row("5134,population,2021,1,{person}"), "is no statistic of a prefecture");
  EXPECT_SAYS(row("5134,telecom_revenue,2021,1,km"), "kept in 亿元 and cannot be given in km");
  EXPECT_SAYS(row("5134,telecom_revenue,2021,1,"), "the unit of 'telecom_revenue' is missing");
  EXPECT_SAYS(row("5134,telecom_revenue,2021-Q5,1,亿元"), "is not a period");
  EXPECT_SAYS(row("5134,telecom_revenue,2021,-inf,亿元"), "no value");
  EXPECT_SAYS(row("5199,telecom_revenue,2021,1,亿元"), "no region '5199'");
  EXPECT_SAYS(row("5134,telecom_revenue,2021,1,亿元\n5134,telecom_revenue,2021,2,亿元"),
              "another value in record 1");
  EXPECT_SAYS(message_of(world.statistics("region,period,value,unit\n5134,2021,1,km\n")),
              "'property' is missing");
  EXPECT_SAYS(message_of(world.statistics("region,property,value,unit\n5134,x,1,km\n")),
              "'period' is missing");
}

TEST(ImportObservations, LongAndWideInTheUnitOfTheProperty) {
  const TestWorld world;
  const auto rows = world.observations(
      "thing,property,time,value,unit\ne1,power,2024-01-01 08:00,1.5,kW\n"
      "e1,告警,2024-01-01T00:00:00Z,是,\ne1,power,2024-01-01 09:00,NA,\n");
  ASSERT_TRUE(rows) << to_string(rows.error());
  ASSERT_EQ(rows->records.observations.size(), 2u) << message_of(rows);
  const model::Observation& power = rows->records.observations[0];
  EXPECT_EQ(power.value, 1500);
  // Without an offset the region's zone counts.
  EXPECT_EQ(power.time.begin, *parse_instant("2024-01-01T00:00:00Z"));
  EXPECT_EQ(rows->records.observations[1].value, 1);
  EXPECT_EQ(rows->notes.size(), 1u);
  const auto wide = world.observations(
      "时间,功率（kW）,pm25[mg/m3],天气\n2024/1/1 8:00,1.5,0.035,晴\n2024/1/1 9:00,,0.04,晴\n",
      "e1");
  ASSERT_TRUE(wide) << to_string(wide.error());
  ASSERT_EQ(wide->records.observations.size(), 3u) << message_of(wide);
  EXPECT_EQ(wide->records.observations[0].value, 1500);
  EXPECT_EQ(wide->records.observations[1].property, "pm25");
  EXPECT_DOUBLE_EQ(wide->records.observations[1].value, 35);
  EXPECT_EQ(wide->accepted, 2u);
  EXPECT_EQ(wide->sample[0].cells[1], "1500");
}

TEST(ImportObservations, ARowIsTakenWholeOrNotAtAll) {
  const TestWorld world;
  const auto preview =
      world.observations("time,power,pm25\n2024-01-01,1,2\n2024-01-02,3,x\n2024-01-02,3,4\n", "e1");
  ASSERT_TRUE(preview);
  EXPECT_EQ(preview->rejected, 1u);
  ASSERT_EQ(preview->records.observations.size(), 4u);
  EXPECT_EQ(preview->records.observations[2].value, 3);
  EXPECT_EQ(preview->errors[0].column, "pm25");
  EXPECT_EQ(preview->errors[0].line, 3u);
}

TEST(ImportObservations, Mistakes) {
  const TestWorld world;
  const auto row = [&](std::string_view text) {
    return message_of(world.observations("thing,property,time,value\n" + std::string(text) + "\n"));
  };
  EXPECT_SAYS(row("e9,power,2024-01-01,1"), "did you mean 'e1'");
  EXPECT_SAYS(row("e1,pwer,2024-01-01,1"), "did you mean 'power'");
  EXPECT_SAYS(row("e1,power,yesterday,1"), "'yesterday'");
  EXPECT_SAYS(row("e1,power,,1"), "the time is empty");
  EXPECT_SAYS(row("e1,power,2024-01-01,nan"), "no value");
  EXPECT_SAYS(row("e1,alarm,2024-01-01,3"), "neither true nor false");
  EXPECT_SAYS(row("e1,power,2024-01-01,1\ne1,power,2024-01-01,2"), "record 1");
  EXPECT_SAYS(row("513401,power,2024-01-01,1"), "the type county has no property 'power'");
  const auto twice = world.observations(
      "thing,property,time,value\ne1,power,2024-01-01,1\ne1,power,2024-01-01,1\n");
  ASSERT_TRUE(twice);
  EXPECT_EQ(twice->records.observations.size(), 1u);
  EXPECT_EQ(twice->rejected, 0u);
}

}  // namespace
}  // namespace cairn::share
