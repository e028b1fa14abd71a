// SPDX-License-Identifier: Apache-2.0
#include "codec/point_index.hpp"

#include <algorithm>
#include <cmath>

namespace cairn::codec {
namespace {

// Bits of each axis in a code: 2^-26 of the equator is 0.6 m.
constexpr int axis_bits = 26;

std::uint64_t spread(std::uint32_t value) {
  std::uint64_t v = value;
  v = (v | (v << 16)) & 0x0000FFFF0000FFFFULL;
  v = (v | (v << 8)) & 0x00FF00FF00FF00FFULL;
  v = (v | (v << 4)) & 0x0F0F0F0F0F0F0F0FULL;
  v = (v | (v << 2)) & 0x3333333333333333ULL;
  return (v | (v << 1)) & 0x5555555555555555ULL;
}

std::uint64_t morton(std::uint32_t x, std::uint32_t y) {
  return spread(x) | (spread(y) << 1);
}

std::uint32_t to_axis(double unit) {
  constexpr double size = 1u << axis_bits;
  return static_cast<std::uint32_t>(std::clamp(std::floor(unit * size), 0.0, size - 1));
}

}  // namespace

PointIndex::PointIndex(std::span<const geo::Point> lon_lat) {
  std::vector<std::pair<std::uint64_t, std::uint32_t>> order;
  order.reserve(lon_lat.size());
  for (std::size_t i = 0; i < lon_lat.size(); ++i) {
    if (std::isnan(lon_lat[i].x) || std::isnan(lon_lat[i].y)) continue;
    const geo::Point p = to_mercator(lon_lat[i]);
    order.emplace_back(morton(to_axis(p.x), to_axis(p.y)), static_cast<std::uint32_t>(i));
  }
  std::sort(order.begin(), order.end());
  codes_.reserve(order.size());
  members_.reserve(order.size());
  for (const auto& [code, member] : order) {
    codes_.push_back(code);
    members_.push_back(member);
  }
}

// The run of codes that begin with `prefix` of 2 z bits.
std::pair<std::size_t, std::size_t> PointIndex::range(int z, std::uint64_t prefix) const {
  const int shift = 2 * (axis_bits - z);
  const auto first = std::lower_bound(codes_.begin(), codes_.end(), prefix << shift);
  const auto last = std::lower_bound(first, codes_.end(), (prefix + 1) << shift);
  return {static_cast<std::size_t>(first - codes_.begin()),
          static_cast<std::size_t>(last - codes_.begin())};
}

std::span<const std::uint32_t> PointIndex::in_tile(TileId id) const {
  const auto [first, last] = range(id.z, morton(id.x, id.y));
  return std::span(members_).subspan(first, last - first);
}

std::vector<std::span<const std::uint32_t>> PointIndex::groups(TileId id, std::size_t limit) const {
  const auto [first, last] = range(id.z, morton(id.x, id.y));
  const auto all = std::span(members_);
  std::vector<std::span<const std::uint32_t>> out;
  int depth = 0;
  while (last - first > limit && (std::size_t{4} << (2 * depth)) <= limit) ++depth;
  const bool alone = last - first <= limit || id.z + depth > axis_bits;
  const int shift = alone ? 0 : 2 * (axis_bits - id.z - depth);
  for (std::size_t i = first; i < last;) {
    std::size_t k = i + 1;
    while (!alone && k < last && (codes_[k] >> shift) == (codes_[i] >> shift)) ++k;
    out.push_back(all.subspan(i, k - i));
    i = k;
  }
  return out;
}

}  // namespace cairn::codec
