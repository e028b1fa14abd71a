// SPDX-License-Identifier: Apache-2.0
// The surface of a road: its temperature by a heat balance, the water and ice on it, and what can
// be seen in fog.
#include <algorithm>
#include <cmath>

#include "simulate/kinds.hpp"

namespace cairn::simulate {
namespace {

enum Given : std::size_t { air, dew, wind, rain, cloud, latitude, ground, fog };

class RoadSurface final : public Model {
 public:
  explicit RoadSurface(std::span<const double> given) : surface_c_(given[air]) {}

  void step(const Step& now, Random& random, std::span<double> out) override {
    const auto& p = now.parameters;
    constexpr int parts = 6;  // the slab answers within an hour: short steps
    const double seconds = now.dt_s / parts;
    for (int i = 0; i < parts; ++i) go_on(p, now, seconds);
    out[0] = surface_c_ + 0.05 * random.normal();
    out[1] = water_mm_;
    out[2] = ice_mm_;
    out[3] = ice_mm_ > 0.05 ? 0.15 : water_mm_ > 0.2 ? 0.5 : 0.8;
    // Kunkel 1984: extinction 144.7 LWC^0.88 a km; Koschmieder with a contrast of 2 %.
    const double extinction = p[fog] > 0 ? 144.7 * std::pow(p[fog], 0.88) : 0;
    const double visible_m = extinction > 0 ? 3.912 / extinction * 1000 : 10000;
    out[4] = std::min(10000.0, visible_m * (0.98 + 0.04 * random.uniform()));
  }

 private:
  // Saturation vapour pressure over water, hPa (Magnus).
  static double vapour_hpa(double celsius) {
    return 6.112 * std::exp(17.62 * celsius / (243.12 + celsius));
  }
  // Of the sun above the horizon, 0 below it.
  static double sun_height(double latitude_deg, double day, double hour) {
    constexpr double pi = 3.14159265358979323846;
    const double tilt = 23.45 * pi / 180 * std::sin(2 * pi * (284 + day) / 365);
    const double at = latitude_deg * pi / 180;
    const double angle = (hour - 12) / 12 * pi;
    return std::max(
        0.0, std::sin(at) * std::sin(tilt) + std::cos(at) * std::cos(tilt) * std::cos(angle));
  }

  void go_on(std::span<const double> p, const Step& now, double seconds) {
    constexpr double sigma = 5.67e-8;
    const double clouds = p[cloud];
    const double sun = sun_height(p[latitude], now.day_of_year, now.hour);
    const double solar = 0.9 * 990 * sun * (1 - 0.75 * std::pow(clouds, 3.4));
    const double air_k = p[air] + 273.15;
    const double surface_k = surface_c_ + 273.15;
    // Brunt's sky, closed by cloud.
    const double clear = 0.52 + 0.065 * std::sqrt(vapour_hpa(p[dew]));
    const double sky = clear + (1 - clear) * 0.8 * clouds;
    const double radiation = 0.95 * sigma * (sky * std::pow(air_k, 4) - std::pow(surface_k, 4));
    const double exchange = 5.8 + 4.0 * p[wind];  // W/(m2 K)
    const double sensible = exchange * (p[air] - surface_c_);
    // Lewis: as much moisture as heat; 1 hPa of vapour is 1.56 K of it.
    double latent = exchange * 1.56 * (vapour_hpa(p[dew]) - vapour_hpa(surface_c_));
    const double wet_mm = water_mm_ + ice_mm_;
    if (wet_mm <= 0 && latent < 0) latent = 0;
    const double below = 2.0 / 0.1 * 1.0 * (p[ground] - surface_c_);  // through 10 cm of asphalt
    const double heat = solar + radiation + sensible + latent + below;
    constexpr double capacity = 2.0e6 * 0.05;  // J/(m2 K) of 5 cm
    double change_k = heat * seconds / capacity;
    water_mm_ = std::max(0.0, water_mm_ + p[rain] * seconds / 3600 + latent * seconds / 2.5e6 -
                                  std::max(0.0, water_mm_ - 1) * 0.5 * seconds / 3600);
    // What freezes gives its heat back, what melts takes it: the surface stays at zero meanwhile.
    const double after = surface_c_ + change_k;
    constexpr double melting = 334000;  // J/kg, and a mm is a kg on a square metre
    if (after < 0 && water_mm_ > 0) {
      const double frozen = std::min(water_mm_, -after * capacity / melting);
      water_mm_ -= frozen;
      ice_mm_ += frozen;
      change_k += frozen * melting / capacity;
    } else if (after > 0 && ice_mm_ > 0) {
      const double melted = std::min(ice_mm_, after * capacity / melting);
      ice_mm_ -= melted;
      water_mm_ += melted;
      change_k -= melted * melting / capacity;
    }
    surface_c_ += change_k;
  }

  double surface_c_;
  double water_mm_ = 0;
  double ice_mm_ = 0;
};

}  // namespace

Kind road_surface_kind() {
  return {
      .id = "road_surface",
      .zh = "路面（热平衡—水膜—结冰—雾中能见度）",
      .en = "The surface of a road: heat balance, water, ice, visibility in fog",
      .physics_zh =
          "5 cm面层热平衡：太阳短波（吸收0.9，云量按Kasten—Czeplak衰减）、Brunt天空长波、风速"
          "线性的感热、按Lewis关系的潜热、向10 cm下导热；水膜收支与相变（334 kJ/kg）；雾的能见度按"
          "Kunkel消光与Koschmieder关系。不含车辆热、融雪剂与坡向。",
      .physics_en =
          "The heat of 5 cm of pavement: sun (0.9 taken in, cloud by Kasten and "
          "Czeplak), Brunt's sky, sensible heat linear in the wind, latent heat by "
          "Lewis, conduction to 10 cm; a budget of water with freezing and melting "
          "(334 kJ/kg); visibility in fog by Kunkel's extinction and Koschmieder. No "
          "heat of vehicles, no salt, no slope.",
      .source =
          "D. Brunt, Q. J. R. Meteorol. Soc. 58, 1932; F. Kasten and G. Czeplak, Solar "
          "Energy 24, 1980; B. A. Kunkel, J. Climate Appl. Meteorol. 23, 1984",
      .parameters = {{"air", "Cel", 5, -50, 50, "气温", "Air temperature"},
                     {"dew", "Cel", 0, -60, 40, "露点", "Dew point"},
                     {"wind", "m/s", 2, 0, 60, "风速", "Wind"},
                     {"rain", "mm/h", 0, 0, 200, "雨强", "Rain"},
                     {"cloud", "1", 0.3, 0, 1, "云量", "Cloud"},
                     {"latitude", "deg", 28, -90, 90, "纬度", "Latitude"},
                     {"ground", "Cel", 6, -30, 50, "10 cm地温", "Ground at 10 cm"},
                     {"fog", "g/m3", 0, 0, 3, "雾中液态水", "Liquid water of fog"}},
      .outputs = {{"surface_temperature", "Cel", "路面温度", "Temperature of the surface"},
                  {"water", "mm", "水膜", "Water"},
                  {"ice", "mm", "冰层（水当量）", "Ice, as water"},
                  {"friction", "1", "附着系数", "Friction"},
                  {"visibility", "m", "能见度", "Visibility"}},
      .make = [](std::span<const double> given) -> std::unique_ptr<Model> {
        return std::make_unique<RoadSurface>(given);
      }};
}

}  // namespace cairn::simulate
