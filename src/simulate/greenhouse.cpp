// SPDX-License-Identifier: Apache-2.0
// An unheated or heated greenhouse: air from sun, vents and heater; humidity from plants and vents;
// soil water from irrigation and evapotranspiration.
#include <algorithm>
#include <cmath>

#include "simulate/kinds.hpp"

namespace cairn::simulate {
namespace {

enum Given : std::size_t { outside, swing, humidity, sun, heater, vents, irrigation, root_depth };

// FAO Irrigation and Drainage Paper 56, equation 11, kPa.
double saturation_kpa(double celsius) {
  return 0.6108 * std::exp(17.27 * celsius / (celsius + 237.3));
}

class Greenhouse final : public Model {
 public:
  explicit Greenhouse(std::span<const double> given) : celsius_(given[outside]) {}

  void step(const Step& now, Random& random, std::span<double> out) override {
    const auto& p = now.parameters;
    constexpr double pi = 3.14159265358979323846;
    const double out_c = p[outside] + p[swing] * std::cos((now.hour - 15) / 24 * 2 * pi);
    const double height = std::max(0.0, std::sin((now.hour - 6) / 12 * pi));
    const double sun_w = p[sun] * height;
    // Of a square metre of ground: what enters leaves through cover and vents; relaxed towards the
    // balance with the time constant of air and soil surface.
    const double loss_w_k = cover_w_k_ + vent_w_k_ * p[vents];
    const double balance_c = out_c + (0.5 * sun_w + p[heater]) / loss_w_k;
    const double hours = now.dt_s / 3600;
    celsius_ += (balance_c - celsius_) * (1 - std::exp(-hours / lag_h_));
    // Vapour: of the air outside and what plants give off, thinned by the vents.
    const double from_outside = p[humidity] / 100 * saturation_kpa(out_c);
    const double from_plants = 0.0012 * sun_w * std::min(1.0, water_ / 0.25) + 0.25;
    const double vapour = from_outside + from_plants / (0.3 + p[vents]);
    const double rh = std::clamp(100 * vapour / saturation_kpa(celsius_), 5.0, 100.0);
    // Evapotranspiration by the sun's energy: half of it at 2.45 MJ/kg, less as the soil dries.
    const double used_mm = 0.5 * sun_w * now.dt_s / 2.45e6 * std::min(1.0, water_ / 0.25);
    water_ += (p[irrigation] * hours - used_mm) / (p[root_depth] * 1000);
    water_ = std::clamp(water_, 0.05, 0.45);
    out[0] = celsius_ + 0.1 * random.normal();
    out[1] = std::clamp(rh + 0.3 * random.normal(), 0.0, 100.0);
    out[2] = water_ * 100 + 0.05 * random.normal();
    out[3] = sun_w;
    out[4] = out_c;
  }

 private:
  static constexpr double cover_w_k_ = 7;  // of film and leaks, W/(m2 K)
  static constexpr double vent_w_k_ = 25;  // of vents that are wide open
  static constexpr double lag_h_ = 0.75;
  double celsius_;
  double water_ = 0.30;  // of the volume of soil
};

}  // namespace

Kind greenhouse_kind() {
  return {
      .id = "greenhouse",
      .zh = "温室大棚（日照、通风、加温、土壤水）",
      .en = "Greenhouse: sun, vents, heater, soil water",
      .physics_zh =
          "单位地面能量平衡：T* = T外 + (0.5·太阳 + 加温)/(7 + 25·通风) W/m²K，"
          "时间常数0.75 h；水汽为室外与作物蒸腾之和，随通风稀释；蒸散取太阳能之半除以"
          "2.45 MJ/kg，随土壤变干减少；土壤为一层。不含CO₂、云与作物生长。",
      .physics_en =
          "Balance of a square metre: T* = T outside + (0.5 sun + heater) / (7 + 25 vents) "
          "W/m2K, reached with a time constant of 0.75 h; vapour is that of the air "
          "outside and of plants, thinned by vents; evapotranspiration takes half of the "
          "sun's energy at 2.45 MJ/kg, less as soil dries; one layer of soil. No CO2, "
          "clouds or growth.",
      .source =
          "FAO Irrigation and Drainage Paper 56 (equation 11, 2.45 MJ/kg); cover coefficient "
          "7 W/(m2 K) of single film as in ASAE EP406; the rest are assumptions",
      .parameters = {{"outside", "Cel", 12, -30, 45, "室外平均气温", "Mean temperature outside"},
                     {"swing", "K", 7, 0, 25, "室外日较差之半", "Half of its daily range"},
                     {"humidity", "%", 60, 5, 100, "室外相对湿度", "Humidity outside"},
                     {"sun", "W/m2", 500, 0, 1200, "正午太阳辐射", "Sun at noon"},
                     {"heater", "W/m2", 0, 0, 500, "加温功率", "Heater"},
                     {"vents", "1", 0.5, 0, 1, "通风开度", "Vents open, 0 to 1"},
                     {"irrigation", "mm/h", 0, 0, 50, "灌溉强度", "Irrigation"},
                     {"root_depth", "m", 0.3, 0.05, 2, "根层深度", "Depth of roots"}},
      .outputs = {{"air_temperature", "Cel", "棚内气温", "Air temperature"},
                  {"humidity", "%", "棚内相对湿度", "Relative humidity"},
                  {"soil_water", "%", "土壤体积含水率", "Soil water by volume"},
                  {"sun", "W/m2", "太阳辐射", "Sun"},
                  {"outside", "Cel", "室外气温", "Temperature outside"}},
      .make = [](std::span<const double> given) -> std::unique_ptr<Model> {
        return std::make_unique<Greenhouse>(given);
      }};
}

}  // namespace cairn::simulate
