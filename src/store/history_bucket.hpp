// SPDX-License-Identifier: Apache-2.0
// Points of one span of time becoming one: for charts and for down-sampling.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/exact_sum.hpp"
#include "store/chunk.hpp"

namespace cairn::store {

// The number of the span of `step_ns` that a time lies in, counted from 1970.
inline std::int64_t span_of(std::int64_t time_ns, std::int64_t step_ns) {
  const std::int64_t quotient = time_ns / step_ns;
  return quotient - (time_ns % step_ns < 0 ? 1 : 0);
}

class BucketFilling {
 public:
  bool empty() const { return digest_.count == 0; }
  void add(std::int64_t time_ns, double value, double sum, double min, double max,
           std::uint64_t count) {
    digest_.min = empty() ? min : std::min(digest_.min, min);
    digest_.max = empty() ? max : std::max(digest_.max, max);
    digest_.count += count;
    add_sum(sum);
    last_ns_ = time_ns;
    last_ = value;
  }
  void add(std::int64_t time_ns, double value) { add(time_ns, value, value, value, value, 1); }
  void add(const Columns& columns, std::size_t i) {
    const std::int64_t time = columns.times_ns[i];
    const double value = columns.values[i];
    if (columns.digests.empty()) return add(time, value);
    const Digest& d = columns.digests[i];
    add(time, value, d.sum, d.min, d.max, d.count);
  }
  void add(const ChunkSummary& s, std::uint64_t count, std::int64_t last_ns) {
    add(last_ns, s.last, s.sum_high, s.min, s.max, count);
    add_sum(s.sum_low);
  }

  std::int64_t last_ns() const { return last_ns_; }
  double last() const { return last_; }
  // The sum is rounded once.
  Digest digest() const {
    Digest out = digest_;
    out.sum = other_ == 0 ? sum_.value() : other_;
    return out;
  }

 private:
  void add_sum(double value) {
    if (std::isfinite(value)) {
      sum_.add(value);
    } else {
      other_ += value;
    }
  }

  Digest digest_{0, 0, 0, 0};
  ExactSum sum_;
  double other_ = 0;  // sums that are not finite: then the sum is not, either
  std::int64_t last_ns_ = 0;
  double last_ = 0;
};

}  // namespace cairn::store
