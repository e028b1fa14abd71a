// SPDX-License-Identifier: Apache-2.0
#include "radio/path_batch.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "radio/profile.hpp"

#ifndef CAIRN_RADIO_PATH_BATCH_LANES
#define CAIRN_RADIO_PATH_BATCH_LANES
namespace cairn::radio {
namespace {

// The paths of a batch, a lane each; those without a receiver repeat the first.
struct PathLanes {
  std::array<double, batch_paths> last;  // number of the last point
  std::array<double, batch_paths> length_km;
  std::array<double, batch_paths> rx_m;  // antenna above sea level
  std::array<double, batch_paths> columns_per_point;
  std::array<double, batch_paths> rows_per_point;
  double tx_m = 0;
  double column = 0;  // of the site
  double row = 0;
  double bulge_median = 0;  // 500 / a_e, m per km^2
  double bulge_beta = 0;
};

struct LaneMaxima {
  std::array<bool, batch_paths> known;
  std::array<PathMaxima, batch_paths> maxima;
};

}  // namespace
}  // namespace cairn::radio
#endif

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "radio/path_batch.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "radio/detail/terrain_sampler.hpp"

HWY_BEFORE_NAMESPACE();
namespace cairn::radio::HWY_NAMESPACE {
namespace {

// The maxima of path_geometry.cpp, in its order of operations.
template <bool with_clutter>
class BatchWalk {
 public:
  HWY_INLINE BatchWalk(const geo::TerrainGrid& terrain, const PathLanes& paths, std::size_t first,
                       PathRoom& room)
      : sampler_(terrain), paths_(paths), room_(room), first_(first) {
    last_ = load(paths.last.data() + first);
    length_km_ = load(paths.length_km.data() + first);
    point_km_ = hn::Div(length_km_, last_);
    tx_m_ = same(paths.tx_m);
    rx_m_ = load(paths.rx_m.data() + first);
    slope_ = hn::Div(hn::Sub(rx_m_, tx_m_), length_km_);
    columns_ = load(paths.columns_per_point.data() + first);
    rows_ = load(paths.rows_per_point.data() + first);
  }

  HWY_INLINE void run(LaneMaxima& out) {
    auto shortest = static_cast<std::size_t>(hn::GetLane(hn::MinOfLanes(lanes, last_)));
    auto longest = static_cast<std::size_t>(hn::GetLane(hn::MaxOfLanes(lanes, last_)));
    start();
    std::size_t k = 1;
    for (; k < shortest; ++k) step<false>(k);
    for (; k <= longest; ++k) step<true>(k);
    flush(k);
    give(out);
  }

 private:
  HWY_INLINE void start() {
    column0_ = same(paths_.column);
    row0_ = same(paths_.row);
    tx_ground_m_ = sampler_.height_inside_m(column0_, row0_, posts_seen_);
    keep(0, tx_ground_m_, hn::Zero(lanes));
  }

  // `tail`: some of the paths have ended; those stay at the site.
  template <bool tail>
  HWY_INLINE void step(std::size_t k) {
    V number = same(static_cast<double>(k));
    V column = hn::Add(column0_, hn::Mul(number, columns_));
    V row = hn::Sub(row0_, hn::Mul(number, rows_));
    if constexpr (tail) {
      M on_path = hn::Le(number, last_);
      column = pick(on_path, column, column0_);
      row = pick(on_path, row, row0_);
    }
    V ground = sampler_.height_inside_m(column, row, posts_seen_);
    V cover = with_clutter ? sampler_.clutter_m(column, row) : hn::Zero(lanes);
    keep(k, ground, cover);
    V x = hn::Mul(number, point_km_);
    V rest = hn::Sub(length_km_, x);
    if constexpr (tail) {
      rx_ground_m_ = pick(hn::Eq(number, last_), ground, rx_ground_m_);
      M inner = hn::Lt(number, last_);
      sum(number, hn::IfThenElseZero(inner, ground));
      slopes(number, x, pick(inner, rest, same(1)), pick(inner, ground, same(-1e30)), cover);
    } else {
      sum(number, ground);
      slopes(number, x, rest, ground, cover);
    }
  }

  // What Eqs (83), (84) come to where all steps are equal.
  HWY_INLINE void sum(V number, V ground) {
    sum_ = hn::Add(sum_, ground);
    weighted_sum_ = hn::Add(weighted_sum_, hn::Mul(number, ground));
  }
  HWY_INLINE V area() const {
    V ends = hn::Add(tx_ground_m_, rx_ground_m_);
    return hn::Mul(point_km_, hn::Add(ends, hn::Add(sum_, sum_)));
  }
  HWY_INLINE V moment() const {
    V inner = hn::Mul(hn::Mul(same(6), point_km_), weighted_sum_);
    V last = hn::Sub(hn::Mul(same(3), length_km_), point_km_);
    V ends = hn::Add(hn::Mul(tx_ground_m_, point_km_), hn::Mul(rx_ground_m_, last));
    return hn::Mul(point_km_, hn::Add(inner, ends));
  }

  HWY_INLINE void slopes(V number, V x, V rest, V ground, V cover) {
    V inverse = hn::Div(same(1), hn::Mul(x, rest));
    V over_x = hn::Mul(rest, inverse);
    V over_rest = hn::Mul(x, inverse);
    V tx = hn::Mul(hn::Sub(ground, tx_m_), over_x);
    V rx = hn::Mul(hn::Sub(ground, rx_m_), over_rest);
    V tx_bulge = hn::Mul(same(paths_.bulge_median), rest);
    V rx_bulge = hn::Mul(same(paths_.bulge_median), x);
    tx_flat_ = hn::Max(tx_flat_, tx);
    rx_flat_ = hn::Max(rx_flat_, rx);
    V tx_terrain = hn::Add(tx, tx_bulge);
    V rx_terrain = hn::Add(rx, rx_bulge);
    tx_index_ = pick(hn::Gt(tx_terrain, tx_terrain_), number, tx_index_);
    rx_index_ = pick(hn::Ge(rx_terrain, rx_terrain_), number, rx_index_);
    tx_terrain_ = hn::Max(tx_terrain_, tx_terrain);
    rx_terrain_ = hn::Max(rx_terrain_, rx_terrain);
    V line = hn::Add(tx_m_, hn::Mul(slope_, x));
    obstruction_ = hn::Max(obstruction_, hn::Sub(ground, line));
    if constexpr (with_clutter) {
      tx = hn::Add(tx, hn::Mul(cover, over_x));
      rx = hn::Add(rx, hn::Mul(cover, over_rest));
      tx_median_ = hn::Max(tx_median_, hn::Add(tx, tx_bulge));
      rx_median_ = hn::Max(rx_median_, hn::Add(rx, rx_bulge));
    }
    tx_beta_ = hn::Max(tx_beta_, hn::Add(tx, hn::Mul(same(paths_.bulge_beta), rest)));
    rx_beta_ = hn::Max(rx_beta_, hn::Add(rx, hn::Mul(same(paths_.bulge_beta), x)));
  }

  // Points come side by side and go into rows, a few at a time.
  HWY_INLINE void keep(std::size_t k, V ground, V cover) {
    std::size_t at = k % pending_points;
    if (at == 0 && k > 0) flush(k);
    store(ground, pending_m_ + at * width);
    if constexpr (with_clutter) store(cover, pending_clutter_m_ + at * width);
  }
  HWY_INLINE void flush(std::size_t end) {
    std::size_t begin = (end - 1) / pending_points * pending_points;
    for (std::size_t lane = 0; lane < width; ++lane) {
      std::size_t row = (first_ + lane) * room_.stride;
      for (std::size_t k = begin; k < end; ++k) {
        room_.terrain_m[row + k] = pending_m_[(k - begin) * width + lane];
        if constexpr (with_clutter) {
          room_.clutter_m[row + k] = pending_clutter_m_[(k - begin) * width + lane];
        }
      }
    }
  }

  HWY_INLINE void give(LaneMaxima& out) const {
    auto put = [&](V values, double PathMaxima::*member) HWY_ATTR {
      double each[width];
      store(values, each);
      for (std::size_t i = 0; i < width; ++i) out.maxima[first_ + i].*member = each[i];
    };
    put(with_clutter ? tx_median_ : tx_terrain_, &PathMaxima::tx_median);
    put(with_clutter ? rx_median_ : rx_terrain_, &PathMaxima::rx_median);
    put(tx_beta_, &PathMaxima::tx_beta);
    put(rx_beta_, &PathMaxima::rx_beta);
    put(tx_terrain_, &PathMaxima::tx_terrain);
    put(rx_terrain_, &PathMaxima::rx_terrain);
    put(tx_flat_, &PathMaxima::tx_flat);
    put(rx_flat_, &PathMaxima::rx_flat);
    put(obstruction_, &PathMaxima::obstruction_m);
    put(area(), &PathMaxima::area);
    put(moment(), &PathMaxima::moment);
    double index[2][width];
    double hole[width];
    store(tx_index_, index[0]);
    store(rx_index_, index[1]);
    store(pick(Sampler::saw_hole(posts_seen_), same(1), hn::Zero(lanes)), hole);
    for (std::size_t i = 0; i < width; ++i) {
      out.maxima[first_ + i].tx_index = static_cast<std::size_t>(index[0][i]);
      out.maxima[first_ + i].rx_index = static_cast<std::size_t>(index[1][i]);
      out.known[first_ + i] = hole[i] == 0;
    }
  }

  static constexpr std::size_t pending_points = 16;

  Sampler sampler_;
  const PathLanes& paths_;
  PathRoom& room_;
  std::size_t first_;
  V last_, length_km_, point_km_, tx_m_, rx_m_, slope_, columns_, rows_;
  V column0_, row0_, tx_ground_m_;
  V rx_ground_m_ = hn::Zero(lanes);
  VP posts_seen_ = hn::Zero(posts);
  V lowest_ = same(-hwy::HighestValue<double>());
  V tx_median_ = lowest_, rx_median_ = lowest_, tx_beta_ = lowest_, rx_beta_ = lowest_;
  V tx_terrain_ = lowest_, rx_terrain_ = lowest_, tx_flat_ = lowest_, rx_flat_ = lowest_;
  V obstruction_ = lowest_;
  V tx_index_ = same(1), rx_index_ = same(1);
  V sum_ = hn::Zero(lanes), weighted_sum_ = hn::Zero(lanes);
  double pending_m_[pending_points * width];
  double pending_clutter_m_[with_clutter ? pending_points * width : 1];
};

void WalkPaths(const geo::TerrainGrid& terrain, const PathLanes& paths, std::size_t count,
               PathRoom& room, LaneMaxima& out) {
  for (std::size_t first = 0; first < count; first += width) {
    if (room.clutter_m.empty()) {
      BatchWalk<false>(terrain, paths, first, room).run(out);
    } else {
      BatchWalk<true>(terrain, paths, first, room).run(out);
    }
  }
}

}  // namespace
}  // namespace cairn::radio::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cairn::radio {
namespace {

PathLanes lanes_of(const geo::TerrainGrid& terrain, const PathBatch& batch,
                   std::span<const geo::PlanePoint> receivers) {
  PathLanes paths;
  geo::PlanePoint site = batch.site;
  paths.tx_m = *terrain.height_m(site) + batch.tx_mast_m;
  paths.column = (site.x_m - terrain.west_m) / terrain.cell_m;
  paths.row = (terrain.north_m - site.y_m) / terrain.cell_m;
  paths.bulge_median = 500 / batch.radii.median_km;
  paths.bulge_beta = 500 / batch.radii.beta_km;
  for (std::size_t i = 0; i < batch_paths; ++i) {
    geo::PlanePoint to = receivers[i < receivers.size() ? i : 0];
    double east_m = to.x_m - site.x_m;
    double north_m = to.y_m - site.y_m;
    double length_m = std::sqrt(east_m * east_m + north_m * north_m);
    double last = std::ceil(length_m / batch.step_m * (1 - 1e-12));  // as sample_path
    paths.last[i] = last;
    paths.length_km[i] = length_m / 1000;
    paths.rx_m[i] = *terrain.height_m(to) + batch.rx_mast_m;
    paths.columns_per_point[i] = east_m / terrain.cell_m / last;
    paths.rows_per_point[i] = north_m / terrain.cell_m / last;
  }
  return paths;
}

}  // namespace

HWY_EXPORT(WalkPaths);

bool batches_fit(const geo::TerrainGrid& terrain) {
  double highest_m = terrain.offset_m + terrain.scale_m * geo::TerrainGrid::missing;
  return std::size_t{terrain.columns} * terrain.rows < std::size_t{1} << 30 &&
         terrain.offset_m >= lowest_terrain_m && highest_m <= highest_terrain_m;
}

void batch_geometry(const geo::TerrainGrid& terrain, const PathBatch& batch,
                    std::span<const geo::PlanePoint> receivers, PathRoom& room,
                    std::span<BatchGeometry> geometry) {
  if (receivers.empty()) return;
  PathLanes paths = lanes_of(terrain, batch, receivers);
  double most = *std::max_element(paths.last.begin(), paths.last.end());
  room.stride = static_cast<std::size_t>(most) + 1;
  bool with_clutter = !terrain.clutter_half_metres.empty();
  std::size_t points = room.stride * batch_paths;
  if (room.terrain_m.size() < points) {
    room.terrain_m.resize(points);
    room.distance_km.resize(room.stride);
  }
  room.clutter_m.resize(with_clutter ? room.terrain_m.size() : 0);
  room.distance_km.resize(std::max(room.distance_km.size(), room.stride));
  LaneMaxima found;
  HWY_DYNAMIC_DISPATCH(WalkPaths)(terrain, paths, receivers.size(), room, found);
  Terminals terminals{.tx_mast_m = batch.tx_mast_m, .rx_mast_m = batch.rx_mast_m};
  for (std::size_t i = 0; i < receivers.size(); ++i) {
    geometry[i].known = found.known[i];
    if (!found.known[i]) continue;
    auto last = static_cast<std::size_t>(paths.last[i]);
    geometry[i].points = last + 1;
    double point_km = paths.length_km[i] / paths.last[i];
    for (std::size_t k = 0; k < last; ++k) room.distance_km[k] = static_cast<double>(k) * point_km;
    room.distance_km[last] = paths.length_km[i];
    auto row = [&](const std::vector<double>& values) {
      return std::span(values).subspan(i * room.stride, last + 1);
    };
    PathProfile profile{std::span(room.distance_km).first(last + 1),
                        row(room.terrain_m),
                        with_clutter ? row(room.clutter_m) : std::span<const double>{},
                        {}};
    geometry[i].path = geometry_from(found.maxima[i], profile, terminals, batch.radii);
  }
}

}  // namespace cairn::radio
#endif
