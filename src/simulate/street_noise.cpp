// SPDX-License-Identifier: Apache-2.0
// A noise monitor beside a street: traffic, a building site and the background, by energy.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "simulate/kinds.hpp"

namespace cairn::simulate {
namespace {

enum Given : std::size_t { day_traffic, night_traffic, reference, background, site };

constexpr double reference_traffic = 600;  // vehicles an hour that give the reference level

double energy(double level_db) {
  return std::pow(10, level_db / 10);
}

class StreetNoise final : public Model {
 public:
  void step(const Step& now, Random& random, std::span<double> out) override {
    const auto& p = now.parameters;
    // Between 6 and 22 h by day; an hour of change on both sides.
    const double morning = std::clamp(now.hour - 5.5, 0.0, 1.0);
    const double evening = std::clamp(22.5 - now.hour, 0.0, 1.0);
    const double traffic =
        p[night_traffic] + (p[day_traffic] - p[night_traffic]) * std::min(morning, evening);
    const double cars = energy(p[reference]) * traffic / reference_traffic;
    const double building = p[site] > 0 ? energy(p[site]) : 0;
    const double quiet = energy(p[background]);
    const double leq = 10 * std::log10(cars + building + quiet) + 0.4 * random.normal();
    out[0] = leq;
    out[1] = leq + 2.5;                                   // L10 of traffic
    out[2] = 10 * std::log10(quiet + 0.1 * cars);         // L90: between vehicles
    out[3] = leq + 12 + 1.5 * std::abs(random.normal());  // the loudest moment
    out[4] = traffic;
    out[5] = out[6] = std::numeric_limits<double>::quiet_NaN();
    // The instrument's own means, told at the end of day (6 to 22 h) and night.
    const bool night = now.hour <= 6 || now.hour > 22;  // a reading stands at the end of its hour
    if (night != night_ && count_ > 0) tell(out);
    night_ = night;
    energy_ += energy(leq);
    ++count_;
  }

 private:
  void tell(std::span<double> out) {
    // A part of one, at the start, says nothing.
    if (whole_) out[night_ ? 6 : 5] = 10 * std::log10(energy_ / count_);
    whole_ = true;
    energy_ = 0;
    count_ = 0;
  }

  bool night_ = true;
  bool whole_ = false;
  double energy_ = 0;
  int count_ = 0;
};

}  // namespace

Kind street_noise_kind() {
  return {.id = "street_noise",
          .zh = "道路旁噪声监测（交通、工地、背景按能量叠加）",
          .en = "Noise beside a street: traffic, building site, background",
          .physics_zh =
              "能量叠加：Leq = 10·lg(Σ10^(Li/10))；交通声级随车流量按10·lg(q/600)变化，"
              "车流昼夜分段。不含地面、屏障与频谱。",
          .physics_en =
              "Levels add by energy: Leq = 10 lg(sum of 10^(Li/10)); the level of traffic follows "
              "10 lg(q / 600); traffic has a day and a night. No ground, screens or spectra.",
          .source =
              "HJ 2.4-2021 and ISO 1996-1: energetic sums of sources; the offsets of L10 and of "
              "the loudest moment are assumptions",
          .parameters = {{"day_traffic", "1/h", 600, 0, 20000, "昼间车流量", "Vehicles by day"},
                         {"night_traffic", "1/h", 60, 0, 20000, "夜间车流量", "Vehicles by night"},
                         {"reference", "dB", 57, 20, 100, "每小时600辆时的声级",
                          "Level of 600 vehicles"},
                         {"background", "dB", 40, 10, 100, "背景声级", "Background level"},
                         {"site", "dB", 0, 0, 120, "工地声级（0为无）",
                          "Level of a building site, 0: none"}},
          .outputs = {{"leq", "dB", "等效声级", "Equivalent level"},
                      {"l10", "dB", "L10", "Level exceeded for a tenth of the time"},
                      {"l90", "dB", "L90", "Level exceeded for nine tenths of the time"},
                      {"lmax", "dB", "最大声级", "Largest level"},
                      {"traffic", "1/h", "车流量", "Vehicles"},
                      {"day_level", "dB", "昼间等效声级Ld", "Level of the day, 6 to 22 h"},
                      {"night_level", "dB", "夜间等效声级Ln", "Level of the night, 22 to 6 h"}},
          .make = [](std::span<const double>) -> std::unique_ptr<Model> {
            return std::make_unique<StreetNoise>();
          }};
}

}  // namespace cairn::simulate
