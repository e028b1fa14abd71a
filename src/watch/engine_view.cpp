// SPDX-License-Identifier: Apache-2.0
// What an engine answers to those who ask, from any thread.
#include <algorithm>

#include "core/text.hpp"
#include "watch/detail/engine_parts.hpp"
#include "watch/why.hpp"

namespace cairn::watch {

model::Snapshot Engine::snapshot() const {
  std::shared_ptr<Running> running;
  {
    const std::lock_guard lock(running_mutex_);
    running = running_;
  }
  return running->stored();
}

LiveStats Engine::stats() const {
  LiveStats out;
  out.received = desk_->accepted();
  out.duplicates = counters_->duplicates.load(std::memory_order_relaxed);
  out.late = counters_->late.load(std::memory_order_relaxed);
  out.rejected = counters_->rejected.load(std::memory_order_relaxed);
  out.series = counters_->series.load(std::memory_order_relaxed);
  out.position = counters_->position.load(std::memory_order_relaxed);
  out.applied = counters_->applied.load(std::memory_order_relaxed);
  out.log_bytes = counters_->log_bytes.load(std::memory_order_relaxed);
  const store::HistoryStats history = history_->stats();
  out.history_points = history.points + history.memory_points;
  out.history_bytes = history.bytes;
  out.alerts_open = book_.open_count();
  out.late_things = counters_->late_things.load(std::memory_order_relaxed);
  out.repairs = counters_->repairs.load(std::memory_order_relaxed);
  out.unrevised = counters_->unrevised.load(std::memory_order_relaxed);
  out.damaged_reads = damage_->reads();
  out.damage = damage_->first();
  out.commit_ms = counters_->commit_ms.load(std::memory_order_relaxed);
  if (options_.clock_speed) out.clock_speed = options_.clock_speed();
  out.recovery_s = counters_->recovery_s.load(std::memory_order_relaxed);
  out.swap_s = counters_->swap_s.load(std::memory_order_relaxed);
  return out;
}

std::optional<LiveCell> Engine::value(std::string_view indicator, std::string_view region) const {
  const std::lock_guard lock(cells_mutex_);
  const auto at = cells_.find(std::pair(std::string(indicator), std::string(region)));
  if (at == cells_.end()) return std::nullopt;
  return at->second;
}

AlertPage Engine::alerts(const AlertQuery& query) const {
  std::shared_ptr<Running> running;
  {
    const std::lock_guard lock(running_mutex_);
    running = running_;
  }
  return book_.query(query, *running->binding->base().regions);
}

Result<Why> Engine::why(std::string_view rule, std::string_view thing, Instant at) const {
  std::shared_ptr<Running> running;
  {
    const std::lock_guard lock(running_mutex_);
    running = running_;
  }
  const model::Snapshot live = running->stored();
  auto out = explain_rule(running->world->library, live, rule, thing, at);
  if (!out) return out;
  out->position = counters_->applied.load(std::memory_order_acquire);
  AlertQuery query;
  query.open = false;
  query.rule = out->rule;
  query.thing = out->thing;
  query.limit = 10'000;
  tell_state(book_.query(query, *live.regions).alerts, at, *live.catalog, live.zone, *out);
  return out;
}

Status Engine::shelve(std::string_view rule, std::string_view thing, Instant until,
                      std::string_view who, std::string_view reason) {
  std::shared_ptr<Running> running;
  {
    const std::lock_guard lock(running_mutex_);
    running = running_;
  }
  const model::Catalog& catalog = *running->world->snapshot.catalog;
  const auto known = std::find_if(catalog.rules.begin(), catalog.rules.end(),
                                  [&](const model::RuleDef& def) { return def.id == rule; });
  if (known == catalog.rules.end()) {
    return fail(Code::not_found, format("there is no rule '{}'", rule));
  }
  if (running->binding->find_thing(thing) == stream::none) {
    return fail(Code::not_found, format("there is no thing '{}' that is watched", thing));
  }
  if (reason.empty()) return fail(Code::invalid, "say why it is put aside");
  std::string payload;
  stream::write(stream::Shelve{std::string(rule), std::string(thing), until, std::string(who),
                               std::string(reason)},
                payload);
  const std::lock_guard lock(queue_mutex_);
  controls_.push_back({stream::RecordKind::shelve, std::move(payload)});
  return {};
}

void Engine::reject(std::string_view sender, const std::vector<model::Refusal>& refused) {
  // More than this waiting for the journal are counted only: a flood must not fill the memory.
  constexpr std::size_t most_waiting = 20'000;
  counters_->rejected.fetch_add(refused.size(), std::memory_order_relaxed);
  const Instant now = clock_.now();
  const std::lock_guard lock(kept_mutex_);
  for (const model::Refusal& one : refused) {
    const std::uint64_t number = next_rejected_++;
    if (rejected_.size() >= most_waiting) continue;
    rejected_.push_back(
        {number, now, std::string(sender), one.text, one.error.place, one.error.message});
  }
}

std::vector<Rejected> Engine::rejected(std::uint64_t before, std::size_t limit) const {
  std::vector<Rejected> out;
  {
    const std::lock_guard lock(kept_mutex_);
    for (auto at = rejected_.rbegin(); at != rejected_.rend() && out.size() < limit; ++at) {
      if (at->number < before) out.push_back(*at);
    }
  }
  if (!out.empty()) before = out.back().number;
  if (out.size() == limit) return out;
  if (auto older = journal_->rejected(before, limit - out.size())) {
    out.insert(out.end(), older->begin(), older->end());
  }
  return out;
}

std::vector<Feed> Engine::silent() const {
  const std::lock_guard lock(cells_mutex_);
  std::vector<Feed> out;
  out.reserve(silent_.size());
  for (const auto& [series, feed] : silent_) out.push_back(feed);
  return out;
}

std::vector<Revision> Engine::revisions(std::size_t limit) const {
  auto rows = journal_->revisions(limit);
  return rows ? std::move(*rows) : std::vector<Revision>{};
}

void Engine::watch(std::function<void(const LiveUpdate&)> listener) {
  const std::lock_guard lock(running_mutex_);
  watchers_.push_back(std::move(listener));
}

}  // namespace cairn::watch
