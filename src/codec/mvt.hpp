// SPDX-License-Identifier: Apache-2.0
// Mapbox vector tiles 2.1: features in web Mercator are clipped to a tile, put on its integer grid
// and encoded.
//
//   TileLayer layer("rivers", {.z = 8, .x = 200, .y = 107});
//   layer.add(to_mercator(line), {{"name_zh", "安宁河"}});
//   std::string tile = layer.bytes();          // layers are concatenated into one tile
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "geo/geometry.hpp"

namespace cairn::codec {

inline constexpr int tile_max_zoom = 16;

struct TileId {
  int z = 0;
  std::uint32_t x = 0;
  std::uint32_t y = 0;
  bool operator==(const TileId&) const = default;
};
bool is_valid(TileId id);

// Web Mercator with the whole world as the unit square, y to the south. Latitudes beyond
// 85.0511 degrees are cut to it.
geo::Point to_mercator(geo::Point lon_lat);
geo::Geometry to_mercator(const geo::Geometry& lon_lat);
// The tile's square in the same plane.
geo::Box tile_square(TileId id);

using TileValue = std::variant<bool, std::int64_t, double, std::string>;
using TileProperties = std::vector<std::pair<std::string, TileValue>>;

struct TileOptions {
  std::uint32_t extent = 4096;
  std::uint32_t buffer = 64;           // around the tile, in units of the grid
  std::size_t max_features = 200'000;  // more are left out: a tile is a picture, not an archive
};

class TileLayer {
 public:
  TileLayer(std::string name, TileId id, TileOptions options = {});

  // Adds what of the geometry lies in the tile; false when nothing does (or it is smaller than
  // the grid can show).
  bool add(const geo::Geometry& mercator, const TileProperties& properties);
  std::size_t size() const { return features_; }
  // The layer as a field of a tile message; empty without features.
  std::string bytes() const;

 private:
  struct GridPoint {
    std::int32_t x = 0;
    std::int32_t y = 0;
    bool operator==(const GridPoint&) const = default;
  };
  using Path = std::vector<GridPoint>;

  GridPoint to_grid(geo::Point p) const;
  Path to_path(const std::vector<geo::Point>& points) const;
  void collect(const geo::Geometry& geometry, std::vector<GridPoint>& points,
               std::vector<Path>& lines, std::vector<std::vector<Path>>& polygons) const;
  void clip_line(const geo::Line& line, std::vector<Path>& out) const;
  void clip_polygon(const geo::Polygon& polygon, std::vector<std::vector<Path>>& out) const;
  void write(int kind, const std::vector<std::uint32_t>& commands,
             const TileProperties& properties);
  std::uint32_t key(const std::string& name);
  std::uint32_t value(const TileValue& value);

  std::string name_;
  TileOptions options_;
  geo::Box square_;   // of the tile
  geo::Box clip_;     // with the buffer
  double scale_ = 1;  // grid units per unit of the plane
  std::size_t features_ = 0;
  std::string body_;  // encoded features
  std::vector<std::string> keys_;
  std::vector<std::string> values_;  // encoded
  std::unordered_map<std::string, std::uint32_t> key_index_;
  std::unordered_map<std::string, std::uint32_t> value_index_;
};

}  // namespace cairn::codec
