// SPDX-License-Identifier: Apache-2.0
// The air of a road tunnel: carbon monoxide, smoke, draught, heat of a fire; and the sump's water.
#include <algorithm>
#include <cmath>

#include "simulate/kinds.hpp"

namespace cairn::simulate {
namespace {

enum Given : std::size_t { traffic, speed, heavy, length, fans, fire, ambient, inflow, pump };

class TunnelAir final : public Model {
 public:
  explicit TunnelAir(std::span<const double>) {}

  void step(const Step& now, Random& random, std::span<double> out) override {
    const auto& p = now.parameters;
    constexpr double pi = 3.14159265358979323846;
    const double busy = 0.55 + 0.45 * std::cos((now.hour - 17) / 24 * 2 * pi);
    const double vehicles_h = p[traffic] * busy * (0.95 + 0.1 * random.uniform());
    const double seconds = now.dt_s;
    // Draught: what the natural pull, the vehicles' piston and the jet fans give adds in squares.
    const double piston = 1.5 * std::sqrt(vehicles_h / 1000) * p[speed] / 80;
    const double target = std::sqrt(0.3 * 0.3 + piston * piston + 1.2 * p[fans]);
    draught_m_s_ += (target - draught_m_s_) * (1 - std::exp(-seconds / 120));
    // One well-mixed box: dC/dt = source / volume - C v / length. In a jam engines run for longer.
    const double turns = draught_m_s_ / p[length];
    const double volume = area_m2_ * p[length];
    const double driven_km_s = vehicles_h / 3600 * p[length] / 1000;
    const double slow = std::sqrt(std::max(1.0, 60 / p[speed]));
    relax(co_, driven_km_s * 0.0043e6 * slow / volume, turns, seconds);
    relax(smoke_, driven_km_s * 1.24 * (0.3 + 2.7 * p[heavy]) * slow / volume, turns, seconds);
    relax(fire_smoke_, p[fire] * 8.0 / volume, turns, seconds);
    // Seven tenths of a fire's heat go into the air of its section; the walls take it up again.
    const double section = area_m2_ * section_m_;
    const double heat_kw = p[fire] * 1000 * 0.7;
    relax(above_k_, heat_kw / (1.2 * section), draught_m_s_ / section_m_ + 1.0 / 300, seconds);
    water_m_ += (p[inflow] - (p[pump] > 0 && water_m_ > 0.3 ? 60 : 0)) * seconds / 3600 / sump_m2_;
    water_m_ = std::clamp(water_m_, 0.0, 3.0);
    out[0] = std::max(0.0, co_ + random.normal());
    out[1] = std::max(0.0001, smoke_ + fire_smoke_ + 0.0001 * random.normal());
    out[2] = draught_m_s_ + 0.05 * random.normal();
    out[3] = p[ambient] + above_k_ + 0.1 * random.normal();
    out[4] = water_m_;
    out[5] = p[fans];
  }

 private:
  // Exactly over the step: dx/dt = source - rate * x.
  static void relax(double& x, double source, double rate, double seconds) {
    const double rest = source / rate;
    x = rest + (x - rest) * std::exp(-rate * seconds);
  }

  static constexpr double area_m2_ = 65;
  static constexpr double section_m_ = 400;  // what one detector line watches
  static constexpr double sump_m2_ = 40;
  double draught_m_s_ = 1;
  double co_ = 10;        // cm3 in a m3
  double smoke_ = 0.001;  // extinction, 1/m
  double fire_smoke_ = 0;
  double above_k_ = 0;
  double water_m_ = 0.3;
};

}  // namespace

Kind tunnel_air_kind() {
  return {.id = "tunnel_air",
          .zh = "隧道空气（CO—烟尘—风速—火灾升温—集水）",
          .en = "The air of a road tunnel: CO, smoke, draught, heat of a fire, water",
          .physics_zh =
              "单箱均匀混合：dC/dt = 排放/体积 − C·v/L；CO基准排放0.007 m³/(辆·km)、烟尘2.0 "
              "m²/(辆·km)，自2000年起每年递减2%（24年约×0.62），按重车比例放大，车速低于60 km/h按"
              "(60/v)^½放大；风速由自然风、活塞风与射流风机平方叠加；火灾放热的七成进入400 m区段的"
              "空气，壁面吸热时间常数5 min；集水井按进水与抽水平衡。不含分层、回流与逐断面分布。",
          .physics_en =
              "One well-mixed box: dC/dt = source / volume - C v / L; 0.007 m3 of CO and 2.0 "
              "m2 of smoke a vehicle and kilometre, 2 % less each year since 2000 (x 0.62 "
              "after 24), more with lorries and, below 60 km/h, by (60 / v)^1/2; the draught "
              "of nature, piston and jet fans adds in squares; seven tenths of a fire's heat "
              "go into the air of a section of 400 m and the walls take it up within 5 "
              "minutes; a sump with inflow and pump. No layers, back-flow or profile.",
          .source = "JTG/T D70/2-02-2014 6.3 and 6.4, basic emission of CO and smoke (recalled)",
          .parameters = {{"traffic", "/h", 900, 0, 6000, "高峰车流（辆/时）",
                          "Vehicles an hour at the peak"},
                         {"speed", "km/h", 80, 5, 120, "车速", "Speed of the vehicles"},
                         {"heavy", "1", 0.25, 0, 1, "重车比例", "Share of lorries"},
                         {"length", "m", 2500, 50, 20000, "隧道长度", "Length"},
                         {"fans", "1", 4, 0, 60, "运行射流风机", "Jet fans running"},
                         {"fire", "MW", 0, 0, 100, "火灾功率", "Power of a fire"},
                         {"ambient", "Cel", 20, -30, 45, "洞外气温", "Temperature outside"},
                         {"inflow", "m3/h", 20, 0, 2000, "涌水量", "Water coming in"},
                         {"pump", "1", 1, 0, 1, "水泵（1可用）", "Pump, 1 or 0"}},
          .outputs = {{"co", "1", "CO（cm³/m³）", "CO, cm3 in a m3"},
                      {"smoke", "/m", "烟尘消光系数", "Extinction by smoke"},
                      {"air_speed", "m/s", "风速", "Draught"},
                      {"temperature", "Cel", "洞内温度", "Temperature inside"},
                      {"water_level", "m", "集水井水位", "Water in the sump"},
                      {"fans_running", "1", "运行风机数", "Fans running"}},
          .make = [](std::span<const double> given) -> std::unique_ptr<Model> {
            return std::make_unique<TunnelAir>(given);
          }};
}

}  // namespace cairn::simulate
