// SPDX-License-Identifier: Apache-2.0
#include "respond/report_place.hpp"

#include <algorithm>
#include <utility>

namespace cairn::respond {

using model::Level;
using model::no_region;
using model::RegionIndex;

ReportPlaces::ReportPlaces(std::shared_ptr<const model::Workspace> workspace)
    : workspace_(std::move(workspace)), home_(workspace_->regions->find(workspace_->home)) {
  const model::RegionTree& regions = *workspace_->regions;
  for (RegionIndex i = 0; i < regions.size(); ++i) {
    const auto boundary = workspace_->boundaries.find(i);
    if (boundary == workspace_->boundaries.end() || regions[i].level != Level::county || !ours(i)) {
      continue;
    }
    counties_.push_back({i, geo::bounds(boundary->second), {}});
  }
  for (RegionIndex i = 0; i < regions.size(); ++i) {
    const Level level = regions[i].level;
    if (!regions[i].position || (level != Level::town && level != Level::village)) continue;
    const RegionIndex county = regions.county_of(i);
    const auto found = std::find_if(counties_.begin(), counties_.end(),
                                    [&](const County& c) { return c.region == county; });
    if (found != counties_.end()) found->places.push_back(i);
  }
}

bool ReportPlaces::ours(RegionIndex region) const {
  const model::RegionTree& regions = *workspace_->regions;
  if (region == no_region || home_ == no_region) return false;
  const Level level = regions[region].level;
  const bool small = level == Level::county || level == Level::town || level == Level::village;
  return small && regions.within(region, home_);
}

std::optional<ReportPlace> ReportPlaces::find(geo::Point at) const {
  const model::RegionTree& regions = *workspace_->regions;
  for (const County& county : counties_) {
    if (!county.box.contains(at)) continue;
    if (!geo::contains(workspace_->boundaries.at(county.region), at)) continue;
    ReportPlace out{county.region, no_region, 0, false};
    for (const RegionIndex i : county.places) {
      const double distance_m = geo::distance_m(at, *regions[i].position);
      if (out.near != no_region && distance_m >= out.near_m) continue;
      out.near = i;
      out.near_m = distance_m;
      out.near_estimated = regions[i].estimated;
    }
    return out;
  }
  return std::nullopt;
}

}  // namespace cairn::respond
