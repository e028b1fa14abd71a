// SPDX-License-Identifier: Apache-2.0
#include "watch/indicators.hpp"

#include <algorithm>
#include <array>

#include "core/text.hpp"
#include "watch/live.hpp"

namespace cairn::watch {
namespace {

using formula::Cell;
using model::Level;
using model::RegionIndex;

Rows to_rows(const std::vector<RegionIndex>& regions, formula::Answer answer) {
  Rows out{std::move(answer.unit), {}};
  for (std::size_t i = 0; i < regions.size(); ++i) {
    out.rows.push_back({regions[i], std::move(answer.cells[i])});
  }
  return out;
}

// Ends of the steps that lie in the span, the last one cut to its end.
std::vector<Instant> step_ends(Instant from, Instant to, PeriodKind step, Zone zone) {
  std::vector<Instant> out;
  Instant at = from;
  while (at < to && out.size() <= series_points_max) {
    const Interval period = period_containing(at, step, zone);
    out.push_back(std::min(period.end, to));
    at = period.end;
  }
  return out;
}

// How often the value changes from one point to the next.
std::size_t changes(const std::vector<SeriesPoint>& points) {
  std::size_t n = 0;
  for (std::size_t i = 1; i < points.size(); ++i) {
    n += points[i].cell.value != points[i - 1].cell.value ? 1 : 0;
  }
  return n;
}

// A request asks as of the moment at which it came in.
constexpr std::int64_t present_ns = 60 * ns_per_second;

void put_present(const View& view, std::string_view indicator, Rows& rows) {
  if (view.present == nullptr || view.as_of < view.present->now() - present_ns) return;
  for (RegionCell& row : rows.rows) {
    auto live = view.present->value(indicator, view.regions()[row.region].code);
    if (live) row.cell = std::move(live->cell);
  }
}

}  // namespace

bool makes_sense(const model::IndicatorDef& indicator, Level level) {
  if (indicator.levels.empty()) return true;
  const auto has = [&](Level l) {
    return std::find(indicator.levels.begin(), indicator.levels.end(), model::to_string(l)) !=
           indicator.levels.end();
  };
  return has(level) || (level == Level::zone && has(Level::prefecture));
}

std::vector<RegionIndex> rows_of(const View& view, RegionIndex region, std::optional<Level> by) {
  if (!by || view.regions()[region].level == *by) return {region};
  std::vector<RegionIndex> out = view.regions().at_level(region, *by, view.as_of - 1);
  std::sort(out.begin(), out.end(), [&](RegionIndex a, RegionIndex b) {
    return view.regions()[a].code < view.regions()[b].code;
  });
  return out;
}

Result<Rows> values(const View& view, std::string_view indicator, RegionIndex region,
                    std::optional<Level> by) {
  const std::vector<RegionIndex> regions = rows_of(view, region, by);
  auto answer = view.evaluator.indicator(indicator, {regions, view.as_of});
  if (!answer) return fail(answer.error());
  Rows out = to_rows(regions, std::move(*answer));
  put_present(view, indicator, out);
  const model::IndicatorDef* def = view.catalog().indicator(indicator);
  for (RegionCell& row : out.rows) {
    if (def == nullptr || makes_sense(*def, view.regions()[row.region].level)) continue;
    row.cell = Cell{};
    row.cell.reason = "not_at_level";
  }
  return out;
}

Result<Rows> values(const View& view, const formula::Compiled& formula, RegionIndex region,
                    std::optional<Level> by, const std::optional<Unit>& unit) {
  if (unit && !unit->compatible(formula.unit)) {
    return fail(
        Code::invalid,
        format("the result is in {} ({}) and does not convert to {} ({})", formula.unit.text,
               dimension_text(formula.unit), unit->text, dimension_text(*unit)),
        "unit");
  }
  const std::vector<RegionIndex> regions = rows_of(view, region, by);
  Rows out = to_rows(regions, view.evaluator.evaluate(formula, {regions, view.as_of}));
  if (!unit) return out;
  for (RegionCell& row : out.rows) {
    if (row.cell.value) row.cell.value = convert(*row.cell.value, out.unit, *unit);
  }
  out.unit = *unit;
  return out;
}

Result<Series> series(const View& view, std::string_view indicator, RegionIndex region,
                      const SeriesRequest& request) {
  static constexpr std::array steps{PeriodKind::year, PeriodKind::quarter, PeriodKind::month,
                                    PeriodKind::day};
  Series best;
  bool any = false;
  for (const PeriodKind step : steps) {
    if (request.step && step != *request.step) continue;
    const auto ends = step_ends(request.from, request.to, step, view.snapshot.zone);
    if (ends.size() > series_points_max) {
      if (!request.step) break;
      return fail(Code::invalid,
                  format("more than {} steps of one {}; take a coarser step or a shorter span",
                         series_points_max, to_string(step)),
                  "step");
    }
    Series candidate{{}, step, {}};
    for (const Instant end : ends) {
      auto answer = view.evaluator.indicator(indicator, {{region}, end});
      if (!answer) return fail(answer.error());
      candidate.unit = std::move(answer->unit);
      candidate.points.push_back({end, std::move(answer->cells[0])});
    }
    if (!any || changes(candidate.points) > changes(best.points)) best = std::move(candidate);
    any = true;
  }
  return best;
}

std::string_view reason_word(const Cell& cell) {
  if (cell.value) return {};
  const std::string_view reason = cell.reason;
  for (const std::string_view word :
       {"no_data", "undefined", "not_at_level", "not_yet", "not_computable", "failed"}) {
    if (reason == word) return word;
  }
  // The evaluator's own words (formula/vec.cpp), which go to people as the detail.
  for (const std::string_view part :
       {"division by zero", "outside the domain", "too large for", "too many samples",
        "cannot be compared"}) {
    if (reason.find(part) != std::string_view::npos) return "undefined";
  }
  for (const std::string_view part :
       {"reported", "selected", "too old", "too few samples", "not in force"}) {
    if (reason.find(part) != std::string_view::npos) return "no_data";
  }
  return reason.empty() ? "no_data" : "failed";
}

}  // namespace cairn::watch
