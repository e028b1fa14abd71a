// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "model/region_load.hpp"

namespace cairn::model {
namespace {

Region region(std::string code, Level level) {
  Region out;
  out.name.zh = "区" + code;
  out.level = level;
  out.place = "divisions.csv:" + code;
  out.code = std::move(code);
  return out;
}

geo::Geometry square(double x, double y) {
  return {geo::Polygon{{{{x, y}, {x + 1, y}, {x + 1, y + 1}, {x, y + 1}, {x, y}}}}};
}

Statistic people(std::string code, double value, std::string unit = "{person}") {
  Statistic out;
  out.place = "statistics.csv:" + code;
  out.region = std::move(code);
  out.property = "population";
  out.period = *parse_period("2020");
  out.value = value;
  out.unit = std::move(unit);
  return out;
}

// One prefecture with two counties that are neighbouring squares, and a village in each.
RegionFolder demo() {
  RegionFolder out;
  out.id = "demo";
  out.label.zh = "示范区";
  out.members = {"5134"};
  out.place = "region.yaml:1";
  out.divisions.emplace_back(region("5134", Level::prefecture), "");
  out.divisions.emplace_back(region("513401", Level::county), "5134");
  out.divisions.emplace_back(region("513402", Level::county), "5134");
  out.divisions.back().first.aliases = {"513425"};
  out.divisions.emplace_back(region("513401001", Level::town), "513401");
  out.divisions.emplace_back(region("513401001001", Level::village), "513401001");
  out.divisions.back().first.position = {102.5, 27.5};
  out.divisions.back().first.estimated = true;
  out.boundaries.emplace_back("513401", square(102, 27));
  out.boundaries.emplace_back("513425", square(103, 27));
  out.records.statistics = {people("5134", 30), people("513401", 10), people("513425", 20)};
  return out;
}

std::vector<std::string> errors_of(const std::vector<RegionFolder>& folders) {
  Problems problems;
  (void)assemble_regions(folders, problems);
  std::vector<std::string> out;
  for (const Error& error : problems.errors) out.push_back(to_string(error));
  return out;
}

using Texts = std::vector<std::string>;

TEST(RegionAssemble, BuildsOneTreeWithZones) {
  Problems problems;
  const RegionTree tree = assemble_regions({demo()}, problems);
  ASSERT_TRUE(problems.ok()) << to_string(problems.errors[0]);
  const RegionIndex zone = tree.find("demo");
  ASSERT_NE(zone, no_region);
  EXPECT_EQ(tree[zone].level, Level::zone);
  EXPECT_TRUE(tree.within(tree.find("513401001001"), zone));
  EXPECT_EQ(tree.find("513425"), tree.find("513402"));
}

TEST(RegionAssemble, AParentMayStandInAnotherFolderThatIsReadLater) {
  RegionFolder child;
  child.id = "child";
  child.members = {"513409"};
  child.divisions.emplace_back(region("513409", Level::county), "5134");
  EXPECT_EQ(errors_of({child, demo()}), Texts{});
}

TEST(RegionAssemble, EqualRepetitionsMergeAndOthersAreErrors) {
  RegionFolder again;
  again.id = "again";
  again.members = {"5134"};
  again.divisions.emplace_back(region("5134", Level::prefecture), "");
  EXPECT_EQ(errors_of({demo(), again}), Texts{});
  again.divisions[0].first.name.zh = "别名";
  EXPECT_EQ(errors_of({demo(), again}),
            Texts{"divisions.csv:5134: region code 5134 (别名) is already taken by 5134 (区5134) "
                  "at divisions.csv:5134"});
}

TEST(RegionAssemble, ReportsUnknownParentsMembersAndSuccessors) {
  RegionFolder folder = demo();
  folder.divisions.emplace_back(region("513501", Level::county), "5135");
  folder.divisions[1].first.successor = "519999";
  folder.members.push_back("5136");
  const Texts errors = errors_of({folder});
  ASSERT_EQ(errors.size(), 3u);
  EXPECT_NE(errors[0].find("region 513501 names the parent '5135'"), std::string::npos);
  EXPECT_NE(errors[1].find("names the successor '519999'"), std::string::npos);
  EXPECT_NE(errors[2].find("names the member '5136'"), std::string::npos);
}

TEST(RegionAssemble, ReportsAliasesThatAreTaken) {
  RegionFolder folder = demo();
  folder.divisions[1].first.aliases = {"513425"};
  const Texts errors = errors_of({folder});
  ASSERT_FALSE(errors.empty());
  EXPECT_NE(errors[0].find("alias 513425 of region 513402 is already taken by 513401"),
            std::string::npos)
      << errors[0];
}

TEST(RegionAssemble, ADerivedPositionMustLieInItsCounty) {
  RegionFolder folder = demo();
  Region& village = folder.divisions.back().first;
  village.position = geo::Point{103.5, 27.5};
  EXPECT_EQ(errors_of({folder}),
            Texts{"divisions.csv:513401001001: village 513401001001 lies at 103.5 27.5, outside "
                  "the boundary of 513401 区513401"});
  village.estimated = false;
  Problems problems;
  (void)assemble_regions({folder}, problems);
  EXPECT_TRUE(problems.ok()) << "a surveyed one may miss a generalised boundary";
  EXPECT_EQ(problems.warnings.size(), 1u);
}

TEST(RegionAssemble, WarnsOfThingsOutsideTheirCounty) {
  RegionFolder folder = demo();
  Thing thing;
  thing.id = "a";
  thing.type = "mast";
  thing.region = "513401001001";
  thing.position = geo::Point{104.5, 27.5};
  thing.place = "things.csv:2";
  folder.records.things.push_back(thing);
  Problems problems;
  (void)assemble_regions({folder}, problems);
  ASSERT_EQ(problems.warnings.size(), 1u);
  EXPECT_EQ(to_string(problems.warnings[0]),
            "things.csv:2: mast a lies outside the boundary of 513401 区513401");
}

TEST(RegionAssemble, ReportsCountiesWithoutOrWithTwoBoundaries) {
  RegionFolder folder = demo();
  folder.boundaries[1].first = "513401";
  const Texts errors = errors_of({folder});
  ASSERT_EQ(errors.size(), 2u);
  EXPECT_EQ(errors[0], "region.yaml:1: region 513401 has two boundaries");
  EXPECT_EQ(errors[1], "divisions.csv:513402: county 513402 区513402 has no boundary");
  folder.boundaries.emplace_back("999999", square(0, 0));
  EXPECT_EQ(errors_of({folder}).size(), 3u);
}

TEST(RegionAssemble, PartsMustAddUpToTheirWhole) {
  RegionFolder folder = demo();
  folder.records.statistics[0].value = 31;
  EXPECT_EQ(errors_of({folder}),
            Texts{"statistics.csv:5134: 'population' of 5134 区5134 is 31, but its 2 parts add up "
                  "to 30"});
  folder.records.statistics.pop_back();
  EXPECT_EQ(errors_of({folder}), Texts{}) << "with a part missing nothing can be said";
}

TEST(RegionAssemble, RoundedFiguresMayDifferByTheirRounding) {
  RegionFolder folder = demo();
  folder.records.statistics = {people("5134", 3.0, "万人"), people("513401", 10001),
                               people("513402", 20004)};
  EXPECT_EQ(errors_of({folder}), Texts{});
  folder.records.statistics[0].value = 3.2;
  EXPECT_EQ(errors_of({folder}).size(), 1u);
}

TEST(RegionAssemble, TwoFoldersMayNotReportDifferentFigures) {
  RegionFolder other;
  other.id = "other";
  other.members = {"5134"};
  other.records.statistics = {people("513402", 21)};
  other.records.statistics[0].place = "other.csv:2";
  EXPECT_EQ(errors_of({demo(), other}),
            Texts{"other.csv:2: 'population' of 513402 is 21 {person} here and 20 {person} at "
                  "statistics.csv:513425"});
  other.records.statistics = {people("513477", 1)};
  const Texts errors = errors_of({demo(), other});
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_NE(errors[0].find("there is no region '513477'"), std::string::npos);
}

}  // namespace
}  // namespace cairn::model
