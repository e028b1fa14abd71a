// SPDX-License-Identifier: Apache-2.0
// Within line of sight: the point behind a receiver that comes nearest to the line between the
// antennas in Fresnel radii, Eq. (15) of P.1812. No tree answers that, so points are looked at
// from the receiver back; blocks of them are passed over where their highest point, put at the
// worst place of the block, is not near enough.
#if defined(CAIRN_RADIAL_SIGHT) == defined(HWY_TARGET_TOGGLE)
#ifdef CAIRN_RADIAL_SIGHT
#undef CAIRN_RADIAL_SIGHT
#else
#define CAIRN_RADIAL_SIGHT
#endif

#include <algorithm>

#include "radio/detail/radial_lanes.hpp"

HWY_BEFORE_NAMESPACE();
namespace cairn::radio::HWY_NAMESPACE {

inline constexpr std::size_t block_samples = 16;
inline constexpr std::size_t large_blocks = 8;  // blocks to a large block

// Heights over one bulged Earth and their maxima over blocks.
struct Surface {
  const double* top_m;  // [sample * width + lane]
  double bulge;         // m per km^2
  double* block_max;    // of top_m - bulge * x^2; sample 0 does not count
  double* large_max;
};

// Takes in the bulged height of the next sample.
HWY_INLINE void extend(const Surface& surface, std::size_t sample, V bulged_m) {
  auto into = [&](double* row, bool first)
                  HWY_ATTR { store(first ? bulged_m : hn::Max(load(row), bulged_m), row); };
  std::size_t block = sample / block_samples;
  bool begins = sample % block_samples == 0 || sample == 1;
  into(surface.block_max + block * width, begins);
  bool large_begins = begins && block % large_blocks == 0;
  into(surface.large_max + block / large_blocks * width, large_begins);
}

struct Sight {
  double step_km;
  double length_km;
  V tx_m;
  V slope;  // of the line between the antennas, m per km
};

struct NearestPoint {
  V squared;  // clearance^2 / (d_i (d - d_i))
  V sample;
};

class SightScan {
 public:
  HWY_INLINE SightScan(const Surface& surface, const Sight& sight, M wanted)
      : surface_(surface),
        sight_(sight),
        bulged_slope_(hn::Sub(sight.slope, same(surface.bulge * sight.length_km))),
        wanted_(wanted),
        best_{same(HUGE_VAL), same(1)},
        limit_(same(HUGE_VAL)) {}

  // Of samples 1 .. last, the last of equally near ones.
  HWY_INLINE NearestPoint run(std::size_t last) {
    std::size_t block = last / block_samples;
    std::size_t begin = std::max<std::size_t>(1, block * block_samples);
    look(begin, last);
    if (block > 0) {
      // A glance at the first points: the transmitter's mast is often what counts.
      NearestPoint kept = best_;
      look(1, std::min<std::size_t>(6, block_samples - 1));
      limit_ = best_.squared;
      best_ = kept;
      std::size_t large = block / large_blocks;
      blocks(large * large_blocks, block);
      while (large-- > 0) {
        if (!passes(surface_.large_max + large * width, large * large_blocks * block_samples,
                    (large + 1) * large_blocks * block_samples - 1)) {
          blocks(large * large_blocks, (large + 1) * large_blocks);
        }
      }
    }
    return best_;
  }

 private:
  HWY_INLINE void blocks(std::size_t first, std::size_t end) {
    while (end-- > first) {
      std::size_t begin = end * block_samples;
      if (!passes(surface_.block_max + end * width, begin, begin + block_samples - 1)) {
        look(std::max<std::size_t>(1, begin), begin + block_samples - 1);
      }
    }
  }

  HWY_INLINE void look(std::size_t begin, std::size_t last) {
    for (std::size_t i = last + 1; i-- > begin;) {
      double x = static_cast<double>(i) * sight_.step_km;
      double u = x * (sight_.length_km - x);
      V line = hn::Add(sight_.tx_m, hn::Mul(sight_.slope, same(x)));
      V clearance =
          hn::Sub(hn::Sub(line, load(surface_.top_m + i * width)), same(surface_.bulge * u));
      V squared = hn::Mul(hn::Mul(clearance, clearance), same(1 / u));
      M nearer = hn::Lt(squared, best_.squared);
      best_.squared = pick(nearer, squared, best_.squared);
      best_.sample = pick(nearer, same(static_cast<double>(i)), best_.sample);
    }
  }

  // Whether no point from `begin` to `last` can be as near as the best one known.
  HWY_INLINE bool passes(const double* highest, std::size_t begin, std::size_t last) const {
    double x0 = static_cast<double>(begin) * sight_.step_km;
    double x1 = static_cast<double>(last) * sight_.step_km;
    double middle = std::clamp(sight_.length_km / 2, x0, x1);
    V line = hn::Add(sight_.tx_m,
                     hn::Min(hn::Mul(bulged_slope_, same(x0)), hn::Mul(bulged_slope_, same(x1))));
    // A micrometre for rounding.
    V clearance = hn::Sub(hn::Sub(line, load(highest)), same(1e-6));
    V near_enough =
        hn::Mul(hn::Min(limit_, best_.squared), same(middle * (sight_.length_km - middle)));
    M far = hn::And(hn::Gt(clearance, hn::Zero(lanes)),
                    hn::Gt(hn::Mul(clearance, clearance), near_enough));
    return none(hn::AndNot(far, wanted_));
  }

  Surface surface_;
  Sight sight_;
  V bulged_slope_;
  M wanted_;
  NearestPoint best_;
  V limit_;
};

}  // namespace cairn::radio::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
