// SPDX-License-Identifier: Apache-2.0
// How an engine begins: newest good state, then the log behind it.
#include <algorithm>
#include <chrono>

#include "core/limits.hpp"
#include "core/text.hpp"
#include "store/state_file.hpp"
#include "watch/detail/engine_parts.hpp"

namespace cairn::watch {
namespace {

constexpr std::string_view state_name = "machine";

}  // namespace

stream::MachineOptions machine_options(const World& world, const stream::Binding& binding) {
  stream::MachineOptions out;
  for (const stream::Rollup::Wanted& wanted : stream::Rollup::wants(world.library, binding)) {
    out.keep.push_back({wanted.type, wanted.column, wanted.span_ns});
  }
  return out;
}

void Engine::Running::start_rollup(std::shared_ptr<const StoredHistory> from) {
  deep = std::move(from);
  live = binding->live(
      std::make_shared<stream::LiveHistory>(*binding, machine.heads(), machine.map(), deep.get()));
  rollup = std::make_unique<stream::Rollup>(world->library, *binding, live);
  reviser = std::make_unique<const Reviser>(world->library, *binding, stored(), deep);
}

Result<std::unique_ptr<Engine>> Engine::open(Files& files, const Clock& clock,
                                             std::shared_ptr<const World> world,
                                             std::unique_ptr<store::Journal> journal,
                                             const EngineOptions& options) {
  auto engine = std::unique_ptr<Engine>(new Engine(files, clock, std::move(journal), options));
  if (auto done = engine->recover(std::move(world)); !done) return fail(done.error());
  return engine;
}

Status Engine::recover(std::shared_ptr<const World> world) {
  const Clock& timer = options_.timer == nullptr ? clock_ : *options_.timer;
  const Instant begin = timer.now();
  for (const char* part : {"/log", "/state", "/history"}) {
    if (auto made = files_.make_directory(options_.directory + part); !made) return made;
  }
  store::LogOptions log_options = options_.log;
  log_options.record_bytes = 2 * limits::ingest_queue_bytes + limits::ingest_message_bytes;
  auto log = store::Log::open(files_, options_.directory + "/log", log_options);
  if (!log) return fail(log.error());
  log_ = std::move(*log);
  auto history =
      store::HistoryStore::open(files_, options_.directory + "/history", options_.history);
  if (!history) return fail(history.error());
  history_ = std::move(*history);
  if (auto loaded = book_.load(); !loaded) return loaded;
  const auto rejected = journal_->last_rejected();
  if (!rejected) return fail(rejected.error());
  next_rejected_ = *rejected + 1;

  auto binding = std::make_shared<const stream::Binding>(
      std::shared_ptr<const model::Snapshot>(world, &world->snapshot));
  const stream::MachineOptions machine_needs = machine_options(*world, *binding);
  stream::Machine machine(binding, world->library, machine_needs);
  running_ = std::make_shared<Running>(std::move(world), std::move(binding), std::move(machine));
  desk_ = std::make_unique<Desk>(clock_, running_->binding, *this);

  Result<std::optional<store::StateFile>> state = std::nullopt;
  if (!options_.whole_log) {
    state = store::newest_state(files_, options_.directory + "/state", state_name);
  }
  if (!state) return fail(state.error());
  std::uint64_t after = 0;
  if (*state) {
    if (auto done = read_state((*state)->bytes); !done) return done;
    after = (*state)->position;
  }
  const store::LogOpening& found = log_->opening();
  // Not by the first position at hand: those of commits that failed are used up.
  if (found.forgotten > after) {
    return fail(Code::io,
                format("the log begins after {} but the newest good state ends at {}: a state file "
                       "is missing or damaged; bring it back from a copy",
                       found.forgotten, after),
                options_.directory);
  }
  if (auto loaded = publisher_.load(clock_.now()); !loaded) return loaded;
  publisher_.bind(*running_->world, *running_->binding);
  if (auto done = replay(after); !done) return done;
  running_->start_rollup(std::make_shared<StoredHistory>(desk_->index(), history_, damage_));
  counters_->position.store(log_->durable());
  counters_->log_bytes.store(log_->bytes());
  counters_->series.store(running_->machine.series());
  state_log_bytes_ = log_->bytes();
  state_time_ = clock_.now();
  counters_->recovery_s.store(static_cast<double>(timer.now().ns - begin.ns) / 1e9);
  return {};
}

Status Engine::replay(std::uint64_t after) {
  replaying_ = true;
  // What the machine has seen may not have been forwarded yet.
  const std::uint64_t begin = options_.forward != nullptr ? 0 : after;
  const auto done = log_->read(begin, [this](const store::LogRecord& record) -> Status {
    return take_in({record.position, static_cast<stream::RecordKind>(record.kind), record.arrival,
                    std::string(record.payload)});
  });
  replaying_ = false;
  if (!done) return done;
  stream::Machine& machine = running_->machine;
  last_arrival_ = last_record_ = machine.arrival();
  if (machine.position() > 0) controls_.push_back({stream::RecordKind::opened, {}});
  counters_->applied.store(machine.position());
  for (stream::Series series = 0; series < machine.series(); ++series) {
    desk_->known_series(machine.series_name(series));
  }
  for (const stream::SourceName& source : machine.sources()) desk_->known_source(source);
  update_ = {};
  return {};
}

std::shared_ptr<Engine::Prepared> Engine::prepare(std::shared_ptr<const World> world) {
  auto binding = std::make_shared<const stream::Binding>(
      std::shared_ptr<const model::Snapshot>(world, &world->snapshot));
  auto out = std::make_shared<Prepared>();
  out->names = desk_->prepare(binding);
  stream::Machine machine(binding, world->library, machine_options(*world, *binding));
  // What the engine's own machine has by now: it never has less.
  const std::size_t series = std::min<std::size_t>(
      counters_->series.load(std::memory_order_relaxed), Desk::series_of(*out->names));
  for (std::uint32_t i = 0; i < series; ++i) {
    stream::SeriesName name = Desk::name_of(*out->names, i);
    if (name.thing.empty()) break;
    machine.know(name);
  }
  out->running =
      std::make_shared<Running>(std::move(world), std::move(binding), std::move(machine));
  out->running->start_rollup(
      std::make_shared<StoredHistory>(Desk::index_of(*out->names), history_, damage_));
  return out;
}

Status Engine::rebind(Prepared& prepared) {
  const Clock& timer = options_.timer == nullptr ? clock_ : *options_.timer;
  const Instant begin = timer.now();
  Running& old = *running_;
  const std::shared_ptr<Running> fresh = prepared.running;
  if (auto done = desk_->rebind(*prepared.names); !done) return done;
  if (auto done = fresh->machine.take_over(old.machine); !done) return done;
  rebind_late(*old.binding, *fresh->binding);
  publisher_.bind(*fresh->world, *fresh->binding);
  {
    const std::lock_guard lock(cells_mutex_);
    cells_.swap(prepared.cells);
    silent_.swap(prepared.silent);
  }
  {
    const std::lock_guard lock(running_mutex_);
    running_.swap(prepared.running);
  }
  inject_again();
  // From here on the log is read by the rules of this world.
  counters_->state_wanted.store(true);
  counters_->swap_s.store(static_cast<double>(timer.now().ns - begin.ns) / 1e9);
  return {};
}

// --- keep ----------------------------------------------------------------------------------------

Result<bool> Engine::keep() {
  if (auto done = keep_journal(); !done) return fail(done.error());
  bool more = false;
  if (counters_->aside.load(std::memory_order_acquire)) {
    // The state that was handed over with them is written below.
    if (auto done = history_->write_aside(); !done) return fail(done.error());
    counters_->aside.store(false, std::memory_order_release);
    more = true;
  } else if (auto compacted = history_->compact(clock_.now()); !compacted) {
    return fail(compacted.error());
  } else {
    more = *compacted;
  }
  auto written = keep_state();
  if (!written) return fail(written.error());
  if (revise()) more = true;
  const auto published = keep_published();
  if (!published) return fail(published.error());
  return more || *written || *published;
}

Status Engine::keep_journal() {
  store::JournalBatch batch;
  constexpr std::size_t most = 10'000;  // a transaction
  for (;;) {
    batch.alerts = book_.unsaved(most);
    batch.rejected.clear();
    {
      const std::lock_guard lock(kept_mutex_);
      const std::size_t count = std::min(rejected_.size(), most);
      batch.rejected.assign(rejected_.begin(),
                            rejected_.begin() + static_cast<std::ptrdiff_t>(count));
    }
    if (batch.empty()) return {};
    if (auto done = journal_->put(batch); !done) return done;
    book_.saved(batch.alerts);
    const std::lock_guard lock(kept_mutex_);
    while (!rejected_.empty() && !batch.rejected.empty() &&
           rejected_.front().number <= batch.rejected.back().number) {
      rejected_.pop_front();
    }
    if (batch.alerts.size() < most && batch.rejected.size() < most) return {};
  }
}

// A state is written in this order: the machine's bytes at a position, all alerts up to it, the
// history up to it, then the file; only then the log before it may go.
Result<bool> Engine::keep_state() {
  std::optional<std::pair<std::uint64_t, std::string>> state;
  if (!counters_->aside.load(std::memory_order_acquire)) {
    const std::lock_guard lock(kept_mutex_);
    state.swap(state_);
  }
  if (!state) {
    const std::uint64_t bytes = counters_->log_bytes.load(std::memory_order_relaxed);
    const bool grown = bytes > state_log_bytes_ + options_.state_bytes;
    const bool old = clock_.now().ns - state_time_.ns > options_.state_ns;
    if (grown || old) {
      counters_->state_wanted.store(true);
      state_time_ = clock_.now();
      state_log_bytes_ = bytes;
    }
    return false;
  }
  // The history went to disk before: a state is taken up only when its points are not aside.
  if (auto done = keep_journal(); !done) return fail(done.error());
  const std::string directory = options_.directory + "/state";
  if (auto done = store::write_state(files_, directory, state_name, state->first, state->second);
      !done) {
    return fail(done.error());
  }
  counters_->forget.store(state->first);
  state_log_bytes_ = counters_->log_bytes.load(std::memory_order_relaxed);
  return true;
}

Status Engine::close() {
  if (auto done = write(0); !done) return done;
  if (auto done = apply(0); !done) return fail(done.error());
  if (counters_->aside.exchange(false)) {
    if (auto done = history_->write_aside(); !done) return done;
  }
  hand_over_state();
  if (auto done = history_->seal(); !done) return done;
  if (auto done = keep_state(); !done) return fail(done.error());
  return {};
}

}  // namespace cairn::watch
