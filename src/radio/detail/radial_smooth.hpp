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

// nu of Eqs (18), (19), without its frequency.
HWY_INLINE V edge_nu(const Spacing& path, V slope_tx, V slope_rx, V tx_m, V rx_m) {
  V length = same(path.length_km);
  V sum = hn::Add(slope_tx, slope_rx);
  V first = same(path.step_km);
  V last = same(static_cast<double>(path.count - 1) * path.step_km);
  V edge = hn::Div(hn::Add(hn::Sub(rx_m, tx_m), hn::Mul(slope_rx, length)), sum);
  edge = hn::Min(hn::Max(edge, first), last);
  edge = pick(hn::Gt(sum, hn::Zero(lanes)), edge, first);
  V rest = hn::Sub(length, edge);
  V line = hn::Mul(hn::Add(hn::Mul(tx_m, rest), hn::Mul(rx_m, edge)), same(1 / path.length_km));
  V excess = hn::Sub(hn::Add(tx_m, hn::Mul(slope_tx, edge)), line);
  return hn::Div(excess, hn::Sqrt(hn::Mul(edge, rest)));
}

// The greatest slope from a mast to a point of the sphere: one of the two beside its horizon.
HWY_INLINE V greatest_smooth_slope(const Spacing& path, V mast_m, double bulge) {
  V horizon = hn::Sqrt(hn::Mul(mast_m, same(1 / bulge)));
  V first = same(1);
  V last = same(static_cast<double>(path.count - 1));
  V below = hn::Floor(hn::Mul(horizon, same(1 / path.step_km)));
  auto slope_to = [&](V sample) HWY_ATTR {
    V x = hn::Mul(hn::Min(hn::Max(sample, first), last), same(path.step_km));
    return hn::Sub(hn::Mul(same(bulge), hn::Sub(same(path.length_km), x)), hn::Div(mast_m, x));
  };
  return hn::Max(slope_to(below), slope_to(hn::Add(below, first)));
}

// The sample nearest to the line of sight over a sphere lies beside a root b of
// m b^3 - (m + 1) b + c = 0, x = d (1 + b) / 2, which is that of Eqs (24), (25). Newton's steps
// from below its modulus come nearer without passing it; a float knows the sample.
HWY_INLINE V sample_nearest_to_sphere(const Spacing& path, V tx_m, V rx_m, double bulge) {
  using Floats = hn::Rebind<float, Lanes>;
  constexpr Floats floats{};
  V per_sum = hn::Div(same(1), hn::Add(tx_m, rx_m));
  double curve = 0.5 * bulge * path.length_km * path.length_km;
  auto c = hn::DemoteTo(floats, hn::Mul(hn::Sub(tx_m, rx_m), per_sum));
  auto m = hn::DemoteTo(floats, hn::Mul(same(curve), per_sum));
  auto one = hn::Add(m, hn::Set(floats, 1.0f));
  auto b = hn::Div(c, one);
  for (int step = 0; step < 4; ++step) {
    auto mb2 = hn::Mul(m, hn::Mul(b, b));
    auto rise = hn::Sub(hn::Mul(hn::Add(mb2, mb2), b), c);
    auto slope = hn::Sub(hn::Add(mb2, hn::Add(mb2, mb2)), one);
    b = hn::Div(rise, slope);
  }
  double half = 0.5 * static_cast<double>(path.count);
  return hn::Floor(hn::Add(same(half), hn::Mul(same(half), hn::PromoteTo(lanes, b))));
}

HWY_INLINE V clear_smooth_nu(const Spacing& path, V slope, V tx_m, V rx_m, double bulge) {
  auto squared = [&](V sample) HWY_ATTR {
    V x = hn::Mul(sample, same(path.step_km));
    V u = hn::Mul(x, hn::Sub(same(path.length_km), x));
    V clearance = hn::Sub(hn::Add(tx_m, hn::Mul(slope, x)), hn::Mul(same(bulge), u));
    return hn::Div(hn::Mul(clearance, clearance), u);
  };
  V least = same(HUGE_VAL);
  // On few points the sphere's steps are coarse against the masts and the root may be far off.
  if (path.count <= 8) {
    for (std::size_t i = 1; i < path.count; ++i) {
      least = hn::Min(least, squared(same(static_cast<double>(i))));
    }
  } else {
    V first = same(1);
    V last = same(static_cast<double>(path.count - 1));
    V below = sample_nearest_to_sphere(path, tx_m, rx_m, bulge);
    least = hn::Min(squared(hn::Min(hn::Max(below, first), last)),
                    squared(hn::Min(hn::Max(hn::Add(below, first), first), last)));
  }
  return hn::Neg(hn::Sqrt(least));
}

// nu of the Bullington edge over a bare sphere, masts tx_m and rx_m above it.
HWY_INLINE V smooth_nu(const Spacing& path, V tx_m, V rx_m, double bulge) {
  V slope = hn::Mul(hn::Sub(rx_m, tx_m), same(1 / path.length_km));
  // The steepest slope to any point at all is bulge * d - 2 sqrt(bulge * mast).
  V over = hn::Sub(same(bulge * path.length_km), slope);
  M clear = hn::Or(hn::Lt(over, hn::Zero(lanes)),
                   hn::Lt(hn::Mul(over, over), hn::Mul(same(3.999999 * bulge), tx_m)));
  if (all(clear)) return clear_smooth_nu(path, slope, tx_m, rx_m, bulge);
  V slope_tx = greatest_smooth_slope(path, tx_m, bulge);
  clear = hn::Lt(slope_tx, slope);
  V nu = edge_nu(path, slope_tx, greatest_smooth_slope(path, rx_m, bulge), tx_m, rx_m);
  if (none(clear)) return nu;
  return pick(clear, clear_smooth_nu(path, slope, tx_m, rx_m, bulge), nu);
}

}  // namespace cairn::radio::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
