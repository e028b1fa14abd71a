// SPDX-License-Identifier: Apache-2.0
// The air-quality pack against HJ 633-2026, table 3, and HJ 633-2012, table 1: every breakpoint of
// every pollutant, and values between them worked out by formula (1) by hand.
#include <gtest/gtest.h>

#include "core/text.hpp"
#include "formula/formula.hpp"
#include "model/pack_load.hpp"
#include "model/snapshot.hpp"

namespace cairn::watch {
namespace {

constexpr std::int64_t hour = 3600 * ns_per_second;

using Properties = decltype(model::Thing::properties);

// Judged by the standard of 2012.
Properties old_rules() {
  return {{"standard_2012", model::Value{true}}};
}

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

  std::string station(const std::vector<std::pair<std::string, double>>& hourly, int hours = 24,
                      Properties properties = {}) {
    model::Thing thing;
    thing.properties = std::move(properties);
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

// What both standards have in common.
const std::vector<Row>& gases() {
  static const std::vector<Row> rows{
      {"so2", "iaqi_so2_24h", {0, 50, 150, 475, 800, 1600, 2100, 2620}},
      {"so2", "iaqi_so2_1h", {0, 150, 500, 650, 800}},
      {"no2", "iaqi_no2_24h", {0, 40, 80, 180, 280, 565, 750, 940}},
      {"no2", "iaqi_no2_1h", {0, 100, 200, 700, 1200, 2340, 3090, 3840}},
      {"co", "iaqi_co_24h", {0, 2, 4, 14, 24, 36, 48, 60}},
      {"co", "iaqi_co_1h", {0, 5, 10, 35, 60, 90, 120, 150}},
      {"o3", "iaqi_o3_1h", {0, 160, 200, 300, 400, 800, 1000, 1200}},
      {"o3", "iaqi_o3_8h", {0, 100, 160, 215, 265, 800}},
      {"o3", "iaqi_o3_8h_max", {0, 100, 160, 215, 265, 800}},
  };
  return rows;
}

const std::vector<Row>& particles_2026() {
  static const std::vector<Row> rows{
      {"pm10", "iaqi_pm10", {0, 50, 120, 250, 350, 420, 500, 600}},
      {"pm25", "iaqi_pm25", {0, 35, 60, 115, 150, 250, 350, 500}},
      {"pm10", "iaqi_pm10_1h", {0, 50, 120, 250, 350, 420, 500, 600}},
      {"pm25", "iaqi_pm25_1h", {0, 35, 60, 115, 150, 250, 350, 500}},
  };
  return rows;
}

const std::vector<Row>& particles_2012() {
  static const std::vector<Row> rows{
      {"pm10", "iaqi_pm10", {0, 50, 150, 250, 350, 420, 500, 600}},
      {"pm25", "iaqi_pm25", {0, 35, 75, 115, 150, 250, 350, 500}},
  };
  return rows;
}

TEST_F(AirQuality, MeetsEveryBreakpointOfTheTables) {
  constexpr double index[] = {0, 50, 100, 150, 200, 300, 400, 500};
  struct Case {
    std::string id;
    const Row* row;
    double expected;
  };
  std::vector<Case> cases;
  const auto add = [&](const std::vector<Row>& rows, const Properties& rules) {
    for (const Row& row : rows) {
      for (std::size_t i = 0; i < row.concentration.size(); ++i) {
        cases.push_back(
            {station({{row.pollutant, row.concentration[i]}}, 24, rules), &row, index[i]});
      }
      // Above the last breakpoint the index stays where the table ends.
      cases.push_back({station({{row.pollutant, row.concentration.back() * 2}}, 24, rules), &row,
                       index[row.concentration.size() - 1]});
    }
  };
  add(gases(), {});
  add(gases(), old_rules());
  add(particles_2026(), {});
  add(particles_2012(), old_rules());
  for (const Case& one : cases) {
    EXPECT_EQ(value(one.id, one.row->index), one.expected) << one.row->index << " " << one.id;
  }
}

TEST_F(AirQuality, RoundsUpBetweenBreakpoints) {
  // (150 - 100) / (115 - 60) * (100 - 60) + 100 = 136.36, and of 2012
  // (150 - 100) / (115 - 75) * (100 - 75) + 100 = 131.25
  const std::string fine = station({{"pm25", 100}});
  const std::string fine_2012 = station({{"pm25", 100}}, 24, old_rules());
  // (200 - 150) / (350 - 250) * (251 - 250) + 150 = 150.5
  const std::string coarse = station({{"pm10", 251}});
  // (100 - 50) / (200 - 160) * (163 - 160) + 50 = 53.75
  const std::string ozone = station({{"o3", 163}});
  // (50 - 0) / (2 - 0) * 1.1 = 27.5 a day, (50 - 0) / (5 - 0) * 1.1 = 11 an hour
  const std::string monoxide = station({{"co", 1.1}});
  EXPECT_EQ(value(fine, "iaqi_pm25"), 137);
  EXPECT_EQ(value(fine, "iaqi_pm25_1h"), 137);
  EXPECT_EQ(value(fine_2012, "iaqi_pm25"), 132);
  EXPECT_EQ(value(coarse, "iaqi_pm10"), 151);
  EXPECT_EQ(value(ozone, "iaqi_o3_1h"), 54);
  EXPECT_EQ(value(monoxide, "iaqi_co_24h"), 28);
  EXPECT_EQ(value(monoxide, "iaqi_co_1h"), 11);
}

// HJ 633-2026, 4.2.2: to whole micrograms, carbon monoxide to a tenth of a milligram.
TEST_F(AirQuality, ConcentrationsAreRoundedFirst) {
  const std::vector<std::pair<std::string, double>> hourly{{"pm25", 35.4}, {"co", 2.04}};
  const std::string rounded = station(hourly);
  const std::string exact = station(hourly, 24, old_rules());
  EXPECT_EQ(value(rounded, "iaqi_pm25"), 50);
  EXPECT_EQ(value(rounded, "iaqi_pm25_1h"), 50);
  EXPECT_EQ(value(rounded, "iaqi_co_24h"), 50);
  EXPECT_EQ(value(rounded, "iaqi_co_1h"), 20);
  EXPECT_EQ(value(exact, "iaqi_pm25"), 51) << "(100 - 50) / (75 - 35) * 0.4 + 50 = 50.5";
  EXPECT_EQ(value(exact, "iaqi_co_24h"), 51) << "(100 - 50) / (4 - 2) * 0.04 + 50 = 51";
  EXPECT_EQ(value(exact, "iaqi_co_1h"), 21) << "50 / 5 * 2.04 = 20.4";
}

TEST_F(AirQuality, TheIndexIsTheLargestAndNamesItsPollutant) {
  const std::string mixed =
      station({{"pm25", 75}, {"pm10", 251}, {"so2", 20}, {"no2", 60}, {"co", 1.1}, {"o3", 40}});
  const std::string clean =
      station({{"pm25", 10}, {"pm10", 20}, {"so2", 5}, {"no2", 10}, {"co", 0.3}, {"o3", 60}});
  EXPECT_EQ(value(mixed, "aqi"), 151);
  EXPECT_EQ(value(mixed, "aqi_day"), 151);
  EXPECT_EQ(value(mixed, "aqi_level"), 4);
  EXPECT_EQ(value(mixed, "primary_pollutant = 'PM10'"), 1);
  EXPECT_EQ(value(clean, "aqi"), 20) << "PM10: 50 / 50 * 20";
  EXPECT_EQ(value(clean, "aqi_day"), 30) << "ozone, 8 hours: 50 / 100 * 60";
  EXPECT_EQ(value(clean, "aqi_level"), 1);
  EXPECT_EQ(value(clean, "primary_pollutant is null"), 1);
}

TEST_F(AirQuality, AMeanNeedsTwentyOfTwentyFourHours) {
  const std::string enough = station({{"pm25", 75}}, 20, old_rules());
  const std::string few = station({{"pm25", 75}}, 19, old_rules());
  const std::string ozone = station({{"o3", 100}}, 6);
  const std::string little_ozone = station({{"o3", 100}}, 5);
  EXPECT_EQ(value(enough, "iaqi_pm25"), 100);
  EXPECT_EQ(value(few, "iaqi_pm25"), -1);
  EXPECT_EQ(value(few, "aqi"), -1) << "no pollutant is no index, not a clean day";
  EXPECT_EQ(value(ozone, "iaqi_o3_8h"), 50);
  EXPECT_EQ(value(little_ozone, "iaqi_o3_8h"), -1);
}

// The hour of the particles enters the index of 2026, their 24 hours that of 2012.
TEST_F(AirQuality, ParticlesByTheHourSince2026) {
  const std::string one_hour = station({{"pm25", 150}}, 1);
  const std::string one_hour_2012 = station({{"pm25", 150}}, 1, old_rules());
  EXPECT_EQ(value(one_hour, "aqi"), 200);
  EXPECT_EQ(value(one_hour, "primary_pollutant = 'PM2.5'"), 1);
  EXPECT_EQ(value(one_hour_2012, "aqi"), -1);
}

// HJ 633-2026, 5.3.1: with a pollutant missing there is an index only above 100.
TEST_F(AirQuality, AMissingPollutantLeavesNoIndexUpToAHundred) {
  const std::vector<std::pair<std::string, double>> five{
      {"pm25", 50}, {"pm10", 60}, {"so2", 20}, {"no2", 10}, {"co", 1.1}};
  std::vector<std::pair<std::string, double>> six = five;
  six.emplace_back("o3", 40);
  const std::string all = station(six);
  const std::string no_ozone = station(five);
  const std::string not_due = station(five, 24, {{"pollutants_due", model::Value{5.0}}});
  const std::string no_ozone_2012 = station(five, 24, old_rules());
  const std::string at_hundred = station({{"pm25", 60}});
  const std::string above = station({{"pm25", 61}});
  for (const char* index : {"aqi", "aqi_day"}) {
    EXPECT_EQ(value(all, index), 80) << "(100 - 50) / (60 - 35) * (50 - 35) + 50";
    EXPECT_EQ(value(no_ozone, index), -1);
    EXPECT_EQ(value(not_due, index), 80);
    EXPECT_EQ(value(no_ozone_2012, index), 69) << "(100 - 50) / (75 - 35) * 15 + 50 = 68.75";
    EXPECT_EQ(value(at_hundred, index), -1);
    EXPECT_EQ(value(above, index), 101) << "(150 - 100) / (115 - 60) + 100 = 100.9";
  }
  EXPECT_EQ(value(no_ozone, "iaqi_highest"), 80) << "what ends a warning is known all the same";
  EXPECT_EQ(value(no_ozone, "aqi_level"), -1);
}

// The hourly limits are for the hourly report alone since 2026.
TEST_F(AirQuality, TheHourOfOzoneEnteredTheDayUntil2026) {
  const std::vector<std::pair<std::string, double>> hourly{
      {"pm25", 10}, {"pm10", 20}, {"so2", 5}, {"no2", 10}, {"co", 0.3}, {"o3", 1000}};
  const std::string now = station(hourly);
  const std::string before = station(hourly, 24, old_rules());
  EXPECT_EQ(value(now, "aqi_day"), 300);
  EXPECT_EQ(value(before, "aqi_day"), 400);
  EXPECT_EQ(value(now, "aqi"), 400);
}

}  // namespace
}  // namespace cairn::watch
