// SPDX-License-Identifier: Apache-2.0
// Reads GeoJSON (RFC 7946): positions are WGS 84 longitude and latitude; heights are dropped.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/result.hpp"
#include "geo/geometry.hpp"

namespace cairn::geo {

// Members of `properties` that are no scalars (lists, objects) are passed over.
using FeatureValue = std::variant<std::monostate, bool, double, std::string>;

struct Feature {
  std::string id;  // text or number as text; empty when there is none
  Geometry geometry;
  std::vector<std::pair<std::string, FeatureValue>> properties;

  const FeatureValue* property(std::string_view name) const;
  // A property as text; numbers as they are written shortest. Empty when absent.
  std::string text(std::string_view name) const;
  bool operator==(const Feature&) const = default;
};

// A FeatureCollection, a single Feature or a bare geometry. Errors carry "name:line" when the text
// is no JSON, otherwise "name#/features/3/geometry" (a JSON pointer): unknown types, rings that
// are not closed, positions outside the range of longitude and latitude.
Result<std::vector<Feature>> read_geojson(std::string_view text, std::string_view name);

// The same for a document whose features are to be judged one by one: calls `visit` with the index
// of each and with what it is or why it is none. An error only when the document itself is no
// GeoJSON.
Status for_each_feature(std::string_view text, std::string_view name,
                        const std::function<void(std::size_t, Result<Feature>)>& visit);

// A geometry object alone.
Result<Geometry> read_geojson_geometry(std::string_view text, std::string_view name);

}  // namespace cairn::geo
