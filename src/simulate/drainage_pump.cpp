// SPDX-License-Identifier: Apache-2.0
// A drainage pump house: rain runs into a sump, pumps start one after the other as it rises.
#include <algorithm>
#include <cmath>

#include "simulate/kinds.hpp"

namespace cairn::simulate {
namespace {

enum Given : std::size_t {
  rain_rate,
  catchment,
  runoff,
  dry_inflow,
  sump_area,
  sump_depth,
  start_level,
  stop_level,
  pumps,
  pump_flow,
  head,
  efficiency,
  powered
};

constexpr double between_starts_m = 0.3;
constexpr int most_inner_steps = 60;

class DrainagePump final : public Model {
 public:
  explicit DrainagePump(std::span<const double> p)
      : level_m_((p[start_level] + p[stop_level]) / 2) {}

  void step(const Step& now, Random& random, std::span<double> out) override {
    const auto& p = now.parameters;
    const double rain = p[rain_rate] * (0.9 + 0.2 * random.uniform());
    // Rational method: 1 mm/h on 1 ha is 10 m3/h.
    const double in_m3_h = p[dry_inflow] + p[runoff] * rain * p[catchment] * 10;
    // Pumps start and stop within a step.
    const int inner = std::clamp(static_cast<int>(now.dt_s / 60), 1, most_inner_steps);
    const double hours = now.dt_s / 3600 / inner;
    double pumped_m3 = 0;
    for (int i = 0; i < inner; ++i) {
      control(p);
      const double held_m3 = level_m_ * p[sump_area] + in_m3_h * hours;
      const double out_m3 = std::min(held_m3, running_ * p[pump_flow] * hours);
      level_m_ = std::min((held_m3 - out_m3) / p[sump_area], p[sump_depth]);
      pumped_m3 += out_m3;
    }
    const double flow_m3_h = pumped_m3 / (now.dt_s / 3600);
    out[0] = level_m_ + 0.005 * random.normal();
    out[1] = flow_m3_h;
    out[2] = running_;
    out[3] = 9.81 * flow_m3_h * p[head] / 3600 / p[efficiency];
  }

 private:
  void control(std::span<const double> p) {
    if (level_m_ <= p[stop_level]) running_ = 0;
    const double above_m = level_m_ - p[start_level];
    if (above_m >= 0) running_ = std::max(running_, 1 + std::floor(above_m / between_starts_m));
    running_ = p[powered] < 0.5 ? 0 : std::min(running_, std::floor(p[pumps] + 0.5));
  }

  double level_m_;
  double running_ = 0;
};

}  // namespace

Kind drainage_pump_kind() {
  return {
      .id = "drainage_pump",
      .zh = "排涝泵站（集水池、逐台启泵）",
      .en = "Drainage pump house: a sump and pumps that start one by one",
      .physics_zh =
          "来水按推理公式Q＝CiA，集水池水量平衡；到启泵水位起第一台，每高0.3米再起一台，"
          "到停泵水位全停；功率为ρgQH除以效率。不含汇流时间与出口水位的影响；池满后溢出。",
      .physics_en =
          "Inflow by the rational method Q = C i A; water balance of the sump; the first pump "
          "starts "
          "at its level, another one each 0.3 m above, all stop at the lower level; power is rho g "
          "Q H over the efficiency. No time of concentration, no tail water; a full sump spills.",
      .source =
          "T. J. Mulvany, Trans. Inst. Civ. Eng. Ireland 4, 1851 (rational method); GB 50014-2021 "
          "4.1 (storm water design flow)",
      .parameters = {{"rain_rate", "mm/h", 0, 0, 200, "雨强", "Rain"},
                     {"catchment", "hm2", 8, 0.1, 1000, "汇水面积（公顷）", "Catchment"},
                     {"runoff", "1", 0.6, 0, 1, "径流系数", "Runoff coefficient"},
                     {"dry_inflow", "m3/h", 20, 0, 5000, "旱季来水", "Inflow in dry weather"},
                     {"sump_area", "m2", 60, 1, 5000, "集水池面积", "Area of the sump"},
                     {"sump_depth", "m", 5, 1, 20, "集水池深", "Depth of the sump"},
                     {"start_level", "m", 2.5, 0.2, 20, "启泵水位", "Level at which one starts"},
                     {"stop_level", "m", 1, 0.1, 20, "停泵水位", "Level at which all stop"},
                     {"pumps", "1", 3, 0, 10, "可用泵数", "Pumps that can run"},
                     {"pump_flow", "m3/h", 600, 1, 20000, "单泵流量", "Flow of one"},
                     {"head", "m", 9, 1, 50, "扬程", "Head"},
                     {"efficiency", "1", 0.7, 0.1, 0.9, "总效率", "Efficiency"},
                     {"powered", "1", 1, 0, 1, "供电", "Power supply"}},
      .outputs = {{"level", "m", "集水池水位", "Level of the sump"},
                  {"flow", "m3/h", "排水流量", "Flow pumped"},
                  {"pumps_running", "1", "运行泵数", "Pumps that run"},
                  {"power", "kW", "用电功率", "Electric power"}},
      .make = [](std::span<const double> given) -> std::unique_ptr<Model> {
        return std::make_unique<DrainagePump>(given);
      }};
}

}  // namespace cairn::simulate
