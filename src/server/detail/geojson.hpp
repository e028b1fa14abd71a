// SPDX-License-Identifier: Apache-2.0
// Geometry as GeoJSON (RFC 7946) in the server's answers.
#pragma once

#include "geo/geometry.hpp"
#include "server/detail/json.hpp"

namespace cairn::server {

// null for an empty geometry.
Json geometry_json(const geo::Geometry& geometry);

}  // namespace cairn::server
