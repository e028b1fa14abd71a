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

// Heights and their maxima over blocks of samples; sample 0 does not count.
struct Surface {
  const double* top_m;  // [sample * width + lane]
  double* block_max;
  double* large_max;

  // Takes in the next sample.
  HWY_INLINE void extend(std::size_t sample, V top) const {
    auto into = [&](double* row, bool first)
                    HWY_ATTR { store(first ? top : hn::Max(load(row), top), row); };
    std::size_t block = sample / block_samples;
    bool begins = sample % block_samples == 0 || sample == 1;
    into(block_max + block * width, begins);
    into(large_max + block / large_blocks * width, begins && block % large_blocks == 0);
  }
};

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
  // `bulge` in m per km^2.
  HWY_INLINE SightScan(const Surface& surface, double bulge, const Sight& sight, M wanted)
      : surface_(surface),
        bulge_(bulge),
        sight_(sight),
        wanted_(wanted),
        best_{same(HUGE_VAL), same(1)},
        limit_(same(HUGE_VAL)) {}

  // Of samples 1 .. last, the last of equally near ones. `guess` is any of these samples, best
  // one that is near: blocks are passed over as soon as something is nearer.
  HWY_INLINE NearestPoint run(std::size_t last, V guess) {
    std::size_t block = last / block_samples;
    std::size_t begin = std::max<std::size_t>(1, block * block_samples);
    look(begin, last);
    if (block == 0) return best_;
    limit_ = squared_at(guess);
    std::size_t large = block / large_blocks;
    blocks(large * large_blocks, block);
    while (large-- > 0) {
      if (!passes(surface_.large_max + large * width, large * large_blocks * block_samples,
                  (large + 1) * large_blocks * block_samples - 1)) {
        blocks(large * large_blocks, (large + 1) * large_blocks);
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

  HWY_INLINE V squared_at(V sample) const {
    V x = hn::Mul(sample, same(sight_.step_km));
    V u = hn::Mul(x, hn::Sub(same(sight_.length_km), x));
    VI at = hn::Add(hn::ConvertTo(integers, hn::Mul(sample, same(static_cast<double>(width)))),
                    hn::Iota(integers, 0));
    V line = hn::Add(sight_.tx_m, hn::Mul(sight_.slope, x));
    V top = hn::GatherIndex(lanes, surface_.top_m, at);
    V clearance = hn::Sub(hn::Sub(line, top), hn::Mul(same(bulge_), u));
    // A little more, so that rounding cannot pass over the point itself.
    return hn::Mul(hn::Div(hn::Mul(clearance, clearance), u), same(1 + 1e-9));
  }

  HWY_INLINE void look(std::size_t begin, std::size_t last) {
    for (std::size_t i = last + 1; i-- > begin;) {
      double x = static_cast<double>(i) * sight_.step_km;
      double u = x * (sight_.length_km - x);
      V line = hn::Add(sight_.tx_m, hn::Mul(sight_.slope, same(x)));
      V clearance = hn::Sub(hn::Sub(line, load(surface_.top_m + i * width)), same(bulge_ * u));
      V squared = hn::Mul(hn::Mul(clearance, clearance), same(1 / u));
      M nearer = hn::Lt(squared, best_.squared);
      best_.squared = pick(nearer, squared, best_.squared);
      best_.sample = pick(nearer, same(static_cast<double>(i)), best_.sample);
    }
  }

  // Whether no point from `begin` to `last` can be as near as the nearest one known.
  HWY_INLINE bool passes(const double* highest, std::size_t begin, std::size_t last) const {
    double x0 = static_cast<double>(begin) * sight_.step_km;
    double x1 = static_cast<double>(last) * sight_.step_km;
    double middle = std::clamp(sight_.length_km / 2, x0, x1);
    double u = middle * (sight_.length_km - middle);  // the greatest there
    V line = hn::Add(sight_.tx_m,
                     hn::Min(hn::Mul(sight_.slope, same(x0)), hn::Mul(sight_.slope, same(x1))));
    // A micrometre for rounding.
    V clearance = hn::Sub(hn::Sub(line, load(highest)), same(bulge_ * u + 1e-6));
    M far = hn::And(
        hn::Gt(clearance, hn::Zero(lanes)),
        hn::Gt(hn::Mul(clearance, clearance), hn::Mul(hn::Min(limit_, best_.squared), same(u))));
    return none(hn::AndNot(far, wanted_));
  }

  Surface surface_;
  double bulge_;
  Sight sight_;
  M wanted_;
  NearestPoint best_;
  V limit_;
};

}  // namespace cairn::radio::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
