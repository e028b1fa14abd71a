// SPDX-License-Identifier: Apache-2.0
// The name under which a prepared terrain is kept.
#pragma once

#include <string>

#include "geo/terrain_prepare.hpp"

namespace cairn::geo {

// 16 hexadecimal digits of everything that the prepared file depends on: area, cell and options of
// the request, and the names, sizes and times of the files it reads.
std::string terrain_key(const TerrainRequest& request);

}  // namespace cairn::geo
