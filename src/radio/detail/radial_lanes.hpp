// SPDX-License-Identifier: Apache-2.0
// Vectors of the walk along radials, compiled once for each instruction set: up to eight doubles,
// a lane each radial. Plain additions and products only (no fused ones), so that every
// instruction set gives the same bits.
#if defined(CAIRN_RADIAL_LANES) == defined(HWY_TARGET_TOGGLE)
#ifdef CAIRN_RADIAL_LANES
#undef CAIRN_RADIAL_LANES
#else
#define CAIRN_RADIAL_LANES
#endif

#include <hwy/highway.h>

#include <cmath>
#include <cstddef>
#include <cstdint>

HWY_BEFORE_NAMESPACE();
namespace cairn::radio::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Lanes = hn::CappedTag<double, 8>;
using Integers = hn::RebindToSigned<Lanes>;
using V = hn::Vec<Lanes>;
using VI = hn::Vec<Integers>;
using M = hn::Mask<Lanes>;

inline constexpr Lanes lanes{};
inline constexpr Integers integers{};
inline constexpr std::size_t width = hn::MaxLanes(Lanes{});  // radials side by side

HWY_INLINE V same(double value) {
  return hn::Set(lanes, value);
}
HWY_INLINE V load(const double* from) {
  return hn::LoadU(lanes, from);
}
HWY_INLINE void store(V value, double* to) {
  hn::StoreU(value, lanes, to);
}
HWY_INLINE V pick(M mask, V yes, V no) {
  return hn::IfThenElse(mask, yes, no);
}
HWY_INLINE VI pick(M mask, VI yes, VI no) {
  return hn::IfThenElse(hn::RebindMask(integers, mask), yes, no);
}
HWY_INLINE bool none(M mask) {
  return hn::AllFalse(lanes, mask);
}
HWY_INLINE bool all(M mask) {
  return hn::AllTrue(lanes, mask);
}
HWY_INLINE M nowhere() {
  return hn::MaskFromVec(hn::Zero(lanes));
}
HWY_INLINE M everywhere() {
  return hn::Eq(hn::Zero(lanes), hn::Zero(lanes));
}

// Within 2e-14 rad. Folded to |z| <= tan(pi / 8), where an odd polynomial suffices.
HWY_INLINE V arc_tangent(V x) {
  V t = hn::Abs(x);
  M middle = hn::Gt(t, same(0.41421356237309503));
  V z = t;
  V from = hn::Zero(lanes);
  if (!none(middle)) {
    M steep = hn::Gt(t, same(2.414213562373095));
    V above = pick(steep, same(-1), hn::Sub(t, same(1)));
    V below = pick(steep, t, hn::Add(t, same(1)));
    z = pick(middle, hn::Div(above, below), t);
    from = pick(steep, same(1.5707963267948966), same(0.78539816339744831));
    from = hn::IfThenElseZero(middle, from);
  }
  // Interpolates atan(z) / z at nine Chebyshev nodes of z^2.
  constexpr double terms[] = {0.03066055354828898,   -0.05874383930755462, 0.075636717987123334,
                              -0.090783877788372408, 0.11110384726185187,  -0.14285690410974022,
                              0.19999999604639818,   -0.33333333330801579, 0.99999999999997324};
  V w = hn::Mul(z, z);
  V sum = same(terms[0]);
  for (std::size_t i = 1; i < 9; ++i) sum = hn::Add(hn::Mul(sum, w), same(terms[i]));
  return hn::CopySign(hn::Add(from, hn::Mul(sum, z)), x);
}

}  // namespace cairn::radio::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
