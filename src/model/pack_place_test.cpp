// SPDX-License-Identifier: Apache-2.0
#include "model/pack_place.hpp"

#include <gtest/gtest.h>

#include "core/text.hpp"

namespace cairn::model {
namespace {

// One county, a square of one degree, with one unit and one pack.
class PackPlace : public ::testing::Test {
 protected:
  PackPlace() {
    Region county;
    county.code = "513401";
    county.name = {"西昌市", "Xichang"};
    county.level = Level::county;
    EXPECT_TRUE(tree_->add(county, ""));
    const RegionIndex index = tree_->find("513401");
    geo::Polygon square{{{{102, 27}, {103, 27}, {103, 28}, {102, 28}, {102, 27}}}};
    workspace_.boundaries.emplace(index, geo::Geometry{square});
    PackDef pack;
    pack.id = "barn";
    pack.directory = "./packs/barn";
    catalog_->packs.push_back(pack);
    workspace_.response.units.push_back(
        {"u", {"农", "A"}, "513401", "agriculture", false, false, "", ""});
    workspace_.response.workflows.push_back({"w.yaml", "workflow: grid-event\n"});
    IncidentKind kind;
    kind.id = "barn_danger";
    kind.to = {"agriculture"};
    workspace_.response.kinds.push_back(kind);
  }

  std::string told() {
    workspace_.regions = tree_;
    workspace_.catalog = catalog_;
    Problems problems;
    check_pack_places(workspace_, problems);
    std::string out;
    for (const Error& error : problems.errors) out += "error " + error.message + "\n";
    for (const Error& warning : problems.warnings) out += "warning " + warning.message + "\n";
    return out;
  }

  void place_thing(double lon, double lat) {
    Thing thing;
    thing.id = "barn:1";
    thing.type = "barn";
    thing.region = "513401";
    thing.place = "./packs/barn/things.csv:2";
    thing.position = geo::Point{lon, lat};
    workspace_.records.things = {thing};
  }

  std::shared_ptr<RegionTree> tree_ = std::make_shared<RegionTree>();
  std::shared_ptr<Catalog> catalog_ = std::make_shared<Catalog>();
  Workspace workspace_;
};

TEST_F(PackPlace, SaysNothingOfWhatIsRight) {
  place_thing(102.5, 27.5);
  ReplayExpectation line;
  line.region = "513401";
  catalog_->packs[0].replay = {line};
  EXPECT_EQ(told(), "");
}

TEST_F(PackPlace, AThingBesideItsRegion) {
  place_thing(103.01, 27.5);  // the boundary is generalised
  EXPECT_EQ(told(), "");
  place_thing(103.5, 27.5);
  EXPECT_EQ(told(), "warning barn barn:1 lies outside the boundary of 513401 西昌市\n");
}

TEST_F(PackPlace, UnitsAndWorkflowsThatNobodyHas) {
  workspace_.response.kinds[0].to = {"agricultur", "agriculture"};
  workspace_.response.kinds[0].workflow = "grid_event";
  EXPECT_EQ(told(),
            "error no pack brings the workflow 'grid_event'; did you mean 'grid-event'? "
            "(known: grid-event)\n"
            "warning 'to': no unit is of the kind 'agricultur'; did you mean 'agriculture'?\n");
}

TEST_F(PackPlace, AReplayOfARegionThatIsNotThere) {
  ReplayExpectation line;
  line.region = "513499";
  ReplayExpectation right;
  right.region = "513401";
  catalog_->packs[0].replay = {line, right};
  EXPECT_EQ(told(), "error there is no region '513499'\n");
  catalog_->packs[0].replay = {line, right, line};
  EXPECT_EQ(told(), "") << "packs of another region are used here";
}

}  // namespace
}  // namespace cairn::model
