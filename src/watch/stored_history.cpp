// SPDX-License-Identifier: Apache-2.0
#include "watch/stored_history.hpp"

#include "stream/heads.hpp"

namespace cairn::watch {

SeriesIndex::SeriesIndex(std::shared_ptr<const stream::Binding> binding)
    : binding_(std::move(binding)), series_of_(binding_->cells()) {
  for (auto& series : series_of_) series.store(stream::none, std::memory_order_relaxed);
}

void HistoryDamage::note(const Error& error) {
  if (reads_.fetch_add(1, std::memory_order_relaxed) != 0) return;
  const std::lock_guard lock(mutex_);
  first_ = to_string(error);
}

std::string HistoryDamage::first() const {
  const std::lock_guard lock(mutex_);
  return first_;
}

std::uint32_t StoredHistory::logged(model::SeriesId series) const {
  const stream::Binding& binding = index_->binding();
  if (series < binding.first_series() || series - binding.first_series() >= binding.cells()) {
    return stream::none;
  }
  return index_->series(series - binding.first_series());
}

std::optional<model::Sample> StoredHistory::last(model::SeriesId series, Instant until) const {
  const stream::Binding& binding = index_->binding();
  if (series < binding.first_series()) return base().last(series, until);
  std::optional<model::Sample> found;
  const model::SeriesId given = binding.base_series(series - binding.first_series());
  if (given != model::no_series) found = base().last(given, until);
  const std::uint32_t live = logged(series);
  if (live == stream::none) return found;
  const auto point = store_->last(live, until);
  if (!point) damage_->note(point.error());
  if (point && *point && (!found || found->time.end.ns <= (*point)->time_ns)) {
    found = stream::instant_sample((*point)->time_ns, (*point)->value);
  }
  return found;
}

std::optional<model::Sample> StoredHistory::last_given(model::SeriesId series,
                                                       Instant until) const {
  const stream::Binding& binding = index_->binding();
  if (series < binding.first_series()) return base().last(series, until);
  const model::SeriesId given = binding.base_series(series - binding.first_series());
  return given == model::no_series ? std::nullopt : base().last(given, until);
}

void StoredHistory::read(model::SeriesId series, Instant after, Instant until,
                         std::vector<model::Sample>& out) const {
  const stream::Binding& binding = index_->binding();
  if (series < binding.first_series()) return base().read(series, after, until, out);
  const std::size_t begin = out.size();
  const model::SeriesId given = binding.base_series(series - binding.first_series());
  if (given != model::no_series) base().read(given, after, until, out);
  const std::uint32_t live = logged(series);
  if (live == stream::none) return;
  std::vector<store::Point> points;
  if (const auto done = store_->read(live, after, until, points); !done) {
    damage_->note(done.error());
    return;
  }
  std::vector<model::Sample> newer;
  newer.reserve(points.size());
  for (const store::Point& point : points) {
    newer.push_back(stream::instant_sample(point.time_ns, point.value));
  }
  stream::lay_over(out, begin, newer);
}

}  // namespace cairn::watch
