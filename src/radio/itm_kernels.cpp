// SPDX-License-Identifier: Apache-2.0
#include "radio/detail/itm_kernels.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "radio/itm_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "radio/lane_math.hpp"

HWY_BEFORE_NAMESPACE();
namespace cairn::radio::HWY_NAMESPACE {
namespace {

constexpr std::size_t most_lanes = 16;
constexpr Doubles tag{};

// The greatest values seen by each lane and where each came first.
struct Peak {
  V best;
  V index;

  HWY_INLINE void see(V angle, V at) {
    M higher = hn::Gt(angle, best);
    best = choose(higher, angle, best);
    index = choose(higher, at, index);
  }
  HWY_INLINE void give(double& angle_rad, std::size_t& first) const {
    HWY_ALIGN double angles[most_lanes];
    HWY_ALIGN double places[most_lanes];
    hn::Store(best, tag, angles);
    hn::Store(index, tag, places);
    angle_rad = angles[0];
    double place = places[0];
    for (std::size_t i = 1; i < hn::Lanes(tag); ++i) {
      if (angles[i] < angle_rad || (angles[i] == angle_rad && places[i] >= place)) continue;
      angle_rad = angles[i];
      place = places[i];
    }
    first = static_cast<std::size_t>(place);
  }
};

ItmElevations Elevations(const ItmSight& path) {
  const std::size_t n = hn::Lanes(tag);
  Peak tx{same(lanes::lowest), same(0)};
  Peak rx = tx;
  auto see = [&](V height, V index) HWY_ATTR {
    V x = index * same(path.step_m);
    V rest = same(path.length_m) - x;
    V inverse = same(1) / (x * rest);
    V bend = same(path.half_bend);
    tx.see((height - same(path.tx_m)) * (rest * inverse) - x * bend, index);
    rx.see((height - same(path.rx_m)) * (x * inverse) - rest * bend, index);
  };
  std::size_t i = 1;
  for (; i + n <= path.steps; i += n) {
    see(hn::LoadU(tag, path.h + i), hn::Iota(tag, static_cast<double>(i)));
  }
  if (i < path.steps) {
    // The rest, each lane past the end looking at the last inner point again.
    HWY_ALIGN double height[most_lanes];
    HWY_ALIGN double index[most_lanes];
    for (std::size_t lane = 0; lane < n; ++lane) {
      std::size_t at = std::min(i + lane, path.steps - 1);
      height[lane] = path.h[at];
      index[lane] = static_cast<double>(at);
    }
    see(hn::Load(tag, height), hn::Load(tag, index));
  }
  ItmElevations out;
  tx.give(out.angle_rad[0], out.index[0]);
  rx.give(out.angle_rad[1], out.index[1]);
  return out;
}

constexpr std::size_t room = most_itm_samples + most_lanes;
constexpr int bins = 128;

HWY_INLINE void resample(const ItmResampling& terrain, std::size_t samples, double* relief) {
  const hn::Rebind<std::int32_t, Doubles> narrow;
  const hn::RebindToSigned<Doubles> wide;
  for (std::size_t j = 0; j < samples; j += hn::Lanes(tag)) {
    V x = same(terrain.begin) + same(terrain.stride) * hn::Iota(tag, static_cast<double>(j));
    auto last = hn::Set(narrow, static_cast<std::int32_t>(terrain.steps - 1));
    auto left = hn::Min(hn::DemoteTo(narrow, x), last);  // past the samples: the last one again
    auto at = hn::PromoteTo(wide, left);
    V low = hn::GatherIndex(tag, terrain.h, at);
    V high = hn::GatherIndex(tag, terrain.h + 1, at);
    V part = x - hn::PromoteTo(tag, left);
    hn::Store(low + (high - low) * part, tag, relief + j);
  }
}

// The values of two ranks: they are counted in bins, and the few in a rank's own bin are sorted.
HWY_INLINE double between_ranks(const double* relief, std::size_t samples, double low, double high,
                                const std::size_t (&ranks)[2]) {
  HWY_ALIGN double bin[room];
  HWY_ALIGN std::int32_t number[room];
  const hn::Rebind<std::int32_t, Doubles> narrow;
  V scale = same(high > low ? (bins - 1) / (high - low) : 0);
  for (std::size_t j = 0; j < samples; j += hn::Lanes(tag)) {
    auto whole = hn::DemoteTo(narrow, (hn::Load(tag, relief + j) - same(low)) * scale);
    hn::Store(whole, narrow, number + j);
    hn::Store(hn::PromoteTo(tag, whole), tag, bin + j);
  }
  std::array<std::uint8_t, bins> count[2] = {};
  for (std::size_t j = 0; j < samples; ++j) ++count[j % 2][static_cast<std::size_t>(number[j])];
  double value[2];
  for (int side : {0, 1}) {
    std::size_t rank = ranks[side];
    int own = 0;
    for (;; ++own) {
      std::size_t here = std::size_t{count[0][own]} + count[1][own];
      if (rank < here) break;
      rank -= here;
    }
    double within[room];
    std::size_t n = 0;
    for (std::size_t j = 0; j < samples; j += hn::Lanes(tag)) {
      M in = hn::Eq(hn::Load(tag, bin + j), same(own));
      if (j + hn::Lanes(tag) > samples) in = hn::And(in, hn::FirstN(tag, samples - j));
      n += hn::CompressStore(hn::Load(tag, relief + j), in, tag, within + n);
    }
    std::nth_element(within, within + rank, within + n);
    value[side] = within[rank];
  }
  return value[1] - value[0];
}

double DecileRange(const ItmResampling& terrain) {
  HWY_ALIGN double relief[room];
  std::size_t samples = 10 * terrain.tenth - 5;
  resample(terrain, samples, relief);
  FittedLine line = fit_line(relief, 0, samples - 1);
  // Lanes past the end repeat the first sample.
  double first = relief[0];
  std::fill(relief + samples, relief + std::min(samples + most_lanes, room), first);
  V low = same(-lanes::lowest);
  V high = same(lanes::lowest);
  for (std::size_t j = 0; j < samples; j += hn::Lanes(tag)) {
    V index = hn::Iota(tag, static_cast<double>(j));
    index = choose(hn::Lt(index, same(static_cast<double>(samples))), index, same(0));
    V about = hn::Load(tag, relief + j) -
              (same(line.mean) + same(line.slope) * (index - same(line.centre)));
    low = lesser(about, low);
    high = greater(about, high);
    hn::Store(about, tag, relief + j);
  }
  double least = hn::GetLane(hn::MinOfLanes(tag, low));
  double most = hn::GetLane(hn::MaxOfLanes(tag, high));
  return between_ranks(relief, samples, least, most, {terrain.tenth - 1, samples - terrain.tenth});
}

}  // namespace
}  // namespace cairn::radio::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cairn::radio {

HWY_EXPORT(Elevations);
HWY_EXPORT(DecileRange);

ItmElevations greatest_elevations(const ItmSight& path) {
  return HWY_DYNAMIC_DISPATCH(Elevations)(path);
}

double decile_range_m(const ItmResampling& terrain) {
  return HWY_DYNAMIC_DISPATCH(DecileRange)(terrain);
}

}  // namespace cairn::radio
#endif
