// SPDX-License-Identifier: Apache-2.0
// What is kept of the things of one region for one aggregate. Partials add up: in any order and
// over any shards they give the same bits.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/time.hpp"
#include "formula/program.hpp"
#include "formula/sketch.hpp"
#include "formula/wide_sum.hpp"

namespace cairn::formula {

struct PartialValue {
  Lack lack = Lack::present;
  double value = 0;
};

struct Partial {
  std::uint64_t expected = 0;  // things (or their sub-periods) that should have a value
  std::uint64_t reported = 0;  // of these, known
  std::uint64_t count = 0;     // values added; of count and share: things for which it is true
  bool estimated = false;
  Instant newest = Instant::min();  // end of the newest observation used
  double min = 0;
  double max = 0;
  WideSum sum;      // of the values: sum, avg, stddev
  WideSum squares;  // stddev
  std::unique_ptr<Sketch> sketch;

  // Adds a finite value. Counts and notes are the caller's.
  void add(AggregateKind kind, double value);
  // Takes an added value out of count and sums again; min, max and sketch cannot forget.
  void take(AggregateKind kind, double value);
  void merge(const Partial& other);
  // The aggregate's value: nothing selected gives 0 for count and sum, otherwise no value.
  PartialValue value(AggregateKind kind, double quantile) const;

  // Equal bytes for equal content, in whatever order it came.
  void write(std::string& out) const;
  static bool read(std::string_view& in, Partial& partial);
};

}  // namespace cairn::formula
