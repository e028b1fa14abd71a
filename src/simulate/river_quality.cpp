// SPDX-License-Identifier: Apache-2.0
// Water quality of a river section downstream of an outfall: Streeter and Phelps' oxygen sag, and
// what is dissolved mixed with the river.
#include <algorithm>
#include <cmath>

#include "simulate/kinds.hpp"

namespace cairn::simulate {
namespace {

enum Given : std::size_t {
  flow,
  temperature,
  travel,
  decay,
  reaeration,
  load_cod,
  load_ammonia,
  load_phosphorus,
  back_cod,
  back_ammonia,
  back_phosphorus,
  alkalinity
};

class RiverQuality final : public Model {
 public:
  explicit RiverQuality(std::span<const double>) {}

  void step(const Step& now, Random& random, std::span<double> out) override {
    const auto& p = now.parameters;
    // Warmest at 15 o'clock; half a degree up and down.
    const double water_c =
        p[temperature] + 0.5 * std::cos(2 * pi * (now.hour - 15) / 24) + 0.05 * random.normal();
    const auto mixed = [&](double background, double load_g_s) {
      return (background + load_g_s / p[flow]) * (1 + 0.02 * random.normal());
    };
    const double cod = mixed(p[back_cod], p[load_cod]);
    const double ammonia = mixed(p[back_ammonia], p[load_ammonia]);
    const double phosphorus = mixed(p[back_phosphorus], p[load_phosphorus]);
    // BOD is four tenths of COD, the permanganate index a quarter.
    const double bod = 0.4 * cod;
    const double k1 = p[decay] * std::pow(1.047, water_c - 20);
    const double k2 = p[reaeration] * std::pow(1.024, water_c - 20);
    const double sag =
        std::abs(k2 - k1) < 1e-9
            ? k1 * p[travel] * bod * std::exp(-k1 * p[travel])
            : k1 * bod / (k2 - k1) * (std::exp(-k1 * p[travel]) - std::exp(-k2 * p[travel]));
    const double full = saturation_mg_l(water_c);
    out[0] = water_c;
    out[1] = 7.0 + 0.9 * p[alkalinity] - 0.02 * bod + 0.02 * random.normal();
    out[2] = std::clamp(full - sag + 0.05 * random.normal(), 0.0, full);
    out[3] = cod * 0.25;
    out[4] = cod;
    out[5] = ammonia;
    out[6] = phosphorus;
  }

 private:
  static constexpr double pi = 3.14159265358979323846;
  // GB 3838-2002 takes 468 / (31.6 + T) for the saturation of fresh water.
  static double saturation_mg_l(double water_c) { return 468 / (31.6 + water_c); }
};

}  // namespace

Kind river_quality_kind() {
  return {
      .id = "river_quality",
      .zh = "河流水质断面（Streeter—Phelps）",
      .en = "River section: Streeter and Phelps",
      .physics_zh =
          "上游背景浓度与排入负荷在断面完全混合；溶解氧为饱和值减去Streeter—Phelps氧亏（k1、k2按"
          "1.047、1.024的温度系数订正，初始氧亏为零）；BOD5取COD的0.4倍，高锰酸盐指数取0."
          "25倍；水温日"
          "变化为余弦。不含藻类光合、底泥和横向混合。",
      .physics_en =
          "What the river brings and what is let in mix at the section. Oxygen is saturation less "
          "the "
          "deficit of Streeter and Phelps, with k1 and k2 corrected by 1.047 and 1.024 a degree "
          "and no "
          "deficit at the start. BOD is taken as 0.4 and the permanganate index as 0.25 of COD. "
          "Water "
          "temperature follows a cosine over the day. No algae, sediment or lateral mixing.",
      .source =
          "H. W. Streeter and E. B. Phelps, Public Health Bulletin 146, 1925; GB 3838-2002 "
          "(saturation "
          "468 / (31.6 + T)); the two ratios to COD are chosen",
      .parameters = {{"flow", "m3/s", 20, 0.01, 100000, "流量", "Flow"},
                     {"temperature", "Cel", 18, 0, 40, "水温", "Water temperature"},
                     {"travel", "d", 0.8, 0, 30, "流达时间", "Time of travel"},
                     {"decay", "1/d", 0.35, 0, 10, "耗氧系数k1", "k1 at 20 degrees"},
                     {"reaeration", "1/d", 0.9, 0.01, 50, "复氧系数k2", "k2 at 20 degrees"},
                     {"load_cod", "g/s", 0, 0, 1e6, "COD负荷", "Load of COD"},
                     {"load_ammonia", "g/s", 0, 0, 1e5, "氨氮负荷", "Load of ammonia"},
                     {"load_phosphorus", "g/s", 0, 0, 1e5, "总磷负荷", "Load of phosphorus"},
                     {"back_cod", "mg/L", 8, 0, 500, "COD背景", "COD upstream"},
                     {"back_ammonia", "mg/L", 0.12, 0, 50, "氨氮背景", "Ammonia upstream"},
                     {"back_phosphorus", "mg/L", 0.04, 0, 20, "总磷背景", "Phosphorus upstream"},
                     {"alkalinity", "1", 1, 0, 2, "碱度", "Alkalinity, 1 as usual"}},
      .outputs = {{"temperature", "Cel", "水温", "Water temperature"},
                  {"ph", "[pH]", "pH", "pH"},
                  {"dissolved_oxygen", "mg/L", "溶解氧", "Dissolved oxygen"},
                  {"permanganate", "mg/L", "高锰酸盐指数", "Permanganate index"},
                  {"cod", "mg/L", "化学需氧量", "COD"},
                  {"ammonia", "mg/L", "氨氮", "Ammonia nitrogen"},
                  {"phosphorus", "mg/L", "总磷", "Total phosphorus"}},
      .make = [](std::span<const double> given) -> std::unique_ptr<Model> {
        return std::make_unique<RiverQuality>(given);
      }};
}

}  // namespace cairn::simulate
