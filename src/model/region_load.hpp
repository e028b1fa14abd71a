// SPDX-License-Identifier: Apache-2.0
// Reads a region folder: region.yaml and the files it names (formats: docs/formats/region.md).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/seams.hpp"
#include "model/catalog.hpp"
#include "model/proposal.hpp"
#include "model/records.hpp"
#include "model/region.hpp"
#include "model/response.hpp"

namespace cairn::model {

// A background layer of the map.
struct MapLayer {
  std::string id;  // rivers, places …
  std::string region;
  std::string source;
  struct Feature {
    geo::Geometry geometry;
    std::vector<std::pair<std::string, Value>> properties;
  };
  std::vector<Feature> features;
};

// The relief that engines compute over: files and folders, the best first.
struct RegionTerrain {
  std::vector<std::string> dem;  // paths
  double cell_m = 30;            // between the heights of the prepared grid
  bool operator==(const RegionTerrain&) const = default;
};

struct RegionFolder {
  std::string id;
  Label label;
  std::vector<std::string> members;
  std::vector<std::string> requires_;
  Zone zone;
  std::vector<std::pair<Region, std::string>> divisions;  // with the parent's code, parents first
  std::vector<std::pair<std::string, geo::Geometry>> boundaries;  // code, polygon
  Records records;
  std::vector<MapLayer> layers;
  std::vector<SourceDef> sources;
  std::string plan_file;  // path, empty when there is none
  RegionTerrain terrain;
  std::vector<UnitDef> units;
  std::string place;
};

// Problems of single rows go to `problems` with file:line and the rest is read; an error result
// only when region.yaml itself cannot be used.
Result<RegionFolder> load_region_folder(const Files& files, const std::string& directory,
                                        Problems& problems);

// Puts folders together into one tree (a folder after those it requires), adds the zones, and
// checks: codes taken twice with different content, unknown parents, a position outside its
// county's boundary, counties without boundary, prefecture statistics that differ from the sum of
// their counties. Identical duplicate rows are merged.
RegionTree assemble_regions(const std::vector<RegionFolder>& folders, Problems& problems);

// `| key | files | origin | licence |` tables of a SOURCES.md.
std::vector<SourceDef> parse_sources(std::string_view markdown, std::string_view scope);

// A things CSV (header in docs/formats/region.md). `name` is used in places.
void read_things_csv(std::string_view text, std::string_view name, Zone zone, Records& out,
                     Problems& problems);
// A statistics CSV.
void read_statistics_csv(std::string_view text, std::string_view name, Zone zone, Records& out,
                         Problems& problems);

// proposals/<id>.yaml with the CSV files it names.
Result<Proposal> load_proposal(const Files& files, const std::string& path, Zone zone,
                               Problems& problems);

}  // namespace cairn::model
