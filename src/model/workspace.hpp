// SPDX-License-Identifier: Apache-2.0
// Everything that is loaded from the folders regions/, packs/ and proposals/.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/seams.hpp"
#include "model/plan.hpp"
#include "model/proposal.hpp"
#include "model/region_load.hpp"
#include "model/response.hpp"
#include "model/snapshot.hpp"

namespace cairn::model {

struct WorkspaceOptions {
  std::string root = ".";      // holds regions/, packs/, proposals/
  std::string home = "panxi";  // the region that is shown first
};

struct Workspace {
  std::shared_ptr<const Catalog> catalog;     // shared with the snapshots built on it
  std::shared_ptr<const RegionTree> regions;  // likewise
  std::unordered_map<RegionIndex, geo::Geometry> boundaries;
  std::vector<MapLayer> map_layers;  // rivers, places
  Records records;                   // of the folders: imports are merged before building
  std::vector<Plan> plans;
  std::vector<Proposal> proposals;
  ResponseDef response;
  RegionTerrain terrain;  // of the home region
  std::string home;
  Zone zone;

  const Plan* plan(std::string_view id) const;
  const Proposal* proposal(std::string_view id) const;
};

// Reads everything. Files that do not read or check are reported in `problems`; what is good is
// kept, so that `cairn check` shows all mistakes at once. An error result only when nothing can be
// shown (no region at all).
Result<Workspace> load_workspace(const Files& files, const WorkspaceOptions& options,
                                 Problems& problems);

}  // namespace cairn::model
