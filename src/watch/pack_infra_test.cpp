// SPDX-License-Identifier: Apache-2.0
// The packs of roads, base stations, cables and hydropower against the values of the standards and
// bulletins that they name, each with its source beside it.
#include <gtest/gtest.h>

#include <cmath>

#include "core/text.hpp"
#include "formula/formula.hpp"
#include "model/pack_load.hpp"
#include "model/snapshot.hpp"

namespace cairn::watch {
namespace {

using Values = std::vector<std::pair<std::string, double>>;

// One pack with things whose readings are all of the same time.
class InfraPack : public testing::Test {
 protected:
  void use(const std::string& pack) {
    Problems problems;
    auto catalog = std::make_shared<model::Catalog>();
    const auto files = system_files();
    // Its series and things are left out: they would need the regions.
    model::Records own;
    model::load_pack(*files, CAIRN_SOURCE_DIR "/packs/" + pack, *catalog, own, problems);
    for (const Error& error : problems.errors) ADD_FAILURE() << to_string(error);
    catalog_ = catalog;
    library_ = formula::Library::build(catalog_, problems);
  }

  std::string thing(const std::string& type, const Values& attributes, const Values& readings) {
    model::Thing thing;
    thing.id = format("t{}", records_.things.size());
    thing.type = type;
    for (const auto& [name, value] : attributes) thing.properties.push_back({name, {value}});
    records_.things.push_back(thing);
    for (const auto& [property, value] : readings) {
      records_.observations.push_back({thing.id, property, {now_, now_}, value, false, ""});
    }
    return thing.id;
  }

  // The value of a formula for a thing, shares in per cent; NaN where it has none.
  double value(const std::string& type, const std::string& id, const std::string& formula) {
    Problems problems;
    if (!snapshot_) {
      snapshot_ = model::build_snapshot({catalog_, regions_, {}}, records_, problems);
      evaluator_ = std::make_unique<formula::Evaluator>(library_, *snapshot_);
    }
    const auto row = snapshot_->table(type)->rows_by_id.find(id)->second;
    const auto compiled = library_.compile_row(formula, type);
    if (!compiled) ADD_FAILURE() << to_string(compiled.error());
    return evaluator_->row_value(*compiled, type, row, now_).value.value_or(std::nan(""));
  }

  std::shared_ptr<const model::Catalog> catalog_;  // shared: as the library has it
  formula::Library library_;
  std::shared_ptr<const model::RegionTree> regions_ = std::make_shared<model::RegionTree>();
  Instant now_ = *parse_instant("2024-05-02T00:00:00Z");
  model::Records records_;
  std::optional<model::Snapshot> snapshot_;
  std::unique_ptr<formula::Evaluator> evaluator_;
};

// --- Base stations -----------------------------------------------------------------------------

TEST_F(InfraPack, ShareOutIsThatOfTheBulletins) {
  use("site-power");
  struct Row {
    double out;
    double sites;
    double printed;  // per cent
  };
  // Ministry of Industry and Information Technology, 2015-05-13 08:00, counties of Shigatse after
  // the earthquake: Nyalam, Gyirong, Dinggye, Tingri.
  const std::vector<Row> rows{{2, 89, 2.2}, {10, 71, 14.1}, {2, 57, 3.5}, {4, 171, 2.3}};
  std::vector<std::string> ids;
  for (const Row& row : rows) {
    ids.push_back(thing("town_network", {}, {{"sites", row.sites}, {"sites_out", row.out}}));
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_NEAR(value("town_network", ids[i], "out_share"), rows[i].printed, 0.05);
  }
}

TEST_F(InfraPack, StillOutIsWhatWasOutLessWhatIsBack) {
  use("site-power");
  // Changning, 2019-06-18 08:30: 133 out, 39 restored, 94 still out. Lushan, 2022-06-01 21:30: 128,
  // 32, 96. Jiuzhaigou, 2017-08-13 08:00: 259, 238, 21.
  const double rows[][3] = {{133, 39, 94}, {128, 32, 96}, {259, 238, 21}};
  std::vector<std::string> ids;
  for (const auto& row : rows) {
    ids.push_back(
        thing("outage_bulletin", {}, {{"bulletin_out", row[0]}, {"bulletin_restored", row[1]}}));
  }
  for (std::size_t i = 0; i < ids.size(); ++i) {
    EXPECT_EQ(value("outage_bulletin", ids[i], "bulletin_remaining"), rows[i][2]);
  }
}

TEST_F(InfraPack, ReserveTurnsTheCapacityFormulaRound) {
  use("site-power");
  // YD/T 5040: Q = K I T / eta, K = 1.25. Q of each T and eta gives T back.
  const double rows[][2] = {{1, 0.55}, {2, 0.61}, {3, 0.75}, {4, 0.79},
                            {6, 0.88}, {8, 0.94}, {10, 1}};
  std::vector<std::string> ids;
  for (const auto& row : rows) {
    const double capacity = 1.25 * 40 * row[0] / row[1];
    ids.push_back(thing("power_site", {{"capacity", capacity}}, {{"load", 40}}));
  }
  for (std::size_t i = 0; i < ids.size(); ++i) {
    EXPECT_NEAR(value("power_site", ids[i], "reserve / 1 h"), rows[i][0], 0.002);
  }
}

// --- Bridges -----------------------------------------------------------------------------------

TEST_F(InfraPack, CableForceStrainAndDeflectionByHand) {
  use("bridge");
  const std::string id = thing("bridge_span",
                               {{"span_length", 120},
                                {"cable_length", 100},
                                {"cable_mass", 50},
                                {"expansion", 10},
                                {"zero_temperature", 15},
                                {"design_strain", 100},
                                {"design_cable_force", 2500}},
                               {{"cable_frequency", 1.0},
                                {"strain", 180},
                                {"structure_temperature", 27},
                                {"vibration", 0.4}});
  // 4 * 50 kg/m * (100 m)^2 * (1 Hz)^2 = 2,000,000 N
  EXPECT_NEAR(value("bridge_span", id, "cable_force / 1 kN"), 2000, 1e-9);
  EXPECT_NEAR(value("bridge_span", id, "cable_force_change"), -20, 1e-9);
  // 180 - 10 * (27 - 15) = 60 microstrain
  EXPECT_NEAR(value("bridge_span", id, "strain_by_load"), 60, 1e-9);
  EXPECT_NEAR(value("bridge_span", id, "strain_ratio"), 60, 1e-9);
  // L / 600 of 120 m (JTG 3362-2018, 6.5.3)
  EXPECT_NEAR(value("bridge_span", id, "deflection_limit / 1 mm"), 200, 1e-9);
  // ISO 2631-1:1997, C.2.3: 0.4 m/s2 is "a little uncomfortable"
  EXPECT_EQ(value("bridge_span", id, "comfort"), 1);
}

// --- Tunnels -----------------------------------------------------------------------------------

TEST_F(InfraPack, TunnelLimitsByLengthAndSpeed) {
  use("tunnel");
  // JTG/T D70/2-02-2014, 5.3.1: 150 cm3/m3 up to 1000 m, 100 above 3000 m, linear between.
  const double lengths[][2] = {{500, 150}, {1000, 150}, {2000, 125}, {3000, 100}, {8000, 100}};
  // 5.2.1, sodium lamps.
  const double speeds[][2] = {{100, 0.0065}, {90, 0.0065}, {80, 0.0070}, {60, 0.0070},
                              {50, 0.0075},  {40, 0.0090}, {30, 0.0120}};
  std::vector<std::string> by_length;
  std::vector<std::string> by_speed;
  for (const auto& row : lengths) {
    by_length.push_back(thing("road_tunnel", {{"tunnel_length", row[0]}}, {}));
  }
  for (const auto& row : speeds) {
    by_speed.push_back(thing("road_tunnel", {{"design_speed", row[0]}}, {{"smoke", row[1]}}));
  }
  for (std::size_t i = 0; i < by_length.size(); ++i) {
    EXPECT_NEAR(value("road_tunnel", by_length[i], "co_limit"), lengths[i][1], 1e-9);
  }
  for (std::size_t i = 0; i < by_speed.size(); ++i) {
    EXPECT_NEAR(value("road_tunnel", by_speed[i], "smoke_ratio"), 100, 1e-9) << speeds[i][0];
  }
  // Koschmieder: 3.912 / 0.012 = 326 m.
  EXPECT_NEAR(value("road_tunnel", by_speed.back(), "seen / 1 m"), 326, 1e-9);
}

// --- Roads -------------------------------------------------------------------------------------

TEST_F(InfraPack, SpeedInFogIsThatOfArticle81) {
  use("road-weather");
  // Regulation for the Road Traffic Safety Law, article 81: below 200, 100 and 50 m.
  const double rows[][2] = {{250, 120}, {200, 120}, {199, 60}, {100, 60},
                            {99, 40},   {50, 40},   {49, 20}};
  std::vector<std::string> ids;
  for (const auto& row : rows) {
    ids.push_back(thing("road_weather_station", {}, {{"visibility", row[0]}, {"friction", 0.5}}));
  }
  for (std::size_t i = 0; i < ids.size(); ++i) {
    EXPECT_EQ(value("road_weather_station", ids[i], "fog_speed / 1 km/h"), rows[i][1])
        << rows[i][0];
  }
  // 60 / 3.6 * 2.5 + 60^2 / (254 * 0.5) = 41.667 + 28.346
  EXPECT_NEAR(value("road_weather_station", ids[2], "stopping_distance / 1 m"), 70.013, 0.001);
}

TEST_F(InfraPack, LimitsOfLorriesAreThoseOfOrder62) {
  use("overload");
  // Order 62 of 2016 of the Ministry of Transport, article 3: at the limit there is no excess, a
  // tenth above it is 10 %.
  const double limits[][2] = {{2, 18}, {3, 25}, {4, 31}, {5, 43}, {6, 49}};
  std::vector<std::string> at;
  std::vector<std::string> above;
  for (const auto& row : limits) {
    for (const double factor : {1.0, 1.1}) {
      Values readings;
      for (const auto& other : limits) {
        readings.emplace_back(format("heaviest_{}", static_cast<int>(other[0])),
                              other[0] == row[0] ? other[1] * factor : 1);
      }
      (factor == 1 ? at : above).push_back(thing("weigh_station", {}, readings));
    }
  }
  for (std::size_t i = 0; i < at.size(); ++i) {
    EXPECT_NEAR(value("weigh_station", at[i], "worst_excess"), 0, 1e-9) << limits[i][0];
    EXPECT_NEAR(value("weigh_station", above[i], "worst_excess"), 10, 1e-9) << limits[i][0];
  }
}

// --- Cables and hydropower ---------------------------------------------------------------------

TEST_F(InfraPack, LossBudgetAndPlaceOfACut) {
  use("fibre-ring");
  const std::string id =
      thing("fibre_span", {{"budget", 28}, {"loss_accepted", 19.13}, {"excess", 1.2}},
            {{"span_loss", 22.5}, {"event_km", 10.12}});
  EXPECT_NEAR(value("fibre_span", id, "margin"), 5.5, 1e-9);
  EXPECT_NEAR(value("fibre_span", id, "loss_risen"), 3.37, 1e-9);
  EXPECT_NEAR(value("fibre_span", id, "fault_route_km / 1 km"), 10, 1e-9);
}

TEST_F(InfraPack, SurplusIsWhatNobodyTakes) {
  use("hydropower");
  const Values area{{"line_capacity", 200}, {"hydro_share", 10}, {"compute_ready", 50}};
  const std::string much =
      thing("hydro_area", area, {{"hydro_possible", 430}, {"area_load", 1000}});
  const std::string some =
      thing("hydro_area", area, {{"hydro_possible", 313}, {"area_load", 1000}});
  const std::string none =
      thing("hydro_area", area, {{"hydro_possible", 250}, {"area_load", 1000}});
  // 430 - 100 - 200 = 130 MW; 130 / 1.3 = 100, of which 50 can be moved
  EXPECT_NEAR(value("hydro_area", much, "surplus / 1 MW"), 130, 1e-9);
  EXPECT_NEAR(value("hydro_area", much, "compute_fed / 1 MW"), 50, 1e-9);
  EXPECT_NEAR(value("hydro_area", some, "compute_fed / 1 MW"), 10, 1e-9);
  EXPECT_EQ(value("hydro_area", none, "surplus / 1 MW"), 0);
}

}  // namespace
}  // namespace cairn::watch
