// SPDX-License-Identifier: Apache-2.0
#include "model/workspace.hpp"

#include <algorithm>
#include <set>

#include "core/text.hpp"
#include "model/pack_check.hpp"
#include "model/pack_load.hpp"
#include "model/pack_place.hpp"
#include "model/plan_load.hpp"
#include "model/response_load.hpp"
#include "model/response_things.hpp"

namespace cairn::model {
namespace {

// Names of the sub-folders (or files) of root/part that hold `marker`, sorted.
std::vector<std::string> folders(const Files& files, const std::string& directory,
                                 std::string_view marker) {
  std::vector<std::string> out;
  const auto names = files.list(directory);
  if (!names) return out;
  for (const std::string& name : *names) {
    if (files.exists(format("{}/{}/{}", directory, name, marker))) out.push_back(name);
  }
  return out;
}

// A folder after those it requires. What is required and missing is a problem of the one that
// requires it.
std::vector<RegionFolder> ordered(std::vector<RegionFolder> folders, Problems& problems) {
  std::vector<RegionFolder> out;
  std::set<std::string> done;
  bool moved = true;
  while (moved) {
    moved = false;
    for (RegionFolder& folder : folders) {
      if (folder.id.empty()) continue;
      const bool ready = std::all_of(folder.requires_.begin(), folder.requires_.end(),
                                     [&](const std::string& id) { return done.contains(id); });
      if (!ready) continue;
      done.insert(folder.id);
      out.push_back(std::move(folder));
      folder.id.clear();
      moved = true;
    }
  }
  for (const RegionFolder& folder : folders) {
    if (folder.id.empty()) continue;
    problems.error(folder.place,
                   format("the region '{}' requires a region that is missing or "
                          "requires it in turn",
                          folder.id),
                   Code::not_found);
  }
  return out;
}

void add_boundaries(const std::vector<RegionFolder>& loaded, const RegionTree& regions,
                    Workspace& out) {
  for (const RegionFolder& folder : loaded) {
    for (const auto& [code, geometry] : folder.boundaries) {
      const RegionIndex index = regions.find(code);
      if (index != no_region) out.boundaries.emplace(index, geometry);
    }
  }
}

}  // namespace

const Plan* Workspace::plan(std::string_view id) const {
  const auto at =
      std::find_if(plans.begin(), plans.end(), [&](const Plan& plan) { return plan.id == id; });
  return at == plans.end() ? nullptr : &*at;
}

const Proposal* Workspace::proposal(std::string_view id) const {
  const auto at = std::find_if(proposals.begin(), proposals.end(),
                               [&](const Proposal& proposal) { return proposal.id == id; });
  return at == proposals.end() ? nullptr : &*at;
}

Result<Workspace> load_workspace(const Files& files, const WorkspaceOptions& options,
                                 Problems& problems) {
  Workspace out;
  std::vector<RegionFolder> loaded;
  const std::string regions_dir = options.root + "/regions";
  for (const std::string& name : folders(files, regions_dir, "region.yaml")) {
    auto folder = load_region_folder(files, regions_dir + "/" + name, problems);
    if (folder) {
      loaded.push_back(std::move(*folder));
    } else {
      problems.errors.push_back(folder.error());
    }
  }
  loaded = ordered(std::move(loaded), problems);
  if (loaded.empty()) {
    return fail(Code::not_found, "no region can be loaded; a region is a folder with region.yaml",
                regions_dir);
  }
  auto regions = std::make_shared<RegionTree>(assemble_regions(loaded, problems));
  add_boundaries(loaded, *regions, out);
  auto catalog = std::make_shared<Catalog>();
  for (RegionFolder& folder : loaded) {
    if (folder.id == options.home) {
      out.zone = folder.zone;
      out.terrain = std::move(folder.terrain);
    }
    std::move(folder.units.begin(), folder.units.end(), std::back_inserter(out.response.units));
    std::move(folder.records.things.begin(), folder.records.things.end(),
              std::back_inserter(out.records.things));
    std::move(folder.records.statistics.begin(), folder.records.statistics.end(),
              std::back_inserter(out.records.statistics));
    std::move(folder.layers.begin(), folder.layers.end(), std::back_inserter(out.map_layers));
    std::move(folder.sources.begin(), folder.sources.end(), std::back_inserter(catalog->sources));
    if (folder.plan_file.empty()) continue;
    auto plan = load_plan(files, folder.plan_file, problems);
    if (plan) {
      check_plan_regions(*plan, *regions, problems);
      out.plans.push_back(std::move(*plan));
    } else {
      problems.errors.push_back(plan.error());
    }
  }
  const std::string packs_dir = options.root + "/packs";
  for (const std::string& name : folders(files, packs_dir, "pack.yaml")) {
    load_pack(files, packs_dir + "/" + name, *catalog, out.records, problems);
  }
  check_packs(*catalog, out.plans, problems);
  check_replay_times(*catalog, out.records, out.zone, problems);
  take_response(*catalog, *regions, options.home, out.response, problems);
  for (Thing& thing : response_things(*catalog, *regions, out.response, options.home)) {
    out.records.things.push_back(std::move(thing));
  }
  const std::string proposals_dir = options.root + "/proposals";
  if (const auto names = files.list(proposals_dir)) {
    for (const std::string& name : *names) {
      if (!name.ends_with(".yaml")) continue;
      auto proposal = load_proposal(files, proposals_dir + "/" + name, out.zone, problems);
      if (proposal) {
        out.proposals.push_back(std::move(*proposal));
      } else {
        problems.errors.push_back(proposal.error());
      }
    }
  }
  if (regions->find(options.home) == no_region) {
    problems.error(regions_dir, format("there is no region '{}' to begin with", options.home),
                   Code::not_found);
  }
  out.home = options.home;
  out.regions = std::move(regions);
  out.catalog = std::move(catalog);
  check_pack_places(out, problems);
  return out;
}

}  // namespace cairn::model
