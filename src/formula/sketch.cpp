// SPDX-License-Identifier: Apache-2.0
#include "formula/sketch.hpp"

#include <algorithm>
#include <cmath>

namespace cairn::formula {
namespace {

// Bin i holds (gamma^(i-1), gamma^i]; its middle value 2 gamma^i / (gamma + 1) is within the
// relative error of all of them.
const double gamma_base = (1 + Sketch::relative_error) / (1 - Sketch::relative_error);
const double log_gamma = std::log(gamma_base);

std::int32_t bin_of(double magnitude) {
  return static_cast<std::int32_t>(std::ceil(std::log(magnitude) / log_gamma));
}

double middle_of(std::int32_t bin) {
  return 2 * std::exp(bin * log_gamma) / (gamma_base + 1);
}

}  // namespace

void Sketch::add(double value) {
  min_ = count_ == 0 ? value : std::min(min_, value);
  max_ = count_ == 0 ? value : std::max(max_, value);
  ++count_;
  if (exact_) {
    values_.push_back(value);
    if (values_.size() > exact_most) leave_exact();
  } else {
    add_to_bins(value);
  }
}

void Sketch::add_to_bins(double value) {
  if (value > 0) {
    ++positive_[bin_of(value)];
  } else if (value < 0) {
    ++negative_[bin_of(-value)];
  } else {
    ++zeros_;
  }
}

void Sketch::leave_exact() {
  exact_ = false;
  for (const double value : values_) add_to_bins(value);
  values_ = {};
}

void Sketch::merge(const Sketch& other) {
  if (other.count_ == 0) return;
  min_ = count_ == 0 ? other.min_ : std::min(min_, other.min_);
  max_ = count_ == 0 ? other.max_ : std::max(max_, other.max_);
  count_ += other.count_;
  if (exact_ && other.exact_) {
    values_.insert(values_.end(), other.values_.begin(), other.values_.end());
    if (values_.size() > exact_most) leave_exact();
    return;
  }
  if (exact_) leave_exact();
  for (const double value : other.values_) add_to_bins(value);
  zeros_ += other.zeros_;
  for (const auto& [bin, count] : other.positive_) positive_[bin] += count;
  for (const auto& [bin, count] : other.negative_) negative_[bin] += count;
}

double Sketch::at_rank(std::uint64_t rank) const {
  if (rank == 0) return min_;
  if (rank + 1 >= count_) return max_;
  std::uint64_t below = 0;
  for (auto bin = negative_.rbegin(); bin != negative_.rend(); ++bin) {
    below += bin->second;
    if (rank < below) return std::max(min_, -middle_of(bin->first));
  }
  below += zeros_;
  if (rank < below) return 0;
  for (const auto& [bin, count] : positive_) {
    below += count;
    if (rank < below) return std::clamp(middle_of(bin), min_, max_);
  }
  return max_;
}

double Sketch::quantile(double q) const {
  const double rank = q * static_cast<double>(count_ - 1);
  const auto low = static_cast<std::uint64_t>(std::floor(rank));
  const std::uint64_t high = std::min(low + 1, count_ - 1);
  const double part = rank - static_cast<double>(low);
  double a = 0;
  double b = 0;
  if (exact_) {
    std::vector<double> sorted = values_;
    std::sort(sorted.begin(), sorted.end());
    a = sorted[low];
    b = sorted[high];
  } else {
    a = at_rank(low);
    b = at_rank(high);
  }
  return part == 0 ? a : a * (1 - part) + b * part;
}

}  // namespace cairn::formula
