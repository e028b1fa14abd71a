// SPDX-License-Identifier: Apache-2.0
// What the functions over a window rest on, without the samples themselves. Summaries of
// neighbouring stretches of time add up, to the bit: sums are exact, however they are grouped.
#pragma once

#include <cstdint>

#include "core/time.hpp"
#include "core/wide_sum.hpp"

namespace cairn::model {

struct Sample {
  Interval time;
  double value = 0;
  bool estimated = false;
  std::uint16_t source = 0;  // index into Snapshot::sources
  bool operator==(const Sample&) const = default;
};

// What is asked for; the number of samples, the first and the last come always.
namespace summary_part {
inline constexpr std::uint8_t sum = 1;
inline constexpr std::uint8_t squares = 2;
inline constexpr std::uint8_t extremes = 4;
inline constexpr std::uint8_t falls = 8;
}  // namespace summary_part

// The sums over a stretch of samples; what was not asked for stays empty.
struct WindowTotals {
  double min = 0;
  double max = 0;
  WideSum sum;
  WideSum squares;
  WideSum falls;  // of the values that a smaller one follows: what a counter had at its restarts
};

struct WindowSummary {
  std::uint64_t count = 0;
  bool estimated = false;
  bool instants = true;  // all samples are
  Sample first;          // where count > 0; in the order of their ends
  Sample last;
  WindowTotals totals;

  // The next sample in time.
  void add(const Sample& sample, std::uint8_t parts);
  // The stretch that follows.
  void append(const WindowSummary& later, std::uint8_t parts);
};

}  // namespace cairn::model
