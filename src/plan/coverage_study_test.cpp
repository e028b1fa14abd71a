// SPDX-License-Identifier: Apache-2.0
#include "plan/coverage_study.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "formula/formula.hpp"
#include "model/proposal.hpp"
#include "plan/study_cache.hpp"

namespace cairn::plan {
namespace {

constexpr Zone china{8 * 3600};
constexpr std::uint32_t side = 301;
constexpr double cell_m = 200;

Instant at(const char* text) {
  return *parse_as_of(text, china);
}

// 60 km of plain at 1,500 m with a wall from north to south along x = 0.
struct Land {
  std::vector<std::uint16_t> heights;
  geo::TerrainGrid grid;
  geo::TerrainInfo info;

  Land() {
    for (std::uint32_t row = 0; row < side; ++row) {
      for (std::uint32_t column = 0; column < side; ++column) {
        const bool wall = column >= 149 && column <= 151;
        heights.push_back(static_cast<std::uint16_t>((wall ? 3'500 : 1'500) * 8));
      }
    }
    grid.plane = geo::LocalPlane({102.5, 27.5});
    grid.columns = grid.rows = side;
    grid.cell_m = cell_m;
    grid.west_m = -30'000;
    grid.north_m = 30'000;
    grid.heights = heights;
    info.label = "a plain with a wall";
  }
  geo::Point where(double x_m, double y_m) const { return grid.plane.inverse({x_m, y_m}); }
};

model::PropertyDef property(std::string name, model::PropertyKind kind) {
  model::PropertyDef out;
  out.name = std::move(name);
  out.kind = kind;
  return out;
}

class Studying : public testing::Test {
 protected:
  using Kind = model::PropertyKind;

  Studying() {
    catalog_ = std::make_shared<model::Catalog>();
    model::TypeDef village;
    village.name = "village";
    for (const char* name : {"coverage_4g", "coverage_5g", "line_of_sight_5g"}) {
      village.properties.push_back(property(name, Kind::boolean));
    }
    for (const char* name : {"rsrp_n28", "rsrp_5g", "nearest_4g"}) {
      village.properties.push_back(property(name, Kind::number));
    }
    for (const char* name : {"server_5g", "reason_5g", "coverage_basis"}) {
      village.properties.push_back(property(name, Kind::text));
    }
    model::TypeDef mast;
    mast.name = "base_station";
    mast.properties = {property("tech", Kind::text), property("band", Kind::text),
                       property("operator", Kind::text), property("height_m", Kind::number)};
    model::TypeDef place;
    place.name = "public_place";
    place.properties = {property("kind", Kind::text), property("households", Kind::integer)};
    catalog_->types = {village, mast, place};
    bands_defs_[0].id = "n28";
    bands_defs_[0].numbers = {{"power_dbm", 53.8, "test", false, ""}};
    bands_defs_[1].id = "b8";
    bands_defs_[1].aliases = {"LTE900"};
    radio::LinkBudget n28;
    n28.band = "n28";
    n28.technology = "5g";
    n28.downlink_mhz = 773;
    n28.uplink_mhz = 718;
    n28.bandwidth_mhz = 30;
    n28.resource_blocks = 160;
    n28.power_dbm = 53.8;
    n28.antenna_gain_dbi = 15;
    radio::LinkBudget b8 = n28;
    b8.band = "b8";
    b8.technology = "4g";
    b8.downlink_mhz = 940;
    b8.uplink_mhz = 895;
    b8.bandwidth_mhz = 10;
    b8.resource_blocks = 50;
    b8.power_dbm = 46;
    bands_ = {{&bands_defs_[0], n28}, {&bands_defs_[1], b8}};
    def_.radius_m = 15'000;
    model::CoverageRule lte;
    lte.property = "coverage_4g";
    lte.technology = "4g";
    lte.station_within_m = 5000;
    model::CoverageRule nr;
    nr.property = "coverage_5g";
    nr.technology = "5g";
    nr.signal_at = {"committee", "school"};
    def_.rules = {lte, nr};

    regions_ = std::make_shared<model::RegionTree>();
    region("51", model::Level::province, "");
    region("5134", model::Level::prefecture, "51");
    region("513401", model::Level::county, "5134");
    region("513402", model::Level::county, "5134");
    region("513401001", model::Level::town, "513401");
    region("513402001", model::Level::town, "513402");
    region(before_, model::Level::village, "513401001", land_.where(-8'000, 0));
    region(behind_, model::Level::village, "513401001", land_.where(4'000, 0));
    region(foreign_, model::Level::village, "513402001", land_.where(-6'000, 3'000));
    things_ = {station("s1", -5'000, "n28", "2020-06-01")};
  }

  void region(std::string code, model::Level level, const char* parent,
              std::optional<geo::Point> position = {}) {
    model::Region out;
    out.code = std::move(code);
    out.level = level;
    out.position = position;
    ASSERT_TRUE(regions_->add(std::move(out), parent).has_value());
  }
  model::Thing station(std::string id, double x_m, const char* band, const char* from) const {
    model::Thing out;
    out.id = std::move(id);
    out.type = "base_station";
    out.region = "513401";
    out.position = land_.where(x_m, 0);
    out.valid.begin = *parse_instant(std::string(from) + "T00:00:00+08:00");
    out.properties = {{"tech", {std::string(std::string_view(band) == "n28" ? "5g" : "4g")}},
                      {"band", {std::string(band)}},
                      {"operator", {std::string("red")}},
                      {"height_m", {30.0}}};
    return out;
  }
  model::Snapshot registered() const {
    Problems problems;
    model::Records records;
    records.things = things_;
    auto out = model::build_snapshot({catalog_, regions_, china}, records, problems);
    EXPECT_TRUE(problems.ok()) << to_string(problems.errors[0]);
    return out;
  }
  CoverageStudy study(const model::Snapshot& snapshot, std::size_t threads = 1,
                      std::size_t most = static_cast<std::size_t>(-1)) {
    const auto out = coverage_study({.snapshot = snapshot,
                                     .def = def_,
                                     .bands = bands_,
                                     .terrain = land_.grid,
                                     .info = land_.info,
                                     .terrain_digest = terrain_digest_},
                                    known_, *thread_workers(threads), most);
    EXPECT_TRUE(out.has_value()) << to_string(out.error());
    return *out;
  }
  model::Snapshot laid(const model::Snapshot& snapshot) {
    auto out = model::lay_derived(snapshot, study(snapshot).values);
    EXPECT_TRUE(out.has_value()) << to_string(out.error());
    return *out;
  }
  // "yes", "no" or "-" of a village at a date.
  std::string says(const model::Snapshot& snapshot, const char* village, const char* date,
                   const char* name = "coverage_5g") const {
    const model::Table& table = *snapshot.table("village");
    const auto [first, last] = table.rows_by_id.equal_range(village);
    for (auto i = first; i != last; ++i) {
      const std::uint32_t row = i->second;
      if (!(table.valid[row].begin < at(date) && at(date) <= table.valid[row].end)) continue;
      const auto& column =
          table.columns[static_cast<std::size_t>(table.type->property_index(name))];
      if (!column.present[row]) return "-";
      if (!column.texts.empty()) return column.dictionary[column.texts[row]];
      return column.numbers[row] != 0 ? "yes" : "no";
    }
    return "no version";
  }

  Land land_;
  std::shared_ptr<model::Catalog> catalog_;
  std::shared_ptr<model::RegionTree> regions_;
  model::BandDef bands_defs_[2];
  std::vector<StudyBand> bands_;
  model::CoverageDef def_;
  std::vector<model::Thing> things_;
  KnownVillages known_;
  std::uint32_t terrain_digest_ = 1;
  static constexpr const char* before_ = "513401001001";
  static constexpr const char* behind_ = "513401001002";
  static constexpr const char* foreign_ = "513402001001";  // its county has no station
};

TEST_F(Studying, ARidgeTakesTheSignal) {
  const model::Snapshot out = laid(registered());
  EXPECT_EQ(says(out, before_, "2021"), "yes");
  EXPECT_EQ(says(out, before_, "2021", "line_of_sight_5g"), "yes");
  EXPECT_EQ(says(out, before_, "2021", "server_5g"), "s1");
  EXPECT_EQ(says(out, before_, "2021", "coverage_basis"), "position");
  EXPECT_EQ(says(out, behind_, "2021"), "no");
  EXPECT_EQ(says(out, behind_, "2021", "reason_5g"), "ridge");
  EXPECT_EQ(says(out, before_, "2019"), "-") << "nothing is registered before the first station";
  EXPECT_EQ(says(out, foreign_, "2021"), "-") << "nothing is registered in its county";
}

TEST_F(Studying, AStationComesAndGoes) {
  things_[0].valid.end = *parse_instant("2022-06-01T00:00:00+08:00");
  const model::Snapshot out = laid(registered());
  EXPECT_EQ(says(out, before_, "2020-06-01"), "yes") << "the end of its first day";
  EXPECT_EQ(says(out, before_, "2022-05-31"), "yes");
  EXPECT_EQ(says(out, before_, "2022-06-01"), "no");
}

TEST_F(Studying, AProposalCoversFromItsDateOn) {
  const model::Snapshot base = registered();
  model::Proposal proposal;
  proposal.things = {station("s2", 6'000, "n28", "2024-01-01")};
  proposal.things[0].status = model::Life::planned;
  const auto overlaid = model::overlay(base, proposal);
  ASSERT_TRUE(overlaid.has_value());
  const model::Snapshot out = laid(*overlaid);
  EXPECT_EQ(says(out, behind_, "2023"), "no");
  EXPECT_EQ(says(out, behind_, "2024"), "yes");
  EXPECT_EQ(says(out, behind_, "2024", "server_5g"), "s2");
  // Planned things that no proposal brings promise nothing.
  things_.push_back(proposal.things[0]);
  EXPECT_EQ(says(laid(registered()), behind_, "2024"), "no");
  // And what a proposal retires is gone.
  model::Proposal less;
  less.retire = {"s1"};
  less.retire_from = *parse_instant("2023-01-01T00:00:00+08:00");
  const auto without = model::overlay(base, less);
  ASSERT_TRUE(without.has_value());
  EXPECT_EQ(says(laid(*without), before_, "2022"), "yes");
  EXPECT_EQ(says(laid(*without), before_, "2023"), "no");
}

TEST_F(Studying, ASchoolOnTheOtherSideIsNotCovered) {
  model::Thing school;
  school.id = "p1";
  school.type = "public_place";
  school.region = before_;
  school.position = land_.where(3'000, 0);
  school.properties = {{"kind", {std::string("school")}}};
  things_.push_back(school);
  const model::Snapshot out = laid(registered());
  EXPECT_EQ(says(out, before_, "2021"), "no");
  EXPECT_EQ(says(out, before_, "2021", "coverage_basis"), "position school");
  EXPECT_EQ(says(out, before_, "2021", "server_5g"), "s1") << "the committee still has a signal";
}

TEST_F(Studying, AStationWithinFiveKilometresCountsFor4g) {
  things_.push_back(station("s3", -3'500, "LTE900", "2021-01-01"));
  const model::Snapshot out = laid(registered());
  EXPECT_EQ(says(out, before_, "2021", "coverage_4g"), "yes") << "4.5 km";
  EXPECT_EQ(says(out, behind_, "2021", "coverage_4g"), "no") << "7.5 km";
  EXPECT_EQ(says(out, before_, "2020", "coverage_4g"), "no");
}

TEST_F(Studying, TheShareIsWhatAFormulaGives) {
  const model::Snapshot out = laid(registered());
  Problems problems;
  const auto library = formula::Library::build(catalog_, problems);
  formula::Evaluator evaluator(library, out);
  const auto share = library.compile("share(village: coverage_5g)");
  ASSERT_TRUE(share.has_value());
  const auto cell = evaluator.evaluate(*share, {{regions_->find("5134")}, at("2021")}).cells[0];
  EXPECT_EQ(cell.value, 0.5);
  EXPECT_EQ(cell.reported, 2u) << "nothing is known of the third";
  EXPECT_EQ(cell.expected, 3u);
  EXPECT_FALSE(cell.estimated);
  const auto why = evaluator.explain(*share, regions_->find("5134"), at("2021"));
  ASSERT_EQ(why.parts.size(), 1u);
  std::size_t known = 0;
  for (const auto& input : why.parts[0].inputs) {
    if (!input.value) continue;
    ++known;
    EXPECT_EQ(input.source, out.derived[0].key);
  }
  EXPECT_EQ(known, 2u);
  ASSERT_EQ(out.derived.size(), 1u);
  EXPECT_NE(out.derived[0].origin.find("a plain with a wall"), std::string::npos);
  EXPECT_EQ(out.derived[0].origin.find("ESTIMATED"), std::string::npos);
}

TEST_F(Studying, EstimatesStayMarked) {
  land_.info.estimated = true;
  const model::Snapshot out = laid(registered());
  Problems problems;
  const auto library = formula::Library::build(catalog_, problems);
  formula::Evaluator evaluator(library, out);
  const auto share = library.compile("share(village: coverage_5g)");
  EXPECT_TRUE(
      evaluator.evaluate(*share, {{regions_->find("5134")}, at("2021")}).cells[0].estimated);
  EXPECT_NE(out.derived[0].origin.find("ESTIMATED"), std::string::npos);
}

TEST_F(Studying, TheSameForAnyNumberOfWorkers) {
  for (int i = 0; i < 12; ++i) {
    things_.push_back(station("more" + std::to_string(i), -12'000 + 2'100 * i, i % 2 ? "b8" : "n28",
                              i % 3 ? "2021-03-01" : "2022-07-01"));
  }
  const model::Snapshot snapshot = registered();
  const CoverageStudy one = study(snapshot, 1);
  const CoverageStudy four = study(snapshot, 4);
  EXPECT_EQ(one.values.things, four.values.things);
  EXPECT_EQ(one.digest, four.digest);
  EXPECT_EQ(one.values.source, four.values.source);
}

TEST_F(Studying, WhatIsKnownIsNotComputedAgain) {
  const model::Snapshot snapshot = registered();
  const CoverageStudy first = study(snapshot);
  EXPECT_EQ(first.fresh.size(), 2u);
  known_ = *read_study_cache(write_study_cache({first.fresh.begin(), first.fresh.end()}));
  const CoverageStudy again = study(snapshot);
  EXPECT_TRUE(again.fresh.empty());
  EXPECT_EQ(again.values.things, first.values.things);
  EXPECT_EQ(again.values.source, first.values.source);
  EXPECT_EQ(again.used, first.used);
  // A station far from both changes neither; one near the first village changes that one.
  things_.push_back(station("far", -29'000, "n28", "2020-07-01"));
  EXPECT_EQ(study(registered()).fresh.size(), 1u) << "30 km behind the wall is out of reach";
  things_.back() = station("s2", 6'000, "n28", "2024-01-01");
  EXPECT_EQ(study(registered()).fresh.size(), 2u);
  things_.pop_back();
  terrain_digest_ = 2;
  EXPECT_EQ(study(registered()).fresh.size(), 2u) << "another terrain";
  terrain_digest_ = 1;
  def_.rules[1].threshold_dbm = -100;
  EXPECT_EQ(study(registered()).fresh.size(), 2u) << "another rule";
  def_.rules[1].threshold_dbm.reset();
  bands_defs_[0].numbers[0].value = 50;
  EXPECT_EQ(study(registered()).fresh.size(), 2u) << "another budget";
}

TEST_F(Studying, WhatIsNotComputedYetHasNoValue) {
  const model::Snapshot snapshot = registered();
  const CoverageStudy part = study(snapshot, 1, 1);
  EXPECT_EQ(part.figures.waiting, 1u);
  EXPECT_EQ(part.values.things.size(), 1u);
  const auto cancelled =
      coverage_study({.snapshot = snapshot,
                      .def = def_,
                      .bands = bands_,
                      .terrain = land_.grid,
                      .info = land_.info},
                     {}, *serial_workers(), 2, [](std::size_t, std::size_t) { return false; });
  EXPECT_FALSE(cancelled.has_value());
}

TEST_F(Studying, AHoleOfTheTerrainIsNotAMissingSignal) {
  for (std::uint32_t row = 0; row < side; ++row) {
    for (std::uint32_t column = 155; column < 160; ++column) {
      land_.heights[row * side + column] = geo::TerrainGrid::missing;
    }
  }
  const model::Snapshot out = laid(registered());
  EXPECT_EQ(says(out, before_, "2021"), "yes");
  EXPECT_EQ(says(out, behind_, "2021"), "-");
}

TEST_F(Studying, StationsThatCannotBeUsedAreCounted) {
  things_.push_back(station("odd", -4'000, "b99", "2020-01-01"));
  things_.push_back(station("away", -400'000, "n28", "2020-01-01"));
  const CoverageStudy out = study(registered());
  EXPECT_EQ(out.figures.stations, 1u);
  EXPECT_EQ(out.figures.unknown, 1u);
  EXPECT_EQ(out.unknown_bands, std::vector<std::string>{"b99"});
  EXPECT_EQ(out.figures.off_terrain, 1u);
  EXPECT_EQ(out.figures.villages, 2u);
  EXPECT_EQ(out.figures.elsewhere, 1u);
}

}  // namespace
}  // namespace cairn::plan
