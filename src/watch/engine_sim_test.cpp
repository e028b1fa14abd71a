// SPDX-License-Identifier: Apache-2.0
// The whole engine on a simulated disk and clock: power cuts, killed processes, syncs that fail and
// full disks at any operation, and a client that sends again what was not acknowledged. In the end
// nothing acknowledged is missing, nothing is there twice or unasked, each episode is told once,
// and the state is that of an engine that read the same log without ever stopping.
#include <gtest/gtest.h>

#include <deque>
#include <random>

#include "watch/detail/course_oracle.hpp"
#include "watch/detail/test_engine.hpp"

namespace cairn::watch {
namespace {

using detail::Drop;

constexpr std::int64_t t0 = 1'700'000'040 * ns_per_second;
constexpr std::size_t gauges = 2;
constexpr double unwanted = 777;  // of readings that have to be refused

const char* const rules =
    "rules:\n"
    "  high: {label: {zh: a, en: b}, type: gauge, when: 'level > 10 m', clear: 'level < 8 m'}\n"
    "  wet: {label: {zh: a, en: b}, type: gauge, when: 'avg(flow, 2m) > 8 m', for: 30s, keep: "
    "20s}\n";

struct Sent {
  std::string sender;
  std::uint64_t sequence = 0;
  bool historical = false;
  std::vector<Drop> drops;
  std::uint64_t ticket = 0;  // of the engine that took it
};

class Simulation {
 public:
  explicit Simulation(std::uint64_t seed) : random_(seed), disk_(seed) {
    plan();
    journal_.fails = [this] { return journal_full_; };
  }

  void run() {
    open();
    while (!to_send_.empty() || !waiting_.empty()) {
      ASSERT_LT(++turns_, 20'000u) << "does not come to an end";
      if (engine_ == nullptr) {
        open();
        continue;
      }
      act();
    }
    calm();
    settle();
  }
  void check();
  std::size_t crashes() const { return crashes_; }
  std::size_t repairs() const { return repairs_; }
  std::size_t readings() const { return readings_; }

 private:
  int roll(int below) { return static_cast<int>(random_() % static_cast<std::uint64_t>(below)); }

  // What the devices will send, and in which order.
  void plan() {
    std::uint64_t sequences[3] = {};
    std::vector<std::pair<int, Sent>> order;
    int time = 0;
    const int messages = 10 + roll(40);
    for (int m = 0; m < messages; ++m) {
      const auto gauge = static_cast<std::size_t>(roll(gauges));
      const int who = roll(3);
      Sent sent{format("gate-{}", who), who == 0 ? 0 : ++sequences[who], roll(12) == 0, {}, 0};
      for (int n = 1 + roll(12); n > 0; --n) {
        time += 1 + roll(9);
        const bool flow = roll(2) == 0;
        sent.drops.push_back(
            {gauge, flow, t0 + time * ns_per_second, static_cast<double>(roll(16))});
      }
      // A number may only rise, so what is late comes without one.
      const bool late = sent.sequence == 0 && roll(3) == 0;
      order.emplace_back(m + (late ? 1 + roll(15) : 0), std::move(sent));
    }
    std::stable_sort(order.begin(), order.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    for (auto& [when, sent] : order) {
      for (const Drop& drop : sent.drops) {
        values_[drop.gauge][drop.time_ns][drop.flow ? 1 : 0] = drop.value;
        ++readings_;
      }
      to_send_.push_back(std::move(sent));
    }
  }

  void open() {
    if (disk_.crashed()) disk_.restart();
    if (opening_++ > 20) calm();
    EngineOptions options;
    options.directory = "d";
    options.state_bytes = 2'000;
    options.history.memory_points = 60;
    options.history.chunk_points = 16;
    auto engine = Engine::open(disk_, clock_, world_,
                               std::make_unique<detail::MemoryJournal>(journal_), options);
    if (!engine) {
      ASSERT_LT(opening_, 60u) << to_string(engine.error());
      return die();
    }
    engine_ = std::move(*engine);
    opening_ = 0;
    engine_->intake().listen([this](const Intake::Commit& commit) {
      if (commit.failed_to == 0) return;
      // Never written: sent again.
      for (Sent& sent : waiting_) {
        if (sent.ticket > commit.durable && sent.ticket <= commit.failed_to) sent.ticket = 0;
      }
    });
  }
  // The process is gone, with what was in memory.
  void die() {
    ++crashes_;
    if (engine_) repairs_ += engine_->stats().repairs;
    engine_.reset();
    if (!disk_.crashed()) disk_.crash(SimulatedFiles::Crash::process);
    disk_.restart();
    for (Sent& sent : waiting_) sent.ticket = 0;
    if (roll(2) == 0) calm_disk();
  }
  static Status status_of(const Result<bool>& done) {
    if (!done) return fail(done.error());
    return {};
  }
  void must(const Status& done) {
    if (!done || disk_.crashed()) die();
  }
  void calm_disk() {
    disk_.set_space(~std::uint64_t{0});
    journal_full_ = false;
  }
  void calm() {
    calm_ = true;
    calm_disk();
    disk_.crash_at(0);
  }

  void trouble() {
    const std::uint64_t next = disk_.operations().size() + 1 + static_cast<std::uint64_t>(roll(40));
    switch (roll(6)) {
      case 0:
      case 1:
        disk_.crash_at(next, SimulatedFiles::Crash::power);
        break;
      case 2:
        disk_.crash_at(next, SimulatedFiles::Crash::process);
        break;
      case 3:
        disk_.fail_at(next);
        break;
      case 4: {
        constexpr std::uint64_t huge = std::uint64_t{1} << 40;
        disk_.set_space(huge);
        const auto free = disk_.free_bytes("d");
        if (free) disk_.set_space(huge - *free + static_cast<std::uint64_t>(roll(20'000)));
        break;
      }
      default:
        journal_full_ = true;
    }
  }

  void act() {
    clock_.set(clock_.now() + roll(3) * ns_per_second / 2);
    switch (roll(14)) {
      case 0:
        if (!calm_) trouble();
        break;
      case 1:
        calm_disk();
        break;
      case 2:
        refuse();
        break;
      case 3:
      case 4:
      case 5:
        send();
        break;
      case 6:
      case 7: {
        must(status_of(engine_->keep()));
        break;
      }
      case 8:
        if (roll(4) == 0) return die();
        break;
      default: {
        must(engine_->write(0));
        if (engine_ == nullptr) return;
        acknowledge();
        must(status_of(engine_->apply(0)));
      }
    }
  }

  void send() {
    // First what has to be sent again, in its order.
    for (Sent& sent : waiting_) {
      if (sent.ticket == 0) return submit(sent);
    }
    if (to_send_.empty()) return;
    waiting_.push_back(std::move(to_send_.front()));
    to_send_.pop_front();
    submit(waiting_.back());
  }
  void submit(Sent& sent) {
    std::vector<std::string> names;
    const auto receipt = engine_->intake().submit(
        {sent.sender, sent.sequence, sent.historical, {"*"}}, detail::batch_of(sent.drops, names));
    if (!receipt) return;  // no room: again later
    ASSERT_EQ(receipt->accepted, sent.drops.size());
    sent.ticket = receipt->position;
  }
  void refuse() {
    std::vector<std::string> names;
    const auto batch = detail::batch_of({{0, false, t0 - 30 * 366 * ns_per_day, unwanted},
                                         {0, false, clock_.now().ns + ns_per_day, unwanted},
                                         {gauges + 5, false, t0, unwanted}},
                                        names);
    const auto receipt = engine_->intake().submit({"bad", 0, false, {"*"}}, batch);
    EXPECT_TRUE(!receipt || receipt->accepted == 0u);
  }
  void acknowledge() {
    const std::uint64_t durable = engine_->intake().durable();
    std::erase_if(waiting_,
                  [&](const Sent& sent) { return sent.ticket != 0 && sent.ticket <= durable; });
  }

  // Until nothing is left to do.
  void settle() {
    for (int i = 0; i < 400; ++i) {
      if (engine_ == nullptr) open();
      clock_.set(clock_.now() + 2 * ns_per_second);
      // A sync that was to fail may still do so.
      if (engine_ != nullptr) must(engine_->write(0));
      if (engine_ != nullptr) must(status_of(engine_->apply(0)));
      if (engine_ != nullptr) must(status_of(engine_->keep()));
      if (i > 3 && engine_ != nullptr && engine_->late_things() == 0) return;
    }
    FAIL() << "late data are never done with";
  }

  void check_history() const;
  void check_alerts() const;

  std::mt19937_64 random_;
  SimulatedFiles disk_;
  detail::JournalDisk journal_;
  bool journal_full_ = false;
  FixedClock clock_{Instant{t0 + ns_per_day}};
  std::shared_ptr<const World> world_ = detail::gauge_world(gauges, rules);
  std::unique_ptr<Engine> engine_;
  std::array<detail::Values, gauges> values_;
  std::deque<Sent> to_send_;
  std::deque<Sent> waiting_;  // sent, not acknowledged
  bool calm_ = false;
  std::size_t turns_ = 0;
  std::size_t opening_ = 0;
  std::size_t crashes_ = 0;
  std::size_t repairs_ = 0;
  std::size_t readings_ = 0;
};

// Everything was acknowledged in the end, and nothing else was ever sent.
void Simulation::check_history() const {
  const model::Snapshot snapshot = engine_->snapshot();
  for (std::size_t gauge = 0; gauge < gauges; ++gauge) {
    for (std::size_t k = 0; k < 2; ++k) {
      std::vector<model::Sample> samples;
      snapshot.history->read(snapshot.tables[0]->columns[k].series[gauge], Instant::min(),
                             Instant::max(), samples);
      std::size_t expected = 0;
      for (const auto& [time, both] : values_[gauge]) {
        if (!both[k]) continue;
        ASSERT_LT(expected, samples.size()) << "g" << gauge << ": readings are missing";
        EXPECT_EQ(samples[expected].time.end.ns, time);
        EXPECT_EQ(samples[expected].value, *both[k]);
        ++expected;
      }
      EXPECT_EQ(samples.size(), expected) << "g" << gauge << ": readings that nobody sent";
    }
  }
}

void Simulation::check_alerts() const {
  for (const model::RuleDef& rule : world_->library.catalog().rules) {
    for (std::size_t gauge = 0; gauge < gauges; ++gauge) {
      const auto expected = detail::oracle(*world_, values_[gauge], gauge, rule).episodes;
      std::vector<detail::Told> told;
      for (const auto& [id, alert] : journal_.alerts) {
        if (alert.rule != rule.id || alert.thing != format("g{}", gauge)) continue;
        if (alert.state == AlertState::retracted) continue;
        told.push_back({alert.since, alert.began, alert.ended});
      }
      std::sort(told.begin(), told.end());
      EXPECT_EQ(told, expected) << rule.id << " over g" << gauge << "\n  is        "
                                << detail::text_of(told, t0) << "\n  should be "
                                << detail::text_of(expected, t0);
    }
  }
}

void Simulation::check() {
  ASSERT_NE(engine_, nullptr);
  check_history();
  check_alerts();
  for (const auto& [number, rejected] : journal_.rejected) EXPECT_EQ(rejected.sender, "bad");
  repairs_ += engine_->stats().repairs;
  const std::string bytes = engine_->state_bytes();
  const std::uint64_t position = engine_->applied();
  engine_.reset();
  EngineOptions options;
  options.directory = "d";
  options.whole_log = true;
  const auto read = [&] {
    return Engine::open(disk_, clock_, world_, std::make_unique<detail::MemoryJournal>(journal_),
                        options);
  };
  auto whole = read();
  // A sync that was to fail may still do so.
  for (int i = 0; i < 60 && !whole; ++i) {
    die();
    whole = read();
  }
  ASSERT_TRUE(whole) << to_string(whole.error());
  EXPECT_EQ((*whole)->applied(), position);
  EXPECT_TRUE((*whole)->state_bytes() == bytes) << "the state is another one";
}

TEST(EngineSimulation, WhateverTheDiskDoesNothingAcknowledgedIsLost) {
  const auto [first, end] = detail::seeds(150);
  std::size_t crashes = 0;
  std::size_t repairs = 0;
  std::size_t readings = 0;
  for (std::uint64_t seed = first; seed < end; ++seed) {
    SCOPED_TRACE(format("seed {}", seed));
    Simulation simulation(seed);
    simulation.run();
    if (!testing::Test::HasFatalFailure()) simulation.check();
    crashes += simulation.crashes();
    repairs += simulation.repairs();
    readings += simulation.readings();
    if (testing::Test::HasFailure()) return;
  }
  std::printf("%zu crashes, %zu repairs, %zu readings\n", crashes, repairs, readings);
  if (end - first >= 100) {
    EXPECT_GT(crashes, end - first);
    EXPECT_GT(repairs, (end - first) / 10);
  }
}

}  // namespace
}  // namespace cairn::watch
