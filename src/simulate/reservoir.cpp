// SPDX-License-Identifier: Apache-2.0
// A reservoir behind a dam: its water balance, the seepage that follows the head, the crest that
// leans with the water.
#include <algorithm>
#include <cmath>

#include "simulate/kinds.hpp"

namespace cairn::simulate {
namespace {

enum Given : std::size_t {
  inflow,
  release,
  level_0,
  capacity,
  height,
  bottom,
  spill_level,
  spill_width,
  seepage_per_m,
  seepage_lag,
  leak,
  lean_per_m,
  noise
};

class Reservoir final : public Model {
 public:
  explicit Reservoir(std::span<const double> p)
      : storage_m3_(volume_m3(p, p[level_0] - p[bottom])),
        seepage_l_s_(p[seepage_per_m] * (p[level_0] - p[bottom])) {}

  void step(const Step& now, Random& random, std::span<double> out) override {
    const auto& p = now.parameters;
    double depth_m = depth(p);
    const double over_m = std::max(0.0, depth_m + p[bottom] - p[spill_level]);
    // A free weir: Q = 1.7 b H^1.5 in m3/s (C = 0.385 sqrt(2 g)).
    const double spilled_m3_s = 1.7 * p[spill_width] * std::pow(over_m, 1.5);
    storage_m3_ += (p[inflow] - p[release] - spilled_m3_s) * now.dt_s;
    storage_m3_ = std::max(storage_m3_, 1.0);
    depth_m = depth(p);
    // Darcy: seepage goes with the head, after the time that the core needs.
    const double kept = std::exp(-now.dt_s / 3600 / p[seepage_lag]);
    const double goal_l_s = p[seepage_per_m] * depth_m + p[leak];
    seepage_l_s_ = goal_l_s + (seepage_l_s_ - goal_l_s) * kept;
    out[0] = depth_m + p[bottom] + p[noise] * random.normal();
    out[1] = storage_m3_;
    out[2] = p[inflow];
    out[3] = p[release] + spilled_m3_s;
    out[4] = std::max(0.0, seepage_l_s_ * (1 + 0.01 * random.normal()));
    out[5] = p[lean_per_m] * depth_m + 0.05 * random.normal();
  }

 private:
  // V = Vmax (h / H)^3: a valley that widens as it rises.
  static double volume_m3(std::span<const double> p, double depth_m) {
    const double share = std::max(0.0, depth_m) / p[height];
    return p[capacity] * share * share * share;
  }
  double depth(std::span<const double> p) const {
    return p[height] * std::cbrt(storage_m3_ / p[capacity]);
  }

  double storage_m3_;
  double seepage_l_s_;
};

}  // namespace

Kind reservoir_kind() {
  return {
      .id = "reservoir",
      .zh = "水库大坝（水量平衡、渗流、变形）",
      .en = "Reservoir and dam: water balance, seepage, displacement",
      .physics_zh =
          "库容随入库、泄放和溢洪变化，库容曲线取水深的三次方；溢洪道按自由堰流Q = 1.7·b·H^1.5；"
          "渗流量正比于水头（达西）并按心墙滞时一阶滞后，可设渗漏增量；坝顶水平位移正比于水深。"
          "不含蒸发、温度变形和时效变形。",
      .physics_en =
          "Storage follows inflow, release and spill; the capacity curve is the cube of the depth; "
          "the "
          "spillway is a free weir, Q = 1.7 b H^1.5; seepage goes with the head (Darcy) with the "
          "lag of "
          "the core and a leak that may be set; the crest moves with the depth. No evaporation, "
          "thermal "
          "or lasting deformation.",
      .source =
          "H. Darcy, 1856; V. T. Chow, Open-Channel Hydraulics, 1959 (weir); the cube of the depth "
          "is the "
          "usual curve of a V-shaped valley",
      .parameters = {{"inflow", "m3/s", 5, 0, 100000, "入库流量", "Inflow"},
                     {"release", "m3/s", 5, 0, 100000, "泄放流量", "Release"},
                     {"level", "m", 1500, -100, 6000, "起始水位", "Level at the start"},
                     {"capacity", "m3", 8e6, 1000, 1e12, "总库容", "Capacity"},
                     {"height", "m", 40, 1, 350, "库深（满库）", "Depth when full"},
                     {"bottom", "m", 1470, -200, 6000, "库底高程", "Bottom"},
                     {"spill_level", "m", 1506, -100, 6000, "溢洪道堰顶", "Crest of the spillway"},
                     {"spill_width", "m", 12, 0, 1000, "溢洪道宽", "Width of the spillway"},
                     {"seepage_per_m", "L/s/m", 0.25, 0, 100, "每米水头渗流量", "Seepage a metre"},
                     {"seepage_lag", "h", 24, 0.1, 8760, "渗流滞时", "Lag of the seepage"},
                     {"leak", "L/s", 0, 0, 1000, "渗漏增量", "A leak"},
                     {"lean_per_m", "mm/m", 0.3, 0, 10, "每米水深位移", "Displacement a metre"},
                     {"noise", "m", 0, 0, 1, "水位噪声", "Noise of the level"}},
      .outputs = {{"level", "m", "库水位", "Level"},
                  {"storage", "m3", "蓄水量", "Storage"},
                  {"inflow", "m3/s", "入库流量", "Inflow"},
                  {"outflow", "m3/s", "出库流量", "Outflow"},
                  {"seepage", "L/s", "渗流量", "Seepage"},
                  {"displacement", "mm", "坝顶水平位移", "Displacement of the crest"}},
      .make = [](std::span<const double> given) -> std::unique_ptr<Model> {
        return std::make_unique<Reservoir>(given);
      }};
}

}  // namespace cairn::simulate
