// SPDX-License-Identifier: Apache-2.0
// A cold room with a thermostat: heat through the walls and an open door against a compressor that
// goes on and off.
#include <algorithm>
#include <cmath>

#include "simulate/kinds.hpp"

namespace cairn::simulate {
namespace {

enum Given : std::size_t {
  ambient,
  swing,
  set_point,
  band,
  walls,
  capacity,
  cooling,
  door,
  failed
};

class ColdStore final : public Model {
 public:
  explicit ColdStore(std::span<const double> given) : celsius_(given[set_point]) {}

  void step(const Step& now, Random& random, std::span<double> out) override {
    const auto& p = now.parameters;
    constexpr double pi = 3.14159265358979323846;
    const double outside_c = p[ambient] + p[swing] * std::cos((now.hour - 15) / 24 * 2 * pi);
    double ran_s = 0;
    // Half a minute at a time: the thermostat acts within a step.
    const int parts = std::max(1, static_cast<int>(now.dt_s / 30));
    const double part_s = now.dt_s / parts;
    for (int i = 0; i < parts; ++i) {
      if (celsius_ > p[set_point] + p[band] / 2) running_ = true;
      if (celsius_ < p[set_point] - p[band] / 2) running_ = false;
      const bool cools = running_ && p[failed] == 0;
      // An open door lets in as much as the walls times twelve.
      const double in_kw = p[walls] * (1 + 12 * p[door]) * (outside_c - celsius_);
      const double out_kw = cools ? p[cooling] : 0;
      celsius_ += (in_kw - out_kw) * part_s / p[capacity];
      if (cools) ran_s += part_s;
    }
    out[0] = celsius_ + 0.05 * random.normal();
    out[1] = p[door];
    out[2] = ran_s / now.dt_s * p[cooling] / coefficient_;
    out[3] = outside_c;
  }

 private:
  static constexpr double coefficient_ = 2.5;  // of performance: heat moved by work done
  double celsius_;
  bool running_ = false;
};

}  // namespace

Kind cold_store_kind() {
  return {
      .id = "cold_store",
      .zh = "冷库（围护传热、开门、压缩机启停）",
      .en = "Cold room: walls, door, compressor with a thermostat",
      .physics_zh =
          "集总热容：C·dT/dt = UA·(1+12·开门)·(T外−T) − Q制冷；温控器双位调节，"
          "半分钟一步；能效比2.5。不含湿度、除霜与货物分层。",
      .physics_en =
          "One lump of heat: C dT/dt = UA (1 + 12 door) (T outside - T) - Q cooling; a "
          "thermostat with a band, stepped by half a minute; coefficient of performance "
          "2.5. No moisture, defrosting or layers of goods.",
      .source =
          "ASHRAE Handbook, Refrigeration, chapter on refrigerated-facility loads (lumped "
          "balance); the factor of an open door is an assumption",
      .parameters = {{"ambient", "Cel", 20, -30, 50, "室外平均气温", "Mean temperature outside"},
                     {"swing", "K", 6, 0, 25, "室外日较差之半", "Half of its daily range"},
                     {"set_point", "Cel", 5, -40, 25, "设定温度", "Set point"},
                     {"band", "K", 1, 0.1, 10, "温控回差", "Band of the thermostat"},
                     {"walls", "kW/K", 0.15, 0.001, 10, "围护传热UA", "Heat through the walls, UA"},
                     {"capacity", "kJ/K", 6000, 10, 1000000, "热容", "Heat capacity"},
                     {"cooling", "kW", 8, 0, 1000, "制冷量", "Cooling"},
                     {"door", "1", 0, 0, 1, "门开启比例", "Part of the time that the door is open"},
                     {"failed", "1", 0, 0, 1, "压缩机故障（1是）", "Compressor failed, 1 or 0"}},
      .outputs = {{"temperature", "Cel", "库温", "Temperature inside"},
                  {"door", "1", "门开启", "Door open"},
                  {"power", "kW", "电功率", "Electric power"},
                  {"ambient", "Cel", "室外气温", "Temperature outside"}},
      .make = [](std::span<const double> given) -> std::unique_ptr<Model> {
        return std::make_unique<ColdStore>(given);
      }};
}

}  // namespace cairn::simulate
