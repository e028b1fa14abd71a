// SPDX-License-Identifier: Apache-2.0
// A proposal: an overlay of things not built yet, changes of things that stand, and retirements.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/label.hpp"
#include "model/snapshot.hpp"

namespace cairn::model {

struct Change {
  std::string thing;
  std::vector<std::pair<std::string, Value>> set;
  Instant from = Instant::min();  // the change holds from here on
  std::string place;
};

struct Proposal {
  std::string id;
  Label label;
  std::string region;
  Label note;
  std::vector<Thing> things;  // `planned` ones count as live from valid.begin in the overlay
  std::vector<Change> changes;
  std::vector<std::string> retire;  // thing ids; gone from retire_from on
  Instant retire_from = Instant::min();
  std::string place;
};

// The snapshot as it would be with the proposal. Tables without a change are shared.
Result<Snapshot> overlay(const Snapshot& base, const Proposal& proposal);

}  // namespace cairn::model
