// SPDX-License-Identifier: Apache-2.0
// Well-known binary of geometries (OGC Simple Features 1.2.1; the ISO and the extended way to mark
// heights and measures, which are dropped) and the geometry blobs of GeoPackage (OGC 12-128r18).
#pragma once

#include <string_view>

#include "core/result.hpp"
#include "geo/geometry.hpp"

namespace cairn::geo {

// The whole of `bytes` as one geometry; the error's place is "byte N".
Result<Geometry> parse_wkb(std::string_view bytes);
// A GeoPackage blob: header, envelope, WKB.
Result<Geometry> parse_geopackage_blob(std::string_view bytes);

}  // namespace cairn::geo
