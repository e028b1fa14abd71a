// SPDX-License-Identifier: Apache-2.0
// Areas of warnings: outlines of divisions with few points, and what lies around some places.
// Rings are closed, do not cross themselves, and have coordinates of five decimals (1 m).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/label.hpp"
#include "geo/geometry.hpp"
#include "model/workspace.hpp"
#include "respond/reach.hpp"

namespace cairn::respond {

inline constexpr std::size_t area_ring_points = 100;  // with the closing one
inline constexpr std::size_t area_rings = 24;         // of one area

// The shells of a polygon or multipolygon, largest first, simplified until each has at most
// `most_points`; holes are left out. Empty for other shapes.
std::vector<geo::Ring> outline_rings(const geo::Geometry& area,
                                     std::size_t most_points = area_ring_points);

// Hulls around points, `radius_m` wider; points whose hulls would overlap share one. Empty when
// they would be more than area_rings, or lie too far apart for a plane.
std::vector<geo::Ring> rings_around(std::span<const geo::Point> points, double radius_m);

// A drawn ring as it can be sent: rounded, closed, simplified. Error says what is wrong with it.
Result<geo::Ring> drawn_ring(const geo::Ring& ring, std::size_t most_points = area_ring_points);

// One area of a message.
struct AreaPart {
  Label description;
  std::vector<geo::Ring> rings;
  std::vector<std::string> geocodes;  // of counties
  bool operator==(const AreaPart&) const = default;
};

// Where something of a group stands.
struct AreaSpot {
  std::string region;  // code of the smallest division known
  std::optional<geo::Point> point;
};

// Outlines and places of a workspace, ready to be asked.
class AreaMaker {
 public:
  AreaMaker(const model::Workspace& workspace, std::vector<Place> places);

  // One part a county, around its spots; the whole county where no spot has a position or there
  // are too many places apart from each other.
  std::vector<AreaPart> around(std::span<const AreaSpot> spots, double radius_m) const;
  // Whole divisions: counties by their outline, wider ones as their counties, towns and villages
  // as what lies around their villages. Error: not_found with the code.
  Result<std::vector<AreaPart>> whole(std::span<const std::string> codes) const;
  // Of drawn rings: one part, with the counties they touch.
  AreaPart drawn(std::span<const geo::Ring> rings) const;

  // Counties that a ring meets, by code.
  std::vector<std::string> counties_of(const geo::Ring& ring) const;
  std::string county_at(geo::Point point) const;  // empty: in none
  // The nearest division that holds all of them; empty when none does.
  std::string common_region(std::span<const std::string> codes) const;
  Label name_of(std::string_view code) const;
  const geo::Box& home() const { return home_; }
  std::span<const Place> places() const { return places_; }

 private:
  struct County {
    std::string code;
    geo::Geometry boundary;
    geo::Box box;
    std::vector<geo::Ring> outline;
  };
  const County* county(std::string_view code) const;
  AreaPart whole_county(const std::string& code, std::size_t most_points) const;
  AreaPart part_of_county(const std::string& code, std::span<const AreaSpot> spots,
                          double radius_m) const;
  std::vector<geo::Ring> around_villages(model::RegionIndex region) const;

  std::shared_ptr<const model::RegionTree> regions_;  // shared: of the workspace
  std::vector<County> counties_;                      // by code
  std::vector<Place> places_;
  geo::Box home_;
};

}  // namespace cairn::respond
