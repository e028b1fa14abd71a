// SPDX-License-Identifier: Apache-2.0
// One pass from the site outwards. Sample k first is the receiver of all points before it, then
// joins them. What a receiver needs of them are running maxima (horizons of the transmitter),
// tangents to their hull (its own horizons), extremes of a hull along a line (obstruction,
// roughness), two sums (the smooth surface), and within line of sight a bounded scan.
//
// In the plane in which heights are lowered by bulge * x^2 the Earth is flat. The hull behind a
// receiver starts at the transmitter's horizon: where that hides the receiver, its own horizon
// lies there or nearer. The hull over flat terrain serves two questions and starts at the horizon
// of the bare bulged terrain, which lies before that of the flat one.
#include <algorithm>
#include <cmath>

#include "radio/radial.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "radio/radial_walk.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "radio/detail/radial_hull.hpp"
#include "radio/detail/radial_sight.hpp"
#include "radio/detail/radial_smooth.hpp"

HWY_BEFORE_NAMESPACE();
namespace cairn::radio::HWY_NAMESPACE {

// Terrain, or terrain and clutter, over one bulged Earth.
struct Layer {
  double bulge;  // m per km^2
  Surface surface;
  Hull hull;
  V near_sample;  // that came nearest to the line of sight of a receiver before
  V greatest;     // slope from the transmitter, without the receiver's part bulge * d
};

// What a receiver knows of a layer.
struct Horizons {
  M clear;
  V slope_tx;
  V slope_rx;   // where not clear
  V rx_sample;  // of slope_rx
  Tangents tangents;
};

struct Receiver {
  std::size_t sample;
  double distance_km;
  V ground_m;
  V antenna_m;
  V slope;   // of the line between the antennas
  M wanted;  // lanes whose terrain is known so far, if a receiver stands here at all
};

struct SmoothSurface {
  V tx_fit_m;
  V rx_fit_m;
  V tx_m;  // the fit, not above ground
  V rx_m;
  V slope;
};

template <bool with_clutter>
class GroupWalk {
 public:
  HWY_INLINE GroupWalk(const RadialFan& fan, RadialBlock& block, std::size_t first_lane)
      : fan_(fan), block_(block), first_lane_(first_lane), step_km_(fan.step_m / 1000) {
    rows_ = block.walk_values.data();
    links_ = block.walk_links.data();
    ground_ = take(block.samples);
    top_ = with_clutter ? take(block.samples) : ground_;
    Surface tops = surface(top_);
    Surface grounds = with_clutter ? surface(ground_) : tops;
    median_ = layer(tops, 500 / fan.radii.median_km);
    beta_ = layer(tops, 500 / fan.radii.beta_km);
    flat_ = layer(grounds, 0);
    if constexpr (with_clutter) bare_ = layer(grounds, 500 / fan.radii.median_km);
    std::int64_t known[width];
    for (std::size_t i = 0; i < width; ++i) {
      known[i] = static_cast<std::int64_t>(block.known[first_lane + i]);
      end_ = std::max(end_, block.known[first_lane + i]);
    }
    known_ = hn::ConvertTo(lanes, hn::LoadU(integers, known));
  }

  HWY_INLINE void run() {
    if (end_ == 0) return;
    before_m_ = terrain(0);
    tx_ground_m_ = before_m_;
    tx_m_ = hn::Add(tx_ground_m_, same(fan_.tx_mast_m));
    store(before_m_, ground_);
    if constexpr (with_clutter) store(before_m_, top_);
    std::size_t first = std::max<std::size_t>(2, fan_.first_receiver);
    for (std::size_t k = 1; k < end_; ++k) step(k, k >= first);
  }

 private:
  HWY_INLINE double* take(std::size_t rows) {
    double* from = rows_;
    rows_ += rows * width;
    return from;
  }
  HWY_INLINE Surface surface(const double* top) {
    std::size_t blocks = block_.samples / block_samples + 1;
    double* block_max = take(blocks);
    return {top, block_max, take(blocks / large_blocks + 1)};
  }
  HWY_INLINE Layer layer(const Surface& surface, double bulge) {
    double* slope = take(block_.samples);
    Layer made{bulge, surface, {slope, take(block_.samples), links_}, same(1), same(-HUGE_VAL)};
    links_ += block_.samples * width;
    return made;
  }
  HWY_INLINE V terrain(std::size_t k) const {
    constexpr hn::Rebind<float, Lanes> floats{};
    return hn::PromoteTo(
        lanes, hn::LoadU(floats, block_.terrain_m.data() + k * radial_lanes + first_lane_));
  }
  HWY_INLINE V clutter(std::size_t k) const {
    constexpr hn::Rebind<float, Lanes> floats{};
    return hn::PromoteTo(
        lanes, hn::LoadU(floats, block_.clutter_m.data() + k * radial_lanes + first_lane_));
  }
  HWY_INLINE V sample_of(VI at) const {
    constexpr int shift = width == 8 ? 3 : width == 4 ? 2 : width == 2 ? 1 : 0;
    return hn::ConvertTo(lanes, hn::ShiftRight<shift>(at));
  }
  HWY_INLINE void put(V value, std::vector<double>& values, std::size_t k) const {
    store(value, values.data() + k * radial_lanes + first_lane_);
  }

  HWY_INLINE void step(std::size_t k, bool wanted) {
    double x = static_cast<double>(k) * step_km_;
    V ground = terrain(k);
    V top = ground;
    store(ground, ground_ + k * width);
    if constexpr (with_clutter) {
      top = hn::Add(ground, clutter(k));
      store(top, top_ + k * width);
    }
    add_terrain(x, ground);
    V antenna = hn::Add(ground, same(fan_.rx_mast_m));
    Receiver at{.sample = k,
                .distance_km = x,
                .ground_m = ground,
                .antenna_m = antenna,
                .slope = hn::Mul(hn::Sub(antenna, tx_m_), same(1 / x)),
                .wanted = hn::Lt(same(static_cast<double>(k)), known_)};
    if (!wanted) at.wanted = nowhere();

    Horizons median = horizons(median_, at, top);
    Horizons beta = horizons(beta_, at, top);
    Horizons flat = horizons(flat_, at, ground);
    Horizons bare = median;
    if constexpr (with_clutter) bare = horizons(bare_, at, ground);
    if (wanted) receive(at, median, beta, flat, bare);

    median_.surface.extend(k, top);
    if constexpr (with_clutter) bare_.surface.extend(k, ground);
    M bare_root = join(with_clutter ? bare_ : median_, at, ground, bare.tangents, nullptr);
    horizon_sample_ = pick(bare_root, same(static_cast<double>(k)), horizon_sample_);
    if constexpr (with_clutter) join(median_, at, top, median.tangents, nullptr);
    join(beta_, at, top, beta.tangents, nullptr);
    join(flat_, at, ground, flat.tangents, &bare_root);
  }

  // Eqs (83), (84).
  HWY_INLINE void add_terrain(double x, V ground) {
    double x0 = x - step_km_;
    V both = hn::Add(before_m_, ground);
    V moment = hn::Add(hn::Mul(both, same(x0 + x)),
                       hn::Add(hn::Mul(before_m_, same(x0)), hn::Mul(ground, same(x))));
    area_ = hn::Add(area_, hn::Mul(both, same(step_km_)));
    moment_ = hn::Add(moment_, hn::Mul(moment, same(step_km_)));
    before_m_ = ground;
  }

  HWY_INLINE Horizons horizons(const Layer& layer, const Receiver& at, V top) const {
    double x = at.distance_km;
    double bulge = layer.bulge;
    double drop = bulge * x * x;
    Horizons out;
    out.slope_tx = hn::Add(layer.greatest, same(bulge * x));
    out.clear = hn::Lt(out.slope_tx, at.slope);
    if (at.sample < 2) return out;
    out.tangents = tangents(layer.hull, layer.hull.row(at.sample - 1), x, hn::Sub(top, same(drop)),
                            hn::Sub(at.antenna_m, same(drop)), hn::AndNot(out.clear, at.wanted));
    out.rx_sample = sample_of(out.tangents.seen.at);
    V rx_x = hn::Mul(out.rx_sample, same(step_km_));
    V height = hn::GatherIndex(lanes, layer.surface.top_m, out.tangents.seen.at);
    out.slope_rx = hn::Add(hn::Div(hn::Sub(height, at.antenna_m), hn::Sub(same(x), rx_x)),
                           hn::Mul(same(bulge), rx_x));
    return out;
  }

  // The sample becomes a point behind the next ones. Returns where it is the transmitter's new
  // horizon; there a hull begins anew, or else where `roots` says so.
  HWY_INLINE M join(Layer& layer, const Receiver& at, V top, const Tangents& found,
                    const M* roots) {
    double x = at.distance_km;
    double bulge = layer.bulge;
    V bulged = hn::Sub(top, same(bulge * x * x));
    V slope_tx = hn::Sub(hn::Mul(hn::Sub(top, tx_m_), same(1 / x)), same(bulge * x));
    M root = hn::Gt(slope_tx, layer.greatest);
    layer.greatest = pick(root, slope_tx, layer.greatest);
    if (at.sample < 2) {
      VI own = hn::Add(hn::Set(integers, static_cast<std::int64_t>(width)), hn::Iota(integers, 0));
      layer.hull.append(1, bulged, bulged, own, make_link(own, own, hn::Zero(integers)),
                        everywhere());
      return everywhere();
    }
    V back_x = hn::Mul(sample_of(found.push_at), same(step_km_));
    V back = hn::Sub(hn::GatherIndex(lanes, layer.surface.top_m, found.push_at),
                     hn::Mul(same(bulge), hn::Mul(back_x, back_x)));
    V slope = hn::Div(hn::Sub(bulged, back), hn::Sub(same(x), back_x));
    V intercept = hn::Sub(bulged, hn::Mul(slope, same(x)));
    layer.hull.append(at.sample, slope, intercept, found.push_at, found.push_link,
                      roots != nullptr ? *roots : root);
    return root;
  }

  HWY_INLINE SmoothSurface smooth_surface(const Receiver& at) const {
    double d = at.distance_km;
    V per_square = same(1 / (d * d));
    V area = hn::Mul(area_, same(d));
    SmoothSurface out;
    out.tx_fit_m = hn::Mul(hn::Sub(hn::Add(area, area), moment_), per_square);
    out.rx_fit_m = hn::Mul(hn::Sub(moment_, area), per_square);
    out.tx_m = hn::Min(out.tx_fit_m, tx_ground_m_);
    out.rx_m = hn::Min(out.rx_fit_m, at.ground_m);
    out.slope = hn::Mul(hn::Sub(out.rx_m, out.tx_m), same(1 / d));
    return out;
  }

  // Eqs (87) to (89), (37): masts above the surface for diffraction. `highest` is the point of flat
  // terrain highest above the line between the antennas, where they are `blocked`.
  HWY_INLINE void over_smooth(const Receiver& at, const SmoothSurface& smooth, const Horizons& flat,
                              M blocked, VI highest, V& tx_m, V& rx_m) const {
    V tx = smooth.tx_fit_m;
    V rx = smooth.rx_fit_m;
    if (!none(blocked)) {
      V line = hn::Add(tx_m_, hn::Mul(at.slope, hn::Mul(sample_of(highest), same(step_km_))));
      V above = hn::Sub(hn::GatherIndex(lanes, ground_, highest), line);
      V from_tx = hn::Sub(flat.slope_tx, at.slope);
      V from_rx = hn::Add(flat.slope_rx, at.slope);
      V share = hn::Div(above, hn::Add(from_tx, from_rx));
      M lower = hn::And(blocked, hn::Gt(above, hn::Zero(lanes)));
      tx = hn::Sub(tx, hn::IfThenElseZero(lower, hn::Mul(share, from_tx)));
      rx = hn::Sub(rx, hn::IfThenElseZero(lower, hn::Mul(share, from_rx)));
    }
    tx_m = hn::Sub(tx_m_, hn::Min(tx, tx_ground_m_));
    rx_m = hn::Sub(at.antenna_m, hn::Min(rx, at.ground_m));
  }

  HWY_INLINE NearestPoint nearest(Layer& layer, const Receiver& at, M wanted) const {
    Sight sight{step_km_, at.distance_km, tx_m_, at.slope};
    NearestPoint found =
        SightScan(layer.surface, layer.bulge, sight, wanted).run(at.sample - 1, layer.near_sample);
    layer.near_sample = pick(wanted, found.sample, layer.near_sample);
    return found;
  }

  // nu of the real path. `found` are the nearest points where they are known already.
  HWY_INLINE V actual_nu(Layer& layer, const Receiver& at, const Horizons& seen,
                         const NearestPoint* found) {
    V squared = edge_squared(seen.slope_tx, seen.slope_rx, at.slope);
    M clear = hn::And(seen.clear, at.wanted);
    if (!none(clear)) {
      NearestPoint point = found != nullptr ? *found : nearest(layer, at, clear);
      squared = pick(clear, point.squared, squared);
    }
    return signed_root(clear, squared);
  }

  HWY_INLINE void receive(const Receiver& at, const Horizons& median, const Horizons& beta,
                          const Horizons& flat, const Horizons& bare) {
    std::size_t k = at.sample;
    double d = at.distance_km;
    SmoothSurface smooth = smooth_surface(at);
    Layer& ground = with_clutter ? bare_ : median_;
    M in_sight = hn::AndNot(hn::Gt(bare.slope_tx, at.slope), at.wanted);
    M blocked = hn::And(hn::Gt(flat.slope_tx, at.slope), at.wanted);
    Summit obstruction{flat.tangents.seen, at.slope, blocked};
    Summit roughest{flat_.hull.gather(bare.tangents.seen.at), smooth.slope,
                    hn::AndNot(in_sight, at.wanted)};
    climb_both(flat_.hull, obstruction, roughest);
    V tx_over;
    V rx_over;
    over_smooth(at, smooth, flat, blocked, obstruction.from.at, tx_over, rx_over);
    Spacing path{step_km_, k, d};
    put(at.antenna_m, block_.rx_amsl_m, k);
    put(tx_over, block_.tx_over_smooth_m, k);
    put(rx_over, block_.rx_over_smooth_m, k);
    put(smooth_nu(path, tx_over, rx_over, median_.bulge), block_.smooth_median_nu, k);
    put(smooth_nu(path, tx_over, rx_over, beta_.bulge), block_.smooth_beta_nu, k);
    put(hn::Sub(tx_m_, smooth.tx_m), block_.tx_effective_m, k);
    put(hn::Sub(at.antenna_m, smooth.rx_m), block_.rx_effective_m, k);

    NearestPoint point{same(0), same(1)};
    if (!none(in_sight)) point = nearest(ground, at, in_sight);
    const NearestPoint* found = with_clutter ? nullptr : &point;
    put(actual_nu(median_, at, median, found), block_.actual_median_nu, k);
    put(actual_nu(beta_, at, beta, nullptr), block_.actual_beta_nu, k);
    put_sight(median.clear, k);
    terrain_horizons(at, bare, in_sight, point.sample);
    put_roughness(smooth, pick(in_sight, offset_of(point.sample), roughest.from.at), k);
  }

  // Eqs (74) to (82).
  HWY_INLINE void terrain_horizons(const Receiver& at, const Horizons& bare, M in_sight,
                                   V nearest_sample) const {
    std::size_t k = at.sample;
    double d = at.distance_km;
    double drop = median_.bulge * d;
    auto angle_mrad = [&](V slope) HWY_ATTR {
      V tangent = hn::Mul(hn::Sub(slope, same(drop)), same(0.001));
      return hn::Mul(arc_tangent(tangent), same(1000));
    };
    V tx_mrad = angle_mrad(pick(in_sight, at.slope, bare.slope_tx));
    V rx_mrad = angle_mrad(pick(in_sight, hn::Neg(at.slope), bare.slope_rx));
    put(tx_mrad, block_.tx_horizon_mrad, k);
    put(rx_mrad, block_.rx_horizon_mrad, k);
    put(hn::Add(same(1000 * d / fan_.radii.median_km), hn::Add(tx_mrad, rx_mrad)),
        block_.angular_distance_mrad, k);
    V tx_sample = pick(in_sight, nearest_sample, horizon_sample_);
    V rx_sample = pick(in_sight, nearest_sample, bare.rx_sample);
    put(hn::Mul(tx_sample, same(step_km_)), block_.tx_horizon_km, k);
    put(hn::Sub(same(d), hn::Mul(rx_sample, same(step_km_))), block_.rx_horizon_km, k);
  }

  // Eq. (93).
  HWY_INLINE void put_roughness(const SmoothSurface& smooth, VI at, std::size_t k) const {
    V x = hn::Mul(sample_of(at), same(step_km_));
    V surface = hn::Add(smooth.tx_m, hn::Mul(smooth.slope, x));
    put(hn::Sub(hn::GatherIndex(lanes, ground_, at), surface), block_.roughness_m, k);
  }

  HWY_INLINE VI offset_of(V sample) const {
    return hn::Add(hn::ConvertTo(integers, hn::Mul(sample, same(static_cast<double>(width)))),
                   hn::Iota(integers, 0));
  }

  HWY_INLINE void put_sight(M clear, std::size_t k) const {
    std::uint8_t bits[8] = {};
    hn::StoreMaskBits(lanes, clear, bits);
    for (std::size_t i = 0; i < width; ++i) {
      block_.line_of_sight[k * radial_lanes + first_lane_ + i] = bits[0] >> i & 1;
    }
  }

  const RadialFan& fan_;
  RadialBlock& block_;
  std::size_t first_lane_;
  double step_km_;
  double* rows_ = nullptr;
  std::int64_t* links_ = nullptr;
  double* ground_ = nullptr;
  double* top_ = nullptr;
  Layer median_;  // terrain and clutter
  Layer beta_;
  Layer flat_;  // terrain
  Layer bare_;  // terrain, median radius; with clutter only
  std::size_t end_ = 0;
  V known_;
  V tx_ground_m_;
  V tx_m_;
  V before_m_;
  V area_ = hn::Zero(lanes);
  V moment_ = hn::Zero(lanes);
  V horizon_sample_ = same(1);  // of the transmitter, over bare terrain
};

void WalkRadials(const RadialFan& fan, RadialBlock& block) {
  for (std::size_t lane = 0; lane < radial_lanes; lane += width) {
    if (block.clutter_m.empty()) {
      GroupWalk<false>(fan, block, lane).run();
    } else {
      GroupWalk<true>(fan, block, lane).run();
    }
  }
}

}  // namespace cairn::radio::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cairn::radio {
HWY_EXPORT(WalkRadials);

void walk_radials(const RadialFan& fan, RadialBlock& block) {
  block.radii = fan.radii;
  block.step_m = fan.step_m;
  // Offsets in the links of a hull have so many bits.
  for (std::size_t& known : block.known) known = std::min(known, most_radial_samples);
  if (block.known[0] > 0) block.tx_amsl_m = static_cast<double>(block.terrain_m[0]) + fan.tx_mast_m;
  // Rows of at most eight lanes: heights, tops, and for each of four layers the hull and the
  // maxima over blocks.
  std::size_t rows = block.samples * (2 + 4 * 2) + 4 * (block.samples / 8 + 16);
  block.walk_values.resize(rows * 8);
  block.walk_links.resize(4 * block.samples * 8);
  HWY_DYNAMIC_DISPATCH(WalkRadials)(fan, block);
}

}  // namespace cairn::radio
#endif
