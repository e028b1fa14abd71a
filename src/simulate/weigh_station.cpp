// SPDX-License-Identifier: Apache-2.0
// A weigh station of a road: how many lorries of each number of axles pass, how many are too heavy,
// and what they do to the pavement. Counts and weights only.
#include <algorithm>
#include <array>
#include <cmath>

#include "simulate/kinds.hpp"

namespace cairn::simulate {
namespace {

enum Given : std::size_t { flow, loaded, excess, spread };

// Two to six axles: the part of the lorries, the empty weight and the limit, t.
struct Class {
  double share;
  double empty_t;
  double limit_t;
};
constexpr std::array<Class, 5> classes{
    {{0.40, 6, 18}, {0.10, 9, 25}, {0.10, 12, 31}, {0.05, 14, 43}, {0.35, 16, 49}}};

class WeighStation final : public Model {
 public:
  explicit WeighStation(std::span<const double>) {}

  void step(const Step& now, Random& random, std::span<double> out) override {
    const auto& p = now.parameters;
    constexpr double pi = 3.14159265358979323846;
    // Most lorries drive by night.
    const double busy = 1 + 0.4 * std::cos((now.hour - 23) / 24 * 2 * pi);
    double axles_standard = 0;
    double tonnes = 0;
    for (std::size_t i = 0; i < classes.size(); ++i) {
      const Class& c = classes[i];
      const int passed = random.poisson(p[flow] * busy * c.share * now.dt_s / 3600);
      int over = 0;
      double heaviest_t = 0;
      for (int k = 0; k < passed; ++k) {
        const bool full = random.uniform() < p[loaded];
        const double part = full ? p[excess] + p[spread] * random.normal() : 0.1;
        const double gross_t = std::max(c.empty_t, c.empty_t + (c.limit_t - c.empty_t) * part);
        over += gross_t > c.limit_t;
        heaviest_t = std::max(heaviest_t, gross_t);
        tonnes += gross_t;
        // The weight even over the axles, each against 100 kN, to the fourth power.
        const double axles = static_cast<double>(i + 2);
        axles_standard += axles * std::pow(gross_t * 9.81 / axles / 100, 4);
      }
      out[3 * i] = passed;
      out[3 * i + 1] = over;
      out[3 * i + 2] = heaviest_t;
    }
    out[15] = axles_standard;
    out[16] = tonnes;
  }
};

}  // namespace

Kind weigh_station_kind() {
  std::vector<Output> outputs;
  static constexpr std::array<std::array<std::string_view, 9>, 5> words{{
      {"passed_2", "over_2", "heaviest_2", "2轴通过", "2轴超限", "2轴最重", "2 axles: passed",
       "2 axles: over", "2 axles: heaviest"},
      {"passed_3", "over_3", "heaviest_3", "3轴通过", "3轴超限", "3轴最重", "3 axles: passed",
       "3 axles: over", "3 axles: heaviest"},
      {"passed_4", "over_4", "heaviest_4", "4轴通过", "4轴超限", "4轴最重", "4 axles: passed",
       "4 axles: over", "4 axles: heaviest"},
      {"passed_5", "over_5", "heaviest_5", "5轴通过", "5轴超限", "5轴最重", "5 axles: passed",
       "5 axles: over", "5 axles: heaviest"},
      {"passed_6", "over_6", "heaviest_6", "6轴通过", "6轴超限", "6轴最重", "6 axles: passed",
       "6 axles: over", "6 axles: heaviest"},
  }};
  for (const auto& w : words) {
    outputs.push_back({w[0], "1", w[3], w[6]});
    outputs.push_back({w[1], "1", w[4], w[7]});
    outputs.push_back({w[2], "t", w[5], w[8]});
  }
  outputs.push_back({"standard_axles", "1", "当量轴次", "Equivalent standard axles"});
  outputs.push_back({"tonnes", "t", "总重合计", "Weight of all"});
  return {
      .id = "weigh_station",
      .zh = "治超站（各轴数车辆的通过、超限与当量轴次）",
      .en = "A weigh station: lorries by axles, overloads, equivalent axles",
      .physics_zh =
          "各轴数货车按泊松过程到达（夜间多）；满载比例内的装载率按正态分布，其余近空载；总重均布"
          "于各轴，当量轴次 = Σ(轴重/100 kN)⁴。只有计数与重量，不含号牌、车主和轨迹。",
      .physics_en =
          "Lorries of each number of axles come by a Poisson process, more at night; "
          "those that are full are loaded by a normal distribution, the others nearly "
          "empty; the weight is even over the axles and counts as (axle / 100 kN)^4. "
          "Counts and weights only: no plates, owners or tracks.",
      .source =
          "limits: Order 62 of 2016 of the Ministry of Transport, article 3; fourth power: "
          "AASHO Road Test, Highway Research Board Special Report 61E, 1962",
      .parameters = {{"flow", "/h", 60, 0, 80, "货车流量（辆/时）", "Lorries an hour"},
                     {"loaded", "1", 0.5, 0, 1, "满载比例", "Part that is full"},
                     {"excess", "1", 0.85, 0, 3, "平均装载率", "Mean load over the permitted"},
                     {"spread", "1", 0.08, 0, 1, "装载率离散", "Spread of it"}},
      .outputs = std::move(outputs),
      .make = [](std::span<const double> given) -> std::unique_ptr<Model> {
        return std::make_unique<WeighStation>(given);
      }};
}

}  // namespace cairn::simulate
