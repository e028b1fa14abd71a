// SPDX-License-Identifier: Apache-2.0
// Visitors of a scenic area as counts at its gates: arrivals as a Poisson process of a daily
// course, stays as a chance to leave, nobody left at night.
#include <algorithm>
#include <cmath>

#include "simulate/kinds.hpp"

namespace cairn::simulate {
namespace {

enum Given : std::size_t { arrivals, peak_hour, spread, stay, open, gates_shut };

class VisitorFlow final : public Model {
 public:
  explicit VisitorFlow(std::span<const double>) {}

  void step(const Step& now, Random& random, std::span<double> out) override {
    const auto& p = now.parameters;
    const double hours = now.dt_s / 3600;
    // A normal course around the peak, cut at the hours of opening.
    const double away = (now.hour - p[peak_hour]) / p[spread];
    const bool day = now.hour >= 7 && now.hour < 17.5 && p[open] > 0;
    const double rate = p[arrivals] * std::exp(-0.5 * away * away) /
                        (p[spread] * std::sqrt(2 * 3.14159265358979323846));
    const double mean = day && p[gates_shut] == 0 ? rate * hours : 0;
    const double entered = draw(mean, random);
    // An exponential stay; after hours all that are left go within the hour.
    const double leaving = day ? 1 - std::exp(-hours / p[stay]) : 1 - std::exp(-hours * 4);
    double left = std::min(inside_, std::round(inside_ * leaving));
    if (!day && inside_ < 20) left = inside_;
    inside_ += entered - left;
    out[0] = entered;
    out[1] = left;
    out[2] = inside_;
  }

 private:
  // Large counts by the normal approximation, whose error there is below one visitor in a hundred.
  static double draw(double mean, Random& random) {
    if (mean < 40) return random.poisson(mean);
    return std::max(0.0, std::round(mean + std::sqrt(mean) * random.normal()));
  }

  double inside_ = 0;
};

}  // namespace

Kind visitor_flow_kind() {
  return {
      .id = "visitor_flow",
      .zh = "景区闸机客流（只计数）",
      .en = "Visitors through the gates of a scenic area, counts only",
      .physics_zh =
          "到达为正态日程的泊松过程（每天总量给定，7:00—17:30开放），停留时间为指数分布，"
          "闭园后一小时内离园。不含团队、天气与个体差异。",
      .physics_en =
          "Arrivals are a Poisson process with a normal course over the day (its total is "
          "given; open from 7:00 to 17:30); stays are exponential; after closing all "
          "leave within the hour. No groups, no weather, no persons.",
      .source = "A. K. Erlang's arrivals as in any text on queues (M/M/inf, Kleinrock 1975, 3.3)",
      .parameters = {{"arrivals", "1", 6000, 0, 200000, "全天到达人数", "Arrivals of a day"},
                     {"peak_hour", "h", 10.5, 7, 17, "到达高峰时刻", "Hour of most arrivals"},
                     {"spread", "h", 2, 0.2, 6, "到达时段标准差", "Standard deviation of arrivals"},
                     {"stay", "h", 3, 0.2, 10, "平均停留", "Mean stay"},
                     {"open", "1", 1, 0, 1, "开放（1是）", "Open, 1 or 0"},
                     {"gates_shut", "1", 0, 0, 1, "停止入园（1是）", "No more entry, 1 or 0"}},
      .outputs = {{"entered", "1", "时段入园", "Entered in the interval"},
                  {"left", "1", "时段离园", "Left in the interval"},
                  {"inside", "1", "在园", "Inside"}},
      .make = [](std::span<const double> given) -> std::unique_ptr<Model> {
        return std::make_unique<VisitorFlow>(given);
      }};
}

}  // namespace cairn::simulate
