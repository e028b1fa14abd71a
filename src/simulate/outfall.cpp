// SPDX-License-Identifier: Apache-2.0
// The outfall of a sewage works: a stirred tank in which what comes in is broken down.
#include <cmath>
#include <cstddef>

#include "simulate/kinds.hpp"

namespace cairn::simulate {
namespace {

enum Given : std::size_t {
  flow,
  swing,
  volume,
  cod_in,
  ammonia_in,
  phosphorus_in,
  temperature,
  aeration,
  dosing
};

// Per hour at 20 degrees, chosen so that the usual works lets out 30, 1.5 and 0.3 mg/L.
constexpr double cod_rate_h = 0.611;
constexpr double ammonia_rate_h = 1.306;
constexpr double phosphorus_rate_h = 1.028;

double warmth(double celsius) {
  return std::pow(1.04, celsius - 20);
}

class Outfall final : public Model {
 public:
  explicit Outfall(std::span<const double> p) {
    const double turnover_h = p[flow] * 3.6 / p[volume];
    const double warm = warmth(p[temperature]);
    cod_ = at_rest(p[cod_in], turnover_h, cod_rate_h * warm * p[aeration]);
    ammonia_ = at_rest(p[ammonia_in], turnover_h, ammonia_rate_h * warm * p[aeration]);
    phosphorus_ = at_rest(p[phosphorus_in], turnover_h, phosphorus_rate_h * p[dosing]);
  }

  void step(const Step& now, Random& random, std::span<double> out) override {
    const auto& p = now.parameters;
    constexpr double pi = 3.14159265358979323846;
    // Most sewage comes in the evening.
    const double flow_l_s = p[flow] * (1 + p[swing] * std::cos((now.hour - 20) / 24 * 2 * pi));
    const double turnover_h = flow_l_s * 3.6 / p[volume];
    const double warm = warmth(p[temperature]);
    const double hours = now.dt_s / 3600;
    mix(cod_, p[cod_in], turnover_h, cod_rate_h * warm * p[aeration], hours);
    mix(ammonia_, p[ammonia_in], turnover_h, ammonia_rate_h * warm * p[aeration], hours);
    mix(phosphorus_, p[phosphorus_in], turnover_h, phosphorus_rate_h * p[dosing], hours);
    out[0] = cod_ * (1 + 0.01 * random.normal());
    out[1] = ammonia_ * (1 + 0.01 * random.normal());
    out[2] = phosphorus_ * (1 + 0.01 * random.normal());
    out[3] = flow_l_s;
    out[4] = p[temperature] + 0.1 * random.normal();
  }

 private:
  static double at_rest(double in, double turnover_h, double rate_h) {
    return in * turnover_h / (turnover_h + rate_h);
  }
  // The balance solved over a step: exact for constant flow.
  static void mix(double& inside, double in, double turnover_h, double rate_h, double hours) {
    const double rest = at_rest(in, turnover_h, rate_h);
    inside = rest + (inside - rest) * std::exp(-(turnover_h + rate_h) * hours);
  }

  double cod_, ammonia_, phosphorus_;
};

}  // namespace

Kind outfall_kind() {
  return {
      .id = "outfall",
      .zh = "污水处理厂排口（完全混合反应器）",
      .en = "Outfall of a sewage works: a stirred tank",
      .physics_zh =
          "完全混合反应器：dC/dt = Q/V·(C进 − C) − k·C，k随温度按1.04^(T−20)变化，"
          "COD与氨氮的k与曝气成正比，总磷的k与加药成正比；流量日变化为余弦，20时最大。"
          "不含污泥龄、沉淀与推流。",
      .physics_en =
          "Stirred tank: dC/dt = Q/V (C in - C) - k C with k following 1.04^(T - 20); k of "
          "COD and ammonia goes with the aeration, that of phosphorus with the dosing; the "
          "flow is a cosine over the day, largest at 20 h. No sludge age, settling or plug "
          "flow.",
      .source =
          "Metcalf & Eddy, Wastewater Engineering, chapter on process analysis: first-order "
          "removal "
          "in a complete-mix reactor; the rates are chosen for a usual effluent",
      .parameters = {{"flow", "L/s", 100, 0.1, 20000, "平均流量", "Mean flow"},
                     {"swing", "1", 0.3, 0, 0.9, "日变化幅度", "Daily swing of the flow"},
                     {"volume", "m3", 4320, 1, 1000000, "反应池容积", "Volume of the tank"},
                     {"cod_in", "mg/L", 250, 0, 5000, "进水COD", "COD coming in"},
                     {"ammonia_in", "mg/L", 25, 0, 500, "进水氨氮", "Ammonia nitrogen coming in"},
                     {"phosphorus_in", "mg/L", 4, 0, 100, "进水总磷", "Phosphorus coming in"},
                     {"temperature", "Cel", 20, 0, 40, "水温", "Temperature of the water"},
                     {"aeration", "1", 1, 0, 2, "曝气（1为正常）", "Aeration, 1 as usual"},
                     {"dosing", "1", 1, 0, 2, "除磷加药（1为正常）",
                      "Dosing against phosphorus, 1 as usual"}},
      .outputs = {{"cod", "mg/L", "化学需氧量", "COD"},
                  {"ammonia", "mg/L", "氨氮", "Ammonia nitrogen"},
                  {"phosphorus", "mg/L", "总磷", "Total phosphorus"},
                  {"flow", "L/s", "流量", "Flow"},
                  {"temperature", "Cel", "水温", "Temperature of the water"}},
      .make = [](std::span<const double> given) -> std::unique_ptr<Model> {
        return std::make_unique<Outfall>(given);
      }};
}

}  // namespace cairn::simulate
