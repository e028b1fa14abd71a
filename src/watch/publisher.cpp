// SPDX-License-Identifier: Apache-2.0
#include "watch/publisher.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <numeric>

#include "core/text.hpp"
#include "formula/depends.hpp"
#include "stream/rollup_inputs.hpp"

namespace cairn::watch {
namespace {

std::int64_t floor_hours(Instant t) {
  const std::int64_t hours = t.ns / Publisher::hour_ns;
  return hours * Publisher::hour_ns > t.ns ? hours - 1 : hours;
}
Instant hour_at(std::int64_t hours) {
  return {hours * Publisher::hour_ns};
}
// The first full hour at which a reading of that time is known.
Instant hour_from(Instant t) {
  const std::int64_t hours = floor_hours(t);
  return hour_at(hour_at(hours) == t ? hours : hours + 1);
}

bool same(const std::optional<double>& a, const std::optional<double>& b) {
  if (a.has_value() != b.has_value()) return false;
  return !a || std::bit_cast<std::uint64_t>(*a) == std::bit_cast<std::uint64_t>(*b);
}

std::vector<model::RegionIndex> all_regions(const model::Snapshot& snapshot) {
  std::vector<model::RegionIndex> out(snapshot.regions->size());
  std::iota(out.begin(), out.end(), 0U);
  return out;
}

bool is_marker(const store::Published& row) {
  return row.indicator.empty();
}

}  // namespace

Status Publisher::load(Instant now) {
  for (std::int64_t back = 0; back <= horizon_hours; ++back) {
    const Instant hour = hour_at(floor_hours(now) - back);
    const auto rows = journal_.published(hour, hour);
    if (!rows) return fail(rows.error());
    if (std::none_of(rows->begin(), rows->end(), is_marker)) continue;
    until_ns_.store(hour.ns, std::memory_order_release);
    return {};
  }
  return {};
}

void Publisher::bind(const World& world, const stream::Binding& binding) {
  const std::lock_guard lock(mutex_);
  settle(work_);
  touched_.clear();
  live_.clear();
  readers_.clear();
  for (const model::IndicatorDef& def : world.library.catalog().indicators) {
    const formula::Compiled* formula = world.library.indicator(def.id);
    if (formula == nullptr) continue;
    const auto number = static_cast<std::uint32_t>(live_.size());
    bool reads = false;
    for (const auto& input : stream::inputs_of(*formula).aggregates) {
      const formula::Aggregate& aggregate = *input.aggregate;
      const auto columns = binding.live_columns(aggregate.type);
      const model::TypeDef& type = world.library.catalog().types[aggregate.type];
      for (const formula::Reach& reach : formula::depends(aggregate, type).reaches) {
        if (std::find(columns.begin(), columns.end(), reach.column) == columns.end()) continue;
        auto& readers = readers_[{aggregate.type, reach.column}];
        if (readers.empty() || readers.back() != number) readers.push_back(number);
        reads = true;
      }
    }
    if (reads) live_.push_back(def.id);
  }
}

void Publisher::touch(std::uint32_t type, std::uint32_t column, Instant time, Instant arrival) {
  const std::lock_guard lock(mutex_);
  if (!readers_.contains({type, column})) return;
  const auto [at, fresh] = touched_.try_emplace({type, column}, time);
  if (!fresh) at->second = std::min(at->second, time);
  first_touch_ = std::min(first_touch_, arrival);
}

void Publisher::settle(std::map<std::string, Instant>& work) const {
  for (const auto& [column, time] : touched_) {
    const auto readers = readers_.find(column);
    if (readers == readers_.end()) continue;
    for (const std::uint32_t number : readers->second) {
      const auto [at, fresh] = work.try_emplace(live_[number], hour_from(time));
      if (!fresh) at->second = std::min(at->second, hour_from(time));
    }
  }
}

std::size_t Publisher::left() const {
  const std::lock_guard lock(mutex_);
  return touched_.size() + work_.size();
}

// The next hour to publish.
std::optional<Instant> Publisher::due(Instant now) const {
  const std::int64_t newest = floor_hours(now - lag_ns);
  const Instant last = until();
  if (last == Instant::min()) return hour_at(newest);
  if (hour_at(newest) <= last) return std::nullopt;
  return hour_at(std::max(floor_hours(last) + 1, newest - missed_hours + 1));
}

Status Publisher::publish(const World& world, const model::Snapshot& stored,
                          std::uint64_t position) {
  std::vector<std::string> live;
  {
    const std::lock_guard lock(mutex_);
    live = live_;
  }
  formula::Evaluator evaluator(world.library, stored);
  const formula::Request request{all_regions(stored), hour_->as_of};
  for (std::size_t done = 0; done < evaluations && hour_->next < live.size(); ++done) {
    const std::string& id = live[hour_->next++];
    const auto answer = evaluator.indicator(id, request);
    if (!answer) continue;  // gone with its world
    for (const model::RegionIndex region : request.regions) {
      const formula::Cell& cell = answer->cells[region];
      if (!cell.value) continue;
      hour_->rows.push_back({id, (*stored.regions)[region].code, hour_->as_of, 0, cell.value,
                             hour_->as_of, position});
    }
  }
  if (hour_->next < live.size()) return {};
  store::JournalBatch batch;
  batch.published = std::move(hour_->rows);
  // Last in its transaction, and only whole hours have it.
  batch.published.push_back({"", "", hour_->as_of, 0, std::nullopt, hour_->as_of, position});
  const Status put = journal_.put(batch);
  if (put) {
    hour_.reset();
  } else {
    batch.published.pop_back();
    hour_->rows = std::move(batch.published);
  }
  return put;
}

std::optional<std::pair<std::string, Instant>> Publisher::next_work(Instant now) {
  const std::lock_guard lock(mutex_);
  if (!touched_.empty() && first_touch_ + wait_ns <= now) {
    settle(work_);
    touched_.clear();
    first_touch_ = Instant::max();
  }
  const Instant last = until();
  const Instant first = hour_at(floor_hours(last) - horizon_hours);
  std::erase_if(work_, [&](const auto& work) { return work.second > last; });
  if (work_.empty()) return std::nullopt;
  // By hour: its rows are read once for all indicators.
  const auto at = std::min_element(
      work_.begin(), work_.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  at->second = std::max(at->second, first);
  return *at;
}

// The newest revisions of an hour's values.
Result<const std::vector<store::Published>*> Publisher::published(Instant as_of) {
  if (!known_ || known_->first != as_of) {
    auto rows = journal_.published(as_of, as_of);
    if (!rows) return fail(rows.error());
    known_.emplace(as_of, std::move(*rows));
  }
  return &known_->second;
}

Status Publisher::revise(const World& world, const model::Snapshot& stored, Instant now,
                         std::uint64_t position, std::vector<model::Revision>& revised) {
  formula::Evaluator evaluator(world.library, stored);
  const std::vector<model::RegionIndex> regions = all_regions(stored);
  for (std::size_t done = 0; done < evaluations; ++done) {
    const auto work = next_work(now);
    if (!work) return {};
    const auto& [id, as_of] = *work;
    const auto known_rows = published(as_of);
    if (!known_rows) return fail(known_rows.error());
    const std::vector<store::Published>& rows = **known_rows;
    const bool was_published = std::any_of(rows.begin(), rows.end(), is_marker);
    const auto answer = evaluator.indicator(id, {regions, as_of});
    store::JournalBatch batch;
    std::vector<model::Revision> told;
    std::map<std::string_view, const store::Published*> known;
    for (const store::Published& row : rows) {
      if (row.indicator == id) known[row.region] = &row;
    }
    for (const model::RegionIndex region : regions) {
      if (!was_published || !answer) break;
      const std::string& code = (*stored.regions)[region].code;
      const auto at = known.find(code);
      const store::Published before =
          at == known.end() ? store::Published{id, code, as_of, 0, {}, as_of, 0} : *at->second;
      const std::optional<double>& value = answer->cells[region].value;
      if (same(value, before.value)) continue;
      if (at == known.end()) batch.published.push_back(before);
      const int revision = before.revision + 1;
      batch.published.push_back({id, code, as_of, revision, value, now, position});
      told.push_back({id, code, as_of, revision, before.value, value, now, position});
    }
    if (!batch.empty()) {
      if (auto put = journal_.put(batch); !put) return put;
      known_.reset();
    }
    revised.insert(revised.end(), told.begin(), told.end());
    const std::lock_guard lock(mutex_);
    const auto at = work_.find(id);
    // Something earlier may have come meanwhile.
    if (at != work_.end() && at->second == as_of) at->second = as_of + hour_ns;
  }
  return {};
}

Result<bool> Publisher::step(const World& world, const model::Snapshot& stored, Instant now,
                             std::uint64_t position, std::vector<model::Revision>& revised) {
  if (!hour_) {
    if (const auto hour = due(now)) {
      hour_ = Hour{*hour, 0, {}};
      // What comes from here on for that hour is late.
      until_ns_.store(hour->ns, std::memory_order_release);
    }
  }
  if (hour_) {
    if (auto done = publish(world, stored, position); !done) return fail(done.error());
    return true;
  }
  if (auto done = revise(world, stored, now, position, revised); !done) return fail(done.error());
  // Revisions may wait: between two steps the thread rests.
  return false;
}

void Publisher::write(std::string& out) const {
  const std::lock_guard lock(mutex_);
  auto work = work_;
  settle(work);
  for (const auto& [id, hour] : work) out += format("{} {}\n", id, hour.ns);
}

bool Publisher::read(std::string_view& in) {
  const std::lock_guard lock(mutex_);
  while (!in.empty()) {
    const std::size_t end = in.find('\n');
    const std::size_t space = in.find(' ');
    if (end == std::string_view::npos || space == std::string_view::npos || space > end)
      return false;
    Instant hour;
    const auto [rest, error] = std::from_chars(in.data() + space + 1, in.data() + end, hour.ns);
    if (error != std::errc() || rest != in.data() + end) return false;
    work_[std::string(in.substr(0, space))] = hour;
    in.remove_prefix(end + 1);
  }
  return true;
}

}  // namespace cairn::watch
