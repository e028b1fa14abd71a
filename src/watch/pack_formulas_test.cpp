// SPDX-License-Identifier: Apache-2.0
// Formulas and class limits of the hazard packs against what their sources print: the Fire Weather
// Index, GB 3838-2002, GB/T 17742-2020, GB/T 28592-2012, the rainfall thresholds of Caine and of
// Guzzetti and others.
#include <gtest/gtest.h>

#include <cmath>

#include "core/text.hpp"
#include "formula/formula.hpp"
#include "model/pack_load.hpp"
#include "model/snapshot.hpp"

namespace cairn::watch {
namespace {

constexpr std::int64_t hour = 3600 * ns_per_second;
using Values = std::vector<std::pair<std::string, double>>;

// A station for each case; each property has one value, of the hour that has just ended.
class PackFormulas : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    Problems problems;
    auto catalog = std::make_shared<model::Catalog>();
    model::Records records;
    const auto files = system_files();
    for (const char* pack : {"region-base", "response", "forest-fire", "debris-flow", "river-level",
                             "rain-storm", "earthquake", "dam", "surface-water"}) {
      const std::string folder = format("{}/packs/{}", CAIRN_SOURCE_DIR, pack);
      model::load_pack(*files, folder, *catalog, records, problems);
    }
    for (const Error& error : problems.errors) ADD_FAILURE() << to_string(error);
    catalog_ = catalog;
    library_ = formula::Library::build(catalog_, problems);
  }

  std::string thing(const std::string& type, const Values& measured,
                    std::vector<std::pair<std::string, model::Value>> attributes = {}) {
    model::Thing thing;
    thing.id = format("t{}", records_.things.size());
    thing.type = type;
    thing.properties = std::move(attributes);
    records_.things.push_back(thing);
    for (const auto& [property, value] : measured) {
      records_.observations.push_back({thing.id, property, {now_ - hour, now_}, value, false, ""});
    }
    return thing.id;
  }

  double value(const std::string& type, const std::string& id, const std::string& property) {
    Problems problems;
    if (!snapshot_) {
      snapshot_ = model::build_snapshot({catalog_, regions_, {}}, records_, problems);
      for (const Error& error : problems.errors) ADD_FAILURE() << to_string(error);
      evaluator_ = std::make_unique<formula::Evaluator>(library_, *snapshot_);
    }
    const auto row = snapshot_->table(type)->rows_by_id.find(id)->second;
    const auto compiled = library_.compile_row(property, type);
    if (!compiled) ADD_FAILURE() << to_string(compiled.error());
    return evaluator_->row_value(*compiled, type, row, now_).value.value_or(NAN);
  }

  static inline std::shared_ptr<const model::Catalog> catalog_;  // shared: as the library has it
  static inline formula::Library library_;
  std::shared_ptr<const model::RegionTree> regions_ = std::make_shared<model::RegionTree>();
  Instant now_ = *parse_instant("2024-05-02T00:00:00Z");
  model::Records records_;
  std::optional<model::Snapshot> snapshot_;
  std::unique_ptr<formula::Evaluator> evaluator_;
};

// --- Fire: Van Wagner and Pickett 1985 ---------------------------------------------------------

// The first day of the report's test data, in full digits, and days of it as packaged with cffdrs,
// cut to a tenth: there the codes too are cut, which the tolerance of one part in fifty covers.
struct FireDay {
  double wind, ffmc, dmc, dc, isi, bui, fwi, dsr, tolerance;
};
const std::vector<FireDay>& fire_days() {
  static const std::vector<FireDay> days{
      {25, 87.692980092774448, 8.545051136, 19.014, 10.853661073655068, 8.4904265358371838,
       10.096371392382368, 1.62908, 1e-4},
      {27, 95.1, 54.5, 102.1, 34.3, 54.3, 52.3, 29.96, 0.02},
      {20, 89.7, 57.4, 108.8, 11.2, 57.2, 25.7, 8.53, 0.02},
      {27, 89.6, 41.6, 117.8, 15.7, 44.2, 28.7, 10.32, 0.02},
      {22, 62.2, 29.9, 91.8, 1.4, 33.0, 3.0, 0.19, 0.06},
  };
  return days;
}

TEST_F(PackFormulas, FireWeatherIndexIsThatOfTheReport) {
  std::vector<std::string> ids;
  for (const FireDay& day : fire_days()) {
    ids.push_back(
        thing("fire_weather_station",
              {{"wind", day.wind}, {"ffmc", day.ffmc}, {"dmc", day.dmc}, {"dc", day.dc}}));
  }
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const FireDay& day = fire_days()[i];
    const auto near = [&](const char* property, double expected) {
      EXPECT_NEAR(value("fire_weather_station", ids[i], property), expected,
                  day.tolerance * expected)
          << property << " of day " << i;
    };
    near("isi", day.isi);
    near("bui", day.bui);
    near("fwi", day.fwi);
    near("dsr", day.dsr);
  }
}

TEST_F(PackFormulas, BuildupWithoutDuffIsZeroAndCalmWetFuelDoesNotSpread) {
  const auto wet = thing("fire_weather_station", {{"wind", 0}, {"ffmc", 0}, {"dmc", 0}, {"dc", 0}});
  EXPECT_EQ(value("fire_weather_station", wet, "bui"), 0);
  EXPECT_LT(value("fire_weather_station", wet, "isi"), 1e-6);
  EXPECT_EQ(value("fire_weather_station", wet, "danger_class"), 1);
}

// --- Water: GB 3838-2002, table 1 --------------------------------------------------------------

struct Limits {
  const char* parameter;
  const char* property;
  bool lake;
  std::vector<std::pair<double, int>> upper;  // limit, the class up to it
};

const std::vector<Limits>& water_limits() {
  static const std::vector<Limits> limits{
      {"permanganate", "class_permanganate", false, {{2, 1}, {4, 2}, {6, 3}, {10, 4}, {15, 5}}},
      {"cod", "class_cod", false, {{15, 1}, {20, 3}, {30, 4}, {40, 5}}},
      {"ammonia", "class_ammonia", false, {{0.15, 1}, {0.5, 2}, {1, 3}, {1.5, 4}, {2, 5}}},
      {"phosphorus",
       "class_phosphorus",
       false,
       {{0.02, 1}, {0.1, 2}, {0.2, 3}, {0.3, 4}, {0.4, 5}}},
      {"phosphorus",
       "class_phosphorus",
       true,
       {{0.01, 1}, {0.025, 2}, {0.05, 3}, {0.1, 4}, {0.2, 5}}},
  };
  return limits;
}

TEST_F(PackFormulas, WaterClassesTakeTheirLimitsAndEndBehindThem) {
  struct Case {
    std::string id;
    const Limits* limits;
    double concentration;
    int expected;
  };
  std::vector<Case> cases;
  for (const Limits& limits : water_limits()) {
    for (std::size_t i = 0; i < limits.upper.size(); ++i) {
      const auto [limit, at_it] = limits.upper[i];
      const int behind = i + 1 < limits.upper.size() ? limits.upper[i + 1].second : 6;
      for (const auto& [concentration, expected] :
           {std::pair{limit, at_it}, std::pair{limit * 1.001, behind}}) {
        cases.push_back({thing("water_section", {{limits.parameter, concentration}},
                               {{"lake", model::Value(limits.lake)}}),
                         &limits, concentration, expected});
      }
    }
  }
  for (const Case& one : cases) {
    EXPECT_EQ(value("water_section", one.id, one.limits->property), one.expected)
        << one.limits->parameter << " " << one.concentration << (one.limits->lake ? " lake" : "");
  }
}

TEST_F(PackFormulas, OxygenAndAcidityHaveLimitsBelow) {
  // At 30 degrees 90 % of saturation, 6.838 mg/L, is class I too.
  struct Case {
    double oxygen, temperature;
    int expected;
  };
  const std::vector<Case> oxygen{{7.5, 5, 1}, {7.49, 5, 2}, {6, 5, 2},     {5.99, 5, 3},
                                 {5, 5, 3},   {4.99, 5, 4}, {3, 5, 4},     {2.99, 5, 5},
                                 {2, 5, 5},   {1.99, 5, 6}, {6.84, 30, 1}, {6.83, 30, 2}};
  const std::vector<std::pair<double, int>> acidity{{5.99, 6}, {6, 1}, {7, 1}, {9, 1}, {9.01, 6}};
  std::vector<std::string> of_oxygen;
  std::vector<std::string> of_acidity;
  for (const Case& one : oxygen) {
    of_oxygen.push_back(thing(
        "water_section", {{"dissolved_oxygen", one.oxygen}, {"temperature", one.temperature}}));
  }
  for (const auto& one : acidity) of_acidity.push_back(thing("water_section", {{"ph", one.first}}));
  for (std::size_t i = 0; i < oxygen.size(); ++i) {
    EXPECT_EQ(value("water_section", of_oxygen[i], "class_oxygen"), oxygen[i].expected) << i;
  }
  for (std::size_t i = 0; i < acidity.size(); ++i) {
    EXPECT_EQ(value("water_section", of_acidity[i], "class_ph"), acidity[i].second) << i;
  }
}

TEST_F(PackFormulas, TheWorstParameterDecides) {
  const auto id = thing("water_section", {{"dissolved_oxygen", 8},
                                          {"temperature", 10},
                                          {"ph", 7},
                                          {"ammonia", 0.1},
                                          {"cod", 35},
                                          {"permanganate", 5}});
  EXPECT_EQ(value("water_section", id, "water_class"), 5);
}

// --- Intensity: GB/T 17742-2020, annex A -------------------------------------------------------

TEST_F(PackFormulas, IntensityTakesVelocityWhereBothReachSix) {
  // By hand: 3.17 lg 1 + 6.59 = 6.59, 3 lg 0.1 + 9.77 = 6.77; both reach 6: 6.8.
  const auto strong = thing("quake_station", {{"pga", 1}, {"pgv", 0.1}});
  // 3.17 lg 0.1 + 6.59 = 3.42, 3 lg 0.01 + 9.77 = 3.77, their mean 3.595: 3.6.
  const auto weak = thing("quake_station", {{"pga", 0.1}, {"pgv", 0.01}});
  // 6.59 and 3.77: only one reaches 6, the mean is 5.18: 5.2.
  const auto mixed = thing("quake_station", {{"pga", 1}, {"pgv", 0.01}});
  const auto none = thing("quake_station", {{"pga", 0.0001}, {"pgv", 0.000001}});
  const auto most = thing("quake_station", {{"pga", 100}, {"pgv", 20}});
  EXPECT_NEAR(value("quake_station", strong, "intensity_a"), 6.59, 1e-12);
  EXPECT_NEAR(value("quake_station", strong, "intensity_v"), 6.77, 1e-12);
  EXPECT_NEAR(value("quake_station", strong, "intensity"), 6.8, 1e-12);
  EXPECT_NEAR(value("quake_station", weak, "intensity"), 3.6, 1e-12);
  EXPECT_NEAR(value("quake_station", mixed, "intensity"), 5.2, 1e-12);
  EXPECT_EQ(value("quake_station", none, "intensity"), 1);
  EXPECT_EQ(value("quake_station", most, "intensity"), 12);
}

TEST_F(PackFormulas, BothAxesOfTheAttenuationMeetAtTheEpicentre) {
  const auto id = thing("earthquake_event", {}, {{"magnitude", model::Value(6.0)}});
  const double across = 3.3682 + 1.2746 * 6 - 3.3119 * std::log10(9);
  EXPECT_NEAR(value("earthquake_event", id, "epicentral_intensity"), across, 0.002);
}

// --- Rain: GB/T 28592-2012, the signals, thresholds --------------------------------------------

TEST_F(PackFormulas, RainGradesHaveTheEdgesOfTheTable) {
  // A full day is asked for: 24 hours with a part each.
  const std::vector<std::pair<double, int>> edges{{0, 0},    {0.1, 1}, {9.9, 1},   {10, 2},
                                                  {24.9, 2}, {25, 3},  {49.9, 3},  {50, 4},
                                                  {99.9, 4}, {100, 5}, {249.9, 5}, {250, 6}};
  std::vector<std::string> ids;
  for (const auto& [rain_mm, grade] : edges) {
    ids.push_back(thing("rain_station", {}));
    for (int h = 0; h < 24; ++h) {
      const Instant end = now_ - h * hour;
      records_.observations.push_back(
          {ids.back(), "rain", {end - hour, end}, rain_mm / 24, false, ""});
    }
  }
  for (std::size_t i = 0; i < edges.size(); ++i) {
    EXPECT_EQ(value("rain_station", ids[i], "rain_grade_24h"), edges[i].second) << edges[i].first;
  }
}

TEST_F(PackFormulas, RainstormSignalsAskForTheirSumInTheirHours) {
  // 50 mm that fell h hours ago: within 3 hours orange, 6 yellow, 12 blue, after that none.
  struct Case {
    int hours_ago;
    double rain_mm;
    int expected;
  };
  const std::vector<Case> cases{{2, 50, 3}, {2, 49.9, 0}, {2, 100, 4}, {3, 50, 2},  {5, 50, 2},
                                {6, 50, 1}, {11, 50, 1},  {12, 50, 0}, {3, 100, 2}, {2, 99.9, 3}};
  std::vector<std::string> ids;
  for (const Case& one : cases) {
    ids.push_back(thing("rain_station", {{"rain", 0}}));
    for (int h = 1; h <= 12; ++h) {
      const Instant end = now_ - h * hour;
      const double rain_mm = h == one.hours_ago ? one.rain_mm : 0;
      records_.observations.push_back({ids.back(), "rain", {end - hour, end}, rain_mm, false, ""});
    }
  }
  for (std::size_t i = 0; i < cases.size(); ++i) {
    EXPECT_EQ(value("rain_station", ids[i], "rain_signal"), cases[i].expected)
        << cases[i].rain_mm << " mm " << cases[i].hours_ago << " hours ago";
  }
}

TEST_F(PackFormulas, RainfallThresholdsAreThoseOfTheLines) {
  // Caine: 14.82 mm/h for one hour. Guzzetti and others: 2.2. Both lines pass through D = 1.
  const auto one_hour = thing("gully_station", {{"rain", 14.82}});
  EXPECT_NEAR(value("gully_station", one_hour, "caine_ratio"), 1, 1e-12);
  EXPECT_NEAR(value("gully_station", one_hour, "guzzetti_ratio"), 14.82 / 2.2, 1e-12);
}

TEST_F(PackFormulas, RainOfADayMeetsCaineAtAHundredAndThreeMillimetres) {
  // I(24) = 14.82 * 24^-0.39 = 4.2914 mm/h: 102.99 mm in the day, evenly.
  const auto even = thing("gully_station", {});
  for (int h = 0; h < 24; ++h) {
    const Instant end = now_ - h * hour;
    records_.observations.push_back({even, "rain", {end - hour, end}, 102.99 / 24, false, ""});
  }
  EXPECT_NEAR(value("gully_station", even, "caine_ratio"), 1, 1e-3);
}

}  // namespace
}  // namespace cairn::watch
