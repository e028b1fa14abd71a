// SPDX-License-Identifier: Apache-2.0
// Which county a position lies in, and how far outside its own county a position is.
#pragma once

#include <unordered_map>
#include <vector>

#include "geo/geometry.hpp"
#include "model/region.hpp"

namespace cairn::share::detail {

// County boundaries are generalised: a surveyed position may miss its county by this much.
inline constexpr double boundary_slack_m = 1'000;

class Counties {
 public:
  Counties(const model::RegionTree& regions,
           const std::unordered_map<model::RegionIndex, geo::Geometry>& boundaries);

  // True when the position lies in the county or within boundary_slack_m of it, and for a county
  // whose boundary is not known.
  bool accepts(model::RegionIndex county, geo::Point p) const;
  // The county that contains the position, else the nearest one within boundary_slack_m.
  model::RegionIndex find(geo::Point p) const;

 private:
  struct Area {
    model::RegionIndex county;
    const geo::Geometry* shape;
    geo::Box box;
  };
  bool near(const Area& area, geo::Point p, double& distance_m) const;

  std::vector<Area> areas_;
  std::unordered_map<model::RegionIndex, std::size_t> by_county_;
};

}  // namespace cairn::share::detail
