// SPDX-License-Identifier: Apache-2.0
#include "app/coverage_setup.hpp"

#include <gtest/gtest.h>

#include "core/text.hpp"
#include "model/memory_files.hpp"

namespace cairn::app {
namespace {

BandBook book() {
  BandBook out;
  for (const auto& [id, technology, alias, mhz] : {std::tuple{"n28", "5g", "NR700", 773.0},
                                                   {"n41", "5g", "NR2600", 2'600.0},
                                                   {"b3", "4g", "B3", 1'800.0}}) {
    model::BandDef band;
    band.id = id;
    band.technology = technology;
    band.aliases = {alias};
    for (const auto& [key, value] : {std::pair{"antenna_gain_dbi", 15.0},
                                     {"horizontal_width_deg", 65.0},
                                     {"vertical_width_deg", 10.0}}) {
      band.numbers.push_back({.key = key, .value = value});
    }
    out.bands.push_back(band);
    radio::LinkBudget budget;
    budget.band = id;
    budget.technology = technology;
    budget.downlink_mhz = budget.uplink_mhz = mhz;
    budget.bandwidth_mhz = 20;
    budget.resource_blocks = 100;
    budget.power_dbm = 50;
    budget.antenna_gain_dbi = 15;
    out.budgets.push_back(budget);
  }
  return out;
}

SiteRow row(const char* id, const char* band) {
  SiteRow out;
  out.id = id;
  out.band = band;
  out.position = {102, 28};
  out.mast_m = 30;
  out.place = "sites.csv:2";
  return out;
}

// A pattern of one maximum; `lines` of 360 may be less.
std::string msi(int lines, double behind_db) {
  std::string out = "NAME test\nFREQUENCY 773\nGAIN 14 dBi\nHORIZONTAL 360\n";
  for (int i = 0; i < 360; ++i) out += format("{} {}\n", i, i > 90 && i < 270 ? behind_db : 0);
  out += format("VERTICAL {}\n", lines);
  for (int i = 0; i < lines; ++i) out += format("{} {}\n", i, i == 0 ? 0 : 10);
  return out;
}

std::string errors(const CellPlan& plan) {
  std::string out;
  for (const Error& error : plan.problems.errors) out += to_string(error) + "\n";
  return out;
}

TEST(CoverageSetup, BandsByIdAliasOrTechnology) {
  const BandBook bands = book();
  const model::MemoryFiles files({});
  const std::vector<SiteRow> rows = {row("a", "NR700"), row("b", "n41"), row("c", "B3"),
                                     row("d", "")};
  const auto one = make_cells(rows, bands, {.bands = {"n28"}}, files);
  ASSERT_TRUE(one);
  ASSERT_EQ(one->cells.size(), 2U);
  EXPECT_EQ(one->cells[0].id, "a");
  EXPECT_EQ(one->cells[1].id, "d");
  EXPECT_EQ(one->cells[1].budget, &bands.budgets[0]);
  EXPECT_EQ(one->others, 2U);
  EXPECT_EQ(one->other_bands.at("B3"), 1U);
  const auto technology = make_cells(rows, bands, {.bands = {"5g"}}, files);
  ASSERT_TRUE(technology);
  ASSERT_EQ(technology->cells.size(), 4U) << "a row without a band has all of the technology";
  EXPECT_EQ(technology->cells[3].id, "d/n41");
  const auto said = make_cells(rows, bands, {}, files);
  ASSERT_TRUE(said);
  EXPECT_EQ(said->cells.size(), 3U);
  EXPECT_NE(errors(*said).find("sites.csv:2: the row names no band; say one for all with --band"),
            std::string::npos);
  const auto unknown = make_cells(rows, bands, {.bands = {"n77"}}, files);
  ASSERT_FALSE(unknown);
  EXPECT_NE(unknown.error().message.find("there are n28, 5g, n41, b3, 4g"), std::string::npos);
}

TEST(CoverageSetup, PowersOutOfReasonAndUnreadAntennasAreTold) {
  const BandBook bands = book();
  const model::MemoryFiles files({});
  SiteRow loud = row("a", "n28");
  loud.power_dbm = 900;
  SiteRow named = row("b", "n28");
  named.antenna = "K80010992";
  const auto plan = make_cells({loud, named}, bands, {}, files);
  ASSERT_TRUE(plan);
  ASSERT_EQ(plan->cells.size(), 1U);
  EXPECT_NE(errors(*plan).find("a power of 900 dBm must be within -100 to 100"), std::string::npos);
  EXPECT_EQ(plan->unread_antennas, 1U);
}

TEST(CoverageSetup, PowerOperatorAndSectors) {
  const BandBook bands = book();
  const model::MemoryFiles files({});
  SiteRow low = row("a", "n28");
  low.power_dbm = -3;
  low.power_offset_db = 1;
  low.azimuth_deg = 120;
  low.electrical_tilt_deg = 4;
  low.operator_id = "mobile";
  SiteRow other = row("b", "n28");
  other.operator_id = "unicom";
  const auto plan = make_cells({low, other}, bands, {.operator_id = "mobile"}, files);
  ASSERT_TRUE(plan);
  ASSERT_EQ(plan->cells.size(), 1U) << errors(*plan);
  EXPECT_DOUBLE_EQ(plan->cells[0].power_offset_db, -52);
  EXPECT_DOUBLE_EQ(radio::cell_budget(plan->cells[0]).power_dbm, -2);
  ASSERT_NE(plan->cells[0].antenna, nullptr);
  EXPECT_EQ(plan->cells[0].antenna->electrical_tilt_deg, 4);
  EXPECT_EQ(plan->cells[0].antenna->gain_dbi, 15);
  EXPECT_EQ(plan->standard_sectors, 1U);
  EXPECT_EQ(plan->others, 1U);
}

TEST(CoverageSetup, AntennaFilesAndWhatIsWrongWithThem) {
  const BandBook bands = book();
  model::MemoryFiles files({});
  ASSERT_TRUE(files.replace("ant/Good.MSI", msi(360, 30)));
  ASSERT_TRUE(files.replace("ant/omni.msi", msi(360, 0)));
  ASSERT_TRUE(files.replace("ant/short.msi", msi(359, 30)));
  SiteRow good = row("good", "n28");
  good.antenna = "good";
  good.azimuth_deg = 90;
  good.electrical_tilt_deg = 6;
  good.mechanical_tilt_deg = 2;
  SiteRow omni = row("omni", "n28");
  omni.antenna = "omni.msi";
  SiteRow aimless = row("aimless", "n28");
  aimless.antenna = "good";
  SiteRow bad = row("short", "n28");
  bad.antenna = "short";
  SiteRow missing = row("missing", "n28");
  missing.antenna = "goood.msi";
  const auto plan =
      make_cells({good, omni, aimless, bad, bad, missing}, bands, {.antenna_folder = "ant"}, files);
  ASSERT_TRUE(plan);
  ASSERT_EQ(plan->cells.size(), 2U) << errors(*plan);
  EXPECT_EQ(plan->cells[0].antenna->gain_dbi, 14);
  EXPECT_EQ(plan->cells[0].mechanical_tilt_deg, 8) << "the pattern has no electrical tilt itself";
  EXPECT_EQ(plan->left_out, 4U);
  const std::string all = errors(*plan);
  EXPECT_NE(all.find("the antenna 'good' has a direction, but the row has no azimuth"),
            std::string::npos);
  EXPECT_NE(all.find("sites.csv:2: ant/short.msi:"), std::string::npos) << all;
  EXPECT_NE(all.find("359"), std::string::npos) << all;
  EXPECT_NE(all.find("ant has no antenna 'goood.msi'; is it 'Good.MSI'?"), std::string::npos)
      << all;
}

TEST(CoverageSetup, MastsOfOneCentimetreAreRefused) {
  SiteRow low = row("a", "n28");
  low.mast_m = 0.01;
  const auto plan = make_cells({low}, book(), {}, model::MemoryFiles({}));
  ASSERT_TRUE(plan);
  EXPECT_TRUE(plan->cells.empty());
  EXPECT_NE(errors(*plan).find("sites.csv:2: transmitter mast 0.01 m is not within 1 to 3000 m"),
            std::string::npos)
      << errors(*plan);
}

TEST(CoverageSetup, CellsThatAreLeftOutTakeTheirPlacesAlong) {
  const BandBook bands = book();
  std::vector<SiteRow> rows = {row("a", "n28"), row("b", "n28"), row("c", "n28")};
  rows[2].place = "sites.csv:9";
  rows[2].estimated = true;
  auto plan = make_cells(rows, bands, {}, model::MemoryFiles({}));
  ASSERT_TRUE(plan);
  leave_out(*plan, [](const radio::Cell& cell) { return cell.id == "b" ? "off" : ""; });
  ASSERT_EQ(plan->cells.size(), 2U);
  EXPECT_EQ(plan->cells[1].id, "c");
  EXPECT_EQ(plan->places[1], "sites.csv:9");
  EXPECT_TRUE(plan->estimated[1]);
  EXPECT_EQ(plan->left_out, 1U);
  pass_over(*plan, [](const radio::Cell& cell) { return cell.id == "c"; });
  ASSERT_EQ(plan->cells.size(), 1U);
  EXPECT_EQ(plan->places[0], "sites.csv:9");
  EXPECT_EQ(plan->others, 1U);
  EXPECT_EQ(plan->left_out, 1U);
}

TEST(CoverageSetup, TheShippedBandsAreThere) {
  const auto files = system_files();
  const auto bands = read_bands(*files, CAIRN_SOURCE_DIR "/packs");
  ASSERT_TRUE(bands) << to_string(bands.error());
  ASSERT_NE(bands->find("n28"), nullptr);
  EXPECT_EQ(bands->find("n28")->technology, "5g");
  EXPECT_NEAR(bands->find("n28")->power_dbm, 53.8, 1e-9);
  EXPECT_EQ(bands->find("nothing"), nullptr);
  EXPECT_FALSE(read_bands(*files, CAIRN_SOURCE_DIR "/docs"));
}

}  // namespace
}  // namespace cairn::app
