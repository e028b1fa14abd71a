// SPDX-License-Identifier: Apache-2.0
// Quantiles of a stream in little room: exact up to `exact_most` values, then a DDSketch (Masson,
// Rim, Lee, "DDSketch: a fast and fully-mergeable quantile sketch with relative-error
// guarantees", VLDB 2019) whose answers are within `relative_error` of a value of that rank. Its
// state depends on the values alone, not on their order or on how shards were merged.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cairn::formula {

class Sketch {
 public:
  static constexpr double relative_error = 0.005;
  static constexpr std::size_t exact_most = 64;

  void add(double value);  // finite
  // Takes an added value out again. What is left of the bins does not tell the least and the
  // largest value: put them with set_range(). False, and nothing is changed, where so few are left
  // that they would have to be known one by one.
  bool take(double value);
  void set_range(double min, double max);
  void merge(const Sketch& other);
  std::uint64_t count() const { return count_; }
  // Linear between the two values beside rank q * (count - 1); needs count() > 0.
  double quantile(double q) const;

  // Equal bytes for equal content. False when the bytes are not those of a sketch.
  void write(std::string& out) const;
  static bool read(std::string_view& in, Sketch& sketch);

 private:
  // Values whose logarithm falls into one bin.
  struct Bin {
    std::int32_t index = 0;
    std::uint64_t count = 0;
  };
  using Bins = std::vector<Bin>;  // rising
  static void put_bin(Bins& bins, std::int32_t index);
  static bool take_bin(Bins& bins, std::int32_t index);
  static void merge_bins(Bins& into, const Bins& from);
  static void write_bins(const Bins& bins, std::string& out);
  static bool read_bins(std::string_view& in, Bins& bins, std::uint64_t& total);
  void add_to_bins(double value);
  void leave_exact();
  // The values of this rank and of the next one (or of this one, if it is the last).
  std::pair<double, double> at_rank(std::uint64_t rank) const;

  std::uint64_t count_ = 0;
  bool exact_ = true;
  std::vector<double> values_;  // while exact
  double min_ = 0;
  double max_ = 0;
  std::uint64_t zeros_ = 0;
  Bins positive_;
  Bins negative_;  // by magnitude
};

}  // namespace cairn::formula
