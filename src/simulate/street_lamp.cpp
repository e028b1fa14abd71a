// SPDX-License-Identifier: Apache-2.0
// A street lamp on its pole: lit from dusk to dawn by the sun's height, dimmed after midnight, with
// its faults as parameters.
#include <cmath>

#include "simulate/kinds.hpp"

namespace cairn::simulate {
namespace {

enum Given : std::size_t { rated, latitude, solar_noon, dim, dark, stuck, leak, tilt, wet };

class StreetLamp final : public Model {
 public:
  explicit StreetLamp(std::span<const double>) {}

  void step(const Step& now, Random& random, std::span<double> out) override {
    const auto& p = now.parameters;
    constexpr double rad = 3.14159265358979323846 / 180;
    // Cooper 1969 for the declination; dusk and dawn at 6 degrees below the horizon.
    const double declination =
        23.45 * std::sin(360.0 / 365 * (284 + now.day_of_year + 1) * rad) * rad;
    const double angle = 15 * (now.hour - p[solar_noon]) * rad;
    const double height =
        std::asin(std::sin(p[latitude] * rad) * std::sin(declination) +
                  std::cos(p[latitude] * rad) * std::cos(declination) * std::cos(angle)) /
        rad;
    const bool night = height < -6;
    const double level = !night ? 0 : now.hour < 6 ? p[dim] : 100;
    const bool lit = p[dark] == 0 && (level > 0 || p[stuck] > 0);
    const double shown = p[stuck] > 0 && level == 0 ? 100 : level;
    const double share = 0.08 + 0.92 * shown / 100;  // the driver takes its part
    const double power_w = lit ? p[rated] * share * (0.99 + 0.02 * random.uniform()) : 0.6;
    energy_kwh_ += power_w * now.dt_s / 3.6e6;
    out[0] = power_w;
    out[1] = level;
    out[2] = energy_kwh_;
    // Damp insulation leaks more.
    out[3] = (0.8 + p[leak]) * (1 + 2 * p[wet]) * (0.95 + 0.1 * random.uniform());
    out[4] = std::fabs(p[tilt] + 0.05 * random.normal());
    out[5] = night ? 1 : 0;
  }

 private:
  double energy_kwh_ = 0;
};

}  // namespace

Kind street_lamp_kind() {
  return {.id = "street_lamp",
          .zh = "智慧灯杆（亮灯、功率、漏电、倾斜）",
          .en = "Street lamp: light, power, leakage, tilt",
          .physics_zh =
              "太阳高度角低于−6°时亮灯（赤纬按Cooper 1969），零点后按给定比例调光；功率为额定值的"
              "8 %加92 %×调光；漏电随潮湿增大；倾角为给定值加噪声。不含光衰与电压波动。",
          .physics_en =
              "Lit while the sun is 6 degrees or more below the horizon (declination after "
              "Cooper 1969), dimmed after midnight; power is 8 % of the rated one and 92 % "
              "by dimming; leakage grows with damp; tilt is as given. No ageing, no voltage.",
          .source =
              "P. I. Cooper, Solar Energy 12, 1969 (declination); civil twilight; the share of "
              "the driver is an assumption",
          .parameters = {{"rated", "W", 120, 5, 1000, "额定功率", "Rated power"},
                         {"latitude", "deg", 27.9, -60, 60, "纬度", "Latitude"},
                         {"solar_noon", "h", 13.2, 0, 24, "当地正午（钟表时刻）",
                          "Clock time of solar noon"},
                         {"dim", "%", 50, 0, 100, "后半夜调光", "Level after midnight"},
                         {"dark", "1", 0, 0, 1, "灭灯故障（1是）", "Does not light, 1 or 0"},
                         {"stuck", "1", 0, 0, 1, "常亮故障（1是）", "Does not go out, 1 or 0"},
                         {"leak", "mA", 0, 0, 500, "附加漏电", "Leakage added"},
                         {"tilt", "deg", 0.3, 0, 45, "倾角", "Tilt"},
                         {"wet", "1", 0, 0, 1, "潮湿程度", "Damp, 0 to 1"}},
          .outputs = {{"power", "W", "有功功率", "Power"},
                      {"dimming", "%", "应亮程度", "Level that is asked for"},
                      {"energy", "kW.h", "累计电量", "Energy since the start"},
                      {"leakage", "mA", "漏电流", "Leakage current"},
                      {"tilt", "deg", "倾角", "Tilt"},
                      {"night", "1", "应亮灯（1是）", "Ought to be lit, 1 or 0"}},
          .make = [](std::span<const double> given) -> std::unique_ptr<Model> {
            return std::make_unique<StreetLamp>(given);
          }};
}

}  // namespace cairn::simulate
