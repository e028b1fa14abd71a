// SPDX-License-Identifier: Apache-2.0
#include "model/simulated.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "model/catalog.hpp"
#include "simulate/device.hpp"

namespace cairn::model {

Label simulated_origin(const simulate::Kind& kind, std::uint64_t seed) {
  return {format("模拟：{}，种子{}。{}", kind.zh, seed, kind.physics_zh),
          format("simulated: {}, seed {}. {}", kind.en, seed, kind.physics_en)};
}

std::string simulated_source(std::string_view pack, std::string_view kind) {
  return format("packs/{}/simulated/{}", pack, kind);
}

bool is_simulated_source(std::string_view source) {
  const auto parts = split(source, '/');
  return std::ranges::find(parts, std::string_view("simulated")) != parts.end();
}

bool is_simulated_thing(const Catalog& catalog, std::string_view thing, std::string_view source) {
  if (is_simulated_source(source)) return true;
  return std::ranges::any_of(catalog.packs, [&](const PackDef& pack) {
    return std::ranges::any_of(pack.series, [&](const SeriesFile& series) {
      return series.simulated && series.thing == thing;
    });
  });
}

}  // namespace cairn::model
