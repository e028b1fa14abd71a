// SPDX-License-Identifier: Apache-2.0
#include "watch/engine.hpp"

#include <algorithm>
#include <chrono>

#include "core/limits.hpp"
#include "core/text.hpp"
#include "watch/detail/engine_parts.hpp"

namespace cairn::watch {
namespace {

// A feed is silent after so many of its intervals.
constexpr std::int64_t silent_intervals = 3;

AlertState state_of(stream::AlertPhase to) {
  switch (to) {
    case stream::AlertPhase::pending:
      return AlertState::pending;
    case stream::AlertPhase::firing:
      return AlertState::firing;
    case stream::AlertPhase::clearing:
      return AlertState::clearing;
    case stream::AlertPhase::resolved:
      return AlertState::resolved;
    // A pending one that came to nothing never was an alert.
    case stream::AlertPhase::inactive:
    case stream::AlertPhase::retracted:
      break;
  }
  return AlertState::retracted;
}

}  // namespace

Engine::Engine(Files& files, const Clock& clock, std::unique_ptr<store::Journal> journal,
               const EngineOptions& options)
    : files_(files),
      clock_(clock),
      options_(options),
      journal_(std::move(journal)),
      book_(*journal_),
      publisher_(*journal_),
      counters_(std::make_unique<Counters>()) {}

Engine::~Engine() = default;

Instant Engine::now() const {
  return clock_.now();
}

// --- write ---------------------------------------------------------------------------------------

Status Engine::append(std::vector<Written>& batch, stream::RecordKind kind, Instant arrival,
                      std::string payload) {
  const auto position = log_->append(static_cast<std::uint8_t>(kind), arrival, payload);
  if (!position) return fail(position.error());
  batch.push_back({*position, kind, arrival, std::move(payload)});
  return {};
}

Status Engine::commit(std::vector<Written>& batch, Desk::Group& group,
                      std::vector<Control>& controls) {
  // The log's time never falls, whatever the clock does.
  const Instant arrival = std::max(clock_.now(), last_arrival_);
  last_arrival_ = arrival;
  Status done = std::monostate{};
  const auto put = [&](stream::RecordKind kind, std::string payload) {
    if (done) done = append(batch, kind, arrival, std::move(payload));
  };
  // First what the engine says itself: that it was away comes before what it hears again.
  for (const Control& control : controls) put(control.kind, control.payload);
  for (const std::string& series : group.series) put(stream::RecordKind::series, series);
  for (const std::string& source : group.sources) put(stream::RecordKind::source, source);
  if (!group.observations.empty()) put(stream::RecordKind::observations, group.observations);
  if (batch.empty() && arrival.ns - last_record_.ns >= options_.tick_ns) {
    put(stream::RecordKind::tick, {});
  }
  if (!done || batch.empty()) return done;
  const Clock& timer = options_.timer == nullptr ? clock_ : *options_.timer;
  const Instant begin = timer.now();
  done = log_->commit();
  if (!done) return done;
  last_record_ = arrival;
  note_commit(timer.now().ns - begin.ns);
  return done;
}

void Engine::note_commit(std::int64_t ns) {
  constexpr std::size_t noted = 101;
  commit_ns_.push_back(ns);
  if (commit_ns_.size() < noted) return;
  const auto middle = commit_ns_.begin() + noted / 2;
  std::nth_element(commit_ns_.begin(), middle, commit_ns_.end());
  counters_->commit_ms.store(static_cast<double>(*middle) / 1e6, std::memory_order_relaxed);
  commit_ns_.clear();
}

Status Engine::write(int wait_ms) {
  Desk::Group group = desk_->take(wait_ms);
  std::vector<Control> controls;
  {
    const std::lock_guard lock(queue_mutex_);
    controls.swap(controls_);
  }
  std::vector<Written> batch;
  const Status done = commit(batch, group, controls);
  if (!done) {
    {
      const std::lock_guard lock(queue_mutex_);
      controls_.insert(controls_.begin(), controls.begin(), controls.end());
    }
    desk_->failed(std::move(group), done.error());
    // A full disk passes; a disk that broke its word does not.
    return log_->broken() ? done : Status{};
  }
  if (batch.empty()) return {};
  counters_->position.store(log_->durable(), std::memory_order_release);
  if (!group.observations.empty()) desk_->committed(group);
  {
    const std::lock_guard lock(queue_mutex_);
    for (Written& written : batch) queue_.push_back(std::move(written));
  }
  queue_filled_.notify_one();
  if (std::uint64_t to = counters_->forget.exchange(0); to != 0) {
    if (options_.forward != nullptr) to = std::min(to, options_.forward->settled());
    if (auto forgotten = log_->forget(to); !forgotten) return forgotten;
  }
  counters_->log_bytes.store(log_->bytes(), std::memory_order_relaxed);
  return {};
}

// --- apply ---------------------------------------------------------------------------------------

Result<bool> Engine::apply(int wait_ms) {
  std::deque<Written> batch;
  {
    std::unique_lock lock(queue_mutex_);
    if (wait_ms > 0) {
      queue_filled_.wait_for(lock, std::chrono::milliseconds(wait_ms),
                             [this] { return !queue_.empty(); });
    }
    batch.swap(queue_);
  }
  for (const Written& written : batch) {
    if (auto done = take_in(written); !done) return fail(done.error());
    if (written.kind == stream::RecordKind::observations && options_.forward == nullptr) {
      desk_->applied(written.payload.size());
    }
  }
  // Between two records: a position is in the history whole or not at all.
  if (!counters_->aside.load(std::memory_order_acquire)) {
    const bool state = counters_->state_wanted.exchange(false);
    if (state || history_->wants_seal()) {
      history_->set_aside();
      counters_->aside.store(true, std::memory_order_release);
      if (state) hand_over_state();  // last: it is taken up when nothing is aside any more
    }
  }
  plan_revisions();
  return !batch.empty();
}

Status Engine::take_in(const Written& record) {
  if (options_.forward != nullptr) return hand_on(record);
  effects_.clear();
  const stream::Record view{record.position, record.kind, record.arrival, record.payload};
  if (auto done = running_->machine.apply(view, effects_); !done) {
    return fail(done.error().code, done.error().message,
                format("log position {}", record.position));
  }
  for (const stream::Observed& observed : effects_.stored) {
    history_->add(observed.series, observed.time_ns, observed.value, record.position);
  }
  after(effects_);
  const bool repair = record.kind == stream::RecordKind::repair;
  // A repair that came too late is asked for again: its thing's mark stands.
  if (repair && !replaying_) {
    note_repair(record);
  } else if (!effects_.late.empty()) {
    note_late(effects_);
  }
  note_published(effects_);
  counters_->log_time.store(record.arrival.ns, std::memory_order_relaxed);
  counters_->applied.store(record.position, std::memory_order_release);
  return {};
}

void Engine::after(const stream::Effects& effects) {
  if (running_->rollup) {
    for (const stream::CellId cell : effects.touched) running_->rollup->touch(cell);
  }
  for (const stream::Transition& transition : effects.transitions) alert_of(transition);
  for (const stream::AlertRevision& revision : effects.revisions) alert_of(revision);
  note_readings(effects);
  counters_->duplicates.fetch_add(effects.duplicates, std::memory_order_relaxed);
  counters_->late.fetch_add(effects.late.size(), std::memory_order_relaxed);
  counters_->series.store(running_->machine.series(), std::memory_order_relaxed);
}

// Did the journal know it before the replay began?
bool Engine::told(const std::string& id, std::uint64_t position) const {
  const auto known = journal_->alert(id);
  return known && *known && (*known)->position >= position;
}

void Engine::alert_of(const stream::Transition& transition) {
  const model::RuleDef& rule = running_->world->snapshot.catalog->rules[transition.rule];
  Alert alert;
  alert.id = format("{}-{:x}", rule.id, transition.episode);
  if (replaying_ && told(alert.id, transition.position)) return;
  if (transition.from == stream::AlertPhase::inactive) {
    const stream::Binding& binding = *running_->binding;
    const model::Table& table = *binding.base().tables[binding.type_of(transition.slot)];
    std::uint32_t row = binding.row_at(transition.slot, transition.event);
    if (row == stream::none) row = binding.rows(transition.slot).back();
    alert.rule = rule.id;
    alert.pack = rule.pack;
    alert.thing = table.ids[row];
    alert.type = table.type->name;
    if (table.region[row] != model::no_region) {
      alert.region = (*binding.base().regions)[table.region[row]].code;
    }
    alert.no_data = (transition.flags & stream::transition_flag::no_data) != 0;
    alert.since = transition.since;
  } else if (auto known = book_.find(alert.id)) {
    alert = std::move(*known);
  } else {
    return;  // its beginning was forgotten with the journal
  }
  alert.state = state_of(transition.to);
  // What only back-filled data say is shown, but is no alarm.
  constexpr std::uint8_t quiet =
      stream::transition_flag::suppressed | stream::transition_flag::historical;
  alert.suppressed = (transition.flags & quiet) != 0;
  alert.shelved = (transition.flags & stream::transition_flag::shelved) != 0;
  alert.flapping = (transition.flags & stream::transition_flag::flapping) != 0;
  if (alert.state == AlertState::firing && !alert.began) alert.began = transition.event;
  alert.ended.reset();  // the same time told again may open it anew
  if (!is_open(alert.state)) alert.ended = transition.event;
  if ((transition.flags & stream::transition_flag::revised) != 0) ++alert.revision;
  alert.known = transition.arrival;
  alert.position = transition.position;
  if (book_.put(alert)) update_.alerts.push_back(std::move(alert));
}

void Engine::alert_of(const stream::AlertRevision& revision) {
  const model::RuleDef& rule = running_->world->snapshot.catalog->rules[revision.rule];
  const std::string id = format("{}-{:x}", rule.id, revision.episode);
  if (replaying_ && told(id, revision.position)) return;
  Alert alert;
  if (auto known = book_.find(id)) {
    alert = std::move(*known);
  } else {
    const stream::Binding& binding = *running_->binding;
    const model::Table& table = *binding.base().tables[binding.type_of(revision.slot)];
    const std::uint32_t row = binding.rows(revision.slot).back();
    alert.id = id;
    alert.rule = rule.id;
    alert.pack = rule.pack;
    alert.thing = table.ids[row];
    alert.type = table.type->name;
    if (table.region[row] != model::no_region) {
      alert.region = (*binding.base().regions)[table.region[row]].code;
    }
  }
  // What came late is no alarm: a firing waits for a live step that says so too.
  const bool firing = stream::fires(revision.phase);
  const stream::RuleState state = running_->machine.rule_state(revision.rule, revision.slot).now;
  if (revision.kind == stream::RevisionKind::added) alert.suppressed = true;
  if (firing && state.episode == revision.episode) alert.suppressed |= state.quiet;
  alert.state = state_of(revision.phase);
  alert.since = revision.since;
  alert.began = revision.began;
  alert.ended = revision.ended;
  alert.known = revision.arrival;
  alert.position = revision.position;
  ++alert.revision;
  if (book_.put(alert)) update_.alerts.push_back(std::move(alert));
}

void Engine::note_readings(const stream::Effects& effects) {
  const stream::SeriesMap& map = running_->machine.map();
  const stream::Heads& heads = running_->machine.heads();
  const stream::Binding& binding = *running_->binding;
  for (const stream::Observed& observed : effects.stored) {
    if (!silent_.empty() && heads.last(observed.series).time_ns == observed.time_ns) {
      const std::lock_guard lock(cells_mutex_);
      if (const auto at = silent_.find(observed.series); at != silent_.end()) {
        at->second.last = {observed.time_ns};
        update_.heard.push_back(std::move(at->second));
        silent_.erase(at);
      }
    }
    if (update_.readings.size() >= options_.updates_kept) continue;
    const stream::CellId cell = map.cell_of[observed.series];
    if (cell == stream::none) continue;
    const stream::Cell at = binding.cell(cell);
    const model::TypeDef& type = *binding.base().tables[at.type]->type;
    update_.readings.push_back({std::string(binding.id_of(at.slot)),
                                type.name,
                                type.properties[at.column].name,
                                {observed.time_ns},
                                observed.value});
  }
}

void Engine::hand_over_state() {
  std::string bytes;
  running_->machine.write(bytes);
  add_late(bytes);
  const std::lock_guard lock(kept_mutex_);
  state_.emplace(running_->machine.position(), std::move(bytes));
}

std::uint64_t Engine::applied() const {
  return counters_->applied.load(std::memory_order_acquire);
}

std::string Engine::state_bytes() const {
  std::string bytes;
  running_->machine.write(bytes);
  return bytes;
}

// --- publish -------------------------------------------------------------------------------------

namespace {

std::int64_t interval_of(const stream::Binding& binding, const stream::Cell& at) {
  const auto& every = binding.base().tables[at.type]->type->properties[at.column].every;
  return every && every->months == 0 ? every->ns : 0;
}

}  // namespace

void Engine::find_silent(Instant now) {
  Running& running = *running_;
  const stream::Heads& heads = running.machine.heads();
  const stream::SeriesMap& map = running.machine.map();
  const stream::Binding& binding = *running.binding;
  const auto due_of = [&](stream::Series series) -> std::int64_t {
    const stream::CellId cell = map.cell_of[series];
    if (cell == stream::none || !heads.heard(series)) return INT64_MAX;
    const std::int64_t every = interval_of(binding, binding.cell(cell));
    return every == 0 ? INT64_MAX : heads.last(series).time_ns + silent_intervals * every;
  };
  for (; running.due_series < heads.size(); ++running.due_series) {
    const auto series = static_cast<stream::Series>(running.due_series);
    running.due.emplace(map.cell_of[series] == stream::none ? INT64_MAX : now.ns, series);
  }
  while (!running.due.empty() && running.due.top().first <= now.ns) {
    const stream::Series series = running.due.top().second;
    running.due.pop();
    const std::int64_t due = due_of(series);
    if (due > now.ns) {
      running.due.emplace(due, series);
      continue;
    }
    // Looked at again after another interval: by then it may have been heard.
    const stream::Cell at = binding.cell(map.cell_of[series]);
    running.due.emplace(now.ns + interval_of(binding, at), series);
    const model::Table& table = *binding.base().tables[at.type];
    const std::uint32_t row = binding.rows(at.slot).back();
    const std::lock_guard lock(cells_mutex_);
    if (silent_.contains(series)) continue;
    Feed feed{table.ids[row],
              table.type->properties[at.column].name,
              {},
              {heads.last(series).time_ns},
              interval_of(binding, at)};
    if (table.region[row] != model::no_region) {
      feed.region = (*binding.base().regions)[table.region[row]].code;
    }
    update_.silent.push_back(feed);
    silent_.emplace(series, std::move(feed));
  }
}

void Engine::publish() {
  refresh();
  while (publish_some(SIZE_MAX)) {
  }
}

void Engine::refresh(const std::function<void()>& pause) {
  Running& running = *running_;
  const Instant now = std::max(clock_.now(), published_);
  published_ = now;
  running.changed.clear();
  running.told = 0;
  running.rollup->refresh(now, running.changed, pause);
  if (options_.shares) tell_shares();
  find_silent(now);
}

bool Engine::publish_some(std::size_t cells) {
  Running& running = *running_;
  const model::Snapshot& snapshot = running.world->snapshot;
  for (; cells > 0 && running.told < running.changed.size(); --cells) {
    const auto& [indicator, region] = running.changed[running.told++];
    const model::Region& place = (*snapshot.regions)[region];
    LiveCell cell{snapshot.catalog->indicators[indicator].id, place.code,
                  running.rollup->value(indicator, region), published_,
                  place.level <= model::Level::county};
    {
      const std::lock_guard lock(cells_mutex_);
      // Most divisions have nothing that an indicator counts: that is news only where it had.
      std::pair key(cell.indicator, cell.region);
      const bool nothing =
          cell.cell.expected == 0 && cell.cell.reported == 0 && cell.cell.value.value_or(0) == 0;
      if (nothing && !cells_.contains(key)) continue;
      cells_[std::move(key)] = cell;
    }
    update_.cells.push_back(std::move(cell));
  }
  update_.now = published_;
  update_.rejected = counters_->rejected.load(std::memory_order_relaxed);
  {
    const std::lock_guard lock(kept_mutex_);
    update_.revisions.swap(revised_);
  }
  give_out(std::exchange(update_, {}));
  return running.told < running.changed.size();
}

void Engine::tell_alerts() {
  if (update_.alerts.empty()) return;
  LiveUpdate update;
  update.now = clock_.now();
  update.rejected = counters_->rejected.load(std::memory_order_relaxed);
  update.alerts.swap(update_.alerts);
  give_out(std::move(update));
}

void Engine::give_out(LiveUpdate update) {
  if (relay_) return relay_(std::move(update));
  tell(update);
}

void Engine::tell(const LiveUpdate& update) {
  std::vector<std::function<void(const LiveUpdate&)>> watchers;
  {
    const std::lock_guard lock(running_mutex_);
    watchers = watchers_;
  }
  for (const auto& watcher : watchers) watcher(update);
}

}  // namespace cairn::watch
