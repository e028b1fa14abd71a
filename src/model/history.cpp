// SPDX-License-Identifier: Apache-2.0
#include "model/history.hpp"

#include <algorithm>

namespace cairn::model {
namespace {

bool ends_after(Instant t, const Sample& sample) {
  return t < sample.time.end;
}

}  // namespace

void History::last_of_each(std::span<const SeriesId> series, std::span<const Instant> until,
                           std::span<Sample> out) const {
  for (std::size_t i = 0; i < series.size(); ++i) {
    const auto found = series[i] == no_series ? std::nullopt : last(series[i], until[i]);
    out[i] = found.value_or(Sample{{Instant::min(), Instant::min()}, 0, false, 0});
  }
}

void History::summarise(SeriesId series, Instant after, Instant until, std::uint8_t parts,
                        WindowSummary& out) const {
  std::vector<Sample> samples;
  read(series, after, until, samples);
  for (const Sample& sample : samples) out.add(sample, parts);
}

void MemoryHistory::sort() {
  for (std::vector<Sample>& samples : series_) {
    std::stable_sort(samples.begin(), samples.end(), [](const Sample& a, const Sample& b) {
      if (a.time.end != b.time.end) return a.time.end < b.time.end;
      return a.time.begin < b.time.begin;
    });
    // Of equal times the last one added stands at the end of its run.
    std::size_t kept = 0;
    for (std::size_t i = 0; i < samples.size(); ++i) {
      if (i + 1 < samples.size() && samples[i].time == samples[i + 1].time) continue;
      samples[kept++] = samples[i];
    }
    samples.resize(kept);
    samples.shrink_to_fit();
  }
}

std::optional<Sample> MemoryHistory::last(SeriesId series, Instant until) const {
  const std::vector<Sample>& samples = series_[series];
  const auto at = std::upper_bound(samples.begin(), samples.end(), until, ends_after);
  if (at == samples.begin()) return std::nullopt;
  return *(at - 1);
}

std::span<const Sample> MemoryHistory::between(SeriesId series, Instant after,
                                               Instant until) const {
  const std::vector<Sample>& samples = series_[series];
  const auto first = std::upper_bound(samples.begin(), samples.end(), after, ends_after);
  const auto last = std::upper_bound(first, samples.end(), until, ends_after);
  return {first, last};
}

void MemoryHistory::read(SeriesId series, Instant after, Instant until,
                         std::vector<Sample>& out) const {
  const std::span<const Sample> samples = between(series, after, until);
  out.insert(out.end(), samples.begin(), samples.end());
}

void MemoryHistory::summarise(SeriesId series, Instant after, Instant until, std::uint8_t parts,
                              WindowSummary& out) const {
  for (const Sample& sample : between(series, after, until)) out.add(sample, parts);
}

}  // namespace cairn::model
