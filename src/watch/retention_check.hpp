// SPDX-License-Identifier: Apache-2.0
// Formulas that read further back than values stay as observed: a window over what is left of
// them then holds one value an hour instead of all, and one at a fixed date none at all.
#pragma once

#include <span>
#include <vector>

#include "core/result.hpp"
#include "store/history.hpp"
#include "watch/world.hpp"

namespace cairn::watch {

// A warning each, with the place of the declaration: of derived properties, indicators and rules
// over properties that are observed live. Of indicators that name another only that one.
std::vector<Error> beyond_retention(const World& world,
                                    std::span<const store::Retention> retention);

}  // namespace cairn::watch
