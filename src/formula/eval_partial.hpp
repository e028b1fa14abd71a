// SPDX-License-Identifier: Apache-2.0
// What is kept of the things of one region for one aggregate. Partials add up: in any order and
// over any shards they give the same bits.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.hpp"
#include "core/wide_sum.hpp"
#include "formula/program.hpp"
#include "formula/sketch.hpp"

namespace cairn::formula {

struct PartialValue {
  Lack lack = Lack::present;
  double value = 0;
};

// What one thing adds to a partial; equal contributions change nothing.
struct Contribution {
  double value = 0;                 // when it counts, of kinds that take values; never -0
  Instant newest = Instant::min();  // end of the newest observation that it rests on
  std::uint32_t expected : 30 = 0;  // the thing, or its sub-periods
  std::uint32_t counts : 1 = 0;     // of count and share: it is true; else it has a value
  std::uint32_t estimated : 1 = 0;
  std::uint32_t reported = 0;
  bool operator==(const Contribution&) const = default;
};
static_assert(sizeof(Contribution) == 24);  // one a thing and aggregate is kept

// min(), max() and quantile(): what goes may have been the smallest or the largest.
bool has_extremes(AggregateKind kind);

// What came and went, of one place and another: worked out once for all partials that have them.
class Difference {
 public:
  explicit Difference(AggregateKind kind) : kind_(kind) {}
  // A thing contributes `now` instead of `before`.
  void add(const Contribution& before, const Contribution& now);
  void clear();

 private:
  friend struct Partial;
  // The least and the largest of what came or went.
  struct Range {
    bool any = false;
    double min = 0;
    double max = 0;
    void add(double value);
  };
  struct Value {
    double value = 0;
    bool came = false;
  };

  AggregateKind kind_;
  std::uint64_t expected_ = 0;  // differences, modulo 2^64
  std::uint64_t reported_ = 0;
  std::uint64_t count_ = 0;
  std::uint64_t estimated_ = 0;
  Instant newest_came_ = Instant::min();
  Instant newest_went_ = Instant::min();
  bool values_ = false;  // of kinds that take them
  WideSum sum_;
  WideSum squares_;
  Range came_, went_;
  std::vector<Value> sketched_;
};

struct Partial;

// What sums cannot tell of the parts of a partial.
struct Extremes {
  Instant newest = Instant::min();
  double min = 0;
  double max = 0;
  bool any = false;

  void add(const Partial& part);
  void add(const Contribution& part);

 private:
  void widen(double low, double high);
};

struct Partial {
  std::uint64_t expected = 0;       // things (or their sub-periods) that should have a value
  std::uint64_t reported = 0;       // of these, known
  std::uint64_t count = 0;          // values added; of count and share: things for which it is true
  std::uint64_t estimated = 0;      // things with an estimate among their inputs
  Instant newest = Instant::min();  // end of the newest observation used
  double min = 0;                   // of kinds that have extremes
  double max = 0;
  WideSum sum;      // of the values: sum, avg, stddev
  WideSum squares;  // stddev
  std::unique_ptr<Sketch> sketch;

  // Adds a finite value. Counts and notes are the caller's.
  void add(AggregateKind kind, double value);
  void add(AggregateKind kind, const Contribution& of);
  // What apply() cannot keep right, as what went may have been the newest, least or largest one.
  enum class Lost : std::uint8_t {
    nothing,
    extremes,  // newest, min and max are open: set_extremes()
    all,       // the partial is, and has to be merged again
  };
  Lost apply(const Difference& change);
  void set_extremes(AggregateKind kind, const Extremes& extremes);

  void merge(const Partial& other);
  // The aggregate's value: nothing selected gives 0 for count and sum, otherwise no value.
  PartialValue value(AggregateKind kind, double quantile) const;

  // Equal bytes for equal content, in whatever order it came.
  void write(std::string& out) const;
  static bool read(std::string_view& in, Partial& partial);

 private:
  bool apply_extremes(const Difference& change, bool had);
  bool apply_sketch(const Difference& change);
};

}  // namespace cairn::formula
