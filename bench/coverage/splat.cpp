// SPDX-License-Identifier: Apache-2.0
// A site's disc of 50 km on posts 3 arc-seconds apart, on one thread: Debian's SPLAT! with
// Longley-Rice beside our P.1812 along radials and both of our reference models receiver by
// receiver. First the answers: our Longley-Rice at SPLAT!'s receivers, over the posts that it reads
// and over terrain interpolated as we do. Then processor time, net of loading.
//
//   bench_coverage_splat [--small] [N50E010.hgt]
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <functional>
#include <numbers>

#include "posts.hpp"
#include "radio/itm.hpp"
#include "radio/p1812_lanes.hpp"
#include "radio/path_batch.hpp"
#include "radio/propagation.hpp"
#include "splat_program.hpp"
#include "timing.hpp"

namespace {

using namespace cairn;         // NOLINT
using namespace cairn::bench;  // NOLINT
using namespace cairn::radio;  // NOLINT

const Propagation itm_question{.model = Model::itm};
const Propagation p1812_question{};

// SPLAT! knows no variability over locations in this mode; 50 % of everything is the median.
ItmRadio itm_band(double frequency_mhz) {
  return *itm_radio({.frequency_mhz = frequency_mhz},
                    {.mode = ItmMode::mobile, .location_varies = false});
}

constexpr double degree = std::numbers::pi / 180;

// A great circle from the site, on a sphere, by the angle at its centre.
struct GreatCircle {
  geo::Point from;
  double bearing_rad = 0;

  geo::Point at(double angle_rad) const {
    double lat = from.y * degree;
    double sine = std::sin(lat) * std::cos(angle_rad) +
                  std::cos(lat) * std::sin(angle_rad) * std::cos(bearing_rad);
    double turn = std::atan2(std::sin(bearing_rad) * std::sin(angle_rad) * std::cos(lat),
                             std::cos(angle_rad) - std::sin(lat) * sine);
    return {from.x + turn / degree, std::asin(sine) / degree};
  }
};

// SPLAT! draws its paths to the edge of the loaded terrain, with as many steps as the hypotenuse
// of the rows and columns between.
double splat_step_rad(const GreatCircle& path) {
  double low = 0, high = 3 * degree;
  for (int i = 0; i < 60; ++i) {
    double middle = (low + high) / 2;
    geo::Point at = path.at(middle);
    bool inside = std::abs(at.x - path.from.x) < 1 && std::abs(at.y - path.from.y) < 1;
    (inside ? low : high) = middle;
  }
  geo::Point edge = path.at(low);
  return low / (std::hypot(edge.x - path.from.x, edge.y - path.from.y) * Posts::per_degree);
}

// Longley-Rice over the posts that SPLAT! reads, on its sphere of 3,959 miles. Its profile ends one
// step short of the receiver; flat ground shows it: the loss is that of the place before.
double on_nearest_posts_db(const Posts& posts, const SplatJob& job, geo::Point rx) {
  double lat1 = job.site.y * degree, lat2 = rx.y * degree, turn = (rx.x - job.site.x) * degree;
  double north = std::cos(lat1) * std::sin(lat2) - std::sin(lat1) * std::cos(lat2) * std::cos(turn);
  double east = std::sin(turn) * std::cos(lat2);
  GreatCircle path{job.site, std::atan2(east, north)};
  double step_rad = splat_step_rad(path);
  auto count = static_cast<std::size_t>(std::lround(std::asin(std::hypot(east, north)) / step_rad));
  if (count < 3) return NAN;
  std::vector<double> heights;
  for (std::size_t k = 0; k < count; ++k) {
    geo::Point at = path.at(step_rad * static_cast<double>(k));
    heights.push_back(posts.nearest_m(at.x, at.y));
  }
  auto geometry = itm_geometry({step_rad * 3959 * 1609.344, heights},
                               {.tx_mast_m = job.tx_mast_m, .rx_mast_m = job.rx_mast_m},
                               {.sea_level_n0 = job.sea_level_n0});
  return geometry ? itm_loss(*geometry, itm_band(job.frequency_mhz)).basic_loss_db : NAN;
}

void report_differences(const char* what, std::vector<double> differences) {
  double sum = 0, squares = 0;
  for (double d : differences) {
    sum += d;
    squares += d * d;
  }
  auto n = static_cast<double>(differences.size());
  for (double& d : differences) d = std::abs(d);
  std::sort(differences.begin(), differences.end());
  auto part = [&](double share) { return differences[static_cast<std::size_t>(share * (n - 1))]; };
  fmt::print("| {} | {:.0f} | {:+.2f} | {:.2f} | {:.2f} | {:.2f} | {:.1f} |\n", what, n, sum / n,
             std::sqrt(squares / n), part(0.5), part(0.95), differences.back());
}

bool compare_answers(const SplatJob& job, const Posts& posts, const geo::TerrainGrid& terrain,
                     const std::vector<SplatAnswer>& answers) {
  std::vector<double> same_posts, interpolated;
  TerrainPath room;
  for (std::size_t i = 0; i < answers.size();
       i += std::max<std::size_t>(1, answers.size() / 4001)) {
    double same = on_nearest_posts_db(posts, job, answers[i].at);
    auto at = terrain.plane.forward(answers[i].at);
    if (!at || !(std::hypot(at->x_m, at->y_m) > 1000) || !(same > 0)) continue;
    auto loss = path_loss(terrain, {}, job.tx_mast_m, *at, itm_question, job.frequency_mhz,
                          terrain.cell_m, room);
    if (!loss) continue;
    same_posts.push_back(same - answers[i].loss_db);
    interpolated.push_back(loss->loss_db - answers[i].loss_db);
  }
  if (same_posts.size() < 100) return false;
  fmt::print(
      "| Longley-Rice, ours less SPLAT!'s, dB | receivers | mean | rms | median | 95 % | "
      "greatest |\n|---|---:|---:|---:|---:|---:|---:|\n");
  report_differences("over the nearest posts, as SPLAT! reads them", same_posts);
  report_differences("over bilinear terrain, our exact path", interpolated);
  for (double& d : same_posts) d = std::abs(d);
  return median(same_posts) < 0.1;
}

struct Rate {
  std::string what;
  double receivers = 0;
  double cpu_s = 0;
};

// The radials of fan `f` of `fans` around the site.
RadialFan fan_of(const SplatJob& job, const geo::TerrainGrid& terrain, std::size_t samples,
                 std::size_t f, std::size_t fans) {
  RadialFan fan{.site = {},
                .tx_mast_m = job.tx_mast_m,
                .rx_mast_m = job.rx_mast_m,
                .step_m = terrain.cell_m,
                .samples = samples,
                .radii = earth_radii(Atmosphere{}.delta_n_per_km)};
  for (std::size_t lane = 0; lane < radial_lanes; ++lane) {
    fan.azimuth_rad[lane] = 2 * std::numbers::pi * static_cast<double>(f * radial_lanes + lane) /
                            static_cast<double>(fans * radial_lanes);
  }
  return fan;
}

// P.1812 of some receivers along radials against the exact path to the same places.
bool radials_agree(const SplatJob& job, const geo::TerrainGrid& terrain, double radius_km) {
  auto samples = static_cast<std::size_t>(radius_km * 1000 / terrain.cell_m) + 1;
  P1812Radio band = *p1812_radio({.frequency_ghz = job.frequency_mhz / 1000}, {});
  RadialFan fan = fan_of(job, terrain, samples, 0, 7);
  RadialBlock block;
  extract_radials(terrain, fan, block);
  walk_radials(fan, block);
  std::vector<float> loss(block.count());
  p1812_loss_lanes(block, band, 2, samples, loss);
  TerrainPath room;
  double greatest = 0;
  for (std::size_t at = 2 * radial_lanes; at < block.count(); at += 7) {
    double along_m = static_cast<double>(at / radial_lanes) * fan.step_m;
    double azimuth_rad = fan.azimuth_rad[at % radial_lanes];
    geo::PlanePoint rx{along_m * std::sin(azimuth_rad), along_m * std::cos(azimuth_rad)};
    auto exact = path_loss(terrain, {}, job.tx_mast_m, rx, p1812_question, job.frequency_mhz,
                           fan.step_m * (1 + 1e-9), room);
    double difference = exact ? std::abs(exact->loss_db - double{loss[at]}) : INFINITY;
    greatest = std::isnan(difference) ? INFINITY : std::max(greatest, difference);
  }
  fmt::print("\nP.1812 along radials against exact paths: at most {:.4f} dB apart\n", greatest);
  return greatest < 0.05;
}

// Every receiver of the disc along radials that lie at most a cell apart at the edge.
Rate along_radials(const SplatJob& job, const geo::TerrainGrid& terrain, double radius_km,
                   int rounds) {
  auto samples = static_cast<std::size_t>(radius_km * 1000 / terrain.cell_m) + 1;
  auto radials = static_cast<std::size_t>(2 * std::numbers::pi * static_cast<double>(samples));
  std::size_t fans = (radials + radial_lanes - 1) / radial_lanes;
  P1812Radio band = *p1812_radio({.frequency_ghz = job.frequency_mhz / 1000}, {});
  RadialBlock block;
  std::vector<float> loss;
  std::vector<double> spent;
  Rate rate{"Cairn, P.1812 along radials", 0, 0};
  for (int round = 0; round < rounds; ++round) {
    double begin = cpu_s();
    for (std::size_t f = 0; f < fans; ++f) {
      RadialFan fan = fan_of(job, terrain, samples, f, fans);
      extract_radials(terrain, fan, block);
      walk_radials(fan, block);
      loss.resize(block.count());
      p1812_loss_lanes(block, band, 2, samples, loss);
    }
    spent.push_back(cpu_s() - begin);
  }
  rate.receivers = static_cast<double>(fans * radial_lanes * (samples - 2));
  rate.cpu_s = median(spent);
  return rate;
}

// Receivers over the whole disc by exact paths, eight neighbours at a time, as a map takes those
// that it does not interpolate.
Rate exact_paths(const char* what, const Propagation& question, const SplatJob& job,
                 const geo::TerrainGrid& terrain, const std::vector<SplatAnswer>& answers,
                 int rounds) {
  PreparedModel model = *prepare_model(question, job.frequency_mhz);
  PathBatch batch{
      {}, job.tx_mast_m, job.rx_mast_m, terrain.cell_m, earth_radii(question.air.delta_n_per_km)};
  std::size_t stride = std::max<std::size_t>(batch_paths, answers.size() / 2503);
  std::vector<geo::PlanePoint> receivers;
  for (std::size_t i = 0; i + batch_paths <= answers.size(); i += stride) {
    for (std::size_t n = 0; n < batch_paths; ++n) {
      receivers.push_back(*terrain.plane.forward(answers[i + n].at));
    }
    auto far = [&](geo::PlanePoint at) { return std::hypot(at.x_m, at.y_m) > 2 * terrain.cell_m; };
    if (!std::all_of(receivers.end() - batch_paths, receivers.end(), far)) {
      receivers.resize(receivers.size() - batch_paths);
    }
  }
  std::array<BatchGeometry, batch_paths> found;
  PathRoom room;
  std::vector<double> spent;
  double done = 0;
  for (int round = 0; round < rounds; ++round) {
    done = 0;
    double begin = cpu_s();
    for (std::size_t i = 0; i < receivers.size(); i += batch_paths) {
      auto at = std::span(receivers).subspan(i, batch_paths);
      batch_geometry(terrain, batch, at, room, found);
      for (std::size_t n = 0; n < batch_paths; ++n) {
        PathLoss loss;
        if (question.model == Model::p1812) {
          p1812_losses({&model, 1}, found[n].path, 0, {&loss, 1});
        } else {
          double step_km = found[n].path.distance_km / static_cast<double>(found[n].points - 1);
          std::span<const double> heights(room.terrain_m);
          EvenProfile profile{step_km * 1000, heights.subspan(n * room.stride, found[n].points)};
          if (!itm_losses({&model, 1}, profile, found[n].path, job.tx_mast_m, {&loss, 1})) continue;
        }
        if (loss.loss_db > 0) ++done;
      }
    }
    spent.push_back(cpu_s() - begin);
  }
  return {what, done, median(spent)};
}

Result<Rate> splat_rate(const SplatJob& job, double radius_km, double receivers, int rounds) {
  std::vector<double> spent;
  for (int round = 0; round < rounds; ++round) {
    auto whole = splat_cpu_s(job, radius_km);
    auto nothing = splat_cpu_s(job, 0.2);
    if (!whole || !nothing) return fail(whole ? nothing.error() : whole.error());
    spent.push_back(*whole - *nothing);
  }
  return Rate{"SPLAT! 1.4.2, Longley-Rice", receivers, median(spent)};
}

int compare(const Posts& posts, const std::string& directory, bool small) {
  SplatJob job{.directory = directory, .site = posts.middle()};
  double radius_km = small ? 6 : 50;
  int rounds = small ? 1 : 5;
  std::vector<std::uint16_t> heights;
  geo::TerrainGrid terrain = metric_grid(posts, radius_km * 1000 + 500, 90, heights);
  auto tiles = write_tiles(posts, directory);
  if (!tiles) return fmt::print(stderr, "{}\n", tiles.error().message), 1;
  if (Status status = convert_tiles(job, *tiles); !status) {
    return fmt::print(stderr, "{}\n", status.error().message), 1;
  }
  auto answers = splat_answers(job, radius_km);
  if (!answers) return fmt::print(stderr, "{}\n", answers.error().message), 1;
  if (!compare_answers(job, posts, terrain, *answers) || !radials_agree(job, terrain, radius_km)) {
    return fmt::print(stderr, "the answers differ: nothing is timed\n"), 1;
  }
  auto receivers = static_cast<double>(answers->size());
  auto peer = splat_rate(job, radius_km, receivers, rounds);
  if (!peer) return fmt::print(stderr, "{}\n", peer.error().message), 1;
  // Net of loading; on a small disc that is within its noise.
  if (peer->cpu_s < 0.2) return fmt::print("\ntoo little work for rates\n"), 0;
  fmt::print(
      "\n| program, one thread | receivers | CPU s | receivers/s | against SPLAT! |\n"
      "|---|---:|---:|---:|---:|\n");
  double peer_rate = peer->receivers / peer->cpu_s;
  for (const Rate& rate : {*peer, along_radials(job, terrain, radius_km, rounds),
                           exact_paths("Cairn, P.1812, an exact path each", p1812_question, job,
                                       terrain, *answers, rounds),
                           exact_paths("Cairn, Longley-Rice, an exact path each", itm_question, job,
                                       terrain, *answers, rounds)}) {
    double per_s = rate.receivers / rate.cpu_s;
    fmt::print("| {} | {:.0f} | {:.2f} | {:.0f} k | {:.2f} |\n", rate.what, rate.receivers,
               rate.cpu_s, per_s / 1000, per_s / peer_rate);
  }
  return 0;
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
  if (!splat_installed()) {
    fmt::print("splat is not installed (apt-get install splat): nothing to compare with\n");
    return 0;
  }
  Result<Posts> posts = tile.empty() ? Result<Posts>(made_up_posts()) : mirrored_posts(tile);
  if (!posts) return fmt::print(stderr, "{}\n", posts.error().message), 1;
  std::string pattern = std::filesystem::temp_directory_path() / "cairn-splat-XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) return fmt::print(stderr, "no directory\n"), 1;
  int code = compare(*posts, pattern, small);
  std::filesystem::remove_all(pattern);
  return code;
}
