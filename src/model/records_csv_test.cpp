// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "model/region_load.hpp"

namespace cairn::model {
namespace {

constexpr Zone china{8 * 3600};

std::string text_of(const Thing& thing, std::string_view name) {
  for (const auto& [key, value] : thing.properties) {
    if (key == name) return *value.get<std::string>();
  }
  return {};
}

TEST(ThingsCsv, ReadsThingsWithTheirProperties) {
  Records records;
  Problems problems;
  read_things_csv(
      "id,type,region,name_zh,lon,lat,status,valid_from,valid_to,estimated,source,tech,height_m\n"
      "bs:1,base_station,513401,一号,102.2,27.9,planned,2021-03-01,,true,sites,5g,\n"
      "bs:2,base_station,513401,,,,,,,,,4g,30\n",
      "sites.csv", china, records, problems);
  ASSERT_TRUE(problems.ok()) << to_string(problems.errors[0]);
  ASSERT_EQ(records.things.size(), 2u);
  const Thing& first = records.things[0];
  EXPECT_EQ(first.id, "bs:1");
  EXPECT_EQ(first.name.zh, "一号");
  EXPECT_EQ(first.status, Life::planned);
  EXPECT_TRUE(first.estimated);
  EXPECT_EQ(first.position, (geo::Point{102.2, 27.9}));
  EXPECT_EQ(to_string(first.valid.begin, china), "2021-03-01T00:00:00+08:00");
  EXPECT_EQ(first.valid.end, Instant::max());
  EXPECT_EQ(first.place, "sites.csv:2");
  EXPECT_EQ(text_of(first, "tech"), "5g");
  EXPECT_EQ(first.properties.size(), 1u) << "an empty cell is a missing value";
  const Thing& second = records.things[1];
  EXPECT_EQ(second.status, Life::live);
  EXPECT_FALSE(second.position);
  EXPECT_EQ(text_of(second, "height_m"), "30");
}

TEST(ThingsCsv, ABadRowIsReportedAndTheRestIsRead) {
  Records records;
  Problems problems;
  read_things_csv(
      "id,type,status,estimated,5g?\n"
      "a,base_station,live,false,1\n"
      ",base_station,live,false,1\n"
      "b,base_station,broken,false,1\n"
      "c,base_station,live,perhaps,1\n"
      "d,base_station,retired,false,1\n",
      "t.csv", china, records, problems);
  ASSERT_EQ(records.things.size(), 2u);
  EXPECT_EQ(records.things[1].id, "d");
  ASSERT_EQ(problems.errors.size(), 4u);
  EXPECT_NE(problems.errors[0].message.find("'5g?' is passed over"), std::string::npos);
  EXPECT_EQ(to_string(problems.errors[1]), "t.csv:3: a thing needs an id and a type");
  EXPECT_EQ(to_string(problems.errors[2]),
            "t.csv:4: status 'broken' is none of planned, building, live, retired");
  EXPECT_EQ(problems.errors[3].place, "t.csv:5");
}

TEST(StatisticsCsv, ReadsFiguresWithUnitAndPeriod) {
  Records records;
  Problems problems;
  read_statistics_csv(
      "region,property,period,value,unit,source,estimated\n"
      "panxi,telecom_revenue,2020,40.5,亿元,plan,false\n"
      "513401,population,2020,955041,{person},census,false\n"
      "513401,share,2020-Q1,0.5,,census,true\n",
      "s.csv", china, records, problems);
  ASSERT_TRUE(problems.ok()) << to_string(problems.errors[0]);
  ASSERT_EQ(records.statistics.size(), 3u);
  EXPECT_EQ(records.statistics[0].unit, "亿元");
  EXPECT_EQ(records.statistics[0].value, 40.5);
  EXPECT_EQ(to_string(records.statistics[0].period, china), "2020");
  EXPECT_EQ(to_string(records.statistics[2].period, china), "2020-Q1");
  EXPECT_EQ(records.statistics[2].unit, "1");
  EXPECT_TRUE(records.statistics[2].estimated);
}

TEST(StatisticsCsv, NamesWhatIsWrong) {
  Records records;
  Problems problems;
  read_statistics_csv(
      "region,property,period,value,unit\n"
      "5134,population,2020,1,{person}\n"
      "5134,population,2020,1,{person}\n"
      "5134,population,2020,2,{person}\n"
      "5134,population,2020,many,{person}\n"
      "5134,population,20-20,3,{person}\n"
      "5134,population,2019,3,furlongs\n"
      ",population,2019,3,1\n"
      "5134,population,9020,3,1\n",
      "s.csv", china, records, problems);
  EXPECT_EQ(records.statistics.size(), 1u) << "an equal repetition is merged";
  ASSERT_EQ(problems.errors.size(), 6u);
  EXPECT_EQ(to_string(problems.errors[0]),
            "s.csv:4: 'population' of 5134 for 2020 is 2 {person} here and 1 {person} at s.csv:2");
  EXPECT_EQ(to_string(problems.errors[1]), "s.csv:5: the value 'many' is not a number");
  EXPECT_EQ(problems.errors[2].place, "s.csv:6");
  EXPECT_EQ(problems.errors[3].place, "s.csv:7");
  EXPECT_EQ(problems.errors[4].place, "s.csv:8");
  EXPECT_EQ(to_string(problems.errors[5]),
            "s.csv:9: the period 9020 is outside the years 1678 to 2262");
}

}  // namespace
}  // namespace cairn::model
