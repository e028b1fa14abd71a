// SPDX-License-Identifier: Apache-2.0
// A site's disc on posts 30 m apart, every receiver of it, on one thread: the geometry and the
// P.1812 loss along radials against the reference that walks the path of each receiver alone.
// First the answers of receivers drawn at random, then processor time, step by step.
//
//   bench_coverage_radials [--small] [N50E010.hgt.gz]
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <numbers>
#include <random>

#include "posts.hpp"
#include "radio/p1812_lanes.hpp"
#include "radio/terrain_path.hpp"
#include "timing.hpp"

namespace {

using namespace cairn;         // NOLINT
using namespace cairn::bench;  // NOLINT
using namespace cairn::radio;  // NOLINT

constexpr double tx_mast_m = 30;
constexpr double rx_mast_m = 1.5;
constexpr double cell_m = 30;
constexpr double bands_ghz[] = {0.763, 0.87, 1.85, 2.15, 2.6};

// All fans of a disc whose radials lie at most a cell apart at its edge.
struct Disc {
  std::size_t samples;
  std::size_t fans;

  explicit Disc(double radius_m)
      : samples(static_cast<std::size_t>(radius_m / cell_m) + 1),
        fans(static_cast<std::size_t>(2 * std::numbers::pi * radius_m / cell_m) / radial_lanes +
             1) {}
  double receivers() const { return static_cast<double>(fans * radial_lanes * (samples - 2)); }
  RadialFan fan(std::size_t number) const {
    RadialFan fan{.site = {},
                  .tx_mast_m = tx_mast_m,
                  .rx_mast_m = rx_mast_m,
                  .step_m = cell_m,
                  .samples = samples,
                  .radii = earth_radii(Atmosphere{}.delta_n_per_km)};
    for (std::size_t lane = 0; lane < radial_lanes; ++lane) {
      fan.azimuth_rad[lane] = 2 * std::numbers::pi *
                              static_cast<double>(number * radial_lanes + lane) /
                              static_cast<double>(fans * radial_lanes);
    }
    return fan;
  }
};

struct Largest {
  double nu = 0;  // relative, where it is above 1
  double angle_mrad = 0;
  double height_m = 0;
  double horizon_km = 0;
  double loss_db = 0;
  std::size_t receivers = 0;
};

void take(double& largest, double a, double b, double scale = 1) {
  double difference = std::abs(a - b) / std::max(1.0, scale);
  if (!(difference <= largest)) largest = difference;
}

// The profile of samples 0 .. k of a radial, as the block has it.
void prefix(const RadialBlock& block, std::size_t lane, std::size_t k, TerrainPath& path) {
  path.distance_km.resize(k + 1);
  path.terrain_m.resize(k + 1);
  for (std::size_t i = 0; i <= k; ++i) {
    path.distance_km[i] = static_cast<double>(i) * (block.step_m / 1000);
    path.terrain_m[i] = static_cast<double>(block.terrain_m[i * radial_lanes + lane]);
  }
}

Largest compare(const geo::TerrainGrid& terrain, const Disc& disc, std::size_t some_fans,
                std::size_t to_a_fan) {
  std::mt19937 generator(3);
  P1812Radio band = *p1812_radio({.frequency_ghz = bands_ghz[0]}, {});
  RadialBlock block;
  TerrainPath path;
  std::vector<float> loss;
  Largest out;
  for (std::size_t n = 0; n < some_fans; ++n) {
    RadialFan fan = disc.fan(generator() % disc.fans);
    extract_radials(terrain, fan, block);
    walk_radials(fan, block);
    loss.resize(block.count());
    p1812_loss_lanes(block, band, 2, disc.samples, loss);
    for (std::size_t i = 0; i < to_a_fan; ++i) {
      std::size_t lane = generator() % radial_lanes;
      std::size_t k = 2 + generator() % (disc.samples - 2);
      std::size_t at = k * radial_lanes + lane;
      prefix(block, lane, k, path);
      PathGeometry want = path_geometry(path.profile(), {tx_mast_m, rx_mast_m}, fan.radii);
      auto nu = [&](double value, const BullingtonPath& edge) {
        take(out.nu, value, edge.nu_scale_m_per_km, std::abs(edge.nu_scale_m_per_km));
      };
      nu(block.actual_median_nu[at], want.actual_median);
      nu(block.actual_beta_nu[at], want.actual_beta);
      nu(block.smooth_median_nu[at], want.smooth_median);
      nu(block.smooth_beta_nu[at], want.smooth_beta);
      take(out.angle_mrad, block.tx_horizon_mrad[at], want.tx_horizon_mrad);
      take(out.angle_mrad, block.rx_horizon_mrad[at], want.rx_horizon_mrad);
      take(out.height_m, block.tx_over_smooth_m[at], want.tx_over_smooth_m);
      take(out.height_m, block.rx_over_smooth_m[at], want.rx_over_smooth_m);
      take(out.height_m, block.rx_effective_m[at], want.rx_effective_m);
      take(out.height_m, block.roughness_m[at], want.roughness_m);
      take(out.horizon_km, block.tx_horizon_km[at], want.tx_horizon_km);
      take(out.horizon_km, block.rx_horizon_km[at], want.rx_horizon_km);
      take(out.loss_db, static_cast<double>(loss[at]), p1812_loss(want, band).basic_loss_db);
      ++out.receivers;
    }
  }
  return out;
}

bool report(const Largest& d) {
  fmt::print(
      "{} receivers against the reference, greatest differences: nu {:.1e}, angles {:.1e} mrad, "
      "heights {:.1e} m, horizons {:.1e} km, loss {:.5f} dB\n\n",
      d.receivers, d.nu, d.angle_mrad, d.height_m, d.horizon_km, d.loss_db);
  return d.nu < 1e-8 && d.angle_mrad < 1e-6 && d.height_m < 1e-6 && d.horizon_km < 1e-6 &&
         d.loss_db < 0.01;
}

// CPU seconds of one pass over the disc, step by step.
struct Spent {
  std::vector<double> heights, geometry, one_band, five_bands;
};

Spent time_radials(const geo::TerrainGrid& terrain, const Disc& disc, int rounds) {
  std::vector<P1812Radio> bands;
  for (double f : bands_ghz) bands.push_back(*p1812_radio({.frequency_ghz = f}, {}));
  RadialBlock block;
  std::vector<float> loss(disc.samples * radial_lanes);
  Spent spent;
  for (int round = 0; round < rounds; ++round) {
    double heights = 0, geometry = 0, one = 0, five = 0;
    for (std::size_t number = 0; number < disc.fans; ++number) {
      RadialFan fan = disc.fan(number);
      double t0 = cpu_s();
      extract_radials(terrain, fan, block);
      double t1 = cpu_s();
      walk_radials(fan, block);
      double t2 = cpu_s();
      p1812_loss_lanes(block, bands[0], 2, disc.samples, loss);
      double t3 = cpu_s();
      for (std::size_t b = 1; b < bands.size(); ++b) {
        p1812_loss_lanes(block, bands[b], 2, disc.samples, loss);
      }
      double t4 = cpu_s();
      heights += t1 - t0;
      geometry += t2 - t1;
      one += t3 - t2;
      five += t4 - t2;
    }
    spent.heights.push_back(heights);
    spent.geometry.push_back(geometry);
    spent.one_band.push_back(one);
    spent.five_bands.push_back(five);
  }
  return spent;
}

struct Reference {
  double receivers = 0;
  double profile_s = 0, geometry_s = 0, loss_s = 0;  // medians
};

// Receivers spread over the disc as those of a map are: each reads a profile of its own. Passes
// that go one step farther each tell the steps apart without asking the clock for every receiver.
Reference time_reference(const geo::TerrainGrid& terrain, const Disc& disc, int rounds,
                         std::size_t receivers) {
  P1812Radio band = *p1812_radio({.frequency_ghz = bands_ghz[0]}, {});
  EarthRadii radii = earth_radii(Atmosphere{}.delta_n_per_km);
  TerrainPath path;
  double sum = 0;
  auto pass = [&](int steps) {
    std::mt19937 generator(4);
    double begin = cpu_s();
    for (std::size_t i = 0; i < receivers; ++i) {
      double azimuth = 2 * std::numbers::pi * static_cast<double>(generator()) / 4294967296.0;
      double along_m = cell_m * static_cast<double>(2 + generator() % (disc.samples - 2));
      geo::PlanePoint at{along_m * std::sin(azimuth), along_m * std::cos(azimuth)};
      if (!sample_path(terrain, {}, at, cell_m, path)) continue;
      if (steps == 1) continue;
      PathGeometry found = path_geometry(path.profile(), {tx_mast_m, rx_mast_m}, radii);
      sum += steps == 2 ? found.roughness_m : p1812_loss(found, band).basic_loss_db;
    }
    return cpu_s() - begin;
  };
  std::vector<double> one, two, three;
  for (int round = 0; round < rounds; ++round) {
    one.push_back(pass(1));
    two.push_back(pass(2));
    three.push_back(pass(3));
  }
  if (!std::isfinite(sum)) fmt::print(stderr, "a receiver of the reference has no loss\n");
  return {static_cast<double>(receivers), median(one), median(two) - median(one),
          median(three) - median(two)};
}

int run(const Posts& posts, bool small) {
  double radius_m = small ? 5'000 : 50'000;
  int rounds = small ? 1 : 5;
  std::vector<std::uint16_t> heights;
  geo::TerrainGrid terrain = metric_grid(posts, radius_m + 500, cell_m, heights);
  Disc disc(radius_m);
  if (!report(compare(terrain, disc, small ? 4 : 100, small ? 500 : 1000))) {
    return fmt::print(stderr, "the answers differ: nothing is timed\n"), 1;
  }
  Spent spent = time_radials(terrain, disc, rounds);
  Reference alone = time_reference(terrain, disc, rounds, small ? 500 : 20'000);
  double n = disc.receivers();
  double heights_s = median(spent.heights);
  double geometry_s = median(spent.geometry);
  double one_s = median(spent.one_band);
  double five_s = median(spent.five_bands);
  double clock = 1e9 / alone.receivers;
  double profile_ns = alone.profile_s * clock;
  double walk_ns = alone.geometry_s * clock;
  double loss_ns = alone.loss_s * clock;
  fmt::print("{:.0f} receivers within {:.0f} km, one thread\n\n", n, radius_m / 1000);
  fmt::print(
      "| step | along radials, ns a receiver | each alone, ns a receiver | ratio |\n"
      "|---|---:|---:|---:|\n");
  auto row = [n](const char* what, double fast_s, double slow_ns) {
    fmt::print("| {} | {:.1f} | {:.0f} | {:.0f} |\n", what, fast_s / n * 1e9, slow_ns,
               slow_ns / (fast_s / n * 1e9));
  };
  row("heights", heights_s, profile_ns);
  row("geometry", geometry_s, walk_ns);
  row("loss, one band", one_s, loss_ns);
  row("all, one band", heights_s + geometry_s + one_s, profile_ns + walk_ns + loss_ns);
  row("all, five bands", heights_s + geometry_s + five_s, profile_ns + walk_ns + 5 * loss_ns);
  double all_s = heights_s + geometry_s + one_s;
  fmt::print("\nOne band: {:.2f} s for the disc, {:.2f} million receivers a second.\n", all_s,
             n / all_s / 1e6);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  bool small = false;
  std::string tile = CAIRN_SOURCE_DIR "/src/geo/testdata/N50E010_usgs_srtm3.hgt.gz";
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--small") == 0) {
      small = true;
    } else {
      tile = argv[i];
    }
  }
  Result<Posts> posts = mirrored_posts(tile);
  if (!posts) return fmt::print(stderr, "{}: {}\n", tile, posts.error().message), 1;
  return run(*posts, small);
}
