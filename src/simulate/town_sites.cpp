// SPDX-License-Identifier: Apache-2.0
// The base stations of a township on one feeder and one route: how many are out, and why.
#include <cmath>

#include "simulate/kinds.hpp"
#include "simulate/site_battery.hpp"

namespace cairn::simulate {
namespace {

enum Given : std::size_t { sites, mains, transmission, broken, generators, reserve, spread };

struct Site {
  SiteBattery battery;
  double deviation = 0;  // of its battery from the mean, in standard deviations
};

class TownSites final : public Model {
 public:
  explicit TownSites(std::span<const double>) {}

  void step(const Step& now, Random& random, std::span<double> out) override {
    const auto& p = now.parameters;
    const auto count = static_cast<std::size_t>(p[sites]);
    while (all_.size() < count) all_.push_back({{}, random.normal()});
    double without_power = 0;
    double without_route = 0;
    double faulty = 0;
    for (std::size_t i = 0; i < count; ++i) {
      // Generators go to the first sites; the routes that hold carry the first, the faults strike
      // the last ones.
      const double order = static_cast<double>(i);
      const bool fed = p[mains] > 0 || order < p[generators];
      // A load of I10 * 10 h / reserve^(1 / k) empties the battery in `reserve` hours (Peukert).
      const double hours = std::max(0.25, p[reserve] * (1 + p[spread] * all_[i].deviation));
      constexpr double capacity_ah = 500;
      const double load_a = 50 * std::pow(10 / hours, 1 / SiteBattery::peukert);
      all_[i].battery.step(fed, load_a, capacity_ah, now.dt_s / 3600);
      if (!fed && !all_[i].battery.connected()) {
        ++without_power;
      } else if (order >= p[transmission] * p[sites]) {
        ++without_route;
      } else if (order >= p[sites] - p[broken]) {
        ++faulty;
      }
    }
    out[0] = static_cast<double>(count);
    out[1] = without_power + without_route + faulty;
    out[2] = without_power;
    out[3] = without_route;
    out[4] = faulty;
    out[5] = std::min(p[generators], p[sites]);
  }

 private:
  std::vector<Site> all_;
};

}  // namespace

Kind town_sites_kind() {
  return {
      .id = "town_sites",
      .zh = "乡镇基站群（同一供电线路与传输路由）",
      .en = "Base stations of a township on one feeder and one route",
      .physics_zh =
          "每站一组铅酸电池（与site_power同一模型），后备时间按正态分布散布；市电中断后各站"
          "依次退服，油机先保前几站；传输按存活路由比例、设备按故障站数计，先计停电再计传输"
          "与设备。不含覆盖重叠与漫游。",
      .physics_en =
          "A lead-acid battery each (the model of site_power) with normally spread "
          "reserve; without mains they go out one after the other, generators keep "
          "the first; then the share of routes that hold and the faults count. "
          "Coverage overlap and roaming are left out.",
      .source = "as site_power",
      .parameters = {{"sites", "1", 12, 1, 1000, "基站数", "Sites"},
                     {"mains", "1", 1, 0, 1, "市电（1有，0无）", "Mains, 1 or 0"},
                     {"transmission", "1", 1, 0, 1, "存活路由比例", "Share of routes that hold"},
                     {"broken", "1", 0, 0, 1000, "设备故障站数", "Sites with a fault"},
                     {"generators", "1", 0, 0, 1000, "发电油机数", "Generators running"},
                     {"reserve", "h", 4, 0.25, 100, "平均后备时间", "Mean reserve"},
                     {"spread", "1", 0.3, 0, 1, "后备时间相对离散", "Relative spread of it"}},
      .outputs = {{"sites", "1", "基站数", "Sites"},
                  {"sites_out", "1", "退服基站数", "Sites out of service"},
                  {"out_mains", "1", "停电退服", "Out for want of power"},
                  {"out_transmission", "1", "传输中断退服", "Out for want of transmission"},
                  {"out_equipment", "1", "设备故障退服", "Out by a fault"},
                  {"generators", "1", "发电油机数", "Generators running"}},
      .make = [](std::span<const double> given) -> std::unique_ptr<Model> {
        return std::make_unique<TownSites>(given);
      }};
}

}  // namespace cairn::simulate
