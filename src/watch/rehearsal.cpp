// SPDX-License-Identifier: Apache-2.0
#include "watch/rehearsal.hpp"

#include <algorithm>
#include <tuple>

namespace cairn::watch {
namespace {

// The longest windows of the packs reach back a year (floods) or eighteen days (slopes); a month
// is sent ahead, for more the series would have to be years long.
constexpr std::int64_t most_history_ns = 30 * ns_per_day;

std::int64_t whole_days(std::int64_t ns) {
  const std::int64_t days = ns / ns_per_day - (ns % ns_per_day < 0 ? 1 : 0);
  return days * ns_per_day;
}

}  // namespace

Rehearsal::Rehearsal(const World& world, Instant start, std::int64_t lead_ns) {
  for (const model::PackDef& pack : world.snapshot.catalog->packs) {
    add_pack(world, pack, start, lead_ns);
  }
}

void Rehearsal::add_pack(const World& world, const model::PackDef& pack, Instant start,
                         std::int64_t lead_ns) {
  const model::Snapshot& snapshot = world.snapshot;
  std::vector<Feed> feeds;
  std::int64_t begin = INT64_MAX;
  std::int64_t end = INT64_MIN;
  std::vector<model::Sample> samples;
  for (const auto& table : snapshot.tables) {
    if (!table || table->type->pack != pack.id) continue;
    for (std::size_t column = 0; column < table->columns.size(); ++column) {
      const model::PropertyDef& property = table->type->properties[column];
      if (!property.series || property.period || !property.formula.empty()) continue;
      const auto& series = table->columns[column].series;
      for (std::uint32_t row = 0; row < series.size(); ++row) {
        if (series[row] == model::no_series) continue;
        samples.clear();
        snapshot.history->read(series[row], Instant::min(), Instant::max(), samples);
        if (samples.empty()) continue;
        Feed feed{table->ids[row], property.name, {}, 0, 0};
        for (const model::Sample& sample : samples) {
          feed.points.emplace_back(sample.time.end.ns, sample.value);
        }
        begin = std::min(begin, feed.points.front().first);
        end = std::max(end, feed.points.back().first);
        feeds.push_back(std::move(feed));
      }
    }
  }
  if (feeds.empty()) return;
  std::int64_t first_firing = INT64_MAX;
  for (const model::ReplayExpectation& expectation : pack.replay) {
    for (const Interval& firing : expectation.firings) {
      // So early that its windows would be empty, it would not fire.
      if (firing.begin.ns > begin) first_firing = std::min(first_firing, firing.begin.ns);
    }
  }
  const std::int64_t anchor = first_firing == INT64_MAX ? begin : first_firing - lead_ns;
  const std::int64_t shift = whole_days(start.ns - anchor);
  const std::int64_t period = whole_days(end - begin) + ns_per_day;
  for (Feed& feed : feeds) {
    feed.shift_ns = shift;
    feed.period_ns = period;
    feeds_.push_back(std::move(feed));
  }
  history_ns_ = std::max(history_ns_, std::min(start.ns - (begin + shift), most_history_ns));
}

std::vector<RehearsedReading> Rehearsal::between(Instant after, Instant until) const {
  std::vector<RehearsedReading> out;
  for (const Feed& feed : feeds_) {
    const std::int64_t first = feed.points.front().first + feed.shift_ns;
    // Rounds that may reach into (after, until]; a series never begins before its own beginning.
    const std::int64_t from = std::max<std::int64_t>(0, (after.ns - first) / feed.period_ns - 1);
    for (std::int64_t round = from; first + round * feed.period_ns <= until.ns; ++round) {
      const std::int64_t shift = feed.shift_ns + round * feed.period_ns;
      auto at = std::upper_bound(feed.points.begin(), feed.points.end(), after.ns - shift,
                                 [](std::int64_t t, const auto& point) { return t < point.first; });
      for (; at != feed.points.end() && at->first + shift <= until.ns; ++at) {
        out.push_back({feed.thing, feed.property, {at->first + shift}, at->second});
      }
    }
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
    return std::tie(a.time, a.thing, a.property) < std::tie(b.time, b.thing, b.property);
  });
  return out;
}

}  // namespace cairn::watch
