// SPDX-License-Identifier: Apache-2.0
// How many links a second does each model evaluate on one thread? Every evaluation is the whole
// of it: the profile is checked and walked, the band's constants are set up, one loss comes out.
// CPU time, median of the rounds. Before anything is timed, answers are compared: a path must
// give the same loss whether its geometry is reused or not, and repeated runs the same bits.
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "radio/itm.hpp"
#include "radio/p1812.hpp"
#include "radio/p525.hpp"
#include "radio/testing.hpp"
#include "radio/tr38901.hpp"

namespace {

using namespace cairn;         // NOLINT
using namespace cairn::radio;  // NOLINT
using radio::testing::OwnedProfile;

double cpu_s() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

const Terminals masts{.tx_mast_m = 30, .rx_mast_m = 1.5};
const Atmosphere air{};
const P1812Input band{.frequency_ghz = 0.768, .time_percent = 50};

double p1812_db(const OwnedProfile& p) {
  return p1812(p.view(), masts, air, band)->loss.basic_loss_db;
}
double p526_db(const OwnedProfile& p) {
  return p526_loss(p.view(), masts, {.frequency_ghz = 0.768})->loss.total_db;
}
double itm_db(const OwnedProfile& p) {
  double step_m = p.distance_km.back() * 1000 / static_cast<double>(p.distance_km.size() - 1);
  auto path = itm_geometry({step_m, p.terrain_m}, masts, air);
  auto set = itm_radio({.frequency_mhz = 768}, {});
  return itm_loss(*path, *set).basic_loss_db;
}
double rural_db(const OwnedProfile& p) {
  return rural_macro_loss({.frequency_ghz = 0.768}, p.distance_km.back() * 1000)->mean_db;
}

struct Model {
  std::string name;
  std::function<double(const OwnedProfile&)> loss_db;
};

// 64 paths of 30 km (they stay in the cache, as a profile just read does) over relief of several
// hundred metres; one in four with clutter on the way.
std::vector<OwnedProfile> paths(std::size_t points, std::size_t count) {
  radio::testing::Generator generator(42);
  std::vector<OwnedProfile> out;
  for (std::size_t i = 0; i < count; ++i) {
    double swing = radio::testing::uniform(generator, 20, 1200);
    out.push_back(
        radio::testing::random_profile(generator, points, 30, swing, {.clutter = i % 4 == 0}));
  }
  return out;
}

double evaluations_per_s(const Model& model, const std::vector<OwnedProfile>& set, int rounds,
                         double& checksum) {
  std::vector<double> rates;
  for (int round = 0; round < rounds; ++round) {
    double sum = 0;
    std::size_t done = 0;
    double begin = cpu_s();
    double spent = 0;
    do {
      for (const OwnedProfile& p : set) sum += model.loss_db(p);
      done += set.size();
      spent = cpu_s() - begin;
    } while (spent < 0.15);
    rates.push_back(static_cast<double>(done) / spent);
    checksum += sum;
  }
  std::sort(rates.begin(), rates.end());
  return rates[rates.size() / 2];
}

bool answers_agree(const std::vector<OwnedProfile>& set, const std::vector<Model>& models) {
  auto set_up = p1812_radio(band, air);
  for (const OwnedProfile& p : set) {
    auto path = p1812_geometry(p.view(), masts, air);
    if (!path || !set_up) return false;
    if (p1812_loss(*path, *set_up).basic_loss_db != p1812_db(p)) return false;
    for (const Model& model : models) {
      double value = model.loss_db(p);
      if (!(value >= 0 && value < 500) || value != model.loss_db(p)) return false;
    }
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  bool small = argc > 1 && std::strcmp(argv[1], "--small") == 0;
  std::vector<Model> models = {{"P.1812", p1812_db},
                               {"P.526 delta-Bullington", p526_db},
                               {"ITM point to point", itm_db},
                               {"TR 38.901 RMa (no profile)", rural_db}};
  auto set_up = p1812_radio(band, air);
  std::vector<std::size_t> sizes = {1000, 334, 100};
  double checksum = 0;
  fmt::print("| model | {} points | {} points | {} points |\n|---|---:|---:|---:|\n", sizes[0],
             sizes[1], sizes[2]);
  for (const Model& model : models) {
    std::string row = "| " + model.name;
    for (std::size_t points : sizes) {
      std::vector<OwnedProfile> set = paths(points, small ? 16 : 64);
      if (!answers_agree(set, models)) {
        fmt::print(stderr, "answers differ at {} points\n", points);
        return 1;
      }
      double rate = evaluations_per_s(model, set, small ? 1 : 7, checksum);
      row += fmt::format(" | {:.0f} k/s", rate / 1000);
    }
    fmt::print("{} |\n", row);
  }
  std::vector<PathGeometry> geometries;
  for (const OwnedProfile& p : paths(1000, 64)) {
    geometries.push_back(*p1812_geometry(p.view(), masts, air));
  }
  double begin = cpu_s();
  int repeats = small ? 20 : 500;
  for (int k = 0; k < repeats; ++k) {
    for (const PathGeometry& g : geometries) checksum += p1812_loss(g, *set_up).basic_loss_db;
  }
  double each_ns = (cpu_s() - begin) * 1e9 / (repeats * static_cast<double>(geometries.size()));
  fmt::print("\nP.1812 from a geometry at hand: {:.0f} ns a band (checksum {:.6f})\n", each_ns,
             checksum);
  return 0;
}
