// SPDX-License-Identifier: Apache-2.0
#include "watch/world.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "core/text.hpp"
#include "model/derived.hpp"

namespace cairn::watch {
namespace {

// The county a region lies in (or is), as a code; the region's own code above county level.
std::string county_of(const model::RegionTree& regions, const std::string& code) {
  const model::RegionIndex index = regions.find(code);
  return index == model::no_region ? code : regions[regions.county_of(index)].code;
}

model::Records merged(const model::Workspace& workspace, const model::Records& imported) {
  model::Records out = workspace.records;
  // (type, county) pairs for which the user has given the real things.
  std::set<std::pair<std::string, std::string>> replaced;
  std::set<std::pair<std::string, std::string>> own_ids;  // (type, id)
  for (const model::Thing& thing : imported.things) {
    own_ids.emplace(thing.type, thing.id);
    if (!thing.replaces_estimated() || model::parse_level(thing.type)) continue;
    replaced.emplace(thing.type, county_of(*workspace.regions, thing.region));
  }
  if (!imported.things.empty()) {
    std::erase_if(out.things, [&](const model::Thing& thing) {
      if (model::parse_level(thing.type)) return false;
      if (own_ids.contains({thing.type, thing.id})) return true;
      return thing.estimated &&
             replaced.contains({thing.type, county_of(*workspace.regions, thing.region)});
    });
  }
  out.things.insert(out.things.end(), imported.things.begin(), imported.things.end());
  out.observations.insert(out.observations.end(), imported.observations.begin(),
                          imported.observations.end());
  out.statistics.insert(out.statistics.end(), imported.statistics.begin(),
                        imported.statistics.end());
  return out;
}

}  // namespace

Result<model::Snapshot> World::with_proposal(std::string_view id) const {
  if (id.empty()) return snapshot;
  if (const model::Proposal* proposal = workspace.proposal(id)) {
    if (study == nullptr) return model::overlay(snapshot, *proposal);
    auto laid = model::overlay(model::without_derived(snapshot), *proposal);
    if (!laid) return laid;
    Problems ignored;  // those of the study were told with the world's
    return study->derive(workspace, std::move(*laid), true, ignored);
  }
  std::vector<std::string> ids;
  for (const model::Proposal& proposal : workspace.proposals) ids.push_back(proposal.id);
  const auto near = nearest(id, ids);
  return fail(Code::not_found, format("there is no proposal '{}'{}", id,
                                      near ? format("; did you mean '{}'?", *near) : ""));
}

std::shared_ptr<const World> build_world(model::Workspace workspace, const model::Records& imported,
                                         Problems problems, std::shared_ptr<const Study> study) {
  auto world = std::make_shared<World>();
  world->workspace = std::move(workspace);
  const model::Workspace& loaded = world->workspace;
  world->library = formula::Library::build(loaded.catalog, problems);
  world->snapshot =
      model::build_snapshot({loaded.catalog, loaded.regions, loaded.zone, &loaded.boundaries},
                            merged(loaded, imported), problems);
  if (study != nullptr) {
    world->snapshot = study->derive(loaded, std::move(world->snapshot), false, problems);
    world->study = std::move(study);
  }
  world->problems = std::move(problems);
  return world;
}

Result<std::shared_ptr<const World>> load_world(const Files& files,
                                                const model::WorkspaceOptions& options,
                                                const model::Records& imported,
                                                std::shared_ptr<const Study> study) {
  Problems problems;
  auto workspace = model::load_workspace(files, options, problems);
  if (!workspace) return fail(workspace.error());
  return build_world(std::move(*workspace), imported, std::move(problems), std::move(study));
}

}  // namespace cairn::watch
