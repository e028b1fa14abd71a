// SPDX-License-Identifier: Apache-2.0
// Receivers around one site in rings: each ring has half the radials of the next one outside, so
// that neighbours are at most `step_m` apart everywhere and nowhere much closer. Values of a
// lattice lie radial by radial within a ring; whoever wants a place between them asks locate().
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "radio/radial.hpp"

namespace cairn::radio {

class PolarShape {
 public:
  // Reaches `radius_m` and the one sample more that interpolation wants. Both above 0 and finite.
  PolarShape(double radius_m, double step_m);

  double step_m() const { return step_m_; }
  std::size_t samples() const { return samples_; }  // of a radial, the site's own included
  std::size_t radials() const { return radials_; }  // of the outermost ring
  std::size_t values() const { return values_; }    // of a lattice

  // Sixteen radials that are walked together, and all rings that want values of them.
  struct Fan {
    std::array<std::size_t, radial_lanes> radial{};  // numbers in the outermost ring
    std::size_t level = 0;  // innermost ring, the outermost is 0: they belong to 0 .. level
    std::size_t first_receiver = 2;  // sample
  };
  std::size_t fans() const { return radials_ / radial_lanes; }
  Fan fan(std::size_t number) const;  // those with the most receivers first
  double azimuth_rad(std::size_t radial) const;
  double widest_rad() const;  // between neighbours, in the innermost ring

  // Takes the values of a fan, [sample * radial_lanes + lane], to their places in a lattice: those
  // of the first `samples`, all or fewer.
  template <class From, class To>
  void scatter(const Fan& fan, std::size_t samples, std::span<const From> values,
               std::span<To> lattice) const;

  // The four values around a place, and how far it lies between them.
  struct Place {
    std::size_t near_left = 0;  // index of a lattice; the sample outside it is the next one
    std::size_t near_right = 0;
    double outwards = 0;  // 0..1
    double clockwise = 0;
  };
  // `sample` is the distance in steps, at least 2 and below samples() - 1; `turn` the azimuth as a
  // part of the full circle, 0..1.
  Place locate(double sample, double turn) const;

 private:
  struct Ring {  // samples first .. last
    std::size_t first = 0;
    std::size_t last = 0;
    std::size_t radials = 0;
    std::size_t offset = 0;

    std::size_t width() const { return last - first + 1; }
  };
  static constexpr std::size_t most_rings = 4;  // a fifth would save 0.3 % of the receivers
  static constexpr std::size_t least_inner = 16;

  double step_m_;
  std::size_t samples_;
  std::size_t rings_ = 1;
  std::size_t radials_ = 0;
  std::size_t values_ = 0;
  std::array<Ring, most_rings> ring_;
};

template <class From, class To>
void PolarShape::scatter(const Fan& fan, std::size_t samples, std::span<const From> values,
                         std::span<To> lattice) const {
  for (std::size_t r = 0; r <= fan.level; ++r) {
    const Ring& ring = ring_[r];
    if (ring.first >= samples) continue;
    std::size_t count = std::min(ring.last + 1, samples) - ring.first;
    std::array<To*, radial_lanes> to;
    for (std::size_t lane = 0; lane < radial_lanes; ++lane) {
      to[lane] = lattice.data() + ring.offset + (fan.radial[lane] >> r) * ring.width();
    }
    const From* from = values.data() + ring.first * radial_lanes;
    // A few lines of each at a time: whole radials would throw each other out of the cache.
    constexpr std::size_t piece = 32;
    for (std::size_t begin = 0; begin < count; begin += piece) {
      std::size_t end = std::min(begin + piece, count);
      for (std::size_t lane = 0; lane < radial_lanes; ++lane) {
        for (std::size_t k = begin; k < end; ++k) {
          to[lane][k] = static_cast<To>(from[k * radial_lanes + lane]);
        }
      }
    }
  }
}

}  // namespace cairn::radio
