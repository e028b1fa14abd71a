// SPDX-License-Identifier: Apache-2.0
// A gully in a storm: the depth of the stream, and the surges of debris that a geophone hears.
#include <algorithm>
#include <cmath>

#include "simulate/kinds.hpp"

namespace cairn::simulate {
namespace {

enum Given : std::size_t {
  rain_rate,
  area,
  runoff,
  storage_h,
  width,
  slope,
  roughness,
  surge,
  distance,
  noise
};

class DebrisGully final : public Model {
 public:
  explicit DebrisGully(std::span<const double>) {}

  void step(const Step& now, Random& random, std::span<double> out) override {
    const auto& p = now.parameters;
    const double hours = now.dt_s / 3600;
    // A linear reservoir: dS/dt = i - S/k, exact over a step of constant inflow; Q = S / k.
    const double inflow_m3_s = p[rain_rate] * p[runoff] * p[area] / 3.6;
    const double kept = std::exp(-hours / p[storage_h]);
    water_m3_s_ = inflow_m3_s + (water_m3_s_ - inflow_m3_s) * kept;
    // Manning in a wide channel: depth for the flow of water and what it carries.
    const double flow_m3_s = water_m3_s_ + p[surge];
    const double depth_m =
        std::pow(flow_m3_s * p[roughness] / (p[width] * std::sqrt(p[slope])), 0.6);
    // The ground shakes with the square root of the power that the surge loses, less with distance.
    const double power_w = 2000 * 9.81 * p[surge] * p[slope];
    const double shake_um_s =
        p[noise] * (1 + 0.2 * random.normal()) + 0.9 * std::sqrt(power_w) / p[distance];
    out[0] = p[rain_rate] * hours;
    out[1] = depth_m;
    out[2] = std::max(0.01, shake_um_s);
    out[3] = flow_m3_s;
  }

 private:
  double water_m3_s_ = 0;
};

}  // namespace

Kind debris_gully_kind() {
  return {
      .id = "debris_gully",
      .zh = "泥石流沟（泥位、地声）",
      .en = "Debris-flow gully: depth and ground vibration",
      .physics_zh =
          "降雨经线性水库汇流为清水流量，加上设定的泥石流龙头流量，按曼宁公式（宽浅断面）换算泥位；"
          "地声振动速度取龙头耗散功率的平方根除以距离，加背景噪声。启动条件不在模型内：何时来龙头由"
          "设定给出。",
      .physics_en =
          "Rain becomes flow through a linear reservoir; with the flow of a surge that is set it "
          "gives a "
          "depth by Manning's formula for a wide channel. The ground shakes with the square root "
          "of the "
          "power that the surge loses over the distance, above a background. What starts a surge "
          "is not "
          "modelled: it is set.",
      .source =
          "R. Manning, 1891; V. T. Chow, Open-Channel Hydraulics, 1959 (wide channel); the "
          "geophone's "
          "factor 0.9 um/s per root watt and metre is chosen, not measured",
      .parameters = {{"rain_rate", "mm/h", 0, 0, 200, "雨强", "Rain"},
                     {"area", "km2", 4, 0.05, 200, "汇水面积", "Catchment"},
                     {"runoff", "1", 0.5, 0, 1, "径流系数", "Runoff coefficient"},
                     {"storage", "h", 0.6, 0.05, 24, "汇流滞时", "Storage time"},
                     {"width", "m", 8, 0.5, 200, "沟宽", "Width"},
                     {"slope", "1", 0.12, 0.005, 1, "沟床比降", "Slope"},
                     {"roughness", "1", 0.06, 0.01, 0.5, "曼宁糙率", "Manning's n"},
                     {"surge", "m3/s", 0, 0, 2000, "龙头流量", "Flow of the surge"},
                     {"distance", "m", 30, 1, 1000, "距沟床", "Distance to the bed"},
                     {"noise", "um/s", 0.8, 0, 50, "背景振动", "Background"}},
      .outputs = {{"rain", "mm", "时段雨量", "Rain in the interval"},
                  {"depth", "m", "泥（水）位", "Depth"},
                  {"vibration", "um/s", "振动速度", "Ground velocity"},
                  {"flow", "m3/s", "流量（真值）", "Flow (the truth)"}},
      .make = [](std::span<const double> given) -> std::unique_ptr<Model> {
        return std::make_unique<DebrisGully>(given);
      }};
}

}  // namespace cairn::simulate
