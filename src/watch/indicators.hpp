// SPDX-License-Identifier: Apache-2.0
// Indicators of regions: values at a date and series over time.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "watch/view.hpp"

namespace cairn::watch {

// Does the indicator have a meaning there? A zone takes those of prefecture and zone level.
bool makes_sense(const model::IndicatorDef& indicator, model::Level level);

struct RegionCell {
  model::RegionIndex region = model::no_region;
  formula::Cell cell;
};
struct Rows {
  Unit unit;
  std::vector<RegionCell> rows;
};

// The region itself, or its descendants of a level in order of code.
std::vector<model::RegionIndex> rows_of(const View& view, model::RegionIndex region,
                                        std::optional<model::Level> by);

// An indicator in its own unit.
Result<Rows> values(const View& view, std::string_view indicator, model::RegionIndex region,
                    std::optional<model::Level> by);
// A formula, converted to `unit` when one is given.
Result<Rows> values(const View& view, const formula::Compiled& formula, model::RegionIndex region,
                    std::optional<model::Level> by, const std::optional<Unit>& unit);

struct SeriesRequest {
  Instant from;
  Instant to;                      // half-open interval
  std::optional<PeriodKind> step;  // none: the coarsest step at which the values change
};
struct SeriesPoint {
  Instant end;  // of the step
  formula::Cell cell;
};
struct Series {
  Unit unit;
  PeriodKind step = PeriodKind::year;
  std::vector<SeriesPoint> points;
};
inline constexpr std::size_t series_points_max = 400;

// The indicator as it was known at the end of each step.
Result<Series> series(const View& view, std::string_view indicator, model::RegionIndex region,
                      const SeriesRequest& request);

// Why there is no value, as the words that clients know: no_data, undefined, not_at_level, not_yet,
// not_computable, failed. Empty when there is a value.
std::string_view reason_word(const formula::Cell& cell);

}  // namespace cairn::watch
