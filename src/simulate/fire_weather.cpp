// SPDX-License-Identifier: Apache-2.0
// Fire weather: the three moisture codes of the Canadian Forest Fire Weather Index System, from the
// noon weather of each day. They remember the days before, so no formula of a pack can give them.
#include <algorithm>
#include <array>
#include <cmath>

#include "simulate/kinds.hpp"

namespace cairn::simulate {
namespace {

enum Given : std::size_t { temperature, humidity, wind, rain, spread, ffmc_0, dmc_0, dc_0 };

struct Noon {
  double temperature_c = 0;
  double humidity_percent = 0;
  double wind_km_h = 0;
  double rain_mm = 0;  // of 24 hours
  int month = 0;       // 0 to 11
};

// Equations by their numbers in Van Wagner and Pickett 1985.
double next_ffmc(double before, const Noon& w) {
  double m = 147.2 * (101 - before) / (59.5 + before);  // 1
  if (w.rain_mm > 0.5) {                                // 2, 3
    const double r = w.rain_mm - 0.5;
    double more = 42.5 * r * std::exp(-100 / (251 - m)) * (1 - std::exp(-6.93 / r));
    if (m > 150) more += 0.0015 * (m - 150) * (m - 150) * std::sqrt(r);
    m = std::min(250.0, m + more);
  }
  const double h = w.humidity_percent;
  const double warmth = 0.18 * (21.1 - w.temperature_c) * (1 - std::exp(-0.115 * h));
  const double dry = 0.942 * std::pow(h, 0.679) + 11 * std::exp((h - 100) / 10) + warmth;  // 4
  const double wet = 0.618 * std::pow(h, 0.753) + 10 * std::exp((h - 100) / 10) + warmth;  // 5
  const auto rate = [&](double share) {                                                    // 6, 7
    const double still = 0.424 * (1 - std::pow(share, 1.7));
    const double blown = 0.0694 * std::sqrt(w.wind_km_h) * (1 - std::pow(share, 8));
    return (still + blown) * 0.581 * std::exp(0.0365 * w.temperature_c);
  };
  if (m > dry) {
    m = dry + (m - dry) * std::pow(10, -rate(h / 100));  // 8
  } else if (m < wet) {
    m = wet - (wet - m) * std::pow(10, -rate((100 - h) / 100));  // 9
  }
  return 59.5 * (250 - m) / (147.2 + m);  // 10
}

double next_dmc(double before, const Noon& w) {
  constexpr std::array<double, 12> day_h = {6.5,  7.5,  9.0, 12.8, 13.9, 13.9,
                                            12.4, 10.9, 9.4, 8.0,  7.0,  6.0};  // table 1
  double p = before;
  if (w.rain_mm > 1.5) {
    const double effective = 0.92 * w.rain_mm - 1.27;           // 11
    const double moisture = 20 + std::exp(5.6348 - p / 43.43);  // 12
    const double b = p <= 33   ? 100 / (0.5 + 0.3 * p)          // 13
                     : p <= 65 ? 14 - 1.3 * std::log(p)
                               : 6.2 * std::log(p) - 17.2;
    const double wetter = moisture + 1000 * effective / (48.77 + b * effective);  // 14
    p = std::max(0.0, 244.72 - 43.43 * std::log(wetter - 20));                    // 15
  }
  const double warm = std::max(w.temperature_c, -1.1) + 1.1;
  const auto hours = day_h[static_cast<std::size_t>(w.month)];
  return p + 100 * 1.894e-6 * warm * (100 - w.humidity_percent) * hours;  // 16, 17
}

double next_dc(double before, const Noon& w) {
  constexpr std::array<double, 12> factor = {-1.6, -1.6, -1.6, 0.9, 3.8,  5.8,
                                             6.4,  5.0,  2.4,  0.4, -1.6, -1.6};  // table 2
  double d = before;
  if (w.rain_mm > 2.8) {
    const double effective = 0.83 * w.rain_mm - 1.27;                      // 18
    const double moisture = 800 * std::exp(-d / 400) + 3.937 * effective;  // 19, 20
    d = std::max(0.0, 400 * std::log(800 / moisture));                     // 21
  }
  const double warm = 0.36 * (std::max(w.temperature_c, -2.8) + 2.8);
  const double v = warm + factor[static_cast<std::size_t>(w.month)];  // 22
  return d + 0.5 * std::max(0.0, v);                                  // 23
}

int month_of(double day_of_year) {
  constexpr std::array<int, 11> ends = {31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
  return static_cast<int>(std::ranges::upper_bound(ends, static_cast<int>(day_of_year)) -
                          ends.begin());
}

class FireWeather final : public Model {
 public:
  explicit FireWeather(std::span<const double> p)
      : ffmc_(p[ffmc_0]), dmc_(p[dmc_0]), dc_(p[dc_0]) {}

  void step(const Step& now, Random& random, std::span<double> out) override {
    const auto& p = now.parameters;
    const auto day = static_cast<std::int64_t>(now.elapsed_s / 86400);
    const double swing = p[spread] * random.normal();
    noon_.temperature_c = p[temperature] + 4 * swing;
    noon_.humidity_percent = std::clamp(p[humidity] - 12 * swing, 5.0, 100.0);
    noon_.wind_km_h = std::max(0.0, p[wind] * (1 + 0.3 * p[spread] * random.normal()));
    noon_.month = month_of(now.day_of_year);
    rain_mm_ += p[rain] * now.dt_s / 86400;
    if (day != day_) {
      noon_.rain_mm = rain_mm_;
      ffmc_ = next_ffmc(ffmc_, noon_);
      dmc_ = next_dmc(dmc_, noon_);
      dc_ = next_dc(dc_, noon_);
      rain_mm_ = 0;
      day_ = day;
    }
    const std::array<double, 7> values = {noon_.temperature_c,
                                          noon_.humidity_percent,
                                          noon_.wind_km_h,
                                          noon_.rain_mm,
                                          ffmc_,
                                          dmc_,
                                          dc_};
    std::ranges::copy(values, out.begin());
  }

 private:
  Noon noon_;
  double ffmc_;
  double dmc_;
  double dc_;
  double rain_mm_ = 0;     // since the codes were last brought on
  std::int64_t day_ = -1;  // 24 hours from the start; the codes go on once in each
};

}  // namespace

Kind fire_weather_kind() {
  return {
      .id = "fire_weather",
      .zh = "火险气象（FFMC、DMC、DC）",
      .en = "Fire weather: FFMC, DMC, DC",
      .physics_zh =
          "加拿大林火天气指数系统的三个湿度码，按正午气温、湿度、风速和24小时雨量逐日递推；日长系数"
          "取北纬46度表。天气围绕设定值随机波动，气温与湿度反向相关。每日推进一次，起报时刻应为当地"
          "正午；不含积雪与越冬订正。",
      .physics_en =
          "The three moisture codes of the Canadian system, each from that of the day before and "
          "the "
          "weather at noon, with the day lengths of 46 degrees north. The weather swings around "
          "what "
          "is set, temperature against humidity. One step a day: start at noon. No snow, no "
          "overwintering.",
      .source =
          "C. E. Van Wagner and T. L. Pickett, Forestry Technical Report 33, 1985; C. E. Van "
          "Wagner, "
          "Forestry Technical Report 35, 1987",
      .parameters = {{"temperature", "Cel", 20, -40, 50, "正午气温", "Temperature at noon"},
                     {"humidity", "%", 40, 1, 100, "正午相对湿度", "Humidity at noon"},
                     {"wind", "km/h", 12, 0, 150, "正午风速", "Wind at noon"},
                     {"rain", "mm", 0, 0, 500, "24小时雨量", "Rain of 24 hours"},
                     {"spread", "1", 0, 0, 2, "天气波动", "Swing of the weather"},
                     {"ffmc", "1", 85, 0, 101, "起始FFMC", "FFMC before the start"},
                     {"dmc", "1", 6, 0, 1000, "起始DMC", "DMC before the start"},
                     {"dc", "1", 15, 0, 2000, "起始DC", "DC before the start"}},
      .outputs = {{"temperature", "Cel", "正午气温", "Temperature at noon"},
                  {"humidity", "%", "正午相对湿度", "Humidity at noon"},
                  {"wind", "km/h", "正午风速", "Wind at noon"},
                  {"rain", "mm", "24小时雨量", "Rain of 24 hours"},
                  {"ffmc", "1", "细小可燃物湿度码", "Fine Fuel Moisture Code"},
                  {"dmc", "1", "腐殖质湿度码", "Duff Moisture Code"},
                  {"dc", "1", "干旱码", "Drought Code"}},
      .make = [](std::span<const double> given) -> std::unique_ptr<Model> {
        return std::make_unique<FireWeather>(given);
      }};
}

}  // namespace cairn::simulate
