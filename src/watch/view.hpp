// SPDX-License-Identifier: Apache-2.0
// What the use cases of watching read: one state of the region at one date, perhaps with a proposal
// laid over it.
//
//   watch::View view{workspace, library, snapshot, evaluator, as_of};
//   auto rows = watch::values(view, "bs5g", panxi, model::Level::county);
#pragma once

#include "formula/formula.hpp"
#include "model/workspace.hpp"

namespace cairn::watch {

class Live;

// References only: it lives as long as one request.
struct View {
  const model::Workspace& workspace;
  const formula::Library& library;
  const model::Snapshot& snapshot;  // the overlay is laid on already
  formula::Evaluator& evaluator;    // over this snapshot
  Instant as_of;
  // Of a parent of shards: what it adds up is the present; the snapshot has no readings.
  const Live* present = nullptr;

  const model::RegionTree& regions() const { return *snapshot.regions; }
  const model::Catalog& catalog() const { return library.catalog(); }
};

}  // namespace cairn::watch
