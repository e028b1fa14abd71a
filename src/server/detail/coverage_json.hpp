// SPDX-License-Identifier: Apache-2.0
// What radio and coverage answer alike.
#pragma once

#include <string>
#include <string_view>

#include "radio/served.hpp"
#include "server/coverage_cells.hpp"
#include "server/detail/json.hpp"
#include "server/state.hpp"

namespace cairn::server {

Json terrain_json(const CoverageTerrain& terrain);
// Why there is no relief, in a sentence for the person who runs the server.
std::string no_terrain_reason(const State& state);

// The words of radio::to_string(Why) as people say them; other words as they are.
Label why_label(std::string_view why);

Json server_json(const radio::Serving& serving, const radio::Cell& cell);
// One decimal place: what a model knows of levels, losses and distances.
Json json_rounded(double value, double digits = 10);

}  // namespace cairn::server
