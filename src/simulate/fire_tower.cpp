// SPDX-License-Identifier: Apache-2.0
// A thermal camera on a tower: how many hot spots it counts while a fire grows from a point.
#include <algorithm>
#include <cmath>

#include "simulate/kinds.hpp"

namespace cairn::simulate {
namespace {

enum Given : std::size_t {
  burning,
  spread_rate,
  pixel,
  visibility,
  distance,
  false_rate,
  flash_rate
};

class FireTower final : public Model {
 public:
  explicit FireTower(std::span<const double>) {}

  void step(const Step& now, Random& random, std::span<double> out) override {
    const auto& p = now.parameters;
    if (p[burning] < 0.5) {
      radius_m_ = 0;
    } else {
      radius_m_ += p[spread_rate] * now.dt_s / 60;
    }
    const double front_m = 2 * pi * radius_m_;
    // Koschmieder: what of the contrast is left at this distance.
    const double seen = std::exp(-3.912 * p[distance] / p[visibility]);
    const double mean = std::min(45.0, front_m / p[pixel] * seen);
    const double hours = now.dt_s / 3600;
    const int spots = random.poisson(mean) + random.poisson(p[false_rate] * hours);
    out[0] = spots;
    out[1] = random.poisson(p[flash_rate] * hours);
    out[2] = pi * radius_m_ * radius_m_ / 1e4;
  }

 private:
  static constexpr double pi = 3.14159265358979323846;
  double radius_m_ = 0;
};

}  // namespace

Kind fire_tower_kind() {
  return {
      .id = "fire_tower",
      .zh = "林火瞭望塔（热点、闪电计数）",
      .en = "Fire tower: hot spots and lightning",
      .physics_zh =
          "火从一点以恒定速度向外蔓延成圆，热点数为火线长度除以像元边长，乘以按能见度衰减的对比度"
          "（Koschmieder），再取泊松随机数；另有误检与闪电的泊松计数。不含风向、坡度和飞火，只给"
          "计数，不产生图像。",
      .physics_en =
          "A fire spreads from a point as a circle at a constant rate; hot spots are its front "
          "over the "
          "size of a pixel, times the contrast that the haze leaves (Koschmieder), drawn from a "
          "Poisson "
          "distribution, with false detections and lightning beside. No wind, slope or spotting; "
          "counts "
          "only, no picture.",
      .source =
          "C. E. Van Wagner, A simple fire-growth model, Forestry Chronicle 45, 1969 (constant "
          "rate; the "
          "circle is its ellipse without wind); H. Koschmieder, Beitr. Phys. freien Atm. 12, 1924",
      .parameters = {{"burning", "1", 0, 0, 1, "有火", "It burns"},
                     {"spread_rate", "m/min", 2, 0, 100, "蔓延速度", "Rate of spread"},
                     {"pixel", "m", 10, 0.1, 500, "像元边长", "Size of a pixel"},
                     {"visibility", "km", 20, 0.1, 200, "能见度", "Visibility"},
                     {"distance", "km", 4, 0.1, 50, "距离", "Distance"},
                     {"false_rate", "1/h", 0.2, 0, 20, "误检率", "False detections"},
                     {"flash_rate", "1/h", 0, 0, 200, "闪电频次", "Lightning"}},
      .outputs = {{"hot_spots", "1", "热点数", "Hot spots"},
                  {"flashes", "1", "闪电次数", "Lightning flashes"},
                  {"area", "ha", "过火面积（真值）", "Burnt area (the truth)"}},
      .make = [](std::span<const double> given) -> std::unique_ptr<Model> {
        return std::make_unique<FireTower>(given);
      }};
}

}  // namespace cairn::simulate
