// SPDX-License-Identifier: Apache-2.0
#include "server/coverage_layer.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/crc32c.hpp"
#include "core/text.hpp"

namespace cairn::server {
namespace {

// Finer pixels than these are not seen on a map of a prefecture, and need not be: named points are
// computed exactly. With 17 bytes a pixel while it is computed a layer takes 70 MB at most.
constexpr double finest_pixel_m = 100;
constexpr double coarse_pixel_m = 500;  // where the relief knows nothing finer
constexpr double most_pixels = 4'000'000;
// A coarser walk misses ridges (90 m on a 30 m relief: 0.7 dB on average, 500 m: several).
constexpr double coarsest_step_m = 90;
constexpr std::string_view magic = "cairn coverage 1\n";

// FNV-1a over 64 bits, with a second seed for the upper half: a name, no protection.
class Digest {
 public:
  void bytes(std::string_view text) {
    for (const char c : text) {
      for (auto& h : hash_) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    }
  }
  void text(std::string_view value) {
    number(static_cast<double>(value.size()));
    bytes(value);
  }
  void number(double value) {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    char raw[sizeof bits];
    std::memcpy(raw, &bits, sizeof bits);
    bytes({raw, sizeof raw});
  }
  std::string hex() const { return format("{:016x}{:016x}", hash_[0], hash_[1]); }

 private:
  std::uint64_t hash_[2] = {0xcbf29ce484222325ULL, 0x9ae16a3b2f90404fULL};
};

void add_budget(Digest& digest, const radio::LinkBudget& b) {
  digest.text(b.band);
  digest.text(b.technology);
  for (const double value :
       {b.downlink_mhz, b.bandwidth_mhz, double(b.resource_blocks), b.subcarrier_khz, b.power_dbm,
        b.antenna_gain_dbi, b.feeder_loss_db, b.ue_gain_dbi, b.body_loss_db, b.penetration_loss_db,
        b.interference_margin_db, b.shadow_margin_db, b.rsrp_threshold_dbm}) {
    digest.number(value);
  }
}

// Where the rings of an area cross the line y, in order.
void crossings(const geo::Polygon& polygon, double y, std::vector<double>& out) {
  for (const geo::Ring& ring : polygon.rings) {
    for (std::size_t i = 1; i < ring.size(); ++i) {
      const geo::Point a = ring[i - 1];
      const geo::Point b = ring[i];
      if ((a.y <= y) == (b.y <= y)) continue;
      out.push_back(a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x));
    }
  }
}

// The polygons of a geometry, in the plane; what lies out of its reach is left out.
void add_polygons(const geo::LocalPlane& plane, const geo::Geometry& geometry,
                  std::vector<geo::Polygon>& out) {
  const auto add = [&](const geo::Polygon& polygon) {
    geo::Polygon flat;
    for (const geo::Ring& ring : polygon.rings) {
      geo::Ring moved;
      for (const geo::Point p : ring) {
        if (const auto at = plane.forward(p)) moved.push_back({at->x_m, at->y_m});
      }
      flat.rings.push_back(std::move(moved));
    }
    out.push_back(std::move(flat));
  };
  if (const auto* one = std::get_if<geo::Polygon>(&geometry.shape)) add(*one);
  if (const auto* many = std::get_if<geo::MultiPolygon>(&geometry.shape)) {
    for (const geo::Polygon& polygon : many->polygons) add(polygon);
  }
}

void fill_row(const radio::MapFrame& frame, const std::vector<double>& edges, std::uint8_t* row) {
  for (std::size_t i = 0; i + 1 < edges.size(); i += 2) {
    const double first = std::ceil((edges[i] - frame.west_m) / frame.cell_m);
    const double last = std::floor((edges[i + 1] - frame.west_m) / frame.cell_m);
    for (double c = std::max(0.0, first); c <= std::min(last, frame.columns - 1.0); ++c) {
      row[static_cast<std::size_t>(c)] = 1;
    }
  }
}

}  // namespace

std::uint8_t level_byte(float rsrp_dbm) {
  if (!(rsrp_dbm >= lowest_level_dbm)) return 0;
  return static_cast<std::uint8_t>(
      std::min(255.0F, 1 + std::round((rsrp_dbm - lowest_level_dbm) * 2)));
}

float level_dbm(std::uint8_t level) {
  return level == 0 ? std::numeric_limits<float>::quiet_NaN()
                    : lowest_level_dbm + 0.5F * static_cast<float>(level - 1);
}

Result<radio::MapFrame> layer_frame(const CoverageTerrain& terrain, const geo::Box& box) {
  const geo::TerrainGrid& grid = terrain.grid;
  geo::Box flat;
  constexpr int parts = 16;  // along each side: parallels are curved in the plane
  for (int i = 0; i <= parts; ++i) {
    for (int k = 0; k <= parts; ++k) {
      const geo::Point p{box.min_x + (box.max_x - box.min_x) * i / parts,
                         box.min_y + (box.max_y - box.min_y) * k / parts};
      if (const auto at = grid.plane.forward(p)) flat.add(geo::Point{at->x_m, at->y_m});
    }
  }
  const double west = std::max(flat.min_x, grid.west_m);
  const double north = std::min(flat.max_y, grid.north_m);
  const double east = std::min(flat.max_x, grid.west_m + (grid.columns - 1.0) * grid.cell_m);
  const double south = std::max(flat.min_y, grid.north_m - (grid.rows - 1.0) * grid.cell_m);
  if (!(east > west && north > south)) {
    return fail(Code::not_found, "the relief does not reach into the region");
  }
  const double wanted = terrain.info.source_cell_m > coarse_pixel_m
                            ? coarse_pixel_m
                            : std::max(finest_pixel_m, grid.cell_m);
  radio::MapFrame frame;
  frame.cell_m = std::max(wanted, std::sqrt((east - west) * (north - south) / most_pixels));
  frame.west_m = west;
  frame.north_m = north;
  frame.columns = static_cast<std::uint32_t>((east - west) / frame.cell_m) + 1;
  frame.rows = static_cast<std::uint32_t>((north - south) / frame.cell_m) + 1;
  return frame;
}

double layer_step_m(const CoverageTerrain& terrain, const radio::MapFrame& frame) {
  if (terrain.info.source_cell_m > coarse_pixel_m) {
    return std::max(terrain.grid.cell_m, frame.cell_m / 2);
  }
  return std::max(terrain.grid.cell_m, std::min(frame.cell_m, coarsest_step_m));
}

std::vector<std::uint8_t> area_mask(const geo::LocalPlane& plane, const radio::MapFrame& frame,
                                    const std::vector<const geo::Geometry*>& areas) {
  std::vector<geo::Polygon> polygons;
  for (const geo::Geometry* area : areas) add_polygons(plane, *area, polygons);
  std::vector<std::uint8_t> mask(frame.size(), 0);
  std::vector<double> edges;
  for (std::uint32_t row = 0; row < frame.rows; ++row) {
    const double y = frame.north_m - row * frame.cell_m;
    for (const geo::Polygon& polygon : polygons) {
      edges.clear();
      crossings(polygon, y, edges);
      std::sort(edges.begin(), edges.end());
      fill_row(frame, edges, mask.data() + std::size_t{row} * frame.columns);
    }
  }
  return mask;
}

std::string layer_digest(const CellSet& set, const CoverageLayerDef& layer,
                         const radio::MapFrame& frame) {
  Digest digest;
  digest.bytes(magic);
  digest.number(set.terrain->digest);
  digest.number(layer_step_m(*set.terrain, frame));
  digest.number(set.radius_m);
  digest.text(radio::to_string(set.propagation.model));
  for (const double value : {frame.west_m, frame.north_m, frame.cell_m, double(frame.columns),
                             double(frame.rows), set.propagation.time_percent,
                             set.propagation.location_percent, set.propagation.rx_mast_m}) {
    digest.number(value);
  }
  for (const CoverageBand& band : set.bands) {
    if (band.def->technology == layer.technology) add_budget(digest, band.budget);
  }
  for (const std::uint32_t i : layer.cells) {
    const radio::Cell& cell = set.cells[i];
    digest.text(cell.site);
    digest.text(cell.budget->band);
    for (const double value : {cell.position.x, cell.position.y, cell.mast_m, cell.azimuth_deg,
                               cell.mechanical_tilt_deg, cell.power_offset_db}) {
      digest.number(value);
    }
  }
  return digest.hex();
}

Result<LayerRaster> compute_layer(const CellSet& set, const CoverageLayerDef& layer,
                                  const radio::MapFrame& frame,
                                  const std::vector<std::uint8_t>& mask, const Workers& workers,
                                  const std::function<bool(double)>& progress) {
  radio::CoverageOptions options;
  options.propagation = set.propagation;
  options.radius_m = set.radius_m;
  options.step_m = layer_step_m(*set.terrain, frame);
  const std::vector<radio::Cell> cells = set.cells_of(layer);
  auto map = radio::coverage_map(set.terrain->grid, cells, frame, options, workers, progress);
  if (!map) return fail(map.error());
  LayerRaster out;
  out.frame = frame;
  out.threshold_dbm = layer.threshold_dbm;
  out.digest = layer_digest(set, layer, frame);
  out.level.resize(frame.size());
  const double pixel_km2 = frame.cell_m * frame.cell_m / 1e6;
  for (std::size_t i = 0; i < frame.size(); ++i) {
    out.level[i] = level_byte(map->rsrp_dbm[i]);
    if (mask[i] == 0) continue;
    out.area_km2 += pixel_km2;
    // By the level itself: a half decibel decides here and there.
    out.covered_km2 += map->rsrp_dbm[i] >= layer.threshold_dbm ? pixel_km2 : 0;
  }
  return out;
}

std::string layer_bytes(const LayerRaster& r) {
  std::string out(magic);
  out += format("{} {} {} {} {} {} {} {} {} {:08x}\n", r.digest, number_text(r.frame.west_m),
                number_text(r.frame.north_m), number_text(r.frame.cell_m), r.frame.columns,
                r.frame.rows, number_text(r.threshold_dbm), number_text(r.covered_km2),
                number_text(r.area_km2),
                crc32c({reinterpret_cast<const char*>(r.level.data()), r.level.size()}));
  out.append(reinterpret_cast<const char*>(r.level.data()), r.level.size());
  return out;
}

Result<LayerRaster> read_layer(std::string_view bytes, std::string_view digest) {
  const auto damaged = [](const char* what) {
    return fail(Code::invalid, format("the stored coverage is of no use: {}", what));
  };
  if (!bytes.starts_with(magic)) return damaged("it does not begin as one");
  bytes.remove_prefix(magic.size());
  const std::size_t end = bytes.substr(0, 512).find('\n');
  if (end == std::string_view::npos) return damaged("its head is cut");
  const auto words = split(bytes.substr(0, end), ' ');
  if (words.size() != 10) return damaged("its head is another one's");
  if (words[0] != digest) return damaged("it is of other inputs");
  double numbers[8];
  for (std::size_t i = 0; i < 8; ++i) {
    const auto number = parse_number(words[i + 1]);
    if (!number) return damaged("its head has a wrong number");
    numbers[i] = *number;
  }
  const auto whole = [](double v) { return v >= 1 && v <= 1e6 && v == std::floor(v); };
  if (!whole(numbers[3]) || !whole(numbers[4])) return damaged("its head has a wrong number");
  LayerRaster out;
  out.digest = digest;
  out.frame = {numbers[0], numbers[1], numbers[2], static_cast<std::uint32_t>(numbers[3]),
               static_cast<std::uint32_t>(numbers[4])};
  out.threshold_dbm = numbers[5];
  out.covered_km2 = numbers[6];
  out.area_km2 = numbers[7];
  const std::string_view body = bytes.substr(end + 1);
  if (body.size() != out.frame.size()) return damaged("its length is wrong");
  if (format("{:08x}", crc32c(body)) != words[9]) return damaged("its sum is wrong");
  out.level.assign(body.begin(), body.end());
  return out;
}

}  // namespace cairn::server
