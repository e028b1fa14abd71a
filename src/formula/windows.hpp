// SPDX-License-Identifier: Apache-2.0
// Aggregation in time, for one series: windows before a date and calendar periods.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "core/time.hpp"
#include "formula/program.hpp"
#include "model/catalog.hpp"
#include "model/history.hpp"

namespace cairn::formula {

struct Windowed {
  Lack lack = Lack::missing;
  double value = 0;
  bool estimated = false;
  std::size_t reported = 0;  // samples, or sub-periods of a calendar period
  std::size_t expected = 0;
};

// What the function needs of a summary (model::summary_part); nothing where it needs every sample.
std::optional<std::uint8_t> summary_parts(const Window& window);

// The window's function over samples in time order, or over their summary. delta and rate need two
// samples, stddev one: it is the spread of these samples (divided by n). A counter's fall is a
// reset to zero. More than limits::window_samples are no value.
Windowed window_value(const Window& window, std::span<const model::Sample> samples);
Windowed window_value(const Window& window, const model::WindowSummary& summary);

// The calendar window of `over` before `as_of`, [begin, end); end may lie after `as_of`.
Interval over_interval(const Over& over, Instant as_of, Zone zone);

// `function` over the samples that lie wholly in the interval. Where samples overlap (a year and
// its quarters) the longer one counts. Expected are the sub-periods of the property's `period` or
// `every`, or one where neither is declared.
Windowed period_value(WindowFunction function, const model::PropertyDef& property,
                      Interval interval, Zone zone, std::span<const model::Sample> samples);
// The same over a summary of instants that lie in the interval, where no period is declared.
Windowed period_value(WindowFunction function, const model::PropertyDef& property,
                      Interval interval, Zone zone, const model::WindowSummary& summary);

}  // namespace cairn::formula
