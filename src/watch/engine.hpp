// SPDX-License-Identifier: Apache-2.0
// The live engine: log, state machine, roll-up, history and journal as one. It has no threads and
// no clock of its own; whoever runs it calls four steps, each from one thread:
//
//   write    takes what the desk has, writes and syncs it, tells the doors     (may wait for disk)
//   apply    the state machine and the history take what was written           (never waits for
//   disk) publish  brings the indicators to now and tells the watchers               (same thread
//   as apply) keep     seals and compacts the history, writes states, fills the journal  (may wait
//   for disk)
//
// Started again after any stop, it is where it was: newest good state + replay of the log.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "core/seams.hpp"
#include "store/history.hpp"
#include "store/journal.hpp"
#include "store/log.hpp"
#include "stream/machine.hpp"
#include "stream/rollup.hpp"
#include "watch/alert_book.hpp"
#include "watch/desk.hpp"
#include "watch/late_marks.hpp"
#include "watch/live.hpp"
#include "watch/publisher.hpp"
#include "watch/reviser.hpp"
#include "watch/shard.hpp"
#include "watch/world.hpp"

namespace cairn::watch {

struct EngineOptions {
  std::string directory;  // holds log/, state/ and history/
  store::LogOptions log = {};
  store::HistoryOptions history = {};
  std::int64_t tick_ns = ns_per_second;                  // of log time, when nothing comes in
  std::uint64_t state_bytes = std::uint64_t{256} << 20;  // of log between two states
  std::int64_t state_ns = 300 * ns_per_second;           // at most, when anything came in
  std::size_t updates_kept = 512;                        // readings of one update
  bool whole_log = false;                    // recovers from the log alone: states are passed over
  std::function<double()> clock_speed = {};  // of a demonstration clock; none: the true one
  bool hourly = true;            // publishes all indicators of each full hour, with later revisions
  const Clock* timer = nullptr;  // measures durations; null: the engine's clock
  Forward* forward = nullptr;    // of a parent of shards: takes the readings; outlives the engine
  // Of a shard: what its regions' own things come to, as often as that changes; from publish().
  std::function<void(std::vector<stream::Share>)> shares = {};
};

class Engine final : public Live, public RejectionSink {
 public:
  // Recovers. `files` and `clock` must outlive the engine.
  static Result<std::unique_ptr<Engine>> open(Files& files, const Clock& clock,
                                              std::shared_ptr<const World> world,
                                              std::unique_ptr<store::Journal> journal,
                                              const EngineOptions& options);
  ~Engine() override;

  // One commit, if anything waits within `wait_ms` or time has passed. An error means that the
  // disk has broken its word: end the process.
  Status write(int wait_ms);
  // Everything that is written; true when there was something within `wait_ms`.
  Result<bool> apply(int wait_ms);
  // Alerts that apply() brought, at once: they do not wait for the roll-up.
  void tell_alerts();
  void publish();
  // publish() in parts, for whoever has alerts to let through in between: what changed is found
  // out, where `pause` is called every millisecond or so and may apply() and tell_alerts(); then
  // it is told so many values at a time; false: that was all.
  void refresh(const std::function<void()>& pause = {});
  bool publish_some(std::size_t cells);
  // Updates go there from now on, and it calls tell() for them, from one thread at a time. Set
  // while nothing runs; none: watchers are told at once.
  void relay(std::function<void(LiveUpdate)> relay) { relay_ = std::move(relay); }
  void tell(const LiveUpdate& update);
  // True when there may be more to do at once.
  Result<bool> keep();
  // Everything to disk, the state with it: before a proper end, when nothing else runs any more.
  Status close();

  // Another world, in two steps: prepare() takes long and runs beside the engine, on any thread;
  // rebind(), on the thread of apply(), takes over what the engine has come to. What is left of
  // the old world goes with `prepared`, which belongs to who prepared it.
  struct Prepared;
  std::shared_ptr<Prepared> prepare(std::shared_ptr<const World> world);
  Status rebind(Prepared& prepared);
  // What requests read: the world's snapshot with the stored history.
  model::Snapshot snapshot() const;

  Intake& intake() override { return *desk_; }
  Instant now() const override;
  LiveStats stats() const override;
  std::optional<LiveCell> value(std::string_view indicator, std::string_view region) const override;
  AlertPage alerts(const AlertQuery& query) const override;
  Result<Why> why(std::string_view rule, std::string_view thing, Instant at) const override;
  Status shelve(std::string_view rule, std::string_view thing, Instant until, std::string_view who,
                std::string_view reason) override;
  std::vector<Rejected> rejected(std::uint64_t before, std::size_t limit) const override;
  std::vector<Feed> silent() const override;
  std::vector<Revision> revisions(std::size_t limit) const override;
  void watch(std::function<void(const LiveUpdate&)> listener) override;

  void reject(std::string_view sender, const std::vector<model::Refusal>& refused) override;

  // Of shards (watch/shard.hpp). Messages that stand in the log together or not at all.
  Result<Receipt> submit_all(std::span<const Delivery> deliveries);
  // So many bytes that were forwarded wait no more.
  void forwarded(std::size_t bytes);
  // A shard's alerts, on the thread of apply(), in the order they were heard in; what is known
  // already changes nothing.
  void raise(const std::vector<Alert>& alerts);
  // A shard's partial, on the thread of apply(); it counts from the next publish() on.
  Status inject(const stream::Share& share);
  // Counts what may change an answer.
  std::uint64_t generation() const;
  // The journal's feed of alerts: what it says is on disk. Any thread.
  Result<std::vector<store::AlertChange>> alert_changes(std::uint64_t after,
                                                        std::size_t most) const {
    return journal_->changes(after, most);
  }

  // The state as bytes, for comparisons; from the thread of apply().
  std::string state_bytes() const;
  std::uint64_t applied() const;
  std::size_t late_things();

 private:
  struct Written {  // a record that is on disk
    std::uint64_t position = 0;
    stream::RecordKind kind = stream::RecordKind::tick;
    Instant arrival;
    std::string payload;
  };
  struct Control {  // what the engine itself or a person puts into the log
    stream::RecordKind kind = stream::RecordKind::shelve;
    std::string payload;
  };
  struct Running;  // machine, roll-up and live snapshot of one world
  struct Counters;

  Engine(Files& files, const Clock& clock, std::unique_ptr<store::Journal> journal,
         const EngineOptions& options);
  Status recover(std::shared_ptr<const World> world);
  Status replay(std::uint64_t after);
  Status append(std::vector<Written>& batch, stream::RecordKind kind, Instant arrival,
                std::string payload);
  Status commit(std::vector<Written>& batch, Desk::Group& group, std::vector<Control>& controls);
  void note_commit(std::int64_t ns);
  Status take_in(const Written& record);
  Status hand_on(const Written& record);
  void tell_shares();
  void inject_again();
  void after(const stream::Effects& effects);
  bool told(const std::string& id, std::uint64_t position) const;
  void alert_of(const stream::Transition& transition);
  void alert_of(const stream::AlertRevision& revision);
  void note_readings(const stream::Effects& effects);
  void find_silent(Instant now);
  void give_out(LiveUpdate update);
  void hand_over_state();
  Status keep_journal();
  Result<bool> keep_state();
  Status read_state(std::string_view bytes);
  // Late data, and what they change (engine_revise.cpp).
  void note_late(const stream::Effects& effects);
  void note_repair(const Written& record);
  void add_late(std::string& state);
  void plan_revisions();
  bool revise();
  void revise(const Running& running, const RevisionOrder& order);
  Result<std::vector<KnownEpisode>> told_episodes(const model::RuleDef& rule,
                                                  std::string_view thing, Instant from) const;
  void note_published(const stream::Effects& effects);
  Result<bool> keep_published();
  void rebind_late(const stream::Binding& from, const stream::Binding& to);

  Files& files_;
  const Clock& clock_;
  const EngineOptions options_;
  std::unique_ptr<store::Journal> journal_;
  AlertBook book_;
  Publisher publisher_;
  std::unique_ptr<store::Log> log_;               // of write()
  std::shared_ptr<store::HistoryStore> history_;  // shared: with requests
  std::unique_ptr<Desk> desk_;
  std::unique_ptr<Counters> counters_;
  std::shared_ptr<HistoryDamage> damage_ = std::make_shared<HistoryDamage>();  // shared: requests

  // Of write().
  Instant last_arrival_ = Instant::min();
  Instant last_record_ = Instant::min();
  std::vector<std::int64_t> commit_ns_;  // of the newest commits

  // Between write() and apply().
  mutable std::mutex queue_mutex_;
  std::condition_variable queue_filled_;
  std::deque<Written> queue_;
  std::vector<Control> controls_;

  // Of apply() and publish(); `running_` itself changes under running_mutex_.
  mutable std::mutex running_mutex_;
  std::shared_ptr<Running> running_;  // shared: a request keeps the world it began with
  stream::Effects effects_;
  std::vector<std::tuple<std::uint32_t, std::uint32_t, Instant>> touched_;  // of a record
  LiveUpdate update_;
  Instant published_ = Instant::min();
  bool replaying_ = false;
  std::map<std::pair<std::string, std::string>, std::string> injected_;  // aggregate, region

  // Of keep().
  std::uint64_t state_log_bytes_ = 0;
  Instant state_time_ = Instant::min();

  // Late data, between apply() and keep().
  struct Orders {
    std::shared_ptr<const Running> running;  // shared: the world may change meanwhile
    std::vector<RevisionOrder> orders;
  };
  std::mutex late_mutex_;
  LateMarks late_;
  std::optional<Orders> orders_;

  // Between apply() and keep().
  mutable std::mutex kept_mutex_;
  std::vector<Revision> revised_;  // not told yet
  std::optional<std::pair<std::uint64_t, std::string>> state_;
  std::deque<model::Rejected> rejected_;  // not written yet
  std::uint64_t next_rejected_ = 1;
  std::vector<std::function<void(const LiveUpdate&)>> watchers_;
  std::function<void(LiveUpdate)> relay_;
  mutable std::mutex cells_mutex_;
  std::map<std::pair<std::string, std::string>, LiveCell, std::less<>> cells_;
  std::map<std::uint32_t, Feed> silent_;  // by series
};

}  // namespace cairn::watch
