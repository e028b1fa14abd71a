// SPDX-License-Identifier: Apache-2.0
// Stored series behind an interface. A series is the observations of one property of one thing,
// or of one given indicator of one region, ordered by the end of their time.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/time.hpp"
#include "model/window_summary.hpp"

namespace cairn::model {

using SeriesId = std::uint32_t;
inline constexpr SeriesId no_series = 0xFFFFFFFF;

class History {
 public:
  virtual ~History() = default;
  // The newest sample whose time ends at or before `until`.
  virtual std::optional<Sample> last(SeriesId series, Instant until) const = 0;
  // The same of many series, each at its own time; where there is none, the time ends at min().
  virtual void last_of_each(std::span<const SeriesId> series, std::span<const Instant> until,
                            std::span<Sample> out) const;
  // Samples with after < time.end <= until, oldest first, appended to `out`.
  virtual void read(SeriesId series, Instant after, Instant until,
                    std::vector<Sample>& out) const = 0;
  // What of these samples the functions over a window need (`parts`: model::summary_part), to the
  // bit as if they were read; faster where the history can.
  virtual void summarise(SeriesId series, Instant after, Instant until, std::uint8_t parts,
                         WindowSummary& out) const;
};

// All samples in memory.
class MemoryHistory final : public History {
 public:
  SeriesId create() {
    series_.emplace_back();
    return static_cast<SeriesId>(series_.size() - 1);
  }
  // Samples may come in any order until sort(); a later sample with the same time replaces.
  void add(SeriesId series, const Sample& sample) { series_[series].push_back(sample); }
  void sort();

  std::optional<Sample> last(SeriesId series, Instant until) const override;
  void read(SeriesId series, Instant after, Instant until, std::vector<Sample>& out) const override;
  void summarise(SeriesId series, Instant after, Instant until, std::uint8_t parts,
                 WindowSummary& out) const override;
  std::span<const Sample> all(SeriesId series) const { return series_[series]; }
  std::size_t size() const { return series_.size(); }

 private:
  std::span<const Sample> between(SeriesId series, Instant after, Instant until) const;

  std::vector<std::vector<Sample>> series_;
};

}  // namespace cairn::model
