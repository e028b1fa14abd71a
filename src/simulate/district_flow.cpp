// SPDX-License-Identifier: Apache-2.0
// A district metered area of a water network: what is drawn, what leaks by the pressure, and the
// pressure that both leave.
#include <algorithm>
#include <cmath>

#include "simulate/kinds.hpp"

namespace cairn::simulate {
namespace {

enum Given : std::size_t { demand, leak, burst, exponent, source_head, loss, meter_error };

constexpr double kpa_per_m = 9.81;
constexpr double leak_head_m = 50;  // at which `leak` is given

// 0.27 of the mean at night, peaks in the morning, at noon and in the evening; its mean is 1.
double daily_pattern(double hour) {
  const auto peak = [hour](double at, double width) {
    const double off = (hour - at) / width;
    return std::exp(-off * off);
  };
  return (0.21 + 1.15 * peak(8, 2) + 0.75 * peak(13, 2.4) + 1.35 * peak(19.5, 2.8)) / 0.788524;
}

class DistrictFlow final : public Model {
 public:
  void step(const Step& now, Random& random, std::span<double> out) override {
    const auto& p = now.parameters;
    const double used =
        std::max(0.0, p[demand] * daily_pattern(now.hour) * (1 + 0.05 * random.normal()));
    // Inflow and pressure decide each other; the loss is small, so that a few rounds suffice.
    double head_m = p[source_head];
    double inflow = used;
    for (int i = 0; i < 40; ++i) {
      const double lost = p[leak] * std::pow(head_m / leak_head_m, p[exponent]) +
                          p[burst] * std::sqrt(head_m / leak_head_m);
      inflow = used + lost;
      const double next = p[source_head] - p[loss] * (inflow / 100) * (inflow / 100);
      head_m = (head_m + std::max(0.0, next)) / 2;
    }
    out[0] = inflow * (1 + 0.005 * random.normal());
    out[1] = used * (1 - p[meter_error]);
    out[2] = kpa_per_m * head_m + random.normal();
  }
};

}  // namespace

Kind district_flow_kind() {
  return {
      .id = "district_flow",
      .zh = "供水独立计量区（DMA）",
      .en = "District metered area of a water network",
      .physics_zh =
          "用水按日变化曲线；背景漏失按FAVAD幂律L＝L50(H/50)^N1，爆管按孔口N1＝0.5；"
          "水头损失与流量平方成正比，流量与压力迭代求解。用户远传水表按计量误差少计。"
          "不含水池调蓄与用水随压力的变化。",
      .physics_en =
          "Demand by a daily pattern; background leaks by the FAVAD power law L = L50 (H/50)^N1, a "
          "burst as an orifice, N1 = 0.5; head lost with the square of the flow, solved together. "
          "Customers' meters count too little by their error. No storage, no demand by pressure.",
      .source =
          "J. May, World Water & Environ. Eng., Oct. 1994 (FAVAD); A. O. Lambert, IWA conf. system "
          "approach to leakage control, 2001 (N1 power law)",
      .parameters = {{"demand", "m3/h", 60, 0, 10000, "平均用水量", "Mean demand"},
                     {"leak", "m3/h", 5, 0, 2000, "背景漏失（50米水头）", "Leaks at 50 m"},
                     {"burst", "m3/h", 0, 0, 2000, "爆管（50米水头）", "Burst at 50 m"},
                     {"exponent", "1", 1.1, 0.5, 1.5, "漏失指数N1", "Exponent N1"},
                     {"source_head", "m", 42, 1, 150, "入口水头", "Head at the inlet"},
                     {"loss", "m", 6, 0, 100, "100立方米/时的水头损失", "Head lost at 100 m3/h"},
                     {"meter_error", "1", 0.02, 0, 0.3, "水表少计", "Meters' error"}},
      .outputs = {{"inflow", "m3/h", "进水流量", "Inflow"},
                  {"metered", "m3/h", "用户计量水量", "Metered consumption"},
                  {"pressure", "kPa", "平均点压力", "Pressure at the average point"}},
      .make = [](std::span<const double>) -> std::unique_ptr<Model> {
        return std::make_unique<DistrictFlow>();
      }};
}

}  // namespace cairn::simulate
