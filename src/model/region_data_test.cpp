// SPDX-License-Identifier: Apache-2.0
// The regions that the repository ships: they load without a mistake and hold what their sources
// publish.
#include <gtest/gtest.h>

#include <map>

#include "model/region_load.hpp"

namespace cairn::model {
namespace {

constexpr const char* root = CAIRN_SOURCE_DIR;

class ShippedRegions : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    files_ = system_files().release();
    problems_ = new Problems;
    folders_ = new std::vector<RegionFolder>;
    for (const char* id : {"chengdu", "ganzi", "guizhou", "northwest-sichuan", "panxi"}) {
      auto folder = load_region_folder(*files_, std::string(root) + "/regions/" + id, *problems_);
      ASSERT_TRUE(folder) << to_string(folder.error());
      folders_->push_back(std::move(*folder));
    }
    tree_ = new RegionTree(assemble_regions(*folders_, *problems_));
  }
  static void TearDownTestSuite() {
    delete files_;
    delete problems_;
    delete folders_;
    delete tree_;
  }

  static double statistic(const std::string& region, const std::string& property) {
    for (const RegionFolder& folder : *folders_) {
      for (const Statistic& row : folder.records.statistics) {
        if (row.region == region && row.property == property) return row.value;
      }
    }
    return -1;
  }
  static const RegionFolder& panxi() { return folders_->back(); }
  static std::size_t count(const char* region, Level level) {
    return tree_->at_level(tree_->find(region), level, Instant{}).size();
  }

  static Files* files_;
  static Problems* problems_;
  static std::vector<RegionFolder>* folders_;
  static RegionTree* tree_;
};
Files* ShippedRegions::files_ = nullptr;
Problems* ShippedRegions::problems_ = nullptr;
std::vector<RegionFolder>* ShippedRegions::folders_ = nullptr;
RegionTree* ShippedRegions::tree_ = nullptr;

std::string text_of(const Thing& thing, std::string_view name) {
  for (const auto& [key, value] : thing.properties) {
    if (key == name) return *value.get<std::string>();
  }
  return {};
}

TEST_F(ShippedRegions, LoadWithoutAMistake) {
  for (const Error& error : problems_->errors) ADD_FAILURE() << to_string(error);
  for (const Error& warning : problems_->warnings) ADD_FAILURE() << to_string(warning);
}

TEST_F(ShippedRegions, HaveTheDivisionsThatTheSourceLists) {
  EXPECT_EQ(count("panxi", Level::prefecture), 2u);
  EXPECT_EQ(count("panxi", Level::county), 22u);
  EXPECT_EQ(count("panxi", Level::town), 353u);
  EXPECT_EQ(count("panxi", Level::village), 2713u);
  EXPECT_EQ(count("5104", Level::village), 336u);
  EXPECT_EQ(count("5134", Level::village), 2377u);
  EXPECT_EQ(count("northwest-sichuan", Level::county), 31u) << "13 in Ngawa and 18 in Ganzi";
  EXPECT_EQ(count("guizhou", Level::county), 88u);
  EXPECT_EQ(count("chengdu", Level::county), 20u);
  EXPECT_EQ((*tree_)[tree_->find("513425")].name.zh, "会理市") << "the code before 2021";
}

TEST_F(ShippedRegions, CarryThePublishedCensus) {
  const std::map<std::string, double> published = {{"5101", 20937757}, {"5104", 1212203},
                                                   {"5134", 4858359},  {"5133", 1107431},
                                                   {"5132", 822587},   {"52", 38562148}};
  for (const auto& [code, people] : published) {
    EXPECT_EQ(statistic(code, "population"), people) << code;
  }
}

TEST_F(ShippedRegions, ThingsHaveOneIdEach) {
  std::map<std::string, std::string> seen;
  for (const RegionFolder& folder : *folders_) {
    for (const Thing& thing : folder.records.things) {
      const auto [at, fresh] = seen.emplace(thing.id, thing.place);
      EXPECT_TRUE(fresh) << thing.id << " at " << thing.place << " and " << at->second;
    }
  }
}

TEST_F(ShippedRegions, VillagesOfACountyHaveItsPeople) {
  std::map<std::string, double> people;
  std::size_t villages = 0;
  for (const Thing& thing : panxi().records.things) {
    if (thing.type != "village") continue;
    ++villages;
    EXPECT_TRUE(thing.estimated) << thing.id;
    people[thing.id.substr(0, 6)] += std::stod(text_of(thing, "population"));
  }
  EXPECT_EQ(villages, 2713u);
  EXPECT_EQ(people.size(), 22u);
  for (const auto& [county, sum] : people) EXPECT_EQ(sum, statistic(county, "population"));
}

TEST_F(ShippedRegions, StationsMatchThePlansTotals) {
  std::map<std::string, int> by_tech;
  const Instant end = *parse_as_of("2020", panxi().zone);
  for (const Thing& thing : panxi().records.things) {
    if (thing.type != "base_station") continue;
    ++by_tech[text_of(thing, "tech")];
    ASSERT_TRUE(thing.estimated && thing.valid.begin < end) << thing.id;
  }
  EXPECT_EQ(by_tech["2g"] + by_tech["3g"] + by_tech["4g"] + by_tech["5g"], 31000);
  EXPECT_EQ(by_tech["4g"], 23000);
  EXPECT_EQ(by_tech["5g"], 1617);
}

TEST_F(ShippedRegions, TheProposalReachesThePlansTarget) {
  Problems problems;
  const auto proposal = load_proposal(*files_, std::string(root) + "/proposals/panxi-5g-2025.yaml",
                                      panxi().zone, problems);
  ASSERT_TRUE(proposal) << to_string(proposal.error());
  EXPECT_TRUE(problems.ok());
  EXPECT_EQ(1617 + proposal->things.size(), 17000u);
  const Instant begin = *parse_as_of("2020", panxi().zone);
  const Instant end = *parse_as_of("2025", panxi().zone);
  for (const Thing& thing : proposal->things) {
    ASSERT_EQ(thing.status, Life::planned) << thing.id;
    ASSERT_TRUE(begin <= thing.valid.begin && thing.valid.begin < end) << thing.id;
  }
  for (const Change& change : proposal->changes) {
    ASSERT_NE(tree_->find(change.thing), no_region) << change.thing;
  }
}

}  // namespace
}  // namespace cairn::model
