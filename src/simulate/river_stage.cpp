// SPDX-License-Identifier: Apache-2.0
// A river gauge in a small catchment: rain through a cascade of linear reservoirs, flow to stage by
// a rating curve.
#include <algorithm>
#include <array>
#include <cmath>

#include "simulate/kinds.hpp"

namespace cairn::simulate {
namespace {

enum Given : std::size_t {
  rain_rate,
  area,
  runoff,
  storage_h,
  base,
  rating_a,
  rating_b,
  zero,
  noise
};

class RiverStage final : public Model {
 public:
  explicit RiverStage(std::span<const double> p) {
    // In equilibrium with the rain at the start.
    flows_m3_s_.fill(p[rain_rate] * p[runoff] * p[area] / 3.6);
  }

  void step(const Step& now, Random& random, std::span<double> out) override {
    const auto& p = now.parameters;
    const double hours = now.dt_s / 3600;
    double inflow_m3_s = p[rain_rate] * p[runoff] * p[area] / 3.6;  // mm/h over km2
    const double kept = std::exp(-hours / p[storage_h]);
    for (double& flow : flows_m3_s_) {
      flow = inflow_m3_s + (flow - inflow_m3_s) * kept;
      inflow_m3_s = flow;
    }
    const double flow_m3_s = p[base] + flows_m3_s_.back();
    out[0] =
        p[zero] + std::pow(flow_m3_s / p[rating_a], 1 / p[rating_b]) + p[noise] * random.normal();
    out[1] = flow_m3_s;
    out[2] = p[rain_rate] * hours;
  }

 private:
  std::array<double, 3> flows_m3_s_{};
};

}  // namespace

Kind river_stage_kind() {
  return {
      .id = "river_stage",
      .zh = "河道水位站（降雨—汇流—水位）",
      .en = "River gauge: rain, flow, stage",
      .physics_zh =
          "净雨经三个串联线性水库（Nash，1957）汇流，加基流得流量，再由水位流量关系Q = a(H − H0)^b"
          "换算水位，叠加仪器噪声。径流系数为常数，不含下渗变化、河道演进与回水。",
      .physics_en =
          "Effective rain through three equal linear reservoirs in a row (Nash 1957), and base "
          "flow; the "
          "stage follows from the rating curve Q = a (H - H0)^b, with the noise of the instrument. "
          "The "
          "runoff coefficient is constant; no routing or backwater.",
      .source =
          "J. E. Nash, The form of the instantaneous unit hydrograph, IAHS 45, 1957; ISO 1100-2 "
          "(rating "
          "curve)",
      .parameters = {{"rain_rate", "mm/h", 0, 0, 200, "面雨强", "Rain over the catchment"},
                     {"area", "km2", 120, 0.1, 100000, "流域面积", "Catchment"},
                     {"runoff", "1", 0.4, 0, 1, "径流系数", "Runoff coefficient"},
                     {"storage", "h", 1.5, 0.05, 240, "单库滞时", "Storage time of one"},
                     {"base", "m3/s", 3, 0, 100000, "基流", "Base flow"},
                     {"rating_a", "1", 22, 0.001, 1000000, "关系系数a", "a of the rating curve"},
                     {"rating_b", "1", 1.7, 0.5, 4, "关系指数b", "b of the rating curve"},
                     {"zero", "m", 0, -500, 6000, "零流量水位", "Stage of no flow"},
                     {"noise", "m", 0, 0, 1, "仪器噪声", "Noise"}},
      .outputs = {{"level", "m", "水位", "Stage"},
                  {"flow", "m3/s", "流量（真值）", "Flow (the truth)"},
                  {"rain", "mm", "时段面雨量", "Rain in the interval"}},
      .make = [](std::span<const double> given) -> std::unique_ptr<Model> {
        return std::make_unique<RiverStage>(given);
      }};
}

}  // namespace cairn::simulate
