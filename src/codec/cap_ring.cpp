// SPDX-License-Identifier: Apache-2.0
#include "codec/cap_ring.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace cairn::codec {
namespace {

__extension__ typedef __int128 int128;

constexpr double scale = 1e7;

struct Node {
  std::int64_t x = 0;
  std::int64_t y = 0;
  bool operator==(const Node&) const = default;
};
struct Segment {
  Node a;
  Node b;
  std::size_t index = 0;
  std::int64_t left() const { return std::min(a.x, b.x); }
  std::int64_t right() const { return std::max(a.x, b.x); }
};

// Twice the area of the triangle: its sign is the side of c.
int side(Node a, Node b, Node c) {
  const int128 cross =
      static_cast<int128>(b.x - a.x) * (c.y - a.y) - static_cast<int128>(b.y - a.y) * (c.x - a.x);
  return cross > 0 ? 1 : cross < 0 ? -1 : 0;
}
// c lies on the line through a and b: also between them?
bool between(Node a, Node b, Node c) {
  return std::min(a.x, b.x) <= c.x && c.x <= std::max(a.x, b.x) && std::min(a.y, b.y) <= c.y &&
         c.y <= std::max(a.y, b.y);
}

RingCrossing::Kind meet(const Segment& s, const Segment& t) {
  using Kind = RingCrossing::Kind;
  const int s1 = side(s.a, s.b, t.a);
  const int s2 = side(s.a, s.b, t.b);
  const int t1 = side(t.a, t.b, s.a);
  const int t2 = side(t.a, t.b, s.b);
  if (s1 * s2 < 0 && t1 * t2 < 0) return Kind::crosses;
  const bool touch = (s1 == 0 && between(s.a, s.b, t.a)) || (s2 == 0 && between(s.a, s.b, t.b)) ||
                     (t1 == 0 && between(t.a, t.b, s.a)) || (t2 == 0 && between(t.a, t.b, s.b));
  return touch ? Kind::touches : Kind::none;
}

// Neighbours share a point; they may not lead back over each other.
RingCrossing::Kind fold(const Segment& s, const Segment& next) {
  const int128 dot = static_cast<int128>(s.b.x - s.a.x) * (next.b.x - next.a.x) +
                     static_cast<int128>(s.b.y - s.a.y) * (next.b.y - next.a.y);
  const bool back = side(s.a, s.b, next.b) == 0 && dot < 0;
  return back ? RingCrossing::Kind::touches : RingCrossing::Kind::none;
}

std::vector<Segment> segments_of(const geo::Ring& ring) {
  std::vector<Segment> out;
  Node last;
  for (std::size_t i = 0; i < ring.size(); ++i) {
    const Node node{std::llround(ring[i].x * scale), std::llround(ring[i].y * scale)};
    if (i > 0 && !(node == last)) out.push_back({last, node, out.size()});
    last = node;
  }
  return out;
}

}  // namespace

RingCrossing find_crossing(const geo::Ring& ring, std::size_t& pairs) {
  using Kind = RingCrossing::Kind;
  std::vector<Segment> segments = segments_of(ring);
  const std::size_t n = segments.size();
  const auto at = [](Node node) {
    return geo::Point{static_cast<double>(node.x) / scale, static_cast<double>(node.y) / scale};
  };
  const auto compare = [&](const Segment& s, const Segment& t) {
    if (s.index + 1 == t.index || (t.index == 0 && s.index + 1 == n)) return fold(s, t);
    if (t.index + 1 == s.index || (s.index == 0 && t.index + 1 == n)) return fold(t, s);
    return meet(s, t);
  };
  RingCrossing out;
  if (n < 3) out = {Kind::touches, n > 0 ? at(segments[0].a) : geo::Point{}, {}};
  // Sweep from west to east: `active` are those that reach to the present segment's west end.
  std::sort(segments.begin(), segments.end(), [](const Segment& s, const Segment& t) {
    return s.left() != t.left() ? s.left() < t.left() : s.index < t.index;
  });
  std::vector<const Segment*> active;
  for (const Segment& segment : segments) {
    std::erase_if(active, [&](const Segment* s) { return s->right() < segment.left(); });
    for (const Segment* other : active) {
      if (pairs == 0) return {Kind::undecided, {}, {}};
      --pairs;
      const Kind kind = compare(*other, segment);
      if (kind == Kind::none || (kind == Kind::touches && out.kind == Kind::touches)) continue;
      out = {kind, at(other->a), at(segment.a)};
      if (kind == Kind::crosses) return out;
    }
    active.push_back(&segment);
  }
  return out;
}

}  // namespace cairn::codec
