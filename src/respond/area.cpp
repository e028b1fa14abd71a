// SPDX-License-Identifier: Apache-2.0
#include "respond/area.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <numbers>
#include <set>

#include "codec/cap_ring.hpp"
#include "codec/simplify.hpp"
#include "core/text.hpp"
#include "geo/plane.hpp"
#include "geo/predicates.hpp"

namespace cairn::respond {
namespace {

using geo::PlanePoint;

constexpr int circle_points = 16;
constexpr double village_radius_m = 2000;     // what a village's land reaches beyond its position
constexpr std::size_t names_most = 6;         // towns that a description lists
constexpr double smallest_piece = 1e-3;       // of the largest piece's extent, that is kept
constexpr std::size_t many_counties = 30;     // from here on outlines are coarser
constexpr std::size_t points_of_many = 3000;  // of all outlines together

geo::Point rounded(geo::Point p) {
  return {std::round(p.x * 1e5) / 1e5, std::round(p.y * 1e5) / 1e5};
}
geo::Ring rounded(const geo::Ring& ring) {
  geo::Ring out;
  for (const geo::Point p : ring) {
    const geo::Point q = rounded(p);
    if (out.empty() || out.back() != q) out.push_back(q);
  }
  if (out.size() > 1 && out.front() != out.back()) out.push_back(out.front());
  return out;
}

bool is_simple(const geo::Ring& ring) {
  if (ring.size() < 4) return false;
  std::size_t pairs = 4'000'000;
  return codec::find_crossing(ring, pairs).kind == codec::RingCrossing::Kind::none;
}

double area_of(const geo::Ring& ring) {  // square degrees
  double twice = 0;
  for (std::size_t i = 0; i + 1 < ring.size(); ++i) {
    twice += ring[i].x * ring[i + 1].y - ring[i + 1].x * ring[i].y;
  }
  return std::abs(twice) / 2;
}

double cross(PlanePoint o, PlanePoint a, PlanePoint b) {
  return (a.x_m - o.x_m) * (b.y_m - o.y_m) - (a.y_m - o.y_m) * (b.x_m - o.x_m);
}
// Counter-clockwise, not closed (monotone chain).
std::vector<PlanePoint> hull_of(std::vector<PlanePoint> points) {
  std::sort(points.begin(), points.end(), [](PlanePoint a, PlanePoint b) {
    return a.x_m != b.x_m ? a.x_m < b.x_m : a.y_m < b.y_m;
  });
  points.erase(std::unique(points.begin(), points.end()), points.end());
  if (points.size() < 3) return points;
  std::vector<PlanePoint> out;
  const auto half = [&](auto begin, auto end) {
    const std::size_t base = out.size();
    for (auto at = begin; at != end; ++at) {
      while (out.size() >= base + 2 && cross(out[out.size() - 2], out.back(), *at) <= 0) {
        out.pop_back();
      }
      out.push_back(*at);
    }
    out.pop_back();
  };
  half(points.begin(), points.end());
  half(points.rbegin(), points.rend());
  return out;
}

// Points that share a hull, and the hull, `radius_m` wider.
struct Cluster {
  std::vector<PlanePoint> points;
  std::vector<PlanePoint> hull;
  geo::Box box;

  void wrap(double radius_m) {
    std::vector<PlanePoint> all;
    for (const PlanePoint p : hull_of(points)) {
      for (int i = 0; i < circle_points; ++i) {
        const double angle = 2 * std::numbers::pi * i / circle_points;
        all.push_back({p.x_m + radius_m * std::cos(angle), p.y_m + radius_m * std::sin(angle)});
      }
    }
    hull = hull_of(std::move(all));
    box = {};
    for (const PlanePoint p : hull) box.add(geo::Point{p.x_m, p.y_m});
  }
};

// Joins clusters until no two of their boxes meet.
void join_near(std::vector<Cluster>& clusters, double radius_m) {
  for (std::size_t i = 0; i < clusters.size();) {
    bool joined = false;
    for (std::size_t k = i + 1; k < clusters.size(); ++k) {
      if (!clusters[i].box.intersects(clusters[k].box)) continue;
      auto& points = clusters[i].points;
      points.insert(points.end(), clusters[k].points.begin(), clusters[k].points.end());
      clusters.erase(clusters.begin() + static_cast<std::ptrdiff_t>(k));
      clusters[i].wrap(radius_m);
      joined = true;
      break;
    }
    i = joined ? 0 : i + 1;
  }
}

// Fewer points, still valid; the hull of the ring where nothing else is.
geo::Ring thinned(const geo::Ring& ring, std::size_t most_points) {
  geo::Ring out = rounded(ring);
  if (out.size() <= most_points && is_simple(out)) return out;
  for (double tolerance = 1e-4; tolerance < 1; tolerance *= 1.3) {
    geo::Ring candidate = rounded(codec::simplify(ring, tolerance));
    if (candidate.size() < 4) break;
    if (candidate.size() <= most_points && is_simple(candidate)) return candidate;
  }
  std::vector<PlanePoint> flat;
  for (const geo::Point p : out) flat.push_back({p.x, p.y});
  geo::Ring hull;
  for (const PlanePoint p : hull_of(std::move(flat))) hull.push_back({p.x_m, p.y_m});
  if (hull.size() > most_points) hull = codec::simplify(hull, 0.01);
  if (!hull.empty()) hull.push_back(hull.front());
  hull = rounded(hull);
  return is_simple(hull) ? hull : geo::Ring{};
}

// Codes of six digits that stand for counties.
bool is_county_code(const std::string& code) {
  return code.size() == 6 && code.find_first_not_of("0123456789") == std::string::npos;
}

Label listed(const std::vector<Label>& names) {
  Label out;
  for (std::size_t i = 0; i < names.size() && i < names_most; ++i) {
    out.zh += (i ? "、" : "") + names[i].in(Language::zh);
    out.en += (i ? ", " : "") + names[i].in(Language::en);
  }
  if (names.size() > names_most) {
    out.zh += format("等{}处", names.size());
    out.en += format(" and {} more", names.size() - names_most);
  }
  return out;
}

}  // namespace

std::vector<geo::Ring> outline_rings(const geo::Geometry& area, std::size_t most_points) {
  std::vector<geo::Ring> shells;
  for (const geo::Polygon& polygon : codec::to_multipolygon(area).polygons) {
    if (!polygon.rings.empty()) shells.push_back(polygon.rings.front());
  }
  std::stable_sort(shells.begin(), shells.end(),
                   [](const geo::Ring& a, const geo::Ring& b) { return area_of(a) > area_of(b); });
  std::vector<geo::Ring> out;
  for (const geo::Ring& shell : shells) {
    if (out.size() == area_rings || area_of(shell) < smallest_piece * area_of(shells[0])) break;
    geo::Ring ring = thinned(shell, most_points);
    if (!ring.empty()) out.push_back(std::move(ring));
  }
  return out;
}

std::vector<geo::Ring> rings_around(std::span<const geo::Point> points, double radius_m) {
  geo::Box box;
  for (const geo::Point p : points) box.add(p);
  if (box.empty()) return {};
  const geo::LocalPlane plane({(box.min_x + box.max_x) / 2, (box.min_y + box.max_y) / 2});
  std::vector<Cluster> clusters;
  std::set<std::pair<double, double>> seen;
  for (const geo::Point p : points) {
    if (!seen.insert({p.x, p.y}).second) continue;
    const auto flat = plane.forward(p);
    if (!flat) return {};
    clusters.push_back({{*flat}, {}, {}});
    clusters.back().wrap(radius_m);
    // Kept small as they come: a thousand sensors are a few clusters.
    if (clusters.size() > 4 * area_rings) join_near(clusters, radius_m);
    if (clusters.size() > 4 * area_rings) return {};
  }
  join_near(clusters, radius_m);
  if (clusters.size() > area_rings) return {};
  std::vector<geo::Ring> out;
  for (const Cluster& cluster : clusters) {
    geo::Ring ring;
    for (const PlanePoint p : cluster.hull) ring.push_back(plane.inverse(p));
    ring.push_back(ring.front());
    ring = thinned(ring, area_ring_points);
    if (!ring.empty()) out.push_back(std::move(ring));
  }
  return out;
}

Result<geo::Ring> drawn_ring(const geo::Ring& ring, std::size_t most_points) {
  geo::Ring closed = rounded(ring);
  if (closed.size() < 4) return fail(Code::invalid, "an area needs at least three corners");
  std::size_t pairs = 4'000'000;
  const auto crossing = codec::find_crossing(closed, pairs);
  if (crossing.kind != codec::RingCrossing::Kind::none) {
    return fail(Code::invalid, format("the outline meets itself near {},{}: draw it anew",
                                      number_text(crossing.a.y), number_text(crossing.a.x)));
  }
  geo::Ring out = thinned(closed, most_points);
  if (out.empty()) return fail(Code::invalid, "the area has no extent");
  return out;
}

AreaMaker::AreaMaker(const model::Workspace& workspace, std::vector<Place> places)
    : regions_(workspace.regions), places_(std::move(places)) {
  for (const auto& [index, boundary] : workspace.boundaries) {
    const model::Region& region = (*regions_)[index];
    if (region.level != model::Level::county) continue;
    County county{region.code, boundary, geo::bounds(boundary), outline_rings(boundary)};
    home_.add(county.box);
    counties_.push_back(std::move(county));
  }
  std::sort(counties_.begin(), counties_.end(),
            [](const County& a, const County& b) { return a.code < b.code; });
}

const AreaMaker::County* AreaMaker::county(std::string_view code) const {
  const auto at = std::lower_bound(counties_.begin(), counties_.end(), code,
                                   [](const County& c, std::string_view k) { return c.code < k; });
  return at != counties_.end() && at->code == code ? &*at : nullptr;
}

Label AreaMaker::name_of(std::string_view code) const {
  const model::RegionIndex index = regions_->find(code);
  return index == model::no_region ? Label{std::string(code), std::string(code)}
                                   : (*regions_)[index].name;
}

std::string AreaMaker::county_at(geo::Point point) const {
  for (const County& county : counties_) {
    if (county.box.contains(point) && geo::contains(county.boundary, point)) return county.code;
  }
  return {};
}

std::vector<std::string> AreaMaker::counties_of(const geo::Ring& ring) const {
  geo::Box box;
  for (const geo::Point p : ring) box.add(p);
  const geo::Geometry shape{geo::Polygon{{ring}}};
  std::vector<std::string> out;
  for (const County& county : counties_) {
    if (!county.box.intersects(box)) continue;
    // Where GEOS has no answer the county counts: a right is asked for rather than passed over.
    if (geo::intersects(shape, county.boundary).value_or(true)) out.push_back(county.code);
  }
  return out;
}

std::string AreaMaker::common_region(std::span<const std::string> codes) const {
  std::optional<std::vector<model::RegionIndex>> common;  // from the nearest up
  for (const std::string& code : codes) {
    const model::RegionIndex index = regions_->find(code);
    if (index == model::no_region) continue;
    std::vector<model::RegionIndex> chain = regions_->ancestors(index);
    chain.insert(chain.begin(), index);
    if (!common) {
      common = std::move(chain);
      continue;
    }
    std::erase_if(*common, [&](model::RegionIndex r) {
      return std::find(chain.begin(), chain.end(), r) == chain.end();
    });
  }
  return common && !common->empty() ? (*regions_)[common->front()].code : std::string();
}

AreaPart AreaMaker::whole_county(const std::string& code, std::size_t most_points) const {
  AreaPart out{name_of(code), {}, {}};
  if (const County* found = county(code)) {
    out.rings = most_points >= area_ring_points ? found->outline
                                                : outline_rings(found->boundary, most_points);
  }
  if (is_county_code(code)) out.geocodes = {code};
  return out;
}

AreaPart AreaMaker::part_of_county(const std::string& code, std::span<const AreaSpot> spots,
                                   double radius_m) const {
  std::vector<geo::Point> points;
  std::set<std::string> towns;
  bool all_towns = true;
  for (const AreaSpot& spot : spots) {
    if (spot.point) points.push_back(*spot.point);
    model::RegionIndex at = regions_->find(spot.region);
    while (at != model::no_region && (*regions_)[at].level == model::Level::village) {
      at = (*regions_)[at].parent;
    }
    const bool town = at != model::no_region && (*regions_)[at].level == model::Level::town;
    if (town) towns.insert((*regions_)[at].code);
    all_towns = all_towns && town;
  }
  std::vector<geo::Ring> rings = rings_around(points, radius_m);
  if (rings.empty()) return whole_county(code, area_ring_points);
  AreaPart out{name_of(code), std::move(rings), {}};
  if (is_county_code(code)) out.geocodes = {code};
  std::vector<Label> names;
  for (const std::string& town : towns) names.push_back(name_of(town));
  const Label list = listed(names);
  const double radius_km = radius_m / 1000;
  if (all_towns && !names.empty()) {
    out.description.zh += list.zh;
    out.description.en = list.en + ", " + out.description.in(Language::en);
  }
  out.description.zh += format("监测点周边约{}公里", number_text(radius_km));
  out.description.en += format(": within about {} km of the sensors", number_text(radius_km));
  return out;
}

std::vector<AreaPart> AreaMaker::around(std::span<const AreaSpot> spots, double radius_m) const {
  std::map<std::string, std::vector<AreaSpot>> by_county;
  for (const AreaSpot& spot : spots) {
    std::string code = spot.point ? county_at(*spot.point) : std::string();
    const model::RegionIndex index = regions_->find(spot.region);
    if (code.empty() && index != model::no_region) {
      code = (*regions_)[regions_->county_of(index)].code;
    }
    by_county[code].push_back(spot);
  }
  std::vector<AreaPart> out;
  for (const auto& [code, list] : by_county) {
    if (code.empty()) continue;  // neither a position nor a division
    if (is_county_code(code)) {
      out.push_back(part_of_county(code, list, radius_m));
    } else if (auto parts = whole(std::vector{code})) {
      out.insert(out.end(), std::make_move_iterator(parts->begin()),
                 std::make_move_iterator(parts->end()));
    }
  }
  return out;
}

std::vector<geo::Ring> AreaMaker::around_villages(model::RegionIndex region) const {
  std::vector<geo::Point> points;
  for (const Place& place : places_) {
    if (!place.point) continue;
    const model::RegionIndex index = regions_->find(place.code);
    if (index != model::no_region && regions_->within(index, region)) {
      points.push_back(*place.point);
    }
  }
  if (points.empty() && (*regions_)[region].position) {
    points.push_back(*(*regions_)[region].position);
  }
  return rings_around(points, village_radius_m);
}

Result<std::vector<AreaPart>> AreaMaker::whole(std::span<const std::string> codes) const {
  std::set<std::string> whole_counties;
  std::vector<model::RegionIndex> smaller;
  for (const std::string& code : codes) {
    const auto index = regions_->require(code);
    if (!index) return fail(index.error());
    const model::Level level = (*regions_)[*index].level;
    if (level == model::Level::town || level == model::Level::village) {
      smaller.push_back(*index);
      continue;
    }
    for (const model::RegionIndex county :
         regions_->at_level(*index, model::Level::county, Instant::max() - 1)) {
      whole_counties.insert((*regions_)[county].code);
    }
  }
  const std::size_t points =
      whole_counties.size() <= many_counties
          ? area_ring_points
          : std::max<std::size_t>(points_of_many / whole_counties.size(), 12);
  std::vector<AreaPart> out;
  for (const std::string& code : whole_counties) out.push_back(whole_county(code, points));
  for (const model::RegionIndex index : smaller) {
    const std::string county = (*regions_)[regions_->county_of(index)].code;
    if (whole_counties.contains(county)) continue;
    const Label upper = name_of(county);
    const Label own = (*regions_)[index].name;
    AreaPart part{{upper.in(Language::zh) + own.in(Language::zh),
                   own.in(Language::en) + ", " + upper.in(Language::en)},
                  around_villages(index),
                  {}};
    if (part.rings.empty()) part.rings = whole_county(county, area_ring_points).rings;
    if (is_county_code(county)) part.geocodes = {county};
    out.push_back(std::move(part));
  }
  return out;
}

AreaPart AreaMaker::drawn(std::span<const geo::Ring> rings) const {
  AreaPart out;
  std::set<std::string> codes;
  for (const geo::Ring& ring : rings) {
    out.rings.push_back(ring);
    for (std::string& code : counties_of(ring)) codes.insert(std::move(code));
  }
  out.geocodes.assign(codes.begin(), codes.end());
  std::vector<Label> names;
  for (const std::string& code : codes) names.push_back(name_of(code));
  const Label list = listed(names);
  out.description = names.empty()
                        ? Label{"图上划定的区域", "The area drawn on the map"}
                        : Label{list.zh + "境内划定的区域", "The area drawn in " + list.en};
  return out;
}

}  // namespace cairn::respond
