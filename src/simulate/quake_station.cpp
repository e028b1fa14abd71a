// SPDX-License-Identifier: Apache-2.0
// A strong-motion station: the peaks of each interval, from an event's magnitude and distance.
#include <algorithm>
#include <cmath>

#include "simulate/kinds.hpp"

namespace cairn::simulate {
namespace {

enum Given : std::size_t { magnitude, distance, scatter, noise };

class QuakeStation final : public Model {
 public:
  explicit QuakeStation(std::span<const double>) {}

  void step(const Step& now, Random& random, std::span<double> out) override {
    const auto& p = now.parameters;
    double a_m_s2 = p[noise] * (1 + 0.2 * random.uniform());
    double v_m_s = a_m_s2 / 100;
    const double deviation = p[scatter] * random.normal();
    if (p[magnitude] > 0) {
      // Mean of the long and the short axis: the direction to the fault is not known.
      const double along = 5.253 + 1.398 * p[magnitude] - 4.164 * std::log10(p[distance] + 26);
      const double across = 2.019 + 1.398 * p[magnitude] - 2.943 * std::log10(p[distance] + 8);
      const double intensity = std::clamp((along + across) / 2 + deviation, 1.0, 12.0);
      // The scale's own relations, turned round.
      a_m_s2 = std::max(a_m_s2, std::pow(10, (intensity - 6.59) / 3.17));
      v_m_s = std::max(v_m_s, std::pow(10, (intensity - 9.77) / 3.00));
    }
    out[0] = a_m_s2;
    out[1] = v_m_s;
  }
};

}  // namespace

Kind quake_station_kind() {
  return {
      .id = "quake_station",
      .zh = "强震台（加速度、速度峰值）",
      .en = "Strong-motion station: peak acceleration and velocity",
      .physics_zh =
          "设定震级和震中距后，烈度取中国西部椭圆衰减关系长、短轴之平均加正态离散，再由《中国地震烈"
          "度"
          "表》的仪器烈度公式反算加速度和速度峰值；无震时为背景噪声。不含场地放大、持时与破裂方向性"
          "。",
      .physics_en =
          "While a magnitude and an epicentral distance are set, the intensity is the mean of the "
          "long and "
          "the short axis of an attenuation relation for western China with a normal scatter, and "
          "the "
          "peaks follow from the instrumental relations of the Chinese intensity scale turned "
          "round; "
          "otherwise noise. No site response, duration or directivity.",
      .source =
          "Wang Suyun, Yu Yanxiang and others, 2000 (attenuation of western China; its "
          "coefficients are "
          "recalled, not looked up); GB/T 17742-2020, annex A",
      .parameters = {{"magnitude", "1", 0, 0, 9, "震级（0无震）", "Magnitude, 0: no event"},
                     {"distance", "km", 50, 0, 1000, "震中距", "Epicentral distance"},
                     {"scatter", "1", 0, 0, 1.5, "烈度离散", "Scatter of the intensity"},
                     {"noise", "m/s2", 0.0005, 0, 0.1, "背景加速度", "Background acceleration"}},
      .outputs = {{"pga", "m/s2", "峰值加速度", "Peak acceleration"},
                  {"pgv", "m/s", "峰值速度", "Peak velocity"}},
      .make = [](std::span<const double> given) -> std::unique_ptr<Model> {
        return std::make_unique<QuakeStation>(given);
      }};
}

}  // namespace cairn::simulate
