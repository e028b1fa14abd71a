// SPDX-License-Identifier: Apache-2.0
#include "respond/reach.hpp"

#include <gtest/gtest.h>

namespace cairn::respond {
namespace {

// Two counties; the first has a town whose people are known.
class ReachTest : public testing::Test {
 protected:
  void SetUp() override {
    add("51", model::Level::province, "");
    add("5134", model::Level::prefecture, "51");
    add("513401", model::Level::county, "5134");
    add("513402", model::Level::county, "5134");
    add("513401001", model::Level::town, "513401");
    add("513401002", model::Level::town, "513401");
    add("513402001", model::Level::town, "513402");
    place("513401", model::Level::county, {}, 1000);
    place("513402", model::Level::county, {}, 500);
    village("513401001001", "513401001", {1, 1}, 300);
    village("513401001002", "513401001", {2, 1}, 100);
    village("513401002001", "513401002", {3, 1}, 600);
    village("513402001001", "513402001", {11, 1}, std::nullopt);
    village("513402001002", "513402001", {12, 1}, std::nullopt);
  }
  void add(const std::string& code, model::Level level, const std::string& parent) {
    model::Region region;
    region.code = code;
    region.level = level;
    ASSERT_TRUE(regions_.add(region, parent));
  }
  void place(const std::string& code, model::Level level, std::optional<geo::Point> point,
             std::optional<double> people) {
    places_.push_back({code, level, point, true, people, "2020", false});
  }
  void village(const std::string& code, const std::string& town, geo::Point point,
               std::optional<double> people) {
    add(code, model::Level::village, town);
    place(code, model::Level::village, point, people);
  }
  static geo::Polygon box(double left, double right) {
    return {{{{left, 0}, {right, 0}, {right, 2}, {left, 2}, {left, 0}}}};
  }
  Reach reach(std::vector<std::string> codes, std::vector<geo::Polygon> polygons = {}) {
    return reach_of({std::move(codes), std::move(polygons)}, places_, regions_);
  }
  model::RegionTree regions_;
  std::vector<Place> places_;
};

TEST_F(ReachTest, WholeCountiesAreAddedUp) {
  const Reach both = reach({"5134"});
  EXPECT_EQ(both.villages, 5u);
  EXPECT_EQ(both.people, 1500);
  EXPECT_FALSE(both.estimated);
  EXPECT_EQ(both.people_as_of, "2020");
  EXPECT_EQ(both.regions, (std::vector<std::string>{"513401", "513402"}));
  EXPECT_EQ(both.words.en, "2 counties, 5 villages, 1500 people (as of 2020)");
  // The same twice, and an area inside of it, count once.
  EXPECT_EQ(reach({"513401", "5134"}, {box(0, 4)}).people, 1500);
}

TEST_F(ReachTest, APartIsTheShareOfItsVillages) {
  const Reach part = reach({}, {box(0, 1.5)});
  EXPECT_EQ(part.villages, 1u);
  EXPECT_EQ(part.people, 300);  // 300 of the 1,000 that the villages have
  EXPECT_TRUE(part.estimated);
  const Reach unweighted = reach({}, {box(11.5, 13)});
  EXPECT_EQ(unweighted.people, 250);  // one village of two
  const Reach mixed = reach({"513401"}, {box(11.5, 13)});
  EXPECT_EQ(mixed.villages, 4u);
  EXPECT_EQ(mixed.people, 1250);
  EXPECT_TRUE(mixed.words.en.starts_with("2 counties, 4 villages, about 1250 people"));
  places_[0].people = 98'765;
  EXPECT_NE(reach({"513401"}, {box(11.5, 13)}).words.zh.find("约99000人"), std::string::npos);
  EXPECT_TRUE(mixed.estimated);
}

TEST_F(ReachTest, ATownThatIsKnownStandsForItself) {
  place("513401001", model::Level::town, {}, 420);
  EXPECT_EQ(reach({"513401001"}).people, 420);
  EXPECT_FALSE(reach({"513401001"}).estimated);
  EXPECT_EQ(reach({"513401"}).people, 1000);           // not 1,420
  EXPECT_EQ(reach({"513401002"}).people, 1000 - 420);  // the rest of the county
}

TEST_F(ReachTest, WhereSomethingIsNotKnownThereIsNoFigure) {
  places_.erase(places_.begin() + 1);
  const Reach out = reach({"5134"});
  EXPECT_EQ(out.villages, 5u);
  EXPECT_FALSE(out.people);
  EXPECT_NE(out.words.zh.find("人口未知"), std::string::npos);
  EXPECT_EQ(reach({}, {box(50, 60)}).villages, 0u);
}

}  // namespace
}  // namespace cairn::respond
