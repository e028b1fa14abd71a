// SPDX-License-Identifier: Apache-2.0
// Finding regions, and where they lie.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/workspace.hpp"

namespace cairn::watch {

struct RegionFilter {
  std::optional<model::Level> level;
  model::RegionIndex parent = model::no_region;  // none: anywhere
  std::string
      text;  // part of a name in either language (ASCII without case), or a code's beginning
};

// In order of code; only regions that are valid just before `as_of`, the end of what is known
// (zones always are).
std::vector<model::RegionIndex> find_regions(const model::RegionTree& regions,
                                             const RegionFilter& filter, Instant as_of);

// Is this part of a name, or the beginning of the code or id?
bool matches(const Label& name, std::string_view code, std::string_view text);

// The box of all boundaries inside the region; of positions where there is no boundary.
std::optional<geo::Box> region_box(const model::Workspace& workspace, model::RegionIndex region);

// From the top down; a zone that contains the region comes first.
std::vector<model::RegionIndex> path_to(const model::RegionTree& regions,
                                        model::RegionIndex region);

// The newest date at which the formula's answer may differ from later ones: the ends of intervals
// are open, so a year that ends at midnight is named by its last day.
Date last_day(Instant end, Zone zone);

}  // namespace cairn::watch
