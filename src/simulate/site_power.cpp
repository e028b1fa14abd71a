// SPDX-License-Identifier: Apache-2.0
// The power of one base station: mains, rectifier, battery, generator, and whether it serves.
#include <cmath>
#include <limits>

#include "simulate/kinds.hpp"
#include "simulate/site_battery.hpp"

namespace cairn::simulate {
namespace {

enum Given : std::size_t { mains, transmission, equipment, generator, load, capacity };

class SitePower final : public Model {
 public:
  explicit SitePower(std::span<const double>) {}

  void step(const Step& now, Random& random, std::span<double> out) override {
    const auto& p = now.parameters;
    const bool has_mains = p[mains] > 0;
    const bool fed = has_mains || p[generator] > 0;
    // Traffic is largest at eight in the evening and takes 15 % more than on average then.
    constexpr double pi = 3.14159265358979323846;
    const double load_a = p[load] * (1 + 0.15 * std::cos((now.hour - 20) / 24 * 2 * pi));
    battery_.step(fed, load_a, p[capacity], now.dt_s / 3600);
    const bool powered = fed || battery_.connected();
    const bool serves = powered && p[transmission] > 0 && p[equipment] > 0;
    out[0] = has_mains ? 220 + 2 * random.normal() : 0;
    out[1] = battery_.voltage_v() + 0.03 * random.normal();
    out[2] = battery_.current_a();
    out[3] = powered ? load_a : 0;
    out[4] = battery_.charge() * 100;
    out[5] = p[generator] > 0 ? 1 : 0;
    out[6] = serves ? 1 : 0;
    out[7] = serves ? 0 : !powered ? 1 : p[transmission] > 0 ? 3 : 2;
  }

 private:
  SiteBattery battery_;
};

}  // namespace

Kind site_power_kind() {
  return {.id = "site_power",
          .zh = "基站供电（市电—整流—蓄电池—油机）",
          .en = "Power of a base station: mains, rectifier, battery, generator",
          .physics_zh =
              "市电或油机在时由整流器供电并以0.1C充电；停电后24只铅酸电池按Peukert定律（k=1.15）"
              "放电，电压随荷电状态线性下降、末端骤降并扣除内阻压降，低于43.2 V切断负载，"
              "来电后恢复。负载随话务日变化±15%。不含老化与温度影响。",
          .physics_en =
              "With mains or a generator the rectifier carries the load and charges at "
              "0.1 C; without, 24 lead-acid cells discharge by Peukert's law (k = 1.15), "
              "the voltage falls with the charge, with a knee at the end and the drop "
              "over the resistance; below 43.2 V the load is let go until power is back. "
              "The load varies by 15 % over the day. No ageing, no temperature.",
          .source =
              "W. Peukert, Elektrotechnische Zeitschrift 20, 1897; end voltage 1.80 V a cell "
              "at the ten-hour rate and float voltage 2.23 V a cell: YD/T 799 (recalled)",
          .parameters = {{"mains", "1", 1, 0, 1, "市电（1有，0无）", "Mains, 1 or 0"},
                         {"transmission", "1", 1, 0, 1, "传输（1通）", "Transmission, 1 or 0"},
                         {"equipment", "1", 1, 0, 1, "设备（1正常）", "Equipment, 1 or 0"},
                         {"generator", "1", 0, 0, 1, "油机（1发电）", "Generator, 1 or 0"},
                         {"load", "A", 50, 1, 1000, "平均负载电流", "Mean load"},
                         {"capacity", "A.h", 500, 10, 10000, "10小时率容量", "Capacity at 10 h"}},
          .outputs = {{"mains_voltage", "V", "市电电压", "Mains voltage"},
                      {"battery_voltage", "V", "蓄电池电压", "Battery voltage"},
                      {"battery_current", "A", "蓄电池电流（放电为负）",
                       "Battery current, discharge negative"},
                      {"load", "A", "负载电流", "Load"},
                      {"charge", "%", "荷电状态", "State of charge"},
                      {"generator", "1", "油机发电", "Generator runs"},
                      {"in_service", "1", "在服", "In service"},
                      {"cause", "1", "退服原因（1停电，2传输，3设备）",
                       "Why out: 1 power, 2 transmission, 3 equipment"}},
          .make = [](std::span<const double> given) -> std::unique_ptr<Model> {
            return std::make_unique<SitePower>(given);
          }};
}

}  // namespace cairn::simulate
