// SPDX-License-Identifier: Apache-2.0
// The world as loaded: workspace, compiled formulas and the snapshot they are evaluated over. The
// command line and the server work on the same one.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/seams.hpp"
#include "formula/formula.hpp"
#include "model/workspace.hpp"

namespace cairn::watch {

struct World {
  model::Workspace workspace;
  formula::Library library;
  model::Snapshot snapshot;
  Problems problems;  // of everything that was loaded; what is good is in use

  // The snapshot with a proposal laid over it; "" is the snapshot itself.
  Result<model::Snapshot> with_proposal(std::string_view id) const;
};

// Loads the folders, lays the imported records over them and builds. An imported thing that is live
// and not estimated takes the place of the estimated things of its type in its county; an imported
// village, county … gives its position and properties to the region of that code.
Result<std::shared_ptr<const World>> load_world(const Files& files,
                                                const model::WorkspaceOptions& options,
                                                const model::Records& imported);

// The same over a workspace that is loaded already (after an import: no file is read again).
std::shared_ptr<const World> build_world(model::Workspace workspace, const model::Records& imported,
                                         Problems problems);

}  // namespace cairn::watch
