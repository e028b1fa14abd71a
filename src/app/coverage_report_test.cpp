// SPDX-License-Identifier: Apache-2.0
#include "app/coverage_report.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/csv.hpp"

namespace cairn::app {
namespace {

struct Sample {
  radio::LinkBudget budget;
  std::vector<radio::Cell> cells;
  PointList points;
  radio::ServedPoints served;

  Sample() {
    budget.band = "n28";
    budget.technology = "5g";
    for (const char* id : {"a-1", "b-1"}) {
      radio::Cell cell;
      cell.id = id;
      cell.operator_id = "mobile";
      cell.budget = &budget;
      cells.push_back(cell);
    }
    points.roads = {{"县道", "county road"}};
    add("v1", "village", 0, covered());
    add("v2", "village", 0, behind_ridge());
    add("v3", "village", 0, {"outside the terrain", {}, {}});
    add("s1", "school", 0, covered());
    add("r#1", "road", 50, covered());
    add("r#2", "road", 150, behind_ridge());
  }
  Sample(const Sample&) = delete;

  void add(const char* id, const char* kind, double length_m, radio::ServedPoint point) {
    PointRow row;
    row.id = id;
    row.name = {"甲,乙", "first \"A\""};
    row.kind = kind;
    row.position = {102.5, 28.25};
    row.length_m = length_m;
    row.place = "points.csv:2";
    points.rows.push_back(row);
    served.points.push_back(std::move(point));
  }
  static radio::Serving serving(double headroom_db) {
    radio::Serving s;
    s.quality.rsrp_dbm = -100.123;
    s.quality.margin_db = 9.877;
    s.quality.downlink_kbps = 25'000;
    s.quality.uplink_kbps = 900;
    s.quality.uplink_is_worse = true;
    s.headroom_db = headroom_db;
    s.loss_db = 135;
    s.distance_m = 4'321;
    s.line_of_sight = true;
    return s;
  }
  static radio::ServedPoint covered() {
    radio::ServedState state;
    state.best = serving(4);
    state.second = serving(1);
    state.second->cell = 1;
    state.why = radio::Why::covered;
    return {{}, {}, {state}};
  }
  static radio::ServedPoint behind_ridge() {
    radio::ServedState state;
    state.best = serving(-12.34);
    state.best->line_of_sight = false;
    state.why = radio::Why::ridge;
    state.ridge = radio::Ridge{{102.4, 28.2}, 3'000, 1'321, 2'800, 15, 120.4, 35.15};
    return {{}, {}, {state}};
  }
  CoverageReport report(Language language) const {
    return {points, served, cells, "p1812", "coarse relief", true, language};
  }
};

TEST(CoverageReport, SharesByKindAndRoadsByLength) {
  const Sample sample;
  const auto shares = coverage_shares(sample.report(Language::en));
  ASSERT_EQ(shares.size(), 3U);
  EXPECT_EQ(shares[0].kind, "village");
  EXPECT_EQ(shares[0].points, 3U);
  EXPECT_EQ(shares[0].unknown, 1U);
  EXPECT_DOUBLE_EQ(shares[0].share(), 0.5) << "of what is known";
  EXPECT_DOUBLE_EQ(shares[1].share(), 1);
  EXPECT_EQ(shares[2].kind, "county road");
  EXPECT_DOUBLE_EQ(shares[2].share(), 0.25);
  EXPECT_EQ(CoverageShare{}.share(), -1);
}

TEST(CoverageReport, ReasonsSayWhichRidgeAndHowManyDecibels) {
  const Sample sample;
  const auto& state = sample.served.points[1].now();
  EXPECT_EQ(reason_text(state, sample.cells, Language::en),
            "behind a ridge 1.32 km away (102.40000, 28.20000), 2815 m above sea level, 120 m over "
            "the line of sight, 35.1 dB more than free space; 12.3 dB short");
  EXPECT_EQ(reason_text(state, sample.cells, Language::zh),
            "被山脊遮挡：距此地 1.32 km（102.40000, 28.20000），海拔 2815 m，高出视线 120 m，"
            "比自由空间多损耗 35.1 dB；差 12.3 dB");
  EXPECT_EQ(reason_text(sample.served.points[0].now(), sample.cells, Language::en), "");
  radio::ServedState other = state;
  for (const radio::Why why : {radio::Why::no_cell, radio::Why::antenna, radio::Why::too_far,
                               radio::Why::uplink, radio::Why::downlink, radio::Why::unknown}) {
    other.why = why;
    EXPECT_NE(reason_text(other, sample.cells, Language::en), "");
    EXPECT_NE(reason_text(other, sample.cells, Language::zh),
              reason_text(other, sample.cells, Language::en));
  }
}

TEST(CoverageReport, TableNamesTheTerrain) {
  const Sample sample;
  const std::string en = report_table(sample.report(Language::en), {}, 0);
  EXPECT_NE(en.find("terrain: coarse relief (with estimated data)"), std::string::npos);
  EXPECT_NE(en.find("village: 50.0 % (1 / 3, 1 unknown)"), std::string::npos) << en;
  EXPECT_NE(en.find("county road: 25.0 % (0.1 / 0.2 km)"), std::string::npos) << en;
  EXPECT_NE(en.find("outside the terrain"), std::string::npos);
  EXPECT_EQ(en.find("r#1"), std::string::npos) << "samples of roads are no places";
  const std::string few = report_table(sample.report(Language::zh), {}, 1);
  EXPECT_EQ(few.find("v2"), std::string::npos);
  EXPECT_NE(few.find("共 4 处"), std::string::npos);
}

TEST(CoverageReport, CsvHasAValueForEachColumn) {
  const Sample sample;
  const std::string text = report_csv(sample.report(Language::en));
  const auto table = read_csv(text, "out.csv");
  ASSERT_TRUE(table) << to_string(table.error());
  ASSERT_EQ(table->records.size(), 6U);
  const auto at = [&](std::size_t row, const char* column) {
    return table->records[row].fields[*table->column(column)];
  };
  EXPECT_EQ(at(0, "id"), "v1");
  EXPECT_EQ(at(0, "name"), "first \"A\"");
  EXPECT_EQ(at(0, "covered"), "true");
  EXPECT_EQ(at(0, "server"), "a-1");
  EXPECT_EQ(at(0, "rsrp_dbm"), "-100.12");
  EXPECT_EQ(at(0, "worse"), "uplink");
  EXPECT_EQ(at(0, "second_server"), "b-1");
  EXPECT_EQ(at(0, "ridge_lon"), "");
  EXPECT_EQ(at(0, "estimated"), "true");
  EXPECT_EQ(at(1, "ridge_height_m"), "2815");
  EXPECT_EQ(at(1, "ridge_costs_db"), "35.15");
  EXPECT_EQ(at(1, "why"), "ridge");
  EXPECT_EQ(at(2, "covered"), "");
  EXPECT_EQ(at(2, "reason"), "outside the terrain");
  EXPECT_EQ(at(5, "road_m"), "150");
}

TEST(CoverageReport, JsonIsTheSame) {
  const Sample sample;
  const auto json = nlohmann::json::parse(report_json(sample.report(Language::zh)));
  ASSERT_EQ(json["points"].size(), 6U);
  EXPECT_EQ(json["points"][0]["name"], "甲,乙");
  EXPECT_EQ(json["points"][0]["line_of_sight"], true);
  EXPECT_EQ(json["points"][0]["rsrp_dbm"], -100.12);
  EXPECT_TRUE(json["points"][2]["covered"].is_null());
  EXPECT_EQ(json["shares"][2]["km"], 0.2);
  EXPECT_EQ(json["shares"][0]["share"], 0.5);
  EXPECT_EQ(json["terrain"]["label"], "coarse relief");
  EXPECT_EQ(json["estimated"], true);
}

}  // namespace
}  // namespace cairn::app
