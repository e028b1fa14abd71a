// SPDX-License-Identifier: Apache-2.0
// Rain on a slope: soil water as a bucket, pore pressure from the water that stands in it, movement
// of a planar slide by the strength that this takes away.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "simulate/kinds.hpp"

namespace cairn::simulate {
namespace {

enum Given : std::size_t {
  rain_rate,
  porosity,
  depth,
  conductivity,
  angle,
  friction,
  viscosity,
  drainage_b,
  cohesion
};

constexpr double water_kn_m3 = 9.81;
constexpr double soil_kn_m3 = 19;     // moist soil; its change with water is left out
constexpr double field_water = 0.6;   // saturation that gravity leaves: field capacity
constexpr double least_water = 0.05;  // saturation that never drains

class SlopeWater final : public Model {
 public:
  explicit SlopeWater(std::span<const double> p)
      : saturation_(std::clamp(balance(p), field_water, 1.0)) {}

  void step(const Step& now, Random& random, std::span<double> out) override {
    const double hours = now.dt_s / 3600;
    const auto& p = now.parameters;
    const double rain_mm = p[rain_rate] * hours * (0.9 + 0.2 * random.uniform());
    soak(p, rain_mm, hours);
    const double slope = p[angle] * std::numbers::pi / 180;
    const double cos2 = std::cos(slope) * std::cos(slope);
    // What is above field capacity stands on the base and flows along the slope.
    const double table_m =
        p[depth] * std::max(0.0, (saturation_ - field_water) / (1 - field_water));
    const double pressure_kpa = water_kn_m3 * table_m * cos2;
    // Infinite slope: what of the weight's pull friction and cohesion do not hold.
    const double weight_kpa = soil_kn_m3 * p[depth];
    const double pull_kpa = weight_kpa * std::sin(slope) * std::cos(slope);
    const double normal_kpa = std::max(0.0, weight_kpa * cos2 - pressure_kpa);
    const double hold_kpa =
        p[cohesion] + normal_kpa * std::tan(p[friction] * std::numbers::pi / 180);
    moved_mm_ += std::max(0.0, pull_kpa - hold_kpa) / p[viscosity] * hours;
    out[0] = rain_mm;
    out[1] = saturation_ * p[porosity] * 100;
    out[2] = pressure_kpa;
    out[3] = moved_mm_;
  }

 private:
  static double exponent(std::span<const double> p) { return 2 * p[drainage_b] + 3; }
  // The saturation at which as much drains as it rains.
  static double balance(std::span<const double> p) {
    return std::pow(p[rain_rate] / p[conductivity], 1 / exponent(p));
  }

  // Rain enters until the soil is full, the rest runs off; K S^(2b+3) drains. In parts so short
  // that the rate of drainage changes by less than a tenth in each.
  void soak(std::span<const double> p, double rain_mm, double hours) {
    const double room_mm = p[porosity] * p[depth] * 1000;
    const double stiff = exponent(p) * p[conductivity] * hours / room_mm / 0.1;
    const int parts = static_cast<int>(std::clamp(std::ceil(stiff), 1.0, 1000.0));
    for (int i = 0; i < parts; ++i) {
      const double drained_mm =
          p[conductivity] * std::pow(saturation_, exponent(p)) * hours / parts;
      saturation_ += (rain_mm / parts - drained_mm) / room_mm;
      saturation_ = std::clamp(saturation_, least_water, 1.0);
    }
  }

  double saturation_;
  double moved_mm_ = 0;
};

}  // namespace

Kind slope_water_kind() {
  return {.id = "slope_water",
          .zh = "边坡（雨—土壤水—孔压—位移）",
          .en = "Slope: rain, soil water, pore pressure, movement",
          .physics_zh =
              "单层土桶：降雨（在雨强上下10%内随机）入渗至饱和，其余成为径流，按K·S^(2b+3)"
              "排水；田间持水量（饱和度0.6）以上的水成为沿坡流动的上层滞水，h为水深，孔压为"
              "γw·h·cos²β；无限边坡中摩擦和黏聚力未能平衡的下滑力按宾汉黏滞换算为位移。不含裂隙、"
              "侧向来水、蒸散、吸力和惯性；土重度取19 kN/m³不变。",
          .physics_en =
              "One bucket of soil: rain (at random within 10 % of its rate) enters until it is "
              "full, the rest runs off, K S^(2b+3) drains. What is above field capacity "
              "(saturation 0.6) stands h high on the base and flows along the slope, with the "
              "pressure gamma_w h cos2(beta). What friction and cohesion of an infinite slope do "
              "not hold moves it against a viscosity. No runoff from above, cracks, evaporation, "
              "suction or inertia; the soil weighs 19 kN/m3 whatever its water.",
          .source =
              "D. W. Taylor, Fundamentals of Soil Mechanics, 1948 (infinite slope with seepage); "
              "G. S. Campbell, Soil Science 117, 1974 (drainage); R. B. Clapp and G. M. "
              "Hornberger, Water Resources Research 14, 1978 (b by soil: sand 4.05, clay 11.4)",
          .parameters = {{"rain_rate", "mm/h", 0, 0, 200, "雨强", "Rain"},
                         {"porosity", "1", 0.45, 0.1, 0.8, "孔隙率", "Porosity"},
                         {"depth", "m", 2, 0.2, 30, "土层厚度", "Depth of soil"},
                         {"conductivity", "mm/h", 4, 0.01, 500, "饱和导水率", "Conductivity"},
                         {"angle", "deg", 30, 5, 60, "坡角", "Slope angle"},
                         {"friction", "deg", 36, 5, 50, "内摩擦角", "Angle of friction"},
                         {"viscosity", "kPa.h/mm", 0.5, 0.001, 1000, "黏滞系数", "Viscosity"},
                         {"drainage_b", "1", 4.05, 2, 12, "排水指数b", "Exponent b of drainage"},
                         {"cohesion", "kPa", 0, 0, 50, "黏聚力", "Cohesion"}},
          .outputs = {{"rain", "mm", "时段雨量", "Rain in the interval"},
                      {"soil_water", "%", "体积含水率", "Soil water by volume"},
                      {"pore_pressure", "kPa", "孔隙水压力", "Pore pressure"},
                      {"displacement", "mm", "累计位移", "Movement since the start"}},
          .make = [](std::span<const double> given) -> std::unique_ptr<Model> {
            return std::make_unique<SlopeWater>(given);
          }};
}

}  // namespace cairn::simulate
