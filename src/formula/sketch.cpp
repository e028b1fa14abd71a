// SPDX-License-Identifier: Apache-2.0
#include "formula/sketch.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace cairn::formula {
namespace {

// Bin i holds (gamma^(i-1), gamma^i]; its middle value 2 gamma^i / (gamma + 1) is within the
// relative error of all of them.
const double gamma_base = (1 + Sketch::relative_error) / (1 - Sketch::relative_error);
const double log_gamma = std::log(gamma_base);

std::int32_t bin_of(double magnitude) {
  return static_cast<std::int32_t>(std::ceil(std::log(magnitude) / log_gamma));
}

template <class T>
void put(T value, std::string& out) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out.append(bytes, sizeof value);
}

template <class T>
bool get(std::string_view& in, T& value) {
  if (in.size() < sizeof value) return false;
  std::memcpy(&value, in.data(), sizeof value);
  in.remove_prefix(sizeof value);
  return true;
}

// Logarithms of doubles over log_gamma stay below 75,000.
constexpr std::uint32_t most_bins = 160'000;

using Bins = std::map<std::int32_t, std::uint64_t>;

void put(const Bins& bins, std::string& out) {
  put(static_cast<std::uint32_t>(bins.size()), out);
  for (const auto& [bin, count] : bins) {
    put(bin, out);
    put(count, out);
  }
}

bool get(std::string_view& in, Bins& bins, std::uint64_t& total) {
  std::uint32_t size = 0;
  if (!get(in, size) || size > most_bins) return false;
  for (std::uint32_t i = 0; i < size; ++i) {
    std::int32_t bin = 0;
    std::uint64_t count = 0;
    if (!get(in, bin) || !get(in, count) || count == 0) return false;
    if (!bins.empty() && bin <= bins.rbegin()->first) return false;
    bins.emplace_hint(bins.end(), bin, count);
    if (count > UINT64_MAX - total) return false;
    total += count;
  }
  return true;
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

bool Sketch::take(double value) {
  if (exact_) {
    const auto at = std::find(values_.begin(), values_.end(), value);
    if (at == values_.end()) return false;
    *at = values_.back();
    values_.pop_back();
    --count_;
    return true;
  }
  if (count_ == exact_most + 1) return false;
  --count_;
  if (value == 0) {
    --zeros_;
    return true;
  }
  Bins& bins = value > 0 ? positive_ : negative_;
  const auto at = bins.find(bin_of(std::abs(value)));
  if (--at->second == 0) bins.erase(at);
  return true;
}

void Sketch::set_range(double min, double max) {
  min_ = min;
  max_ = max;
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

void Sketch::write(std::string& out) const {
  put(count_, out);
  put(static_cast<std::uint8_t>(exact_), out);
  if (exact_) {
    std::vector<double> sorted = values_;
    std::sort(sorted.begin(), sorted.end());
    for (const double value : sorted) put(value, out);
    return;
  }
  put(min_, out);
  put(max_, out);
  put(zeros_, out);
  put(positive_, out);
  put(negative_, out);
}

bool Sketch::read(std::string_view& in, Sketch& sketch) {
  sketch = {};
  std::uint64_t count = 0;
  std::uint8_t exact = 0;
  if (!get(in, count) || !get(in, exact) || exact > 1) return false;
  if (exact == 1) {
    if (count > exact_most) return false;
    for (std::uint64_t i = 0; i < count; ++i) {
      double value = 0;
      if (!get(in, value) || !std::isfinite(value)) return false;
      sketch.add(value);
    }
    return true;
  }
  sketch.exact_ = false;
  sketch.count_ = count;
  if (!get(in, sketch.min_) || !get(in, sketch.max_) || !get(in, sketch.zeros_)) return false;
  std::uint64_t total = sketch.zeros_;
  return count > exact_most && std::isfinite(sketch.min_) && sketch.min_ <= sketch.max_ &&
         std::isfinite(sketch.max_) && get(in, sketch.positive_, total) &&
         get(in, sketch.negative_, total) && total == count;
}

}  // namespace cairn::formula
