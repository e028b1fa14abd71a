// SPDX-License-Identifier: Apache-2.0
// What one pack cannot know of itself: names that other packs declare, and the plans it quotes.
#pragma once

#include <vector>

#include "core/result.hpp"
#include "model/catalog.hpp"
#include "model/plan.hpp"
#include "model/records.hpp"

namespace cairn::model {

// Layers of types or properties that nobody declares, rules of unknown types, replays of rules that
// the pack does not have, and `answers` that quote what a plan does not print at that line:
// problems with the place of the declaration.
void check_packs(const Catalog& catalog, const std::vector<Plan>& plans, Problems& problems);

// Replays of things that are not there, and firings that one expects where the thing has no series
// at all: a slip in the year.
void check_replay_times(const Catalog& catalog, const Records& records, Zone zone,
                        Problems& problems);

}  // namespace cairn::model
