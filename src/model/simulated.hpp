// SPDX-License-Identifier: Apache-2.0
// What is simulated, and how it says so. A source key with a part "simulated" marks what comes of
// simulated devices: a pack's series ("packs/slope/simulated/slope_water"), and things and readings
// of an import ("simulated/…").
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/label.hpp"

namespace cairn::simulate {
struct Kind;
}

namespace cairn::model {

struct Catalog;

// "模拟：…" / "simulated: …" with the kind's label, the seed and the physics.
Label simulated_origin(const simulate::Kind& kind, std::uint64_t seed);
std::string simulated_source(std::string_view pack, std::string_view kind);

bool is_simulated_source(std::string_view source);
// A thing with a simulated series, or of a simulated source.
bool is_simulated_thing(const Catalog& catalog, std::string_view thing, std::string_view source);

}  // namespace cairn::model
