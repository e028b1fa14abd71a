// SPDX-License-Identifier: Apache-2.0
// Points for the benchmark: the real series of the packs, repeated over many series.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "core/seams.hpp"

namespace cairn::bench {

// A column of a pack's file: what a sensor wrote, in decimal.
struct RealSeries {
  std::string name;
  std::vector<double> values;
  int digits = 0;  // behind the point, of most values
  std::int64_t every_ns = 0;
};

Result<std::vector<RealSeries>> load_real(const Files& files, const std::string& root);

// The i-th point of series number `series`: one of the real ones from a place of its own on, one
// in eight moved by one in the last digit, so that no two are alike.
double value_of(const RealSeries& real, std::uint32_t series, std::uint64_t i);

}  // namespace cairn::bench
