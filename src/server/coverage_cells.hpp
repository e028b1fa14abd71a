// SPDX-License-Identifier: Apache-2.0
// What radiates at one date: the base stations of a snapshot as cells of the bands that the packs
// declare, and the layers of coverage that they make.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/label.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "geo/terrain.hpp"
#include "model/catalog.hpp"
#include "model/snapshot.hpp"
#include "plan/radio_bands.hpp"
#include "radio/cell.hpp"
#include "radio/propagation.hpp"

namespace cairn::server {

// The relief of the home region. `keep` owns what the grid looks at.
struct CoverageTerrain {
  geo::TerrainGrid grid;
  geo::TerrainInfo info;
  std::uint32_t digest = 0;
  std::shared_ptr<const void> keep = nullptr;  // shared: layers under way read it, too
};

using CoverageBand = plan::StudyBand;  // its definition is of the catalog, which the set keeps

// Every operator, by this word.
inline constexpr std::string_view any_operator = "any";

// One thing that can be drawn: cells of one operator or of all, of one band or of a technology.
struct CoverageLayerDef {
  std::string operator_id;
  std::string band;  // a band's id, or a technology
  bool whole_technology = false;
  std::string technology;
  Label label;
  double threshold_dbm = 0;          // the greatest of its bands
  std::vector<std::uint32_t> cells;  // numbers in CellSet::cells
  std::size_t sites = 0;
  std::size_t unlocated = 0;
  bool estimated = false;
};

struct CellSet {
  std::vector<CoverageBand> bands;  // as the catalog has them
  std::vector<radio::Cell> cells;  // on the terrain, in order of rows; budgets are those of `bands`
  std::vector<std::string> operators;    // in order of id
  std::vector<CoverageLayerDef> layers;  // technologies before bands, all operators first
  radio::Propagation propagation;        // as the packs say
  double radius_m = 15'000;
  std::size_t unknown_bands = 0;                   // stations of a band that no pack declares
  std::shared_ptr<const model::Catalog> catalog;   // shared: bands point into it
  std::shared_ptr<const CoverageTerrain> terrain;  // shared: as above

  const CoverageBand* band(std::string_view id) const;
  const CoverageLayerDef* layer(std::string_view operator_id, std::string_view band) const;
  bool has_operator(std::string_view id) const;
  std::vector<radio::Cell> cells_of(const CoverageLayerDef& layer) const;
};

// Stations in force just before `as_of`: live ones, and what a proposal plans. Errors: no pack says
// how coverage is studied.
Result<std::shared_ptr<const CellSet>> read_cells(const model::Snapshot& snapshot, Instant as_of,
                                                  std::shared_ptr<const CoverageTerrain> terrain);

}  // namespace cairn::server
