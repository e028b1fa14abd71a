// SPDX-License-Identifier: Apache-2.0
// The upper convex hull of the points of a radial behind any of its samples, for up to eight
// radials side by side. Every point remembers its neighbour on the hull of the points up to
// itself; following these links from sample k - 1 walks the hull before receiver k, farther and
// farther back. Hulls of all receivers share the links, nothing is ever removed, and rows are
// written one after the other. A second, longer link (skew-binary: Myers 1983) makes any search
// along a hull logarithmic.
#if defined(CAIRN_RADIAL_HULL) == defined(HWY_TARGET_TOGGLE)
#ifdef CAIRN_RADIAL_HULL
#undef CAIRN_RADIAL_HULL
#else
#define CAIRN_RADIAL_HULL
#endif

#include "radio/detail/radial_lanes.hpp"

HWY_BEFORE_NAMESPACE();
namespace cairn::radio::HWY_NAMESPACE {

// Three offsets in one integer: the neighbour, the far link, and how many neighbours it skips.
// An offset is sample * width + lane.
inline constexpr int link_bits = 21;
HWY_INLINE VI link_field(VI link, int field) {
  return hn::And(field == 0   ? link
                 : field == 1 ? hn::ShiftRight<link_bits>(link)
                              : hn::ShiftRight<2 * link_bits>(link),
                 hn::Set(integers, (std::int64_t{1} << link_bits) - 1));
}
HWY_INLINE VI make_link(VI neighbour, VI far, VI skipped) {
  return hn::Or(neighbour,
                hn::Or(hn::ShiftLeft<link_bits>(far), hn::ShiftLeft<2 * link_bits>(skipped)));
}

// A point of a hull in every lane; its edge leads to its neighbour farther back. The root of a
// hull has an edge of infinite slope.
struct HullPoint {
  VI at;
  V slope;
  V intercept;  // the edge is intercept + slope * x
  VI link;
};

struct Hull {
  double* slope;
  double* intercept;
  std::int64_t* link;

  HWY_INLINE HullPoint row(std::size_t sample) const {
    VI first = hn::Set(integers, static_cast<std::int64_t>(sample * width));
    return {hn::Add(first, hn::Iota(integers, 0)), load(slope + sample * width),
            load(intercept + sample * width), hn::LoadU(integers, link + sample * width)};
  }
  HWY_INLINE HullPoint gather(VI at) const {
    return {at, hn::GatherIndex(lanes, slope, at), hn::GatherIndex(lanes, intercept, at),
            hn::GatherIndex(integers, link, at)};
  }

  // Adds `sample` with its edge to `back`; where `root`, a new hull begins with it.
  HWY_INLINE void append(std::size_t sample, V edge_slope, V edge_intercept, VI back, VI back_link,
                         M root) const {
    VI own = hn::Add(hn::Set(integers, static_cast<std::int64_t>(sample * width)),
                     hn::Iota(integers, 0));
    VI near_skips = link_field(back_link, 2);
    VI middle = link_field(back_link, 1);
    VI middle_link = hn::GatherIndex(integers, link, middle);
    VI middle_skips = link_field(middle_link, 2);
    auto alike = hn::Eq(near_skips, middle_skips);
    VI one = hn::Set(integers, 1);
    VI far = hn::IfThenElse(alike, link_field(middle_link, 1), back);
    VI skips = hn::IfThenElse(alike, hn::Add(hn::Add(near_skips, middle_skips), one), one);
    VI own_link = pick(root, make_link(own, own, hn::Zero(integers)), make_link(back, far, skips));
    store(pick(root, same(HUGE_VAL), edge_slope), slope + sample * width);
    store(hn::IfThenZeroElse(root, edge_intercept), intercept + sample * width);
    hn::StoreU(own_link, integers, link + sample * width);
  }
};

// Steps from neighbour to neighbour before the far links are tried: most searches end here.
inline constexpr int near_steps = 6;

// Where the tangents from two heights at x touch the hull of the samples before: `push` from a
// point that will join the hull (points on the tangent are passed over), `seen` from an antenna
// (the last of them counts), the latter only where wanted.
struct Tangents {
  VI push_at;
  VI push_link;
  HullPoint seen;
};

HWY_INLINE Tangents tangents(const Hull& hull, HullPoint p, double x_km, V push_m, V seen_m,
                             M want_seen) {
  V x = same(x_km);
  Tangents out{p.at, p.link, p};
  M push = everywhere();
  M seen = want_seen;
  for (int step = 0;; ++step) {
    V reach = hn::Add(p.intercept, hn::Mul(p.slope, x));
    M push_on = hn::And(push, hn::Ge(push_m, reach));
    M seen_on = hn::And(seen, hn::Gt(seen_m, reach));
    M push_ends = hn::AndNot(push_on, push);
    M seen_ends = hn::AndNot(seen_on, seen);
    out.push_at = pick(push_ends, p.at, out.push_at);
    out.push_link = pick(push_ends, p.link, out.push_link);
    out.seen.at = pick(seen_ends, p.at, out.seen.at);
    out.seen.slope = pick(seen_ends, p.slope, out.seen.slope);
    out.seen.link = pick(seen_ends, p.link, out.seen.link);
    push = push_on;
    seen = seen_on;
    M on = hn::Or(push, seen);
    if (none(on)) return out;
    VI next = pick(on, link_field(p.link, 0), p.at);
    if (step >= near_steps) {
      HullPoint far = hull.gather(pick(on, link_field(p.link, 1), p.at));
      V far_reach = hn::Add(far.intercept, hn::Mul(far.slope, x));
      M push_past = hn::Or(hn::Not(push), hn::Ge(push_m, far_reach));
      M seen_past = hn::Or(hn::Not(seen), hn::Gt(seen_m, far_reach));
      next = pick(hn::And(on, hn::And(push_past, seen_past)), far.at, next);
    }
    p = hull.gather(next);
  }
}

// The point of the hull behind `from` (with it) that is highest above a line of slope `along`.
struct Summit {
  HullPoint from;
  V along;
  M wanted;
};

HWY_INLINE M climb(const Hull& hull, Summit& s, M on, bool leap) {
  VI next = pick(on, link_field(s.from.link, 0), s.from.at);
  if (leap) {
    VI far = pick(on, link_field(s.from.link, 1), s.from.at);
    M still = hn::And(on, hn::Lt(hn::GatherIndex(lanes, hull.slope, far), s.along));
    next = pick(still, far, next);
  }
  s.from.at = next;
  s.from.slope = hn::GatherIndex(lanes, hull.slope, next);
  s.from.link = hn::GatherIndex(integers, hull.link, next);
  return hn::And(on, hn::Lt(s.from.slope, s.along));
}

// Two such questions at once: their loads wait side by side.
HWY_INLINE void climb_both(const Hull& hull, Summit& a, Summit& b) {
  M on_a = hn::And(a.wanted, hn::Lt(a.from.slope, a.along));
  M on_b = hn::And(b.wanted, hn::Lt(b.from.slope, b.along));
  for (int step = 0; !none(hn::Or(on_a, on_b)); ++step) {
    bool leap = step >= near_steps;
    on_a = climb(hull, a, on_a, leap);
    on_b = climb(hull, b, on_b, leap);
  }
}

}  // namespace cairn::radio::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
