// SPDX-License-Identifier: Apache-2.0
#include "formula/sketch.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <tuple>

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

double middle_of(std::int32_t bin) {
  return 2 * std::exp(bin * log_gamma) / (gamma_base + 1);
}

}  // namespace

void Sketch::put_bin(Bins& bins, std::int32_t index) {
  const auto at = std::lower_bound(bins.begin(), bins.end(), index,
                                   [](const Bin& bin, std::int32_t i) { return bin.index < i; });
  if (at != bins.end() && at->index == index) {
    ++at->count;
  } else {
    bins.insert(at, {index, 1});
  }
}

bool Sketch::take_bin(Bins& bins, std::int32_t index) {
  const auto at = std::lower_bound(bins.begin(), bins.end(), index,
                                   [](const Bin& bin, std::int32_t i) { return bin.index < i; });
  if (at == bins.end() || at->index != index) return false;
  if (--at->count == 0) bins.erase(at);
  return true;
}

void Sketch::merge_bins(Bins& into, const Bins& from) {
  Bins both;
  both.reserve(into.size() + from.size());
  auto at = into.begin();
  for (const Bin& bin : from) {
    while (at != into.end() && at->index < bin.index) both.push_back(*at++);
    both.push_back(bin);
    if (at != into.end() && at->index == bin.index) both.back().count += at++->count;
  }
  both.insert(both.end(), at, into.end());
  into = std::move(both);
}

void Sketch::write_bins(const Bins& bins, std::string& out) {
  put(static_cast<std::uint32_t>(bins.size()), out);
  for (const Bin& bin : bins) {
    put(bin.index, out);
    put(bin.count, out);
  }
}

bool Sketch::read_bins(std::string_view& in, Bins& bins, std::uint64_t& total) {
  std::uint32_t size = 0;
  if (!get(in, size) || size > most_bins) return false;
  for (std::uint32_t i = 0; i < size; ++i) {
    Bin bin;
    if (!get(in, bin.index) || !get(in, bin.count) || bin.count == 0) return false;
    if (!bins.empty() && bin.index <= bins.back().index) return false;
    bins.push_back(bin);
    if (bin.count > UINT64_MAX - total) return false;
    total += bin.count;
  }
  return true;
}

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
  if (value == 0) {
    if (zeros_ == 0) return false;
    --zeros_;
  } else if (!take_bin(value > 0 ? positive_ : negative_, bin_of(std::abs(value)))) {
    return false;
  }
  --count_;
  return true;
}

void Sketch::set_range(double min, double max) {
  min_ = min;
  max_ = max;
}

void Sketch::add_to_bins(double value) {
  if (value > 0) {
    put_bin(positive_, bin_of(value));
  } else if (value < 0) {
    put_bin(negative_, bin_of(-value));
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
  merge_bins(positive_, other.positive_);
  merge_bins(negative_, other.negative_);
}

std::pair<double, double> Sketch::at_rank(std::uint64_t rank) const {
  const std::uint64_t ranks[] = {rank, std::min(rank + 1, count_ - 1)};
  double found[] = {max_, max_};  // of the last one
  int at = 0;
  for (; at < 2 && ranks[at] == 0; ++at) found[at] = min_;
  std::uint64_t below = 0;
  // True when nothing is left to be found.
  const auto pass = [&](std::uint64_t count, const auto& value) {
    below += count;
    for (; at < 2 && ranks[at] < below; ++at) {
      if (ranks[at] + 1 < count_) found[at] = value();
    }
    return at == 2;
  };
  for (auto bin = negative_.rbegin(); bin != negative_.rend(); ++bin) {
    const auto value = [&] { return std::max(min_, -middle_of(bin->index)); };
    if (pass(bin->count, value)) return {found[0], found[1]};
  }
  if (pass(zeros_, [] { return 0.0; })) return {found[0], found[1]};
  for (const Bin& bin : positive_) {
    const auto value = [&] { return std::clamp(middle_of(bin.index), min_, max_); };
    if (pass(bin.count, value)) break;
  }
  return {found[0], found[1]};
}

double Sketch::quantile(double q) const {
  const double rank = q * static_cast<double>(count_ - 1);
  const auto low = static_cast<std::uint64_t>(std::floor(rank));
  const double part = rank - static_cast<double>(low);
  double a = 0;
  double b = 0;
  if (exact_) {
    std::array<double, exact_most> values;
    const auto end = std::copy(values_.begin(), values_.end(), values.begin());
    const auto at = values.begin() + static_cast<std::ptrdiff_t>(low);
    std::nth_element(values.begin(), at, end);
    a = *at;
    b = at + 1 == end ? a : *std::min_element(at + 1, end);
  } else {
    std::tie(a, b) = at_rank(low);
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
  write_bins(positive_, out);
  write_bins(negative_, out);
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
         std::isfinite(sketch.max_) && read_bins(in, sketch.positive_, total) &&
         read_bins(in, sketch.negative_, total) && total == count;
}

}  // namespace cairn::formula
