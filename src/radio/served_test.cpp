// SPDX-License-Identifier: Apache-2.0
#include "radio/served.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "radio/p525.hpp"
#include "radio/testing.hpp"
#include "radio/testing_terrain.hpp"

namespace cairn::radio {
namespace {

using testing::flat;
using testing::Generator;
using testing::hills;
using testing::OwnedTerrain;
using testing::uniform;

LinkBudget n28() {
  LinkBudget b;
  b.band = "n28";
  b.technology = "5g";
  b.downlink_mhz = 773;
  b.uplink_mhz = 718;
  b.bandwidth_mhz = 30;
  b.resource_blocks = 160;
  b.power_dbm = 53.8;
  b.antenna_gain_dbi = 15;
  return b;
}
LinkBudget n41() {
  LinkBudget b = n28();
  b.band = "n41";
  b.downlink_mhz = b.uplink_mhz = 2565;
  b.bandwidth_mhz = 100;
  b.resource_blocks = 273;
  b.subcarrier_khz = 30;
  b.downlink_share = 0.75;
  b.uplink_share = 0.25;
  b.antenna_gain_dbi = 25;
  return b;
}

const LinkBudget low = n28();
const LinkBudget high = n41();

// Places in the plane as positions, and back.
geo::Point at(const OwnedTerrain& terrain, double x_m, double y_m) {
  return terrain.grid.plane.inverse({x_m, y_m});
}

Cell cell(const OwnedTerrain& terrain, double x_m, double y_m, const LinkBudget& budget = low,
          const std::string& site = "", double mast_m = 30) {
  Cell out;
  out.site = site;
  out.position = at(terrain, x_m, y_m);
  out.mast_m = mast_m;
  out.budget = &budget;
  return out;
}

ServedPoints serve(const OwnedTerrain& terrain, const std::vector<Cell>& cells,
                   const std::vector<ServePoint>& points, const ServeOptions& options = {},
                   const std::vector<CellLife>& lives = {}) {
  Result<ServedPoints> answer =
      serve_points(terrain.grid, cells, points, options, *serial_workers(), lives);
  EXPECT_TRUE(answer) << to_string(answer.error());
  return answer.value_or(ServedPoints{});
}

ServedPoint serve_one(const OwnedTerrain& terrain, const std::vector<Cell>& cells, double x_m,
                      double y_m, const ServeOptions& options = {},
                      const std::vector<CellLife>& lives = {}) {
  return serve(terrain, cells, {{"p", at(terrain, x_m, y_m)}}, options, lives).points.at(0);
}

// A level plain at 1,000 m with one wall from south to north.
OwnedTerrain wall(double wall_x_m, double wall_m) {
  OwnedTerrain terrain = flat(401, 50, 1'000);
  auto column = static_cast<std::uint32_t>(wall_x_m / 50 + 200);
  for (std::uint32_t row = 0; row < 401; ++row) terrain.set(column, row, 1'000 + wall_m);
  return terrain;
}

TEST(Served, TakesTheExactPathOfItsModel) {
  OwnedTerrain terrain = hills(400, 30, 600);
  std::vector<Cell> cells = {cell(terrain, -2'000, 500), cell(terrain, 1'500, -2'500, high)};
  for (Model model : {Model::p1812, Model::itm, Model::delta_bullington, Model::free_space}) {
    ServeOptions options;
    options.propagation.model = model;
    options.prune = false;
    ServedPoint point = serve_one(terrain, cells, 2'000, 1'000, options);
    ASSERT_EQ(point.error, "");
    ASSERT_EQ(point.states.size(), 1u);
    ASSERT_TRUE(point.now().best && point.now().second) << to_string(model);
    for (const Serving& serving : {*point.now().best, *point.now().second}) {
      const Cell& by = cells[serving.cell];
      auto tx = *terrain.grid.plane.forward(by.position);
      auto rx = *terrain.grid.plane.forward(at(terrain, 2'000, 1'000));
      TerrainPath path;
      Result<PathLoss> loss = path_loss(terrain.grid, tx, 30, rx, options.propagation,
                                        by.budget->downlink_mhz, 30, path);
      ASSERT_TRUE(loss);
      EXPECT_EQ(serving.loss_db, loss->loss_db) << to_string(model);
      EXPECT_EQ(serving.line_of_sight, loss->line_of_sight);
      LinkQuality quality = link_quality(*by.budget, loss->loss_db, 0);
      EXPECT_EQ(serving.quality.rsrp_dbm, quality.rsrp_dbm);
      EXPECT_EQ(serving.quality.uplink_kbps, quality.uplink_kbps);
      EXPECT_NEAR(serving.headroom_db, greatest_loss_db(*by.budget) - loss->loss_db, 1e-9);
      EXPECT_NEAR(serving.distance_m, std::hypot(rx.x_m - tx.x_m, rx.y_m - tx.y_m), 1e-6);
    }
  }
}

TEST(Served, BearingDepressionAndAntennaAreThoseTowardsThePoint) {
  OwnedTerrain terrain = flat(401, 50, 1'000);
  AntennaPattern antenna = standard_sector(15, 65, 10);
  std::vector<Cell> cells = {cell(terrain, 0, 0, low, "a", 60)};
  cells[0].antenna = &antenna;
  cells[0].azimuth_deg = 270;
  ServedPoint ahead = serve_one(terrain, cells, -2'000, 0);
  ServedPoint behind = serve_one(terrain, cells, 2'000, 0);
  EXPECT_NEAR(ahead.now().best->bearing_deg, 270, 1e-6);
  EXPECT_NEAR(behind.now().best->bearing_deg, 90, 1e-6);
  EXPECT_NEAR(ahead.now().best->depression_deg, std::atan(58.5 / 2'000) * 180 / M_PI, 0.01);
  EXPECT_LT(ahead.now().best->antenna_loss_db, 0.5);
  EXPECT_NEAR(behind.now().best->antenna_loss_db, 30, 1e-3);
  EXPECT_NEAR(ahead.now().best->quality.rsrp_dbm - behind.now().best->quality.rsrp_dbm,
              30 - ahead.now().best->antenna_loss_db, 0.01);
}

TEST(Served, ARidgeIsFoundWithItsPlaceAndWhatItCosts) {
  OwnedTerrain terrain = wall(1'500, 400);
  LinkBudget weak = low;
  weak.power_dbm = 30;
  ServedPoint point = serve_one(terrain, {cell(terrain, -3'000, 0, weak)}, 4'000, 0);
  const ServedState& state = point.now();
  ASSERT_EQ(state.why, Why::ridge);
  ASSERT_TRUE(state.ridge);
  EXPECT_FALSE(state.best->line_of_sight);
  EXPECT_NEAR(state.ridge->from_cell_m, 4'500, 26);
  EXPECT_NEAR(state.ridge->from_point_m, 2'500, 26);
  EXPECT_NEAR(state.ridge->ground_m, 1'400, 1);
  // Antennas at 1,030 and 1,001.5 m: the line is at 1,011.68 m there. The Earth bulges by
  // 4.5 km * 2.5 km / 2 a_e = 0.63 m, a_e = 157 / (157 - 45) * 6,371 km.
  EXPECT_NEAR(state.ridge->above_line_m, 400 - 11.68 + 0.63, 0.02);
  auto top = *terrain.grid.plane.forward(state.ridge->position);
  EXPECT_NEAR(top.x_m, 1'500, 26);
  EXPECT_NEAR(top.y_m, 0, 1);
  EXPECT_NEAR(state.ridge->costs_db, state.best->loss_db - state.best->free_space_db, 1e-9);
  EXPECT_GT(state.ridge->costs_db, 30);
  // The same without the wall is covered.
  OwnedTerrain plain = flat(401, 50, 1'000);
  EXPECT_TRUE(serve_one(plain, {cell(plain, -3'000, 0, weak)}, 4'000, 0).now().covered());
  ServeOptions quiet;
  quiet.reasons = false;
  EXPECT_FALSE(serve_one(terrain, {cell(terrain, -3'000, 0, weak)}, 4'000, 0, quiet).now().ridge);
}

TEST(Served, TheGreaterOfTwoRidgesIsTheOne) {
  OwnedTerrain terrain = wall(1'500, 150);
  for (std::uint32_t row = 0; row < 401; ++row) terrain.set(180, row, 1'300);  // x = -1,000 m
  LinkBudget weak = low;
  weak.power_dbm = 25;
  ServedPoint point = serve_one(terrain, {cell(terrain, -3'000, 0, weak)}, 4'000, 0);
  ASSERT_TRUE(point.now().ridge);
  EXPECT_NEAR(terrain.grid.plane.forward(point.now().ridge->position)->x_m, -1'000, 26);
}

// Not the highest over the line, but the one that diffraction feels most.
TEST(Served, ALowerEdgeNearThePointMayBeTheRidge) {
  OwnedTerrain terrain = wall(500, 100);
  for (std::uint32_t row = 0; row < 401; ++row) terrain.set(276, row, 1'080);  // x = 3,800 m
  LinkBudget weak = low;
  weak.power_dbm = 20;
  ServedPoint point = serve_one(terrain, {cell(terrain, -3'000, 0, weak)}, 4'000, 0);
  ASSERT_TRUE(point.now().ridge);
  EXPECT_NEAR(terrain.grid.plane.forward(point.now().ridge->position)->x_m, 3'800, 26);
}

TEST(Served, NamesTheOtherReasons) {
  OwnedTerrain terrain = flat(401, 50, 1'000);
  auto why = [&](LinkBudget budget, double distance_m, const AntennaPattern* antenna = nullptr) {
    Cell c = cell(terrain, 0, 0, budget, "", 60);
    c.antenna = antenna;
    return serve_one(terrain, {c}, distance_m, 0).now().why;
  };
  EXPECT_EQ(why(low, 2'000), Why::covered);
  LinkBudget weak = low;
  weak.power_dbm = -20;
  EXPECT_EQ(why(weak, 5'000), Why::too_far);
  LinkBudget deaf = low;
  deaf.ue_power_dbm = -40;
  EXPECT_EQ(why(deaf, 5'000), Why::uplink);
  LinkBudget slow = low;
  slow.required_downlink_kbps = 1e9;
  EXPECT_EQ(why(slow, 2'000), Why::downlink);
  AntennaPattern sector = standard_sector(15, 65, 10);
  LinkBudget modest = low;
  modest.power_dbm = 33;
  EXPECT_EQ(why(modest, -5'000, &sector), Why::antenna);  // north; the point lies west: 90 degrees
  ServeOptions near;
  near.radius_m = 1'000;
  ServedPoint alone = serve_one(terrain, {cell(terrain, 0, 0)}, 5'000, 0, near);
  EXPECT_EQ(alone.now().why, Why::no_cell);
  EXPECT_FALSE(alone.now().best);
  EXPECT_EQ(serve_one(terrain, {}, 0, 0).now().why, Why::no_cell);
  std::set<std::string> words;
  for (int i = 0; i <= static_cast<int>(Why::unknown); ++i) {
    words.insert(to_string(static_cast<Why>(i)));
  }
  EXPECT_EQ(words.size(), 8u);
}

// A band with a strong signal and a deaf station must not hide one that covers.
TEST(Served, BestIsByHeadroomNotBySignal) {
  OwnedTerrain terrain = flat(401, 50, 1'000);
  LinkBudget loud = high;
  loud.power_dbm = 60;
  loud.required_uplink_kbps = 2'000;
  loud.ue_power_dbm = -10;
  ServedPoint point =
      serve_one(terrain, {cell(terrain, 0, 0, loud), cell(terrain, 0, 0, low)}, 6'000, 0);
  ASSERT_TRUE(point.now().best && point.now().second);
  EXPECT_EQ(point.now().best->cell, 1u);
  EXPECT_TRUE(point.now().covered());
  EXPECT_GT(point.now().second->quality.rsrp_dbm, point.now().best->quality.rsrp_dbm);
}

TEST(Served, TheSecondServerMayBeAskedToStandElsewhere) {
  OwnedTerrain terrain = flat(401, 50, 1'000);
  std::vector<Cell> cells = {cell(terrain, 3'000, 0, low, "far"), cell(terrain, 0, 0, low, "near"),
                             cell(terrain, 0, 0, high, "near"), cell(terrain, 0, 100, low, "near")};
  ServeOptions options;
  ServedPoint any = serve_one(terrain, cells, -1'000, 0, options);
  EXPECT_NE(any.now().best->cell, 0u);
  EXPECT_NE(any.now().second->cell, 0u);
  options.second_elsewhere = true;
  ServedPoint apart = serve_one(terrain, cells, -1'000, 0, options);
  EXPECT_EQ(apart.now().best->cell, any.now().best->cell);
  EXPECT_EQ(apart.now().second->cell, 0u);
}

void expect_same(const ServedPoint& a, const ServedPoint& b) {
  EXPECT_EQ(a.error, b.error);
  ASSERT_EQ(a.states.size(), b.states.size());
  auto same = [](const std::optional<Serving>& x, const std::optional<Serving>& y) {
    if (!x || !y) return x.has_value() == y.has_value();
    return x->cell == y->cell && x->headroom_db == y->headroom_db && x->loss_db == y->loss_db &&
           x->quality.rsrp_dbm == y->quality.rsrp_dbm &&
           x->quality.uplink_kbps == y->quality.uplink_kbps && x->bearing_deg == y->bearing_deg &&
           x->depression_deg == y->depression_deg && x->antenna_loss_db == y->antenna_loss_db;
  };
  for (std::size_t i = 0; i < a.states.size(); ++i) {
    EXPECT_EQ(a.states[i].from, b.states[i].from);
    EXPECT_EQ(a.states[i].why, b.states[i].why);
    EXPECT_TRUE(same(a.states[i].best, b.states[i].best)) << i;
    EXPECT_TRUE(same(a.states[i].second, b.states[i].second)) << i;
    ASSERT_EQ(a.states[i].ridge.has_value(), b.states[i].ridge.has_value());
    if (a.states[i].ridge) {
      EXPECT_EQ(a.states[i].ridge->from_cell_m, b.states[i].ridge->from_cell_m);
      EXPECT_EQ(a.states[i].ridge->above_line_m, b.states[i].ridge->above_line_m);
    }
  }
}

struct RandomNetwork {
  OwnedTerrain terrain = hills(334, 60, 900);
  std::vector<LinkBudget> budgets;
  std::vector<AntennaPattern> antennas;
  std::vector<Cell> cells;
  std::vector<CellLife> lives;
  std::vector<ServePoint> points;

  explicit RandomNetwork(unsigned seed) {
    Generator random(seed);
    auto place = [&] { return uniform(random, -9'800, 9'800); };
    for (int i = 0; i < 4; ++i) {
      budgets.push_back(i % 2 == 0 ? low : high);
      budgets.back().power_dbm = uniform(random, 20, 54);
    }
    antennas = {standard_sector(15, 65, 10, 3), omnidirectional(11)};
    for (int site = 0; site < 40; ++site) {
      double x_m = place();
      double y_m = place();
      for (int i = 0; i < 3; ++i) {
        Cell c = cell(terrain, x_m, y_m, budgets[random() % 4], "s" + std::to_string(site));
        if (random() % 2 == 0) c.antenna = &antennas[random() % 2];
        c.azimuth_deg = i * 120;
        c.mechanical_tilt_deg = uniform(random, -3, 6);
        c.power_offset_db = uniform(random, -3, 3);
        cells.push_back(c);
        auto begin = static_cast<std::int64_t>(random() % 20);
        lives.push_back({random() % 4 == 0 ? CellLife::always : begin,
                         random() % 3 == 0 ? begin + 1 + static_cast<std::int64_t>(random() % 9)
                                           : CellLife::forever});
      }
    }
    for (int i = 0; i < 60; ++i) points.push_back({"p", at(terrain, place(), place())});
  }
};

TEST(Served, PrunedIsTheSameAsUnpruned) {
  std::uint64_t all = 0;
  std::uint64_t few = 0;
  for (unsigned seed = 1; seed <= 6; ++seed) {
    RandomNetwork net(seed);
    for (Model model : {Model::p1812, Model::delta_bullington, Model::itm, Model::rma}) {
      for (bool dated : {false, true}) {
        ServeOptions options;
        options.radius_m = 12'000;
        options.step_m = 120;
        options.propagation.model = model;
        options.propagation.time_percent = seed % 2 == 0 ? 50 : 2;
        options.second_elsewhere = seed % 3 == 0;
        ServedPoints with = serve(net.terrain, net.cells, net.points, options,
                                  dated ? net.lives : std::vector<CellLife>{});
        options.prune = false;
        ServedPoints without = serve(net.terrain, net.cells, net.points, options,
                                     dated ? net.lives : std::vector<CellLife>{});
        for (std::size_t i = 0; i < net.points.size(); ++i) {
          expect_same(with.points[i], without.points[i]);
        }
        EXPECT_EQ(with.figures.within_radius, without.figures.within_radius);
        EXPECT_EQ(without.figures.losses, without.figures.within_radius);
        if (model == Model::p1812 && !dated) {
          all += without.figures.paths;
          few += with.figures.paths;
        }
      }
    }
  }
  EXPECT_LT(few, all * 3 / 4);  // it prunes
}

// Against a list of every cell's headroom, each asked for alone.
TEST(Served, BestAndSecondAreThoseOfTheWholeList) {
  for (unsigned seed : {31u, 32u}) {
    RandomNetwork net(seed);
    ServeOptions options;
    options.step_m = 200;
    options.propagation.model = Model::delta_bullington;
    std::vector<std::vector<double>> headroom_db(net.points.size());
    for (const Cell& c : net.cells) {
      ServedPoints alone = serve(net.terrain, {c}, net.points, options);
      for (std::size_t i = 0; i < net.points.size(); ++i) {
        headroom_db[i].push_back(alone.points[i].now().best->headroom_db);
      }
    }
    for (bool elsewhere : {false, true}) {
      options.second_elsewhere = elsewhere;
      ServedPoints answer = serve(net.terrain, net.cells, net.points, options);
      for (std::size_t i = 0; i < net.points.size(); ++i) {
        const std::vector<double>& list = headroom_db[i];
        const auto best = std::ranges::max_element(list) - list.begin();
        std::ptrdiff_t second = -1;
        for (std::ptrdiff_t c = 0; c < std::ssize(list); ++c) {
          if (c == best || (elsewhere && net.cells[c].site == net.cells[best].site)) continue;
          if (second < 0 || list[c] > list[second]) second = c;
        }
        EXPECT_EQ(answer.points[i].now().best->cell, best);
        EXPECT_EQ(answer.points[i].now().second->cell, second) << elsewhere;
      }
    }
  }
}

TEST(Served, AmongEqualsTheFirstIsBest) {
  OwnedTerrain terrain = flat(201, 50, 1'000);
  std::vector<Cell> cells(12, cell(terrain, 1'000, 0));
  for (std::size_t i = 0; i < cells.size(); ++i) cells[i].site = std::to_string(i % 5);
  ServedPoint point = serve_one(terrain, cells, -1'000, 0);
  EXPECT_EQ(point.now().best->cell, 0u);
  EXPECT_EQ(point.now().second->cell, 1u);
}

// A cell whose loss lies below free space, so that the bound must leave room for it.
TEST(Served, LossesBelowFreeSpaceAreNotPrunedAway) {
  OwnedTerrain terrain = hills(334, 60, 300);
  ServeOptions options;
  options.propagation.model = Model::itm;
  options.propagation.time_percent = 1;
  options.step_m = 60;
  Generator random(5);
  int below = 0;
  for (int i = 0; i < 600; ++i) {
    auto place = [&] { return uniform(random, -9'500, 9'500); };
    std::vector<Cell> cells;
    for (int c = 0; c < 3; ++c) cells.push_back(cell(terrain, place(), place(), low, "", 250));
    double x_m = place();
    double y_m = place();
    auto alone = [&](int c) {
      return *serve_one(terrain, {cells[c]}, x_m, y_m, options).now().best;
    };
    Serving last = alone(2);
    double ground_db = free_space_loss_db(0.773, last.distance_m / 1000);
    if (last.loss_db > ground_db - 0.15) continue;
    ++below;
    // Just before the second best.
    double second_db = std::min(alone(0).headroom_db, alone(1).headroom_db);
    cells[2].power_offset_db = second_db + 0.05 - last.headroom_db;
    LinkBudget open = low;
    open.required_uplink_kbps = 0;  // so that power is all that counts
    for (Cell& c : cells) c.budget = &open;
    ServedPoint with = serve_one(terrain, cells, x_m, y_m, options);
    options.prune = false;
    expect_same(with, serve_one(terrain, cells, x_m, y_m, options));
    options.prune = true;
  }
  EXPECT_GE(below, 10);
}

TEST(Served, AnyNumberOfWorkersGivesTheSame) {
  RandomNetwork net(11);
  ServeOptions options;
  options.step_m = 90;
  auto run = [&](std::size_t threads) {
    return *serve_points(net.terrain.grid, net.cells, net.points, options, *thread_workers(threads),
                         net.lives);
  };
  ServedPoints one = run(1);
  for (std::size_t threads : {2u, 3u, 8u}) {
    ServedPoints many = run(threads);
    for (std::size_t i = 0; i < net.points.size(); ++i) {
      expect_same(one.points[i], many.points[i]);
    }
    EXPECT_EQ(one.figures.losses, many.figures.losses);
    EXPECT_EQ(one.figures.paths, many.figures.paths);
  }
}

// What holds at an instant is what holds among the cells on the air at that instant.
TEST(Served, DatedCellsGiveWhatEachInstantWouldGiveAlone) {
  for (unsigned seed : {21u, 22u}) {
    RandomNetwork net(seed);
    ServeOptions options;
    options.step_m = 120;
    options.second_elsewhere = seed == 22;
    ServedPoints dated = serve(net.terrain, net.cells, net.points, options, net.lives);
    std::size_t steps = 0;
    for (std::int64_t instant = -1; instant <= 30; ++instant) {
      std::vector<Cell> alive;
      std::vector<std::uint32_t> number;
      for (std::uint32_t i = 0; i < net.cells.size(); ++i) {
        if (net.lives[i].begin > instant || net.lives[i].end <= instant) continue;
        alive.push_back(net.cells[i]);
        number.push_back(i);
      }
      ServedPoints now = serve(net.terrain, alive, net.points, options);
      for (std::size_t i = 0; i < net.points.size(); ++i) {
        const ServedState& state = dated.points[i].at(instant);
        const ServedState& alone = now.points[i].now();
        ASSERT_EQ(state.best.has_value(), alone.best.has_value());
        ASSERT_EQ(state.second.has_value(), alone.second.has_value());
        if (state.best) {
          EXPECT_EQ(state.best->cell, number[alone.best->cell]);
        }
        if (state.second) {
          EXPECT_EQ(state.second->cell, number[alone.second->cell]);
        }
        EXPECT_EQ(state.why, alone.why);
      }
    }
    for (const ServedPoint& point : dated.points) {
      EXPECT_EQ(point.states.front().from, CellLife::always);
      for (std::size_t i = 1; i < point.states.size(); ++i) {
        const ServedState& before = point.states[i - 1];
        const ServedState& after = point.states[i];
        EXPECT_LT(before.from, after.from);
        auto id = [](const std::optional<Serving>& s) { return s ? int(s->cell) : -1; };
        EXPECT_TRUE(id(before.best) != id(after.best) || id(before.second) != id(after.second));
      }
      steps += point.states.size();
    }
    EXPECT_GT(steps, 2 * dated.points.size());
  }
}

TEST(Served, CellsOfOneMastShareTheWay) {
  OwnedTerrain terrain = flat(401, 50, 1'000);
  std::vector<Cell> cells = {cell(terrain, 0, 0, low, "a"), cell(terrain, 0, 0, high, "a"),
                             cell(terrain, 0, 0, high, "a", 20)};
  ServeOptions options;
  options.prune = false;
  ServedPoints answer = serve(terrain, cells, {{"p", at(terrain, 3'000, 0)}}, options);
  EXPECT_EQ(answer.figures.losses, 3u);
  EXPECT_EQ(answer.figures.paths, 2u);  // another mast is another way
}

TEST(Served, BadPointsAreNamedAndTheOthersGoOn) {
  OwnedTerrain terrain = flat(401, 50, 1'000);
  terrain.grid.plane = geo::LocalPlane({102, 28});
  terrain.samples[200 * 401 + 300] = geo::TerrainGrid::missing;
  terrain.grid.heights = terrain.samples;
  std::vector<Cell> cells = {cell(terrain, 0, 0)};
  ServedPoints answer = serve(terrain, cells,
                              {{"good", at(terrain, 1'000, 0)},
                               {"swapped", {28, 102}},
                               {"far", {103, 29}},
                               {"hole", at(terrain, 5'000, 0)},
                               {"nan", {NAN, 28}},
                               {"at the mast", cells[0].position},
                               {"near", at(terrain, 120, 0)}});
  ASSERT_EQ(answer.points.size(), 7u);
  EXPECT_EQ(answer.points[0].error, "");
  EXPECT_EQ(answer.points[1].error,
            "longitude 28.00000, latitude 102.00000 is not on the terrain; are longitude and "
            "latitude swapped?");
  EXPECT_EQ(answer.points[2].error,
            "longitude 103.00000, latitude 29.00000 is not on the terrain; prepare a larger one");
  EXPECT_NE(answer.points[3].error.find("fill the hole with a second source"), std::string::npos);
  EXPECT_EQ(answer.points[4].error, "the position is not a number");
  EXPECT_TRUE(answer.points[4].states.empty());
  const ServedState& foot = answer.points[5].now();
  ASSERT_TRUE(foot.best);
  EXPECT_TRUE(foot.covered());
  EXPECT_TRUE(foot.best->outside_range);
  EXPECT_NEAR(foot.best->loss_db, free_space_loss_db(0.773, 0.0285), 1e-6);
  EXPECT_TRUE(answer.points[6].now().best->outside_range);  // below 250 m
  EXPECT_FALSE(answer.points[0].now().best->outside_range);
}

TEST(Served, TheAntimeridianIsAPlaceLikeAnyOther) {
  OwnedTerrain terrain = flat(401, 50, 10);
  terrain.grid.plane = geo::LocalPlane({180, 65});
  Cell east = cell(terrain, 4'000, 0);
  ASSERT_LT(east.position.x, -179);
  geo::Point west = at(terrain, -4'000, 0);
  ASSERT_GT(west.x, 179);
  ServedPoints answer = serve(terrain, {east}, {{"w", west}});
  ASSERT_TRUE(answer.points[0].error.empty()) << answer.points[0].error;
  EXPECT_NEAR(answer.points[0].now().best->distance_m, 8'000, 0.01);
  EXPECT_NEAR(answer.points[0].now().best->bearing_deg, 270, 0.01);
}

TEST(Served, BadCellsAreLeftOutAndNamed) {
  OwnedTerrain terrain = flat(401, 50, 1'000);
  terrain.grid.plane = geo::LocalPlane({102, 28});
  LinkBudget broken = low;
  broken.resource_blocks = 0;
  LinkBudget beyond = low;
  beyond.downlink_mhz = beyond.uplink_mhz = 26'000;
  std::vector<Cell> cells = {cell(terrain, 0, 0),         cell(terrain, 0, 0, low, "", 0.01),
                             cell(terrain, 0, 0),         cell(terrain, 0, 0, broken),
                             cell(terrain, 0, 0, beyond), cell(terrain, 0, 0)};
  cells[2].position = {28, 102};
  std::vector<CellLife> lives(6);
  lives[5] = {7, 7};
  ServedPoints answer = serve(terrain, cells, {{"p", at(terrain, 1'000, 0)}}, {}, lives);
  EXPECT_EQ(answer.points[0].now().best->cell, 0u);
  EXPECT_FALSE(answer.points[0].now().second);
  ASSERT_EQ(answer.left_out.size(), 5u);
  const char* words[] = {"transmitter mast 0.01 m", "swapped", "resource_blocks", "26 GHz",
                         "ends before it begins"};
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(answer.left_out[i].cell, i + 1);
    EXPECT_NE(answer.left_out[i].message.find(words[i]), std::string::npos)
        << answer.left_out[i].message;
  }
}

TEST(Served, APathOverAHoleIsUnknownNotUncovered) {
  OwnedTerrain terrain = flat(401, 50, 1'000);
  for (std::uint32_t row = 0; row < 401; ++row) {
    terrain.samples[row * 401 + 260] = geo::TerrainGrid::missing;  // x = 3,000 m
  }
  ServedPoint point = serve_one(terrain, {cell(terrain, 0, 0)}, 6'000, 0);
  EXPECT_EQ(point.error, "");
  EXPECT_EQ(point.now().why, Why::unknown);
  EXPECT_NE(point.note.find("1 of the paths"), std::string::npos) << point.note;
  ServedPoint other = serve_one(terrain, {cell(terrain, 0, 0), cell(terrain, 9'000, 0)}, 6'000, 0);
  EXPECT_EQ(other.now().best->cell, 1u);
}

TEST(Served, EveryReasonHasAWord) {
  std::set<std::string> words;
  for (const Why why : {Why::covered, Why::no_cell, Why::ridge, Why::antenna, Why::too_far,
                        Why::uplink, Why::downlink, Why::unknown}) {
    words.insert(to_string(why));
  }
  EXPECT_EQ(words.size(), 8U);
  EXPECT_STREQ(to_string(Why::unknown), "unknown");
}

TEST(Served, RefusesOptionsThatMeanNothing) {
  OwnedTerrain terrain = flat(101, 50, 1'000);
  std::vector<Cell> cells = {cell(terrain, 0, 0)};
  auto complaint = [&](auto change, std::vector<CellLife> lives = {}) {
    ServeOptions options;
    change(options);
    auto answer = serve_points(terrain.grid, cells, {}, options, *serial_workers(), lives);
    return answer ? "" : answer.error().message;
  };
  EXPECT_EQ(complaint([](ServeOptions&) {}), "");
  EXPECT_EQ(complaint([](ServeOptions& o) { o.radius_m = 0; }),
            "radius 0 m is not within 0 to 300000 m");
  EXPECT_EQ(complaint([](ServeOptions& o) { o.step_m = NAN; }),
            "step nan m is not within 0 (the terrain's) to 300000 m");
  EXPECT_NE(complaint([](ServeOptions& o) { o.propagation.rx_mast_m = 0.01; }), "");
  EXPECT_EQ(complaint([](ServeOptions&) {}, std::vector<CellLife>(3)), "1 cells have 3 lives");
}

}  // namespace
}  // namespace cairn::radio
