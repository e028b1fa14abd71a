// SPDX-License-Identifier: Apache-2.0
// Elementary functions over as many doubles as the processor has side by side. Only operations
// that IEEE 754 rounds exactly (+ - * / sqrt) and never a fused one, so that every instruction
// set gives the same bits: std:: functions differ from machine to machine in the last one.
//
// Highway compiles a file once an instruction set: include this after hwy/highway.h and
// hwy/foreach_target.h; the functions stand in cairn::radio::HWY_NAMESPACE. The coefficients are
// interpolations at Chebyshev points, made for these intervals; errors are those that the test
// measures against std::.
#if defined(CAIRN_RADIO_LANE_MATH) == defined(HWY_TARGET_TOGGLE)
#ifdef CAIRN_RADIO_LANE_MATH
#undef CAIRN_RADIO_LANE_MATH
#else
#define CAIRN_RADIO_LANE_MATH
#endif

#include <hwy/highway.h>

#include <cstddef>
#include <cstdint>

HWY_BEFORE_NAMESPACE();
namespace cairn::radio::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Doubles = hn::CappedTag<double, 16>;
using Words = hn::RebindToUnsigned<Doubles>;
using V = hn::Vec<Doubles>;
using M = hn::Mask<Doubles>;

HWY_INLINE V same(double value) {
  return hn::Set(Doubles(), value);
}
HWY_INLINE V choose(M where, V yes, V no) {
  return hn::IfThenElse(where, yes, no);
}
HWY_INLINE bool any(M where) {
  return !hn::AllFalse(Doubles(), where);
}
// Comparisons, not Min and Max: instruction sets disagree about NaN and signed zeros there.
HWY_INLINE V lesser(V a, V b) {
  return choose(hn::Lt(a, b), a, b);
}
HWY_INLINE V greater(V a, V b) {
  return choose(hn::Gt(a, b), a, b);
}

// c[0] + c[1] x + …
template <std::size_t n>
HWY_INLINE V polynomial(V x, const double (&c)[n]) {
  V sum = same(c[n - 1]);
  for (std::size_t i = n - 1; i-- > 0;) sum = sum * x + same(c[i]);
  return sum;
}

// log2 of a normal number above 0; error < 1e-15 of max(1, |log2|).
HWY_INLINE V log2(V x) {
  constexpr double c[] = {2.885390081777927,  0.9617966939243345,  0.5770780172463286,
                          0.4121984020482752, 0.32061638813224547, 0.2614442493522915,
                          0.2429160853987535};  // 2 atanh(s) / (s ln 2) in s^2
  const Words words;
  constexpr std::uint64_t one = 0x3ff0000000000000, root_half = 0x3fe6a09e667f3bcd;
  // x = m * 2^e with m within [sqrt(1/2), sqrt(2)).
  auto moved = hn::BitCast(words, x) + hn::Set(words, one - root_half);
  auto fraction = hn::And(moved, hn::Set(words, 0x000fffffffffffff)) + hn::Set(words, root_half);
  auto biased = hn::Or(hn::ShiftRight<52>(moved), hn::Set(words, 0x4330000000000000));
  V e = hn::BitCast(Doubles(), biased) - same(4503599627370496.0 + 1023);
  V m = hn::BitCast(Doubles(), fraction);
  V s = (m - same(1)) / (m + same(1));
  return e + s * polynomial(s * s, c);
}

// 2^x, held within the normal numbers: x is taken as at least -1022 and at most 1023. Relative
// error < 1e-15.
HWY_INLINE V exp2(V x) {
  constexpr double c[] = {1.0,
                          0.69314718055995,
                          0.24022650695910097,
                          0.05550410866444772,
                          0.009618129107606888,
                          0.0013333558230164974,
                          0.0001540353044173605,
                          1.5252657260200837e-05,
                          1.321544258792169e-06,
                          1.0208690299958306e-07,
                          7.072585949269223e-09};
  const Words words;
  V held = greater(lesser(x, same(1023)), same(-1022));
  const V rounder = same(6755399441055744.0);  // 1.5 * 2^52: adding it leaves a whole number
  V moved = held + rounder;
  auto exponent = hn::ShiftLeft<52>(hn::BitCast(words, moved));
  V fraction = polynomial(held - (moved - rounder), c);
  return hn::BitCast(Doubles(), hn::BitCast(words, fraction) + exponent);
}

inline constexpr double log10_of_2 = 0.30102999566398119521;
inline constexpr double ln_of_2 = 0.69314718055994530942;

HWY_INLINE V log10(V x) {
  return log2(x) * same(log10_of_2);
}
HWY_INLINE V log(V x) {
  return log2(x) * same(ln_of_2);
}
HWY_INLINE V power_of_ten(V x) {
  return exp2(x * same(1 / log10_of_2));
}
HWY_INLINE V exp(V x) {
  return exp2(x * same(1 / ln_of_2));
}
// 1 / (1 + e^x), which is (1 - tanh(x / 2)) / 2.
HWY_INLINE V falling_logistic(V x) {
  return same(1) / (same(1) + exp(x));
}

// sin(asin(s) / 3) for |s| <= 1: the middle root y of 3 y - 4 y^3 = s. Relative error < 1e-13.
HWY_INLINE V sine_of_third(V s) {
  constexpr double low[] = {0.33333333333331866,  0.04938271606112195,  0.021947872258805547,
                            0.013006225501709693, 0.00882933855738372,  0.006523228741297708,
                            0.00477782905005963,  0.005399867728807202, -0.0008235081178687335,
                            0.009246629262840242};  // sin(asin(s) / 3) / s in s^2
  constexpr double sine[] = {0.6666666666666495,   0.06172839507538487,   0.026406033872705743,
                             0.015438540238648097, 0.010409101277872548,  0.007658352671190438,
                             0.005595885473037221, 0.0063029364346392095, -0.0009471721028876072,
                             0.010764854748863975};
  constexpr double cosine[] = {1.0000000000000315,    -0.2222222222475017,   -0.06584361808081503,
                               -0.03414130514488797,  -0.021672613037813992, -0.015370280868250872,
                               -0.010996415835887098, -0.012021781945899514, 0.0015729619494176026,
                               -0.020060044857990508};
  constexpr double half_root_3 = 0.86602540378443864676;
  V size = lesser(hn::Abs(s), same(1));
  V near = size * polynomial(size * size, low);
  M outer = hn::Gt(size, same(0.5));
  if (any(outer)) {
    // asin(s) = pi / 2 - 2 asin(z), so a third of it is pi / 6 - w with w = 2/3 asin(z).
    V square = (same(1) - size) * same(0.5);
    V z = hn::Sqrt(square);
    V far =
        same(0.5) * polynomial(square, cosine) - same(half_root_3) * (z * polynomial(square, sine));
    near = choose(outer, far, near);
  }
  return hn::CopySign(near, s);
}

}  // namespace cairn::radio::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
