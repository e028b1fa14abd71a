// SPDX-License-Identifier: Apache-2.0
// Two doubles side by side, as every 64-bit processor computes them. Elementwise operations and
// maxima give the same bits as one by one; sums are kept in two fixed halves.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <limits>
#include <span>

namespace cairn::radio::lanes {

using Pair [[gnu::vector_size(16)]] = double;

inline constexpr double lowest = -std::numeric_limits<double>::infinity();

// V is double or Pair.
template <class V>
V load(const double* from) {
  V value;
  std::memcpy(&value, from, sizeof value);
  return value;
}
template <class V>
V same(double value) {
  return value + V{};
}
template <class V>
V greater(V a, V b) {
  return a > b ? a : b;
}
template <class V>
V lesser(V a, V b) {
  return a < b ? a : b;
}
inline double over_lanes(Pair v) {
  return std::max(v[0], v[1]);
}
inline double sum_lanes(Pair v) {
  return v[0] + v[1];
}

// Extremes and finiteness of values; `zero` is 0 unless one of them is NaN or infinite.
struct Extent {
  double low = -lowest;
  double high = lowest;
  double zero = 0;

  bool within(double least, double greatest) const {
    return zero == 0 && low >= least && high <= greatest;
  }
};
// Of f(i) for i in begin .. end - 1, where f(i, V) computes one or two of them.
template <class F>
Extent extent(std::size_t begin, std::size_t end, F f) {
  Pair low[2] = {same<Pair>(-lowest), same<Pair>(-lowest)};
  Pair high[2] = {same<Pair>(lowest), same<Pair>(lowest)};
  Pair zero[2] = {};
  std::size_t i = begin;
  for (; i + 4 <= end; i += 4) {
    Pair a = f(i, Pair{});
    Pair b = f(i + 2, Pair{});
    low[0] = lesser(low[0], a);
    low[1] = lesser(low[1], b);
    high[0] = greater(high[0], a);
    high[1] = greater(high[1], b);
    zero[0] += a * 0.0;
    zero[1] += b * 0.0;
  }
  Pair low_both = lesser(low[0], low[1]);
  Extent out{std::min(low_both[0], low_both[1]), over_lanes(greater(high[0], high[1])),
             sum_lanes(zero[0] + zero[1])};
  for (; i < end; ++i) {
    double value = f(i, double{});
    out.low = std::min(out.low, value);
    out.high = std::max(out.high, value);
    out.zero += value * 0;
  }
  return out;
}

inline bool all_within(std::span<const double> values, double low, double high) {
  const double* v = values.data();
  return extent(0, values.size(), [v]<class V>(std::size_t i, V) { return load<V>(v + i); })
      .within(low, high);
}
// Whether every value is at least `step` above the one before.
inline bool all_increase(std::span<const double> values, double step) {
  const double* v = values.data();
  return extent(1, values.size(),
                [v]<class V>(std::size_t i, V) { return load<V>(v + i) - load<V>(v + i - 1); })
      .within(step, -lowest);
}

}  // namespace cairn::radio::lanes
