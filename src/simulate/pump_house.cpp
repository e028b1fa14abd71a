// SPDX-License-Identifier: Apache-2.0
// A pump house of secondary water supply: a tank that the mains fill through a float valve, and
// pumps of variable speed that hold the pressure towards the building.
#include <algorithm>
#include <cmath>

#include "simulate/kinds.hpp"

namespace cairn::simulate {
namespace {

enum Given : std::size_t {
  mains_pressure,
  demand,
  set_pressure,
  pumps,
  rated_flow,
  rated_head,
  efficiency,
  tank_area,
  tank_height,
  inlet,
  powered,
  valve_stuck,
  burst
};

constexpr double kpa_per_m = 9.81;    // of water
constexpr double float_band_m = 0.2;  // over which the float valve closes
constexpr double overflow_m = 0.15;   // of the overflow pipe below the tank's top
constexpr double drain_m3_h = 3;      // of the floor
constexpr double floor_m2 = 40;
constexpr double standby_kw = 0.3;
constexpr int most_inner_steps = 60;

// Households: a peak in the morning, a smaller one at noon, the largest in the evening.
double daily_pattern(double hour) {
  const auto peak = [hour](double at, double width) {
    const double off = (hour - at) / width;
    return std::exp(-off * off);
  };
  return 0.3 + 0.9 * peak(7.5, 1.8) + 0.4 * peak(12.5, 2) + 1.2 * peak(19.5, 2.6);
}

class PumpHouse final : public Model {
 public:
  explicit PumpHouse(std::span<const double> p) : level_m_(p[tank_height] - overflow_m - 0.1) {}

  void step(const Step& now, Random& random, std::span<double> out) override {
    const auto& p = now.parameters;
    const double wanted = p[demand] * daily_pattern(now.hour) * (0.95 + 0.1 * random.uniform());
    // The float valve closes within minutes.
    const int inner = std::clamp(static_cast<int>(now.dt_s / 60), 1, most_inner_steps);
    const double hours = now.dt_s / 3600 / inner;
    Running runs;
    double drawn_m3 = 0;
    double energy_kwh = 0;
    for (int i = 0; i < inner; ++i) {
      runs = minute(p, wanted, hours);
      drawn_m3 += runs.flow_m3_h * hours;
      energy_kwh += runs.power_kw * hours;
    }
    out[0] = p[mains_pressure] + 2 * random.normal();
    out[1] = std::max(0.0, runs.pressure_kpa + 2 * random.normal());
    out[2] = level_m_ + 0.003 * random.normal();
    out[3] = drawn_m3 * 3600 / now.dt_s * (1 + 0.01 * random.normal());
    out[4] = p[powered] >= 0.5 ? energy_kwh * 3600 / now.dt_s + standby_kw : 0;
    out[5] = runs.number;
    out[6] = floor_m3_ / floor_m2;
  }

 private:
  struct Running {
    double flow_m3_h = 0;
    double pressure_kpa = 0;
    double power_kw = 0;
    double number = 0;
  };

  Running minute(std::span<const double> p, double wanted, double hours) {
    const bool works = p[powered] >= 0.5 && p[pumps] >= 0.5;
    Running runs = works ? run(p, wanted) : Running{0, kpa_per_m * level_m_, 0, 0};
    const double full_m = p[tank_height] - overflow_m;
    double open = std::clamp((full_m - 0.1 - level_m_) / float_band_m, 0.0, 1.0);
    if (p[valve_stuck] >= 0.5) open = 1;
    const double in_m3_h = open * p[inlet] * std::sqrt(p[mains_pressure] / 100);
    const double held_m3 = level_m_ * p[tank_area] + in_m3_h * hours;
    if (runs.flow_m3_h * hours > held_m3) {  // the tank is empty: the pumps stop themselves
      runs = {held_m3 / hours, 0, 0, 0};
    }
    level_m_ = (held_m3 - runs.flow_m3_h * hours) / p[tank_area];
    level_m_ = std::min(level_m_, full_m);  // what overflows has a pipe of its own
    floor_m3_ = std::max(0.0, floor_m3_ + (p[burst] - drain_m3_h) * hours);
    return runs;
  }

  // Head of one pump at speed 1, of its rated point alone: 4/3 of the rated head at no flow.
  static double head_m(std::span<const double> p, double flow_m3_h) {
    const double share = flow_m3_h / p[rated_flow];
    return p[rated_head] * (4 - share * share) / 3;
  }

  Running run(std::span<const double> p, double wanted) const {
    const double all = std::floor(p[pumps] + 0.5);
    const double need_m = p[set_pressure] / kpa_per_m - level_m_;
    for (double n = 1; n <= all; ++n) {
      if (head_m(p, wanted / n) >= need_m) return running(p, wanted, p[set_pressure], n);
    }
    // Too much is wanted: pressure and what is drawn at it fall together (as its root).
    double low = 0;
    double high = p[set_pressure];
    for (int i = 0; i < 50; ++i) {
      const double middle = (low + high) / 2;
      const double drawn = wanted * std::sqrt(middle / p[set_pressure]);
      (kpa_per_m * (level_m_ + head_m(p, drawn / all)) > middle ? low : high) = middle;
    }
    return running(p, wanted * std::sqrt(low / p[set_pressure]), low, all);
  }
  Running running(std::span<const double> p, double flow, double pressure, double n) const {
    const double lift_m = std::max(0.0, pressure / kpa_per_m - level_m_);
    return {flow, pressure, kpa_per_m * flow * lift_m / 3600 / p[efficiency], n};
  }

  double level_m_;
  double floor_m3_ = 0;
};

}  // namespace

Kind pump_house_kind() {
  return {
      .id = "pump_house",
      .zh = "二次供水泵房（水箱、变频泵）",
      .en = "Pump house of secondary supply: tank and variable-speed pumps",
      .physics_zh =
          "水箱水量平衡，进水经浮球阀按市政压力平方根；水泵用单点特性曲线（零流量扬程为额定的4/"
          "3），"
          "变频恒压，台数取能满足者中最少；不足时出水压力与用水量按平方根一同下降；"
          "轴功率为ρgQH除以效率。地面积水为爆管水量减地漏，溢流另有管道。不含管网水锤与泵效随转速的"
          "变化。",
      .physics_en =
          "Water balance of the tank, filled through a float valve with the root of the mains "
          "pressure; pumps by a one-point curve (4/3 of the rated head at no flow), their speed "
          "holds the pressure with as few as suffice; beyond, pressure falls and what is drawn "
          "with its root; power is rho g Q H over the efficiency. Water on the floor: "
          "a burst less the drain; what overflows has its pipe. No surge, no efficiency by speed.",
      .source =
          "L. A. Rossman, EPANET 2 Users Manual, EPA/600/R-00/057, 2000 (one-point pump curve, "
          "pump power); J. M. Wagner et al., J. Water Resour. Plan. Manage. 114, 1988 (demand by "
          "the root of pressure)",
      .parameters = {{"mains_pressure", "kPa", 180, 0, 800, "市政压力", "Pressure of the mains"},
                     {"demand", "m3/h", 24, 0, 1000, "用水量（系数1时）", "Demand at pattern 1"},
                     {"set_pressure", "kPa", 420, 50, 1600, "设定压力", "Pressure to hold"},
                     {"pumps", "1", 3, 0, 8, "可用泵数", "Pumps that can run"},
                     {"rated_flow", "m3/h", 20, 1, 1000, "单泵额定流量", "Rated flow of one"},
                     {"rated_head", "m", 45, 5, 200, "额定扬程", "Rated head"},
                     {"efficiency", "1", 0.6, 0.1, 0.9, "总效率", "Efficiency, motor included"},
                     {"tank_area", "m2", 12, 1, 500, "水箱面积", "Area of the tank"},
                     {"tank_height", "m", 3, 1, 10, "水箱高度", "Height of the tank"},
                     {"inlet", "m3/h", 45, 0, 1000, "进水能力（100千帕）", "Inflow at 100 kPa"},
                     {"powered", "1", 1, 0, 1, "供电", "Power supply"},
                     {"valve_stuck", "1", 0, 0, 1, "浮球阀卡开", "Float valve stuck open"},
                     {"burst", "m3/h", 0, 0, 500, "室内爆管", "Burst in the house"}},
      .outputs = {{"inlet_pressure", "kPa", "进水压力", "Pressure of the mains"},
                  {"outlet_pressure", "kPa", "出水压力", "Outlet pressure"},
                  {"tank_level", "m", "水箱水位", "Level of the tank"},
                  {"flow", "m3/h", "出水流量", "Flow"},
                  {"power", "kW", "用电功率", "Electric power"},
                  {"pumps_running", "1", "运行泵数", "Pumps that run"},
                  {"floor_water", "m", "地面积水", "Water on the floor"}},
      .make = [](std::span<const double> given) -> std::unique_ptr<Model> {
        return std::make_unique<PumpHouse>(given);
      }};
}

}  // namespace cairn::simulate
