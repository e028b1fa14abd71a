// SPDX-License-Identifier: Apache-2.0
// Heights of several places at once, compiled once for each instruction set.
#if defined(CAIRN_TERRAIN_SAMPLER) == defined(HWY_TARGET_TOGGLE)
#ifdef CAIRN_TERRAIN_SAMPLER
#undef CAIRN_TERRAIN_SAMPLER
#else
#define CAIRN_TERRAIN_SAMPLER
#endif

#include <cstddef>
#include <cstdint>
#include <limits>

#include "geo/terrain.hpp"
#include "radio/detail/radial_lanes.hpp"

HWY_BEFORE_NAMESPACE();
namespace cairn::radio::HWY_NAMESPACE {

using Posts = hn::Rebind<std::int32_t, Lanes>;
using VP = hn::Vec<Posts>;
inline constexpr Posts posts{};

// TerrainGrid::height_m and clutter_m of up to eight places side by side.
class Sampler {
 public:
  HWY_INLINE explicit Sampler(const geo::TerrainGrid& terrain)
      : heights_(reinterpret_cast<const std::uint8_t*>(terrain.heights.data())),
        clutter_(terrain.clutter_half_metres.data()),
        columns_(static_cast<std::int32_t>(terrain.columns)),
        rows_(static_cast<std::int32_t>(terrain.rows)),
        scale_m_(terrain.scale_m),
        offset_m_(terrain.offset_m) {}

  // Columns and rows counted in posts. Not a number outside and beside a missing post.
  HWY_INLINE V height_m(V column, V row) const {
    V last_column = same(columns_ - 1.0);
    V last_row = same(rows_ - 1.0);
    M inside = hn::And(hn::And(hn::Ge(column, hn::Zero(lanes)), hn::Le(column, last_column)),
                       hn::And(hn::Ge(row, hn::Zero(lanes)), hn::Le(row, last_row)));
    column = hn::IfThenElseZero(inside, column);
    row = hn::IfThenElseZero(inside, row);
    VP c = hn::Min(hn::DemoteTo(posts, column), hn::Set(posts, columns_ - 2));
    VP r = hn::Min(hn::DemoteTo(posts, row), hn::Set(posts, rows_ - 2));
    VP at = hn::Add(hn::Mul(r, hn::Set(posts, columns_)), c);
    // One load fetches a post and its neighbour to the east.
    auto* base = reinterpret_cast<const std::int32_t*>(heights_);
    VP bytes = hn::ShiftLeft<1>(at);
    VP upper = hn::GatherOffset(posts, base, bytes);
    VP lower = hn::GatherOffset(posts, base, hn::Add(bytes, hn::Set(posts, 2 * columns_)));
    VP low = hn::Set(posts, 0xffff);
    VP west[2] = {hn::And(upper, low), hn::And(lower, low)};
    VP east[2] = {hn::And(hn::ShiftRight<16>(upper), low), hn::And(hn::ShiftRight<16>(lower), low)};
    auto hole = hn::Or(hn::Or(hn::Eq(west[0], low), hn::Eq(east[0], low)),
                       hn::Or(hn::Eq(west[1], low), hn::Eq(east[1], low)));
    V u = hn::Sub(column, hn::PromoteTo(lanes, c));
    V v = hn::Sub(row, hn::PromoteTo(lanes, r));
    V north = between(west[0], east[0], u);
    V south = between(west[1], east[1], u);
    V height = hn::Add(north, hn::Mul(v, hn::Sub(south, north)));
    height = hn::Add(same(offset_m_), hn::Mul(same(scale_m_), height));
    V holes = hn::PromoteTo(lanes, hn::VecFromMask(posts, hole));  // -1 where there is one
    M known = hn::And(inside, hn::Eq(holes, hn::Zero(lanes)));
    return pick(known, height, same(std::numeric_limits<double>::quiet_NaN()));
  }

  // The same of places on the terrain (but for rounding), holes told by the way: `posts_seen`, zero
  // at first, keeps the greatest post of each lane, and a missing one is greater than all others.
  HWY_INLINE V height_inside_m(V column, V row, VP& posts_seen) const {
    VP c = hn::Min(hn::DemoteTo(posts, column), hn::Set(posts, columns_ - 2));
    VP r = hn::Min(hn::DemoteTo(posts, row), hn::Set(posts, rows_ - 2));
    VP bytes = hn::ShiftLeft<1>(hn::Add(hn::Mul(r, hn::Set(posts, columns_)), c));
    auto* base = reinterpret_cast<const std::int32_t*>(heights_);
    VP upper = hn::GatherOffset(posts, base, bytes);
    VP lower = hn::GatherOffset(posts, base, hn::Add(bytes, hn::Set(posts, 2 * columns_)));
    VP low = hn::Set(posts, 0xffff);
    VP west[2] = {hn::And(upper, low), hn::And(lower, low)};
    VP east[2] = {hn::And(hn::ShiftRight<16>(upper), low), hn::And(hn::ShiftRight<16>(lower), low)};
    posts_seen = hn::Max(posts_seen, hn::Max(hn::Max(west[0], west[1]), hn::Max(east[0], east[1])));
    V u = hn::Sub(column, hn::PromoteTo(lanes, c));
    V v = hn::Sub(row, hn::PromoteTo(lanes, r));
    V north = between(west[0], east[0], u);
    V south = between(west[1], east[1], u);
    V height = hn::Add(north, hn::Mul(v, hn::Sub(south, north)));
    return hn::Add(same(offset_m_), hn::Mul(same(scale_m_), height));
  }
  // Lanes that saw a missing post.
  HWY_INLINE static M saw_hole(VP posts_seen) {
    auto hole = hn::Eq(posts_seen, hn::Set(posts, 0xffff));
    return hn::Ne(hn::PromoteTo(lanes, hn::VecFromMask(posts, hole)), hn::Zero(lanes));
  }

  HWY_INLINE V clutter_m(V column, V row) const {
    column = hn::Floor(hn::Add(column, same(0.5)));
    row = hn::Floor(hn::Add(row, same(0.5)));
    M inside = hn::And(hn::And(hn::Ge(column, hn::Zero(lanes)), hn::Lt(column, same(columns_))),
                       hn::And(hn::Ge(row, hn::Zero(lanes)), hn::Lt(row, same(rows_))));
    VP c = hn::DemoteTo(posts, hn::IfThenElseZero(inside, column));
    VP r = hn::DemoteTo(posts, hn::IfThenElseZero(inside, row));
    VP at = hn::Add(hn::Mul(r, hn::Set(posts, columns_)), c);
    HWY_ALIGN std::int32_t places[hn::MaxLanes(Posts{})];
    HWY_ALIGN std::int32_t half_metres[hn::MaxLanes(Posts{})];
    hn::Store(at, posts, places);
    for (std::size_t i = 0; i < hn::Lanes(posts); ++i) half_metres[i] = clutter_[places[i]];
    V height = hn::Mul(hn::PromoteTo(lanes, hn::Load(posts, half_metres)), same(0.5));
    return hn::IfThenElseZero(inside, height);
  }

 private:
  HWY_INLINE static V between(VP west, VP east, V u) {
    V from = hn::PromoteTo(lanes, west);
    return hn::Add(from, hn::Mul(u, hn::PromoteTo(lanes, hn::Sub(east, west))));
  }

  const std::uint8_t* heights_;
  const std::uint8_t* clutter_;
  std::int32_t columns_;
  std::int32_t rows_;
  double scale_m_;
  double offset_m_;
};

}  // namespace cairn::radio::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
