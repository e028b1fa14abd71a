// SPDX-License-Identifier: Apache-2.0
// Where a point lies: the county by its boundary, and what is nearest to it there.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "geo/geometry.hpp"
#include "model/workspace.hpp"

namespace cairn::respond {

struct ReportPlace {
  model::RegionIndex county = model::no_region;
  model::RegionIndex near = model::no_region;  // a village or town of it; none: none is known
  double near_m = 0;
  bool near_estimated = false;  // its position is
};

// Of the counties of the home region. Immutable, thread-safe.
class ReportPlaces {
 public:
  explicit ReportPlaces(std::shared_ptr<const model::Workspace> workspace);
  // Nothing: the point is in none of them.
  std::optional<ReportPlace> find(geo::Point at) const;
  // Is a division that was chosen by hand ours? A county, town or village of the home region.
  bool ours(model::RegionIndex region) const;

 private:
  struct County {
    model::RegionIndex region = model::no_region;
    geo::Box box;
    std::vector<model::RegionIndex> places;  // with a position
  };
  std::shared_ptr<const model::Workspace> workspace_;  // shared: its boundaries are looked at
  model::RegionIndex home_;
  std::vector<County> counties_;
};

}  // namespace cairn::respond
