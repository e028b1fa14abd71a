// SPDX-License-Identifier: Apache-2.0
// The air-quality pack against HJ 633-2012, table 1: every breakpoint of every pollutant, and
// values between them worked out by formula (1) by hand.
#include <gtest/gtest.h>

#include "core/text.hpp"
#include "formula/formula.hpp"
#include "model/pack_load.hpp"
#include "model/snapshot.hpp"

namespace cairn::watch {
namespace {

constexpr std::int64_t hour = 3600 * ns_per_second;

// A station for each case, with the same concentration in each of 24 hours.
class AirQuality : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    Problems problems;
    auto catalog = std::make_shared<model::Catalog>();
    model::Records records;
    const auto files = system_files();
    model::load_pack(*files, CAIRN_SOURCE_DIR "/packs/air-quality", *catalog, records, problems);
    for (const Error& error : problems.errors) ADD_FAILURE() << to_string(error);
    catalog_ = catalog;
    library_ = formula::Library::build(catalog_, problems);
  }

  std::string station(const std::vector<std::pair<std::string, double>>& hourly, int hours = 24) {
    model::Thing thing;
    thing.id = format("s{}", records_.things.size());
    thing.type = "air_station";
    records_.things.push_back(thing);
    for (const auto& [property, value] : hourly) {
      for (int h = 0; h < hours; ++h) {
        const Instant begin = now_ - (h + 1) * hour;
        records_.observations.push_back(
            {thing.id, property, {begin, begin + hour}, value, false, ""});
      }
    }
    return thing.id;
  }

  // The derived property of a station, or -1 where it has no value.
  double value(const std::string& id, const std::string& property) {
    Problems problems;
    if (!snapshot_) {
      snapshot_ = model::build_snapshot({catalog_, regions_, {}}, records_, problems);
      evaluator_ = std::make_unique<formula::Evaluator>(library_, *snapshot_);
    }
    const auto row = snapshot_->table("air_station")->rows_by_id.find(id)->second;
    const auto compiled = library_.compile_row(property, "air_station");
    if (!compiled) ADD_FAILURE() << to_string(compiled.error());
    return evaluator_->row_value(*compiled, "air_station", row, now_).value.value_or(-1);
  }

  static inline std::shared_ptr<const model::Catalog> catalog_;  // shared: as the library has it
  static inline formula::Library library_;
  std::shared_ptr<const model::RegionTree> regions_ = std::make_shared<model::RegionTree>();
  Instant now_ = *parse_instant("2024-05-02T00:00:00Z");
  model::Records records_;
  std::optional<model::Snapshot> snapshot_;
  std::unique_ptr<formula::Evaluator> evaluator_;
};

struct Row {
  const char* pollutant;
  const char* index;
  std::vector<double> concentration;  // at IAQI 0, 50, 100, 150, 200, 300, 400, 500
};

const std::vector<Row>& table_1() {
  static const std::vector<Row> rows{
      {"so2", "iaqi_so2_24h", {0, 50, 150, 475, 800, 1600, 2100, 2620}},
      {"so2", "iaqi_so2_1h", {0, 150, 500, 650, 800}},
      {"no2", "iaqi_no2_24h", {0, 40, 80, 180, 280, 565, 750, 940}},
      {"no2", "iaqi_no2_1h", {0, 100, 200, 700, 1200, 2340, 3090, 3840}},
      {"pm10", "iaqi_pm10", {0, 50, 150, 250, 350, 420, 500, 600}},
      {"co", "iaqi_co_24h", {0, 2, 4, 14, 24, 36, 48, 60}},
      {"co", "iaqi_co_1h", {0, 5, 10, 35, 60, 90, 120, 150}},
      {"o3", "iaqi_o3_1h", {0, 160, 200, 300, 400, 800, 1000, 1200}},
      {"o3", "iaqi_o3_8h", {0, 100, 160, 215, 265, 800}},
      {"pm25", "iaqi_pm25", {0, 35, 75, 115, 150, 250, 350, 500}},
  };
  return rows;
}

TEST_F(AirQuality, MeetsEveryBreakpointOfTheTable) {
  constexpr double index[] = {0, 50, 100, 150, 200, 300, 400, 500};
  struct Case {
    std::string id;
    const Row* row;
    double expected;
  };
  std::vector<Case> cases;
  for (const Row& row : table_1()) {
    for (std::size_t i = 0; i < row.concentration.size(); ++i) {
      cases.push_back({station({{row.pollutant, row.concentration[i]}}), &row, index[i]});
    }
    // Above the last breakpoint the index stays where the table ends.
    cases.push_back({station({{row.pollutant, row.concentration.back() * 2}}), &row,
                     index[row.concentration.size() - 1]});
  }
  for (const Case& one : cases) {
    EXPECT_EQ(value(one.id, one.row->index), one.expected) << one.row->index << " " << one.id;
  }
}

TEST_F(AirQuality, RoundsUpBetweenBreakpoints) {
  // (150 - 100) / (115 - 75) * (100 - 75) + 100 = 131.25
  const std::string fine = station({{"pm25", 100}});
  // (200 - 150) / (350 - 250) * (251 - 250) + 150 = 150.5
  const std::string coarse = station({{"pm10", 251}});
  // (100 - 50) / (200 - 160) * (163 - 160) + 50 = 53.75
  const std::string ozone = station({{"o3", 163}});
  // (50 - 0) / (2 - 0) * 1.1 = 27.5 a day, (50 - 0) / (5 - 0) * 1.1 = 11 an hour
  const std::string monoxide = station({{"co", 1.1}});
  EXPECT_EQ(value(fine, "iaqi_pm25"), 132);
  EXPECT_EQ(value(coarse, "iaqi_pm10"), 151);
  EXPECT_EQ(value(ozone, "iaqi_o3_1h"), 54);
  EXPECT_EQ(value(monoxide, "iaqi_co_24h"), 28);
  EXPECT_EQ(value(monoxide, "iaqi_co_1h"), 11);
}

TEST_F(AirQuality, TheIndexIsTheLargestAndNamesItsPollutant) {
  const std::string mixed =
      station({{"pm25", 75}, {"pm10", 251}, {"so2", 20}, {"no2", 60}, {"co", 1.1}, {"o3", 40}});
  const std::string clean =
      station({{"pm25", 10}, {"pm10", 20}, {"so2", 5}, {"no2", 10}, {"co", 0.3}, {"o3", 60}});
  EXPECT_EQ(value(mixed, "aqi"), 151);
  EXPECT_EQ(value(mixed, "aqi_level"), 4);
  EXPECT_EQ(value(mixed, "primary_pollutant = 'PM10'"), 1);
  EXPECT_EQ(value(clean, "aqi"), 20) << "PM10: 50 / 50 * 20";
  EXPECT_EQ(value(clean, "aqi_level"), 1);
  EXPECT_EQ(value(clean, "primary_pollutant is null"), 1);
}

TEST_F(AirQuality, AMeanNeedsTwentyOfTwentyFourHours) {
  const std::string enough = station({{"pm25", 75}}, 20);
  const std::string few = station({{"pm25", 75}}, 19);
  const std::string ozone = station({{"o3", 100}}, 6);
  const std::string little_ozone = station({{"o3", 100}}, 5);
  EXPECT_EQ(value(enough, "iaqi_pm25"), 100);
  EXPECT_EQ(value(few, "iaqi_pm25"), -1);
  EXPECT_EQ(value(few, "aqi"), -1) << "no pollutant is no index, not a clean day";
  EXPECT_EQ(value(ozone, "iaqi_o3_8h"), 50);
  EXPECT_EQ(value(little_ozone, "iaqi_o3_8h"), -1);
}

}  // namespace
}  // namespace cairn::watch
