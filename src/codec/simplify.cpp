// SPDX-License-Identifier: Apache-2.0
#include "codec/simplify.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace cairn::codec {
namespace {

struct Less {
  bool operator()(geo::Point a, geo::Point b) const { return a.x != b.x ? a.x < b.x : a.y < b.y; }
};

double square_distance(geo::Point p, geo::Point a, geo::Point b) {
  const double dx = b.x - a.x;
  const double dy = b.y - a.y;
  const double length = dx * dx + dy * dy;
  double t = length > 0 ? ((p.x - a.x) * dx + (p.y - a.y) * dy) / length : 0;
  t = std::clamp(t, 0.0, 1.0);
  const double ex = p.x - a.x - t * dx;
  const double ey = p.y - a.y - t * dy;
  return ex * ex + ey * ey;
}

// Edges without direction, each with how many rings have it, and the neighbours of each vertex.
class Graph {
 public:
  void add(const geo::Ring& ring) {
    for (std::size_t i = 0; i + 1 < ring.size(); ++i) {
      if (ring[i] == ring[i + 1]) continue;
      ++edges_[edge(ring[i], ring[i + 1])];
    }
  }
  void drop_even() {
    std::erase_if(edges_, [](const auto& e) { return e.second % 2 == 0; });
  }
  void link() {
    for (const auto& [ends, count] : edges_) {
      neighbours_[ends.first].push_back(ends.second);
      neighbours_[ends.second].push_back(ends.first);
    }
  }
  bool is_junction(geo::Point p) const {
    const auto at = neighbours_.find(p);
    return at != neighbours_.end() && at->second.size() != 2;
  }
  // Takes edges out one after the other from `start` until a junction or a dead end.
  geo::Line walk(geo::Point start) {
    geo::Line out{start};
    for (;;) {
      std::vector<geo::Point>& next = neighbours_[out.back()];
      if (next.empty() || (out.size() > 1 && next.size() != 1)) return out;
      const geo::Point to = next.back();
      next.pop_back();
      std::vector<geo::Point>& back = neighbours_[to];
      back.erase(std::find(back.begin(), back.end(), out.back()));
      out.push_back(to);
      if (to == start) return out;
    }
  }
  const auto& neighbours() const { return neighbours_; }

 private:
  using Edge = std::pair<geo::Point, geo::Point>;
  struct EdgeLess {
    bool operator()(const Edge& a, const Edge& b) const {
      const Less less;
      if (less(a.first, b.first)) return true;
      if (less(b.first, a.first)) return false;
      return less(a.second, b.second);
    }
  };
  static Edge edge(geo::Point a, geo::Point b) { return Less{}(b, a) ? Edge{b, a} : Edge{a, b}; }
  std::map<Edge, int, EdgeLess> edges_;
  std::map<geo::Point, std::vector<geo::Point>, Less> neighbours_;
};

// The same result for both directions of a border.
geo::Line simplify_arc(geo::Line arc, double tolerance) {
  const Less less;
  bool turned = less(arc.back(), arc.front());
  if (arc.front() == arc.back() && arc.size() > 2) turned = less(arc[arc.size() - 2], arc[1]);
  if (turned) std::reverse(arc.begin(), arc.end());
  geo::Line out;
  if (arc.front() == arc.back()) {
    // A closed border has no ends to keep: split it at the point farthest from its start.
    std::size_t far = 0;
    double best = -1;
    for (std::size_t i = 1; i + 1 < arc.size(); ++i) {
      const double d = square_distance(arc[i], arc.front(), arc.front());
      if (d > best) {
        best = d;
        far = i;
      }
    }
    const auto middle = arc.begin() + static_cast<std::ptrdiff_t>(far);
    out = simplify(geo::Line(arc.begin(), middle + 1), tolerance);
    const geo::Line second = simplify(geo::Line(middle, arc.end()), tolerance);
    out.insert(out.end(), second.begin() + 1, second.end());
  } else {
    out = simplify(arc, tolerance);
  }
  if (turned) std::reverse(out.begin(), out.end());
  return out;
}

geo::Ring simplify_ring(const geo::Ring& ring, const Graph& graph, double tolerance) {
  if (ring.size() < 4) return {};
  const std::size_t n = ring.size() - 1;
  std::size_t start = 0;
  while (start < n && !graph.is_junction(ring[start])) ++start;
  if (start == n) {  // an island: begin at its least vertex
    start = static_cast<std::size_t>(std::min_element(ring.begin(), ring.end() - 1, Less{}) -
                                     ring.begin());
  }
  geo::Ring out;
  geo::Line arc{ring[start]};
  for (std::size_t i = 1; i <= n; ++i) {
    const geo::Point p = ring[(start + i) % n];
    if (p == arc.back()) continue;
    arc.push_back(p);
    if (i != n && !graph.is_junction(p)) continue;
    const geo::Line simple = simplify_arc(std::move(arc), tolerance);
    out.insert(out.end(), simple.begin() + (out.empty() ? 0 : 1), simple.end());
    arc = {p};
  }
  return out.size() >= 4 ? out : geo::Ring{};
}

}  // namespace

geo::Line simplify(const geo::Line& line, double tolerance) {
  if (line.size() < 3) return line;
  std::vector<bool> keep(line.size(), false);
  keep.front() = keep.back() = true;
  std::vector<std::pair<std::size_t, std::size_t>> open{{0, line.size() - 1}};
  const double limit = tolerance * tolerance;
  while (!open.empty()) {
    const auto [first, last] = open.back();
    open.pop_back();
    double worst = limit;
    std::size_t at = 0;
    for (std::size_t i = first + 1; i < last; ++i) {
      const double d = square_distance(line[i], line[first], line[last]);
      if (d > worst) {
        worst = d;
        at = i;
      }
    }
    if (at == 0) continue;
    keep[at] = true;
    open.emplace_back(first, at);
    open.emplace_back(at, last);
  }
  geo::Line out;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (keep[i]) out.push_back(line[i]);
  }
  return out;
}

geo::MultiLine simplify(const geo::MultiLine& lines, double tolerance) {
  geo::MultiLine out;
  for (const geo::Line& line : lines.lines) out.lines.push_back(simplify(line, tolerance));
  return out;
}

std::vector<geo::MultiPolygon> simplify_areas(std::span<const geo::MultiPolygon> areas,
                                              double tolerance) {
  Graph graph;
  for (const geo::MultiPolygon& area : areas) {
    for (const geo::Polygon& polygon : area.polygons) {
      for (const geo::Ring& ring : polygon.rings) graph.add(ring);
    }
  }
  graph.link();
  std::vector<geo::MultiPolygon> out;
  for (const geo::MultiPolygon& area : areas) {
    geo::MultiPolygon simple;
    for (const geo::Polygon& polygon : area.polygons) {
      geo::Polygon kept;
      for (const geo::Ring& ring : polygon.rings) {
        geo::Ring r = simplify_ring(ring, graph, tolerance);
        if (r.empty() && kept.rings.empty()) break;  // no shell: no holes
        if (!r.empty()) kept.rings.push_back(std::move(r));
      }
      if (!kept.rings.empty()) simple.polygons.push_back(std::move(kept));
    }
    out.push_back(std::move(simple));
  }
  return out;
}

geo::MultiLine outline(std::span<const geo::MultiPolygon> areas) {
  Graph graph;
  for (const geo::MultiPolygon& area : areas) {
    for (const geo::Polygon& polygon : area.polygons) {
      for (const geo::Ring& ring : polygon.rings) graph.add(ring);
    }
  }
  graph.drop_even();
  graph.link();
  geo::MultiLine out;
  std::vector<geo::Point> starts;
  for (const auto& [p, next] : graph.neighbours()) {
    if (graph.is_junction(p)) starts.push_back(p);
  }
  for (const auto& [p, next] : graph.neighbours()) starts.push_back(p);
  for (const geo::Point start : starts) {
    for (geo::Line line = graph.walk(start); line.size() > 1; line = graph.walk(start)) {
      out.lines.push_back(std::move(line));
    }
  }
  return out;
}

geo::MultiPolygon to_multipolygon(const geo::Geometry& geometry) {
  if (const auto* many = std::get_if<geo::MultiPolygon>(&geometry.shape)) return *many;
  if (const auto* one = std::get_if<geo::Polygon>(&geometry.shape)) return {{*one}};
  return {};
}

}  // namespace cairn::codec
