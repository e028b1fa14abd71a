// SPDX-License-Identifier: Apache-2.0
// One span of optical cable: the power that arrives, and what a reflectometer at its near end sees.
#include <cmath>
#include <limits>

#include "simulate/kinds.hpp"

namespace cairn::simulate {
namespace {

enum Given : std::size_t { power, length, attenuation, splice_every, bend_loss, bend_at, cut_at };

class FibreLink final : public Model {
 public:
  explicit FibreLink(std::span<const double>) {}

  void step(const Step& now, Random& random, std::span<double> out) override {
    const auto& p = now.parameters;
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    constexpr double splice_db = 0.05;
    constexpr double connectors_db = 1.0;  // two, 0.5 dB each
    constexpr double dark_dbm = -60;       // what a receiver reads without light
    const double splices = std::floor(p[length] / p[splice_every]);
    const double loss_db =
        p[attenuation] * p[length] + splice_db * splices + connectors_db + p[bend_loss];
    const bool cut = p[cut_at] > 0;
    out[0] = (cut ? dark_dbm : p[power] - loss_db) + 0.05 * random.normal();
    out[1] = cut ? none : loss_db;
    // The nearest event that is beyond the splices: a cut ends the trace, a bend steps it down.
    const bool bend = p[bend_loss] >= 0.5 && (!cut || p[bend_at] < p[cut_at]);
    const double event_km = bend ? p[bend_at] : cut ? p[cut_at] : none;
    // Group index and sampling: about 10 m.
    out[2] = event_km + 0.01 * random.normal();
    out[3] = bend ? p[bend_loss] : none;
    out[4] = cut ? 1 : 0;
  }
};

}  // namespace

Kind fibre_link_kind() {
  return {
      .id = "fibre_link",
      .zh = "光缆段（损耗预算—弯曲—断纤）",
      .en = "A span of optical cable: loss budget, bend, cut",
      .physics_zh =
          "接收光功率 = 发送光功率 − 衰减系数×长度 − 0.05 dB×接头数 − 2×0.5 dB连接器 − 弯曲附加"
          "损耗；断纤后接收机读数为−60 dBm。OTDR给出最近的弯曲（≥0.5 dB）或断点的光纤长度，"
          "误差约10 m。不含色散、非线性与光放大。",
      .physics_en =
          "Power received = power sent - attenuation x length - 0.05 dB a splice - two "
          "connectors of 0.5 dB - what a bend takes; after a cut the receiver reads "
          "-60 dBm. The reflectometer gives the length of fibre to the nearest bend "
          "(from 0.5 dB on) or cut, within about 10 m. No dispersion, nonlinearity or "
          "amplifiers.",
      .source = "loss budget: ITU-T G.957 clause 6; attenuation at 1550 nm: ITU-T G.652 (recalled)",
      .parameters = {{"power", "dBm", 0, -10, 20, "发送光功率", "Power sent"},
                     {"length", "km", 80, 0.1, 200, "光纤长度", "Length of fibre"},
                     {"attenuation", "dB", 0.22, 0.15, 1, "每千米衰减", "Attenuation of a km"},
                     {"splice_every", "km", 2, 0.1, 10, "接头间距", "Distance of splices"},
                     {"bend_loss", "dB", 0, 0, 40, "弯曲附加损耗", "Loss of a bend"},
                     {"bend_at", "km", 0, 0, 200, "弯曲位置", "Where it bends"},
                     {"cut_at", "km", 0, 0, 200, "断点位置（0为未断）", "Where it is cut, 0: not"}},
      .outputs = {{"rx_power", "dBm", "接收光功率", "Power received"},
                  {"loss", "dB", "全程损耗", "Loss of the span"},
                  {"event_km", "km", "OTDR事件距离", "Distance of the event"},
                  {"event_loss", "dB", "OTDR事件损耗", "Loss at the event"},
                  {"cut", "1", "断纤", "Cut"}},
      .make = [](std::span<const double> given) -> std::unique_ptr<Model> {
        return std::make_unique<FibreLink>(given);
      }};
}

}  // namespace cairn::simulate
