// SPDX-License-Identifier: Apache-2.0
// The area map: how many receivers a second P.1812 takes over real relief at 30 m, and how far the
// map is from the exact path of each pixel. First the answers: thousands of random pixels of each
// map against sample_path and p1812 alone. Then processor time of whole maps, one thread: lattice,
// pixels and exact paths, everything but reading the terrain.
//
//   bench_coverage_area [--small] [N50E010.hgt]
//
// Without a tile the relief is made up.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <numbers>
#include <random>

#include "posts.hpp"
#include "radio/coverage_map.hpp"
#include "timing.hpp"

namespace {

using namespace cairn;         // NOLINT
using namespace cairn::bench;  // NOLINT
using namespace cairn::radio;  // NOLINT

double wall_s() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// 4 x 60 W, 30 MHz: 35.5 dBm a resource element, covered at -110 dBm.
LinkBudget n28() {
  LinkBudget budget;
  budget.band = "n28";
  budget.technology = "5g";
  budget.downlink_mhz = 768;
  budget.uplink_mhz = 713;
  budget.bandwidth_mhz = 30;
  budget.resource_blocks = 160;
  budget.power_dbm = 53.8;
  budget.antenna_gain_dbi = 15;
  budget.feeder_loss_db = 0.5;
  return budget;
}

struct Question {
  const geo::TerrainGrid& terrain;
  std::vector<Cell> cells;
  MapFrame frame;
  CoverageOptions options;
};

Question question(const geo::TerrainGrid& terrain, geo::PlanePoint site, double radius_m,
                  const LinkBudget& budget) {
  Cell cell;
  cell.id = "site";
  cell.position = terrain.plane.inverse(site);
  cell.mast_m = 30;
  cell.budget = &budget;
  auto side = static_cast<std::uint32_t>(2 * radius_m / terrain.cell_m);
  // Not on the site's own raster: no pixel shall meet a receiver of the lattice by chance.
  MapFrame frame{site.x_m - radius_m + 7, site.y_m + radius_m - 11, terrain.cell_m, side, side};
  return {terrain, {cell}, frame, {.radius_m = radius_m}};
}

CoverageMap draw(const Question& q, const Workers& workers) {
  Result<CoverageMap> map = coverage_map(q.terrain, q.cells, q.frame, q.options, workers);
  if (!map) {
    fmt::print("{}\n", to_string(map.error()));
    std::exit(1);
  }
  return std::move(*map);
}

struct Accuracy {
  std::size_t pixels = 0;
  std::size_t wrong = 0;
  std::vector<double> differences_db;  // where both hear
};

void compare(const Question& q, const CoverageMap& map, std::size_t pixels, Accuracy& out) {
  const Cell& cell = q.cells[0];
  geo::PlanePoint site = *q.terrain.plane.forward(cell.position);
  double eirp_dbm = eirp_per_re_dbm(*cell.budget);
  PreparedModel model = *prepare_model(q.options.propagation, cell.budget->downlink_mhz);
  std::mt19937_64 generator(5);
  TerrainPath path;
  for (std::size_t i = 0; i < pixels; ++i) {
    std::size_t pixel = generator() % q.frame.size();
    geo::PlanePoint at{
        q.frame.west_m + static_cast<double>(pixel % q.frame.columns) * q.frame.cell_m,
        q.frame.north_m - static_cast<double>(pixel / q.frame.columns) * q.frame.cell_m};
    if (std::hypot(at.x_m - site.x_m, at.y_m - site.y_m) > q.options.radius_m) continue;
    Result<PathLoss> loss =
        path_loss(model, q.terrain, site, cell.mast_m, at, q.terrain.cell_m, path);
    if (!loss) continue;
    double exact = eirp_dbm - loss->loss_db;
    auto drawn = static_cast<double>(map.rsrp_dbm[pixel]);
    double threshold = cell.budget->rsrp_threshold_dbm;
    ++out.pixels;
    out.wrong += (exact >= threshold) != (drawn >= threshold);
    if (!std::isnan(drawn)) out.differences_db.push_back(std::abs(drawn - exact));
  }
}

void print_accuracy(const std::string& name, Accuracy& found) {
  std::vector<double>& d = found.differences_db;
  std::sort(d.begin(), d.end());
  double squares = 0;
  for (double x : d) squares += x * x;
  auto part = [&](double share) {
    return d[static_cast<std::size_t>(share * static_cast<double>(d.size() - 1))];
  };
  fmt::print("| {} | {} | {:.3f} | {:.3f} | {:.2f} | {:.2f} | {:.1f} | {} |\n", name, d.size(),
             std::sqrt(squares / static_cast<double>(d.size())), part(0.5), part(0.95), part(0.99),
             d.back(), found.wrong);
}

double rms_db(const Accuracy& found) {
  double squares = 0;
  for (double x : found.differences_db) squares += x * x;
  return std::sqrt(squares / static_cast<double>(found.differences_db.size()));
}

bool answers_agree(const geo::TerrainGrid& terrain, const LinkBudget& budget, bool small) {
  constexpr geo::PlanePoint sites[] = {{0, 0},           {-12'000, -20'000}, {9'000, 22'000},
                                       {3'000, -14'000}, {-9'000, 6'000},    {11'000, -8'000}};
  double radius_m = small ? 6'000 : 35'000;
  std::size_t pixels = small ? 2'000 : 13'000;
  fmt::print(
      "| map against the exact path, dB | pixels | rms | median | 95 % | 99 % | greatest | "
      "wrong side of -110 dBm |\n|---|---:|---:|---:|---:|---:|---:|---:|\n");
  Accuracy all;
  auto workers = serial_workers();
  for (geo::PlanePoint site : sites) {
    if (small) site = {site.x_m / 10, site.y_m / 10};
    Question q = question(terrain, site, radius_m, budget);
    Accuracy found;
    CoverageMap map = draw(q, *workers);
    compare(q, map, pixels, found);
    auto total = static_cast<double>(map.figures.receivers + map.figures.exact);
    print_accuracy(
        fmt::format("site at {:.0f}, {:.0f} km; {:.1f} % of pixels exact", site.x_m / 1000,
                    site.y_m / 1000, 100 * static_cast<double>(map.figures.exact) / total),
        found);
    all.pixels += found.pixels;
    all.wrong += found.wrong;
    all.differences_db.insert(all.differences_db.end(), found.differences_db.begin(),
                              found.differences_db.end());
  }
  print_accuracy("all", all);
  fmt::print("\n{} of {} decisions wrong ({:.4f} %)\n\n", all.wrong, all.pixels,
             100 * static_cast<double>(all.wrong) / static_cast<double>(all.pixels));
  return rms_db(all) < 0.5 &&
         static_cast<double>(all.wrong) < 0.0005 * static_cast<double>(all.pixels);
}

// How far the loss between four places a step apart is from their interpolation, against how far
// the four are from each other: what exact paths are decided by.
void print_doubt(const geo::TerrainGrid& terrain, bool small) {
  PreparedModel model = *prepare_model({}, 768);
  TerrainPath path;
  std::mt19937_64 generator(7);
  auto uniform = [&] { return static_cast<double>(generator() >> 11) * 0x1p-53; };
  double step_m = terrain.cell_m;
  double radius_m = small ? 6'000 : 35'000;
  std::vector<double> ratios;
  for (int i = 0; i < (small ? 500 : 10'000); ++i) {
    double distance_m = std::max(500.0, radius_m * std::sqrt(uniform()));
    double azimuth = 2 * std::numbers::pi * uniform();
    auto loss_db = [&](double r_m, double a) {
      geo::PlanePoint at{r_m * std::sin(a), r_m * std::cos(a)};
      Result<PathLoss> loss = path_loss(model, terrain, {}, 30, at, step_m, path);
      return loss ? loss->loss_db : std::nan("");
    };
    double outwards = uniform(), clockwise = uniform();
    double near_m = distance_m - outwards * step_m;
    double turn = step_m / distance_m;
    double left = azimuth - clockwise * turn;
    double a = loss_db(near_m, left), b = loss_db(near_m + step_m, left);
    double c = loss_db(near_m, left + turn), d = loss_db(near_m + step_m, left + turn);
    double between =
        (1 - clockwise) * (a + outwards * (b - a)) + clockwise * (c + outwards * (d - c));
    double spread_db = std::max({a, b, c, d}) - std::min({a, b, c, d});
    double off_db = std::abs(loss_db(distance_m, azimuth) - between);
    if (spread_db > 0.05 && !std::isnan(off_db)) ratios.push_back(off_db / spread_db);
  }
  std::sort(ratios.begin(), ratios.end());
  auto part = [&](double share) {
    return ratios[static_cast<std::size_t>(share * static_cast<double>(ratios.size() - 1))];
  };
  fmt::print(
      "Between four samples the loss differs from their interpolation by {:.2f} of their spread in "
      "the median,\n{:.2f} at 90 %, {:.2f} at 99 %, {:.2f} at 99.9 % of {} places.\n\n",
      part(0.5), part(0.9), part(0.99), part(0.999), ratios.size());
}

void print_speed(const std::string& name, const CoverageMap& map, double seconds) {
  auto total = static_cast<double>(map.figures.receivers + map.figures.exact);
  fmt::print("| {} | {:.2f} M | {:.1f} % | {:.2f} | {:.2f} M | {:.0f} |\n", name, total / 1e6,
             100 * static_cast<double>(map.figures.exact) / total, seconds, total / seconds / 1e6,
             static_cast<double>(map.figures.peak_bytes) / 1e6);
}

double cpu_of(const Question& q, const Workers& workers, int rounds, CoverageMap& map) {
  std::vector<double> seconds;
  for (int i = 0; i < rounds; ++i) {
    double begin = cpu_s();
    map = draw(q, workers);
    seconds.push_back(cpu_s() - begin);
  }
  return median(seconds);
}

// One thread that keeps apart what could be shared with others and what could not.
class CountingWorkers final : public Workers {
 public:
  void run(std::size_t count, const std::function<void(std::size_t)>& task) const override {
    double begin = cpu_s();
    for (std::size_t i = 0; i < count; ++i) task(i);
    shared_s += cpu_s() - begin;
  }
  std::size_t threads() const override { return 1; }

  mutable double shared_s = 0;
};

bool same_map(const CoverageMap& a, const CoverageMap& b) {
  return std::memcmp(a.rsrp_dbm.data(), b.rsrp_dbm.data(), a.rsrp_dbm.size() * sizeof(float)) == 0;
}

// By the clock the best of several rounds: what else the machine does only ever adds.
bool two_threads(const Question& q, int rounds) {
  auto two = thread_workers(2);
  double one_wall = 1e9, two_wall = 1e9;
  std::vector<double> more_cpu, alone;
  bool same = true;
  for (int i = 0; i < rounds; ++i) {
    CountingWorkers counting;
    double wall = wall_s(), cpu = cpu_s();
    CoverageMap map = draw(q, counting);
    one_wall = std::min(one_wall, wall_s() - wall);
    double one_cpu = cpu_s() - cpu;
    alone.push_back(1 - counting.shared_s / one_cpu);
    wall = wall_s();
    cpu = cpu_s();
    CoverageMap both = draw(q, *two);
    two_wall = std::min(two_wall, wall_s() - wall);
    more_cpu.push_back((cpu_s() - cpu) / one_cpu);
    same = same && same_map(map, both);
  }
  fmt::print(
      "\nTwo threads, radius {:.0f} km: {:.2f} times one by the clock (best of {} each), {:.2f} "
      "times "
      "its CPU time, {} bytes.\n{:.1f} % of the work is done by one thread alone, so that two "
      "could "
      "be {:.2f} times one.\n",
      q.options.radius_m / 1000, one_wall / two_wall, rounds, median(more_cpu),
      same ? "the same" : "OTHER", 100 * median(alone),
      1 / (median(alone) + (1 - median(alone)) / 2));
  return same;
}

bool speed(const geo::TerrainGrid& terrain, const LinkBudget& budget, bool small) {
  fmt::print(
      "| P.1812 area map, one thread | receivers | exact | CPU s | receivers a CPU s | MB beside "
      "the map |\n|---|---:|---:|---:|---:|---:|\n");
  auto one = serial_workers();
  CoverageMap map;
  std::vector<double> radii_m = small ? std::vector{5'000.0} : std::vector{15'000.0, 50'000.0};
  int rounds = small ? 1 : 3;
  for (double radius_m : radii_m) {
    Question q = question(terrain, {}, radius_m, budget);
    double seconds = cpu_of(q, *one, rounds, map);
    print_speed(fmt::format("radius {:.0f} km", radius_m / 1000), map, seconds);
    Question plain = q;
    plain.options.refine_db = 0;
    plain.options.uneven_db = 1'000;
    CoverageMap lattice_only;
    seconds = cpu_of(plain, *one, rounds, lattice_only);
    print_speed(fmt::format("radius {:.0f} km, no exact paths", radius_m / 1000), lattice_only,
                seconds);
  }
  return two_threads(question(terrain, {}, radii_m.front(), budget), small ? 1 : 25);
}

}  // namespace

int main(int argc, char** argv) {
  bool small = false;
  std::string tile;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--small") == 0) {
      small = true;
    } else {
      tile = argv[i];
    }
  }
  Posts posts = made_up_posts();
  if (!tile.empty()) {
    Result<Posts> real = mirrored_posts(tile);
    if (!real) {
      fmt::print("{}\n", to_string(real.error()));
      return 1;
    }
    posts = *real;
  }
  std::vector<std::uint16_t> heights;
  geo::TerrainGrid terrain = metric_grid(posts, small ? 10'000 : 58'000, 30, heights);
  LinkBudget budget = n28();
  bool agree = answers_agree(terrain, budget, small);
  print_doubt(terrain, small);
  std::fflush(stdout);
  bool same = speed(terrain, budget, small);
  return agree && same ? 0 : 1;
}
