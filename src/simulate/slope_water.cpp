// SPDX-License-Identifier: Apache-2.0
// Rain on a slope: soil water as a bucket, pore pressure from its drainage, movement of a planar
// slide by the loss of shear strength.
#include <algorithm>
#include <cmath>

#include "simulate/kinds.hpp"

namespace cairn::simulate {
namespace {

enum Given : std::size_t { rain_rate, porosity, depth, conductivity, angle, friction, viscosity };

class SlopeWater final : public Model {
 public:
  explicit SlopeWater(std::span<const double>) {}

  void step(const Step& now, Random& random, std::span<double> out) override {
    const double hours = now.dt_s / 3600;
    const auto& p = now.parameters;
    const double rain_mm = p[rain_rate] * hours * (0.9 + 0.2 * random.uniform());
    // Infiltration up to saturation; drainage as K * S^3 (Campbell with b = 0).
    const double room_mm = (1 - saturation_) * p[porosity] * p[depth] * 1000;
    const double in_mm = std::min(rain_mm, room_mm);
    const double drained_mm = p[conductivity] * saturation_ * saturation_ * saturation_ * hours;
    saturation_ += (in_mm - drained_mm) / (p[porosity] * p[depth] * 1000);
    saturation_ = std::clamp(saturation_, 0.05, 1.0);
    // A perched table stands in the soil above field capacity.
    const double table_m = p[depth] * std::max(0.0, (saturation_ - field_) / (1 - field_));
    const double pressure_kpa = 9.81 * table_m;
    // Infinite slope (Taylor 1948): what of the weight's pull friction does not hold.
    const double slope = p[angle] * pi / 180;
    const double weight_kpa = 19 * p[depth];
    const double pull_kpa = weight_kpa * std::sin(slope) * std::cos(slope);
    const double normal_kpa = weight_kpa * std::cos(slope) * std::cos(slope) - pressure_kpa;
    const double hold_kpa = std::max(0.0, normal_kpa) * std::tan(p[friction] * pi / 180);
    // Bingham: the excess moves it against the viscosity of the shear zone.
    const double excess_kpa = std::max(0.0, pull_kpa - hold_kpa);
    moved_mm_ += excess_kpa / p[viscosity] * hours;
    out[0] = rain_mm;
    out[1] = saturation_ * p[porosity] * 100;
    out[2] = pressure_kpa;
    out[3] = moved_mm_;
  }

 private:
  static constexpr double pi = 3.14159265358979323846;
  static constexpr double field_ = 0.6;  // saturation at field capacity
  double saturation_ = 0.5;
  double moved_mm_ = 0;
};

}  // namespace

Kind slope_water_kind() {
  return {.id = "slope_water",
          .zh = "边坡（雨—土壤水—孔压—位移）",
          .en = "Slope: rain, soil water, pore pressure, movement",
          .physics_zh =
              "单层土桶：降雨入渗至饱和，按饱和度三次方排水；田间持水量以上形成上层滞水；"
              "无限边坡平衡的剩余下滑力按宾汉黏滞换算为位移。不含径流、裂隙与蒸散。",
          .physics_en =
              "One bucket of soil: rain enters until it is full and drains with the cube "
              "of saturation; water above field capacity stands as a perched table; what "
              "friction of an infinite slope does not hold moves it against a viscosity. "
              "No runoff, cracks or evaporation.",
          .source =
              "D. W. Taylor, Fundamentals of Soil Mechanics, 1948 (infinite slope); G. S. "
              "Campbell, Soil Sci. 117, 1974 (drainage)",
          .parameters = {{"rain_rate", "mm/h", 0, 0, 200, "雨强", "Rain"},
                         {"porosity", "1", 0.45, 0.1, 0.8, "孔隙率", "Porosity"},
                         {"depth", "m", 2, 0.2, 30, "土层厚度", "Depth of soil"},
                         {"conductivity", "mm/h", 4, 0.01, 500, "饱和导水率", "Conductivity"},
                         {"angle", "deg", 30, 5, 60, "坡角", "Slope angle"},
                         {"friction", "deg", 36, 5, 50, "内摩擦角", "Angle of friction"},
                         {"viscosity", "kPa.h/mm", 0.5, 0.001, 1000, "黏滞系数", "Viscosity"}},
          .outputs = {{"rain", "mm", "时段雨量", "Rain in the interval"},
                      {"soil_water", "%", "体积含水率", "Soil water by volume"},
                      {"pore_pressure", "kPa", "孔隙水压力", "Pore pressure"},
                      {"displacement", "mm", "累计位移", "Movement since the start"}},
          .make = [](std::span<const double> given) -> std::unique_ptr<Model> {
            return std::make_unique<SlopeWater>(given);
          }};
}

}  // namespace cairn::simulate
