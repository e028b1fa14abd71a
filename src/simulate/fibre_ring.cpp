// SPDX-License-Identifier: Apache-2.0
// A ring of spans with a hub: protected against one cut, in two parts after two.
#include <algorithm>
#include <cmath>
#include <limits>

#include "simulate/kinds.hpp"

namespace cairn::simulate {
namespace {

enum Given : std::size_t { nodes, cut_a, cut_b, circumference, detection, processing };

class FibreRing final : public Model {
 public:
  explicit FibreRing(std::span<const double>) {}

  void step(const Step& now, Random& random, std::span<double> out) override {
    const auto& p = now.parameters;
    const double n = p[nodes];
    // Span i runs from node i - 1 to node i, span n back to node 0, the hub.
    const double first =
        p[cut_a] > 0 && p[cut_b] > 0 ? std::min(p[cut_a], p[cut_b]) : std::max(p[cut_a], p[cut_b]);
    const double last = std::max(p[cut_a], p[cut_b]);
    const double cuts = first == 0 ? 0 : first == last ? 1 : 2;
    out[0] = n - cuts;
    out[1] = cuts;
    out[2] = cuts;  // 0 normal, 1 protected, 2 broken
    // Nodes first .. last - 1 hear the hub on neither side.
    out[3] = cuts < 2 ? 0 : last - first;
    // A new cut with the ring whole is switched: detection, a message once around the long way and
    // back, work in each node. With a second cut there is nothing to switch to.
    const bool switched = cuts == 1 && before_ == 0;
    const double around_ms = 2 * p[circumference] * 4.9e-3;  // 4.9 us a km of fibre
    out[4] = switched ? p[detection] + around_ms + p[processing] * n + std::abs(random.normal())
                      : std::numeric_limits<double>::quiet_NaN();
    before_ = cuts;
  }

 private:
  double before_ = 0;
};

}  // namespace

Kind fibre_ring_kind() {
  return {.id = "fibre_ring",
          .zh = "光环网（复用段共享保护环）",
          .en = "A ring of fibre with shared protection",
          .physics_zh =
              "n个节点n段，0号为汇聚节点。断一段倒换：时间 = 检测 + 2×环长×4.9 μs/km信令往返 + "
              "每节点处理时间；断两段则两断点之间远离汇聚节点的一侧失联。不含等待恢复与多环互联。",
          .physics_en =
              "n nodes and n spans, node 0 is the hub. One cut is switched in detection + "
              "2 x circumference x 4.9 us/km of signalling + work in each node; with two, "
              "the nodes between them on the far side of the hub are lost. No wait to "
              "restore, no interconnected rings.",
          .source = "ITU-T G.841 (10/98) 7.2 (multiplex section shared protection rings)",
          .parameters = {{"nodes", "1", 6, 3, 16, "节点数", "Nodes"},
                         {"cut_a", "1", 0, 0, 16, "第一断点所在段", "First span cut, 0: none"},
                         {"cut_b", "1", 0, 0, 16, "第二断点所在段", "Second span cut, 0: none"},
                         {"circumference", "km", 400, 1, 5000, "环长", "Length around"},
                         {"detection", "ms", 10, 0, 1000, "检测时间", "Time to detect"},
                         {"processing", "ms", 3, 0, 100, "每节点处理", "Work in a node"}},
          .outputs = {{"spans_up", "1", "可用段数", "Spans that hold"},
                      {"spans_cut", "1", "断开段数", "Spans cut"},
                      {"state", "1", "状态（0正常，1保护，2断开）",
                       "State: 0 normal, 1 protected, 2 broken"},
                      {"nodes_lost", "1", "失联节点数", "Nodes cut off"},
                      {"switch_time", "ms", "倒换时间", "Time of switching"}},
          .make = [](std::span<const double> given) -> std::unique_ptr<Model> {
            return std::make_unique<FibreRing>(given);
          }};
}

}  // namespace cairn::simulate
