// SPDX-License-Identifier: Apache-2.0
// A data hall with its chiller: what the servers draw becomes heat, the chiller takes it away as
// long as it can, and its electricity depends on the air outside.
#include <algorithm>
#include <cmath>

#include "simulate/kinds.hpp"

namespace cairn::simulate {
namespace {

enum Given : std::size_t {
  it_power,
  swing,
  outdoor,
  outdoor_swing,
  carnot,
  capacity,
  set_temperature,
  heat_capacity,
  fans,
  supply_loss
};

constexpr double pi = 3.14159265358979323846;
constexpr double evaporating_c = 8;  // of the chiller, for air of 18 to 27 degrees
constexpr double approach_k = 12;    // of condensing above the air outside
constexpr double least_lift_k = 10;
constexpr double dew_point_c = 11;  // kept by the humidifier

// Saturation pressure of water vapour, hPa (Magnus).
double vapour_hpa(double celsius) {
  return 6.112 * std::exp(17.62 * celsius / (243.12 + celsius));
}

class DataHall final : public Model {
 public:
  explicit DataHall(std::span<const double> p) : hall_c_(p[set_temperature]) {}

  void step(const Step& now, Random& random, std::span<double> out) override {
    const auto& p = now.parameters;
    const double hours = now.dt_s / 3600;
    const double day = std::cos(2 * pi * (now.hour - 15) / 24);
    const double it_kw = p[it_power] * (1 + p[swing] * day) * (1 + 0.01 * random.normal());
    const double outdoor_c = p[outdoor] + p[outdoor_swing] * day;
    const double supply_kw = it_kw * p[supply_loss];
    const double fan_kw = it_kw * p[fans];
    // Fans warm the air they move; losses of the supply are in their own room.
    const double heat_kw = it_kw + fan_kw;
    const double wanted_kw = heat_kw + p[heat_capacity] * (hall_c_ - p[set_temperature]) / hours;
    const double cold_kw = std::clamp(wanted_kw, 0.0, p[capacity]);
    hall_c_ += (heat_kw - cold_kw) * hours / p[heat_capacity];
    const double lift_k = std::max(least_lift_k, outdoor_c + approach_k - evaporating_c);
    const double performance = p[carnot] * (evaporating_c + 273.15) / lift_k;
    out[0] = it_kw;
    out[1] = it_kw + supply_kw + fan_kw + cold_kw / performance;
    out[2] = hall_c_ + 0.1 * random.normal();
    out[3] = std::min(100.0, 100 * vapour_hpa(dew_point_c) / vapour_hpa(hall_c_));
  }

 private:
  double hall_c_;
};

}  // namespace

Kind data_hall_kind() {
  return {
      .id = "data_hall",
      .zh = "机房模块（IT负荷、冷机、进风温度）",
      .en = "Data hall: IT load, chiller, temperature of the inlet air",
      .physics_zh =
          "IT功率全部成为热；冷机带走的热不超过能力，余热按热容使温度上升；冷机效率为卡诺效率的一个"
          "份额，"
          "冷凝温度高于室外12 K；风机、供配电损耗按IT功率的份额；露点由加湿维持。"
          "不含自然冷却、围护结构传热与温度分布。",
      .physics_en =
          "All IT power becomes heat; the chiller takes what it can, the rest warms the hall by "
          "its "
          "heat capacity; its performance is a share of Carnot's, condensing 12 K above the air "
          "outside; fans and losses of the supply are shares of the IT power; the dew point is "
          "kept. No free cooling, no heat through walls, one temperature.",
      .source =
          "ASHRAE Handbook - Fundamentals, ch. 2 (refrigeration cycles); Magnus formula after "
          "WMO-No. "
          "8 (CIMO guide), annex 4.B",
      .parameters = {{"it_power", "kW", 400, 0, 100000, "平均IT功率", "Mean IT power"},
                     {"swing", "1", 0.1, 0, 0.9, "日变化", "Daily swing"},
                     {"outdoor", "Cel", 20, -40, 50, "室外平均温度", "Mean temperature outside"},
                     {"outdoor_swing", "K", 6, 0, 20, "室外日较差的一半", "Its daily swing"},
                     {"carnot", "1", 0.5, 0.05, 0.9, "卡诺效率份额", "Share of Carnot"},
                     {"capacity", "kW", 600, 0, 100000, "制冷能力", "Cooling capacity"},
                     {"set_temperature", "Cel", 23, 10, 35, "设定温度", "Temperature to hold"},
                     {"heat_capacity", "kW.h/K", 60, 0.1, 10000, "热容", "Heat capacity"},
                     {"fans", "1", 0.06, 0, 1, "风机份额", "Share of fans"},
                     {"supply_loss", "1", 0.06, 0, 1, "供配电损耗", "Losses of the supply"}},
      .outputs = {{"it_power", "kW", "IT功率", "IT power"},
                  {"total_power", "kW", "总功率", "Total power"},
                  {"inlet_temperature", "Cel", "进风温度", "Temperature of the inlet air"},
                  {"humidity", "%", "相对湿度", "Relative humidity"}},
      .make = [](std::span<const double> given) -> std::unique_ptr<Model> {
        return std::make_unique<DataHall>(given);
      }};
}

}  // namespace cairn::simulate
