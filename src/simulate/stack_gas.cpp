// SPDX-License-Identifier: Apache-2.0
// The stack of a coal boiler: what the coal gives, less what scrubber, catalyst and filter keep.
#include <cmath>
#include <cstddef>

#include "simulate/kinds.hpp"

namespace cairn::simulate {
namespace {

enum Given : std::size_t { load, so2_raw, nox_raw, dust_raw, scrubber, catalyst, filter, oxygen };

class StackGas final : public Model {
 public:
  explicit StackGas(std::span<const double> p)
      : so2_(p[so2_raw] * (1 - p[scrubber])),
        nox_(p[nox_raw] * (1 - p[catalyst])),
        dust_(p[dust_raw] * (1 - p[filter])) {}

  void step(const Step& now, Random& random, std::span<double> out) override {
    const auto& p = now.parameters;
    constexpr double lag_h = 0.5;  // of sump, ducts and probe
    const double left = std::exp(-now.dt_s / 3600 / lag_h);
    const auto go = [&](double& inside, double to) { inside = to + (inside - to) * left; };
    go(so2_, p[so2_raw] * (1 - p[scrubber]));
    go(nox_, p[nox_raw] * (1 - p[catalyst]));
    go(dust_, p[dust_raw] * (1 - p[filter]));
    // Of dry gas at the oxygen that is there, then as the standard counts it, at 6 %.
    const double measured_oxygen = p[oxygen] + 0.05 * random.normal();
    const double dilution = (21 - measured_oxygen) / (21 - 6);
    out[0] = so2_ * (1 + 0.01 * random.normal());
    out[1] = nox_ * (1 + 0.01 * random.normal());
    out[2] = dust_ * (1 + 0.02 * random.normal());
    out[3] = measured_oxygen;
    out[4] = out[0] * dilution;
    out[5] = 1.2e6 * p[load] / dilution;
  }

 private:
  double so2_, nox_, dust_;  // at 6 % oxygen, mg/m3
};

}  // namespace

Kind stack_gas_kind() {
  return {
      .id = "stack_gas",
      .zh = "燃煤锅炉烟囱（脱硫、脱硝、除尘）",
      .en = "Stack of a coal boiler: scrubber, catalyst, filter",
      .physics_zh =
          "出口浓度 = 原烟气浓度 ×（1 − 去除率），以半小时一阶滞后趋近；"
          "实测浓度按 c' = c·(21−O2)/(21−6) 由6 %基准氧含量折回；流量与负荷成正比。"
          "不含燃烧化学与启停过程。",
      .physics_en =
          "Outlet = raw gas times (1 - removal), approached with a lag of half an hour; the "
          "measured concentration is c' = c (21 - O2) / (21 - 6) for 6 % reference oxygen; the "
          "flow "
          "goes with the load. No chemistry of combustion, no start-up.",
      .source =
          "GB 13223-2011, equation 1 (reference oxygen 6 % of coal boilers); raw concentrations "
          "and "
          "the lag are assumptions",
      .parameters = {{"load", "1", 0.8, 0, 1.1, "负荷率", "Load"},
                     {"so2_raw", "mg/m3", 4000, 0, 20000, "原烟气SO2（6 %氧）",
                      "SO2 in the raw gas"},
                     {"nox_raw", "mg/m3", 350, 0, 5000, "原烟气NOx（6 %氧）", "NOx in the raw gas"},
                     {"dust_raw", "mg/m3", 20000, 0, 100000, "原烟气烟尘", "Dust in the raw gas"},
                     {"scrubber", "1", 0.97, 0, 1, "脱硫效率", "Removal of SO2"},
                     {"catalyst", "1", 0.8, 0, 1, "脱硝效率", "Removal of NOx"},
                     {"filter", "1", 0.9992, 0, 1, "除尘效率", "Removal of dust"},
                     {"oxygen", "%", 6, 1, 19, "烟气氧含量", "Oxygen in the gas"}},
      .outputs = {{"so2", "mg/m3", "二氧化硫（折算）", "Sulphur dioxide at 6 % oxygen"},
                  {"nox", "mg/m3", "氮氧化物（折算）", "Nitrogen oxides at 6 % oxygen"},
                  {"dust", "mg/m3", "烟尘（折算）", "Dust at 6 % oxygen"},
                  {"oxygen", "%", "氧含量", "Oxygen"},
                  {"so2_measured", "mg/m3", "二氧化硫（实测）", "Sulphur dioxide as measured"},
                  {"flow", "m3/h", "标干烟气量", "Flow of dry gas"}},
      .make = [](std::span<const double> given) -> std::unique_ptr<Model> {
        return std::make_unique<StackGas>(given);
      }};
}

}  // namespace cairn::simulate
