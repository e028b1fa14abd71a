// SPDX-License-Identifier: Apache-2.0
// The world as loaded: workspace, compiled formulas and the snapshot they are evaluated over. The
// command line and the server work on the same one.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/seams.hpp"
#include "formula/formula.hpp"
#include "geo/terrain.hpp"
#include "model/workspace.hpp"

namespace cairn::watch {

// What engines derive from a snapshot. Handed in by who knows them (server/study.hpp): this module
// does not. Calls come from any thread.
class Study {
 public:
  virtual ~Study() = default;
  // The snapshot with the values laid over it (model/derived.hpp), or as it came where there is
  // nothing to derive them from; `problems` says why. `registered` has no derived values. With
  // `all` it computes what is missing, otherwise that may come later (see computing()).
  virtual model::Snapshot derive(const model::Workspace& workspace, model::Snapshot registered,
                                 bool all, Problems& problems) const = 0;
  // The relief that it rests on; null: none, or none yet. One for as long as the study lives.
  virtual const geo::PreparedTerrain* terrain() const { return nullptr; }
  // Why there are no values; empty: there are, or will be.
  virtual std::string trouble() const { return {}; }
  // Some values are still being computed; they are missing until the state is swapped.
  virtual bool computing() const { return false; }
};

struct World {
  model::Workspace workspace;
  formula::Library library;
  model::Snapshot snapshot;
  Problems problems;  // of everything that was loaded; what is good is in use
  std::shared_ptr<const Study> study = nullptr;  // shared: worlds of one process use the same one

  // The snapshot with a proposal laid over it and the study made anew; "" is the snapshot itself.
  Result<model::Snapshot> with_proposal(std::string_view id) const;
};

// Loads the folders, lays the imported records over them and builds. An imported thing that is live
// and not estimated takes the place of the estimated things of its type in its county; an imported
// village, county … gives its position and properties to the region of that code.
Result<std::shared_ptr<const World>> load_world(const Files& files,
                                                const model::WorkspaceOptions& options,
                                                const model::Records& imported,
                                                std::shared_ptr<const Study> study = nullptr);

// The same over a workspace that is loaded already (after an import: no file is read again).
std::shared_ptr<const World> build_world(model::Workspace workspace, const model::Records& imported,
                                         Problems problems,
                                         std::shared_ptr<const Study> study = nullptr);

}  // namespace cairn::watch
