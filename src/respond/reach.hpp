// SPDX-License-Identifier: Apache-2.0
// How many villages and people an area reaches, of what the registry knows.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "geo/geometry.hpp"
#include "model/region.hpp"
#include "model/snapshot.hpp"
#include "respond/warning.hpp"

namespace cairn::respond {

// A division with what is known of it: villages have positions, towns and counties people.
struct Place {
  std::string code;
  model::Level level = model::Level::village;
  std::optional<geo::Point> point;
  bool point_estimated = false;
  std::optional<double> people;
  std::string people_as_of;  // "2020"
  bool people_estimated = false;
};

// The divisions of a registry: villages with their position, and the newest figure of population
// of each that has one by `until`.
std::vector<Place> places_of(const model::Snapshot& snapshot, Instant until);

// What a warning covers: whole divisions and drawn areas beside them.
struct Covered {
  std::vector<std::string> regions;    // codes
  std::vector<geo::Polygon> polygons;  // counted where no whole division counts already
};

// Villages count when their position lies in the area, or when they belong to a whole division.
// Of people the whole towns and counties are added up; of a part the share of its villages that
// lie inside, as an estimate. `counties` are the codes of the counties touched.
Reach reach_of(const Covered& covered, std::span<const Place> places,
               const model::RegionTree& regions);

}  // namespace cairn::respond
