// SPDX-License-Identifier: Apache-2.0
// Random numbers of a simulated device: the same seed gives the same numbers with every compiler
// and library, which std::normal_distribution does not promise.
#pragma once

#include <cmath>
#include <cstdint>

namespace cairn::simulate {

// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014).
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t bits() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  // In [0, 1), with 53 bits.
  double uniform() { return static_cast<double>(bits() >> 11) * 0x1p-53; }
  // Mean 0, standard deviation 1: the sum of twelve uniforms less six, so that no function of the
  // mathematical library decides a bit. Never beyond 6.
  double normal() {
    double sum = -6;
    for (int i = 0; i < 12; ++i) sum += uniform();
    return sum;
  }
  // How many events of this mean; small means only (below 50).
  int poisson(double mean) {
    const double limit = std::exp(-mean);
    double product = uniform();
    int events = 0;
    while (product > limit && events < 1000) {
      product *= uniform();
      ++events;
    }
    return events;
  }

 private:
  std::uint64_t state_;
};

}  // namespace cairn::simulate
