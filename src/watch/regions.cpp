// SPDX-License-Identifier: Apache-2.0
#include "watch/regions.hpp"

#include <algorithm>

#include "core/text.hpp"

namespace cairn::watch {

using model::Level;
using model::no_region;
using model::Region;
using model::RegionIndex;
using model::RegionTree;

bool matches(const Label& name, std::string_view code, std::string_view text) {
  if (text.empty() || code.starts_with(text)) return true;
  const std::string lower = lower_ascii(text);
  return lower_ascii(name.zh).find(lower) != std::string::npos ||
         lower_ascii(name.en).find(lower) != std::string::npos;
}

std::vector<RegionIndex> find_regions(const RegionTree& regions, const RegionFilter& filter,
                                      Instant as_of) {
  std::vector<RegionIndex> candidates;
  if (filter.parent != no_region && filter.level) {
    candidates = regions.at_level(filter.parent, *filter.level, as_of - 1);
  } else if (filter.parent != no_region) {
    candidates = regions.children(filter.parent);
  } else {
    for (RegionIndex i = 0; i < regions.size(); ++i) {
      if (!filter.level || regions[i].level == *filter.level) candidates.push_back(i);
    }
  }
  std::erase_if(candidates, [&](RegionIndex i) {
    const Region& region = regions[i];
    const bool there = region.level == Level::zone || region.valid_at(as_of - 1);
    return !there || !matches(region.name, region.code, filter.text);
  });
  std::sort(candidates.begin(), candidates.end(),
            [&](RegionIndex a, RegionIndex b) { return regions[a].code < regions[b].code; });
  return candidates;
}

std::optional<geo::Box> region_box(const model::Workspace& workspace, RegionIndex region) {
  const RegionTree& regions = *workspace.regions;
  geo::Box box;
  for (const auto& [index, geometry] : workspace.boundaries) {
    if (regions.within(index, region)) box.add(geo::bounds(geometry));
  }
  if (!box.empty()) return box;
  for (RegionIndex i = 0; i < regions.size(); ++i) {
    if (regions[i].position && regions.within(i, region)) box.add(*regions[i].position);
  }
  if (box.empty()) return std::nullopt;
  return box;
}

std::vector<RegionIndex> path_to(const RegionTree& regions, RegionIndex region) {
  std::vector<RegionIndex> path = regions.ancestors(region);
  for (RegionIndex i = 0; i < regions.size(); ++i) {
    if (i != region && regions[i].level == Level::zone && regions.within(region, i)) {
      path.push_back(i);
    }
  }
  std::reverse(path.begin(), path.end());
  return path;
}

Date last_day(Instant end, Zone zone) {
  const Date date = date_of(end, zone);
  return start_of(date, zone) == end ? date_of(end - 1, zone) : date;
}

}  // namespace cairn::watch
