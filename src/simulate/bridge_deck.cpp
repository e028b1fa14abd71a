// SPDX-License-Identifier: Apache-2.0
// A span of a bridge with a stay cable: strain, deflection, frequency and vibration under
// temperature, traffic, loss of stiffness and loss of cable force.
#include <cmath>

#include "simulate/kinds.hpp"

namespace cairn::simulate {
namespace {

enum Given : std::size_t { mean, swing, traffic, stiffness, damage, cable_loss, vortex };

class BridgeDeck final : public Model {
 public:
  explicit BridgeDeck(std::span<const double>) {}

  void step(const Step& now, Random& random, std::span<double> out) override {
    const auto& p = now.parameters;
    constexpr double pi = 3.14159265358979323846;
    const double celsius =
        p[mean] + p[swing] * std::cos((now.hour - 15) / 24 * 2 * pi) + 0.1 * random.normal();
    // Traffic: two peaks would change nothing of the limits, one is enough.
    const double busy = 0.6 + 0.4 * std::cos((now.hour - 17) / 24 * 2 * pi);
    const double load_kn = p[traffic] * busy * (0.9 + 0.2 * random.uniform());
    const double kept = 1 - p[damage];
    // A simple beam with a load in its middle: F l^3 / (48 EI); strain F l / 4 * y / EI.
    const double ei_kn_m2 = p[stiffness] * 1e6 * kept;
    const double deflection_mm = load_kn * std::pow(span_m_, 3) / (48 * ei_kn_m2) * 1000;
    const double load_strain = load_kn * span_m_ / 4 * lever_m_ / ei_kn_m2 * 1e6;
    const double thermal_strain = expansion_ * (celsius - built_c_) * 1e6;
    // The cable's force falls as steel warms against its anchors, and by what is lost.
    const double force_kn =
        cable_kn_ * (1 - p[cable_loss]) - 8 * (celsius - built_c_) + 0.05 * load_kn;
    const double frequency_hz = std::sqrt(force_kn * 1000 / cable_kg_m_) / (2 * cable_m_);
    out[0] = celsius;
    out[1] = load_strain + thermal_strain + 0.5 * random.normal();
    out[2] = deflection_mm + 0.1 * random.normal();
    out[3] = frequency_hz + 0.0005 * random.normal();
    // Vibration grows with the root of the load; vortices add in quadrature.
    const double passing = 0.02 * std::sqrt(load_kn / 1000);
    out[4] =
        std::sqrt(passing * passing + p[vortex] * p[vortex]) * (0.97 + 0.06 * random.uniform());
  }

 private:
  static constexpr double span_m_ = 120;
  static constexpr double lever_m_ = 1.6;       // from the neutral axis to the gauge
  static constexpr double expansion_ = 1.0e-5;  // of concrete, a kelvin (JTG 3362-2018)
  static constexpr double built_c_ = 15;        // temperature at which the strain was zeroed
  static constexpr double cable_kn_ = 4000;     // force when it was built
  static constexpr double cable_m_ = 90;        // free length
  static constexpr double cable_kg_m_ = 60;     // mass of a metre
};

}  // namespace

Kind bridge_deck_kind() {
  return {
      .id = "bridge_deck",
      .zh = "桥跨（温度—车辆荷载—应变、挠度、索频、振动）",
      .en = "A span of a bridge: temperature, traffic, strain, deflection, cable, vibration",
      .physics_zh =
          "简支梁跨中集中荷载：挠度Fl³/48EI、应变Fl·y/4EI，120 m跨；温度应变α(T−15 ℃)，"
          "α=1.0×10⁻⁵/K；拉索为张紧弦，f=√(T/m)/2l，索力4000 kN随温升每度减8 kN；振动均方根为"
          "车致与涡振的平方和根。损伤按刚度折减。不含徐变、疲劳与多模态。",
      .physics_en =
          "A simple beam of 120 m with the load in its middle: deflection F l^3 / 48 EI, "
          "strain F l y / 4 EI; thermal strain alpha (T - 15 degrees) with 1.0e-5 a "
          "kelvin; the cable is a taut string, f = sqrt(T / m) / 2 l, of 4000 kN less "
          "8 kN a kelvin; vibration of traffic and vortices adds in quadrature. Damage "
          "takes stiffness away. No creep, fatigue or higher modes.",
      .source =
          "S. P. Timoshenko, Strength of Materials (simple beam); taut string: GB 50982-2014 "
          "(cable force by frequency, recalled)",
      .parameters = {{"mean", "Cel", 18, -40, 50, "平均温度", "Mean temperature"},
                     {"swing", "K", 6, 0, 30, "日较差之半", "Half the daily range"},
                     {"traffic", "kN", 600, 0, 20000, "高峰等效荷载", "Load at the peak"},
                     {"stiffness", "GN.m2", 700, 1, 100000, "抗弯刚度", "Bending stiffness"},
                     {"damage", "1", 0, 0, 0.9, "刚度损失", "Loss of stiffness"},
                     {"cable_loss", "1", 0, 0, 0.9, "索力损失", "Loss of cable force"},
                     {"vortex", "m/s2", 0, 0, 5, "涡振加速度均方根", "Vibration by vortices"}},
      .outputs = {{"temperature", "Cel", "结构温度", "Temperature of the structure"},
                  {"strain", "1", "应变（με，含温度）", "Strain with temperature, microstrain"},
                  {"deflection", "mm", "跨中挠度", "Deflection at midspan"},
                  {"cable_frequency", "Hz", "拉索一阶频率", "First frequency of the cable"},
                  {"vibration_rms", "m/s2", "10分钟加速度均方根", "RMS acceleration, 10 minutes"}},
      .make = [](std::span<const double> given) -> std::unique_ptr<Model> {
        return std::make_unique<BridgeDeck>(given);
      }};
}

}  // namespace cairn::simulate
