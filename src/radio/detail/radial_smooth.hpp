// SPDX-License-Identifier: Apache-2.0
// Bullington edges: of two slopes, and over a bare sphere that is seen at equally spaced points.
// The same formulas as in path_geometry.cpp, where the reasons stand.
#if defined(CAIRN_RADIAL_SMOOTH) == defined(HWY_TARGET_TOGGLE)
#ifdef CAIRN_RADIAL_SMOOTH
#undef CAIRN_RADIAL_SMOOTH
#else
#define CAIRN_RADIAL_SMOOTH
#endif

#include "radio/detail/radial_lanes.hpp"

HWY_BEFORE_NAMESPACE();
namespace cairn::radio::HWY_NAMESPACE {

// Points at step_km * (0 .. count); terminals at both ends.
struct Spacing {
  double step_km;
  std::size_t count;
  double length_km;
};

// The square of nu, Eqs (18), (19), without its frequency. With a and b the slopes of the two lines
// of sight over the line between the antennas, they cross at d b / (a + b), a b d / (a + b) above
// that line, and nu is simply sqrt(a b).
HWY_INLINE V edge_squared(V slope_tx, V slope_rx, V slope) {
  V a = hn::Max(hn::Sub(slope_tx, slope), hn::Zero(lanes));
  V b = hn::Max(hn::Add(slope_rx, slope), hn::Zero(lanes));
  return hn::Mul(a, b);
}

// The greatest slope from a mast to a point of the sphere, bulge * (d - x) - mast / x. It lies at
// one of the two points beside sqrt(mast / bulge): the first if its x (x + step) reaches
// mast / bulge.
HWY_INLINE V greatest_smooth_slope(const Spacing& path, V mast_m, double bulge) {
  using Floats = hn::Rebind<float, Lanes>;
  constexpr Floats floats{};
  double per_step = 1 / (bulge * path.step_km * path.step_km);
  V square = hn::Mul(mast_m, same(per_step));
  // A float knows on which side of a point it is, or that it lies there, where both are right.
  V below = hn::PromoteTo(lanes, hn::Floor(hn::Sqrt(hn::DemoteTo(floats, square))));
  V above = hn::Add(below, same(1));
  V best = pick(hn::Ge(hn::Mul(below, above), square), below, above);
  V last = same(static_cast<double>(path.count - 1));
  V x = hn::Mul(hn::Min(hn::Max(best, same(1)), last), same(path.step_km));
  return hn::Sub(hn::Mul(same(bulge), hn::Sub(same(path.length_km), x)), hn::Div(mast_m, x));
}

// The sample nearest to the line of sight over a sphere lies beside a root b of
// m b^3 - (m + 1) b + c = 0, x = d (1 + b) / 2, which is that of Eqs (24), (25); here times the sum
// of the masts. Newton's steps from below its modulus come nearer without passing it. This finds
// the sample or one not far away.
HWY_INLINE V sample_nearest_to_sphere(const Spacing& path, V tx_m, V rx_m, double bulge) {
  using Floats = hn::Rebind<float, Lanes>;
  constexpr Floats floats{};
  double curve = 0.5 * bulge * path.length_km * path.length_km;
  auto m = hn::Set(floats, static_cast<float>(curve));
  auto more = hn::DemoteTo(floats, hn::Sub(tx_m, rx_m));
  auto all_of_it = hn::DemoteTo(floats, hn::Add(hn::Add(tx_m, rx_m), same(curve)));
  auto b = hn::Div(more, all_of_it);
  for (int step = 0; step < 2; ++step) {
    auto mb2 = hn::Mul(m, hn::Mul(b, b));
    auto rise = hn::Sub(hn::Mul(hn::Add(mb2, mb2), b), more);
    auto slope = hn::Sub(hn::Add(mb2, hn::Add(mb2, mb2)), all_of_it);
    b = hn::Div(rise, slope);
  }
  b = hn::IfThenElseZero(hn::Lt(hn::Abs(b), hn::Set(floats, 1.0f)), b);
  double half = 0.5 * static_cast<double>(path.count);
  return hn::Floor(hn::Add(same(half), hn::Mul(same(half), hn::PromoteTo(lanes, b))));
}

// The same for the point nearest to the line, where the path is `clear`.
HWY_INLINE V clear_smooth_squared(const Spacing& path, M clear, V slope, V tx_m, V rx_m,
                                  double bulge) {
  struct Point {
    V sample;
    V squared;  // clearance
    V u;
  };
  V first = same(1);
  V last = same(static_cast<double>(path.count - 1));
  auto point = [&](V wished) HWY_ATTR {
    V sample = hn::Min(hn::Max(wished, first), last);
    V x = hn::Mul(sample, same(path.step_km));
    V u = hn::Mul(x, hn::Sub(same(path.length_km), x));
    V clearance = hn::Sub(hn::Add(tx_m, hn::Mul(slope, x)), hn::Mul(same(bulge), u));
    return Point{sample, hn::Mul(clearance, clearance), u};
  };
  auto nearer = [](const Point& a, const Point& b)
                    HWY_ATTR { return hn::Lt(hn::Mul(b.squared, a.u), hn::Mul(a.squared, b.u)); };
  auto either = [](M second, const Point& a, const Point& b) HWY_ATTR {
    return Point{pick(second, b.sample, a.sample), pick(second, b.squared, a.squared),
                 pick(second, b.u, a.u)};
  };
  // clearance^2 / u has one minimum along the samples: it is found where the two outer ones of four
  // are farther, else lies towards them.
  V below = sample_nearest_to_sphere(path, tx_m, rx_m, bulge);
  Point least;
  for (M moved = everywhere(); !none(moved);) {
    Point p0 = point(hn::Sub(below, first));
    Point p1 = point(below);
    Point p2 = point(hn::Add(below, first));
    Point p3 = point(hn::Add(below, hn::Add(first, first)));
    Point inner = either(nearer(p1, p2), p1, p2);
    Point outer = either(nearer(p0, p3), p0, p3);
    moved = hn::And(nearer(inner, outer), clear);
    least = either(moved, inner, outer);
    below = pick(moved, outer.sample, below);
  }
  return hn::Div(least.squared, least.u);
}

// nu is below 0 with line of sight.
HWY_INLINE V signed_root(M clear, V squared) {
  V root = hn::Sqrt(squared);
  return pick(clear, hn::Neg(root), root);
}

// nu of the Bullington edge over a bare sphere, masts tx_m and rx_m above it.
HWY_INLINE V smooth_nu(const Spacing& path, V tx_m, V rx_m, double bulge) {
  V slope = hn::Mul(hn::Sub(rx_m, tx_m), same(1 / path.length_km));
  // The steepest slope to any point at all is bulge * d - 2 sqrt(bulge * mast).
  V over = hn::Sub(same(bulge * path.length_km), slope);
  M clear = hn::Or(hn::Lt(over, hn::Zero(lanes)),
                   hn::Lt(hn::Mul(over, over), hn::Mul(same(3.999999 * bulge), tx_m)));
  V squared = hn::Zero(lanes);
  if (!all(clear)) {
    V slope_tx = greatest_smooth_slope(path, tx_m, bulge);
    clear = hn::Lt(slope_tx, slope);
    squared = edge_squared(slope_tx, greatest_smooth_slope(path, rx_m, bulge), slope);
  }
  if (!none(clear)) {
    squared = pick(clear, clear_smooth_squared(path, clear, slope, tx_m, rx_m, bulge), squared);
  }
  return signed_root(clear, squared);
}

}  // namespace cairn::radio::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
