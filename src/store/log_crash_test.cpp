// SPDX-License-Identifier: Apache-2.0
// The promise of the log over random histories and over every fault point of a script: what
// commit() said is on disk is there, in order and with its bytes, and nothing else appears.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "core/simulated_files.hpp"
#include "store/log.hpp"

namespace cairn::store {
namespace {

using Crash = SimulatedFiles::Crash;

struct Entry {
  std::uint8_t kind = 0;
  std::int64_t arrival_ns = 0;
  std::string payload;
  bool operator==(const Entry&) const = default;
};

// What was promised, and what may or may not be there. Lives longer than the log.
class Witness {
 public:
  // Positions of what could not be promised may be given again after a restart.
  void appended(std::uint64_t position, Entry entry) {
    EXPECT_FALSE(promised_.contains(position)) << "position " << position << " again";
    EXPECT_GT(position, newest_);
    newest_ = position;
    buffered_[position] = std::move(entry);
  }
  void committed() {
    promised_.merge(buffered_);
    buffered_.clear();
    doubtful_.clear();
  }
  // Refused, and the log goes on: must never be seen.
  void refused() { buffered_.clear(); }
  // The log is gone or broken: may be seen once it is opened again.
  void lost() {
    doubtful_ = std::exchange(buffered_, {});
    open_ = false;
  }
  void forgotten(std::uint64_t position) { forgotten_ = std::max(forgotten_, position); }

  void check(const Log& log, std::uint64_t seed) {
    std::map<std::uint64_t, Entry> seen;
    std::uint64_t last = 0;
    const auto done = log.read(0, [&](const LogRecord& r) -> Status {
      EXPECT_GT(r.position, last);
      last = r.position;
      seen[r.position] = {r.kind, r.arrival.ns, std::string(r.payload)};
      return {};
    });
    ASSERT_TRUE(done) << "seed " << seed << ": " << to_string(done.error());
    ASSERT_LE(last, log.durable());
    ASSERT_GT(log.next(), log.durable());
    for (const auto& [position, entry] : promised_) {
      if (position <= forgotten_ && !seen.contains(position)) continue;
      ASSERT_TRUE(seen.contains(position)) << "seed " << seed << ": lost " << position;
      ASSERT_EQ(seen[position], entry) << "seed " << seed << ": changed " << position;
    }
    for (const auto& [position, entry] : seen) {
      if (promised_.contains(position)) continue;
      ASSERT_FALSE(open_) << "seed " << seed << ": " << position << " appeared";
      ASSERT_TRUE(doubtful_.contains(position)) << "seed " << seed << ": invented " << position;
      ASSERT_EQ(doubtful_[position], entry) << "seed " << seed;
    }
    // Seen once, it stays. What is forgotten may come back with its segment.
    promised_.merge(seen);
    doubtful_.clear();
    newest_ = open_ ? newest_ : log.next() - 1;
    open_ = true;
  }

 private:
  std::map<std::uint64_t, Entry> promised_;
  std::map<std::uint64_t, Entry> buffered_;
  std::map<std::uint64_t, Entry> doubtful_;
  std::uint64_t newest_ = 0;
  std::uint64_t forgotten_ = 0;
  bool open_ = false;
};

const LogOptions options{.segment_bytes = 1'500, .record_bytes = 4'000, .reserve_bytes = 700};

// Opens it as often as faults prevent it.
std::unique_ptr<Log> reopen(SimulatedFiles& disk, Witness& witness, std::uint64_t seed) {
  for (int i = 0; i < 20; ++i) {
    if (disk.crashed()) disk.restart();
    auto log = Log::open(disk, "data/log", options);
    if (log) {
      witness.check(**log, seed);
      return std::move(*log);
    }
    EXPECT_EQ(log.error().message.find("damaged"), std::string::npos)
        << "seed " << seed << ": " << to_string(log.error());
  }
  return nullptr;
}

class History {
 public:
  explicit History(std::uint64_t seed) : seed_(seed), random_(seed), disk_(seed + 1) {}

  void run(int steps) {
    log_ = reopen(disk_, witness_, seed_);
    for (int i = 0; i < steps && !::testing::Test::HasFatalFailure(); ++i) {
      ASSERT_NE(log_, nullptr) << "seed " << seed_;
      step();
      if (log_->broken() || disk_.crashed()) begin_again();
    }
    disk_.set_space(~std::uint64_t{0});
    if (log_) log_.reset();
    witness_.lost();
    disk_.crash();
    log_ = reopen(disk_, witness_, seed_);
    ASSERT_NE(log_, nullptr) << "seed " << seed_;
  }
  std::uint64_t durable() const { return log_ ? log_->durable() : 0; }

 private:
  std::uint64_t roll(std::uint64_t below) { return random_() % below; }

  void append() {
    Entry entry{static_cast<std::uint8_t>(roll(256)), static_cast<std::int64_t>(++time_), {}};
    entry.payload.resize(roll(20) == 0 ? roll(4'000) : roll(60));
    for (char& c : entry.payload) c = static_cast<char>(roll(3) == 0 ? 0 : random_());
    const auto position = log_->append(entry.kind, {entry.arrival_ns}, entry.payload);
    if (position) witness_.appended(*position, std::move(entry));
  }
  void commit() {
    const auto done = log_->commit();
    if (done) {
      witness_.committed();
    } else if (!log_->broken()) {
      witness_.refused();
    }
  }
  void begin_again() {
    // Some of the times the machine goes with the process.
    if (!disk_.crashed() && roll(2) == 0) disk_.crash(roll(2) == 0 ? Crash::power : Crash::process);
    if (disk_.crashed()) disk_.restart();
    log_.reset();
    witness_.lost();
    if (roll(4) == 0) disk_.crash_at(disk_.operations().size() + 1 + roll(6), Crash::power);
    log_ = reopen(disk_, witness_, seed_);
  }
  void step() {
    const std::uint64_t kind = roll(100);
    const std::uint64_t now = disk_.operations().size();
    if (kind < 55) {
      append();
    } else if (kind < 85) {
      commit();
    } else if (kind < 88) {
      disk_.crash_at(now + 1 + roll(8), roll(3) == 0 ? Crash::process : Crash::power);
    } else if (kind < 91) {
      disk_.fail_at(now + 1 + roll(8));
    } else if (kind < 92) {
      disk_.set_space(roll(2) == 0 ? 2'000 + roll(20'000) : ~std::uint64_t{0});
    } else if (kind < 94) {
      witness_.check(*log_, seed_);
    } else if (kind < 96) {
      disk_.crash(roll(2) == 0 ? Crash::process : Crash::power);
    } else if (kind < 98) {
      const std::uint64_t position = log_->durable() - roll(20) % (log_->durable() + 1);
      witness_.forgotten(position);
      (void)log_->forget(position).has_value();
    } else {
      log_.reset();  // a clean end, with what was not committed dropped
      witness_.lost();
      log_ = reopen(disk_, witness_, seed_);
    }
  }

  std::uint64_t seed_;
  std::mt19937_64 random_;
  SimulatedFiles disk_;
  Witness witness_;
  std::unique_ptr<Log> log_;
  std::uint64_t time_ = 0;
};

TEST(LogCrash, RandomHistoriesKeepThePromise) {
  constexpr std::uint64_t count = 3'000;
  constexpr std::uint64_t first = 1;
  std::uint64_t durable = 0;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    History history(seed);
    history.run(150);
    ASSERT_FALSE(HasFatalFailure()) << "seed " << seed;
    durable += history.durable();
  }
  EXPECT_GT(durable, 10 * count);  // the histories are not all faults
}

// Two segments, several commits, a forgetting. False when it could not come to its end.
bool script(SimulatedFiles& disk, Witness& witness) {
  auto log = Log::open(disk, "data/log", options);
  if (!log) return false;
  std::int64_t time = 0;
  for (int i = 0; i < 12; ++i) {
    for (int k = 0; k < 5; ++k) {
      const Entry entry{static_cast<std::uint8_t>(k), ++time,
                        std::string(static_cast<std::size_t>(40 * k + i), 'p')};
      const auto position = (*log)->append(entry.kind, {time}, entry.payload);
      if (!position) return false;
      witness.appended(*position, entry);
    }
    if ((*log)->commit()) {
      witness.committed();
    } else if ((*log)->broken()) {
      return false;
    } else {
      witness.refused();
    }
    if (i == 8) {
      witness.forgotten((*log)->durable());
      (void)(*log)->forget((*log)->durable()).has_value();
    }
  }
  return true;
}

TEST(LogCrash, EveryOperationFailsInTurn) {
  SimulatedFiles dry(1);
  {
    Witness witness;
    ASSERT_TRUE(script(dry, witness));
  }
  const std::size_t operations = dry.operations().size();
  EXPECT_GT(operations, 40u);
  std::size_t broken = 0;
  for (std::uint64_t at = 1; at <= operations; ++at) {
    for (std::uint64_t seed = 0; seed < 8; ++seed) {
      SimulatedFiles disk(seed);
      disk.fail_at(at);
      Witness witness;
      if (!script(disk, witness)) ++broken;
      witness.lost();
      const bool power = seed % 2 == 0;
      disk.crash(power ? Crash::power : Crash::process);
      auto log = reopen(disk, witness, seed);
      ASSERT_NE(log, nullptr) << "operation " << at << " seed " << seed;
      ASSERT_FALSE(HasFatalFailure()) << "operation " << at << " seed " << seed;
      log.reset();
      witness.lost();
      disk.crash(Crash::power);
      ASSERT_NE(reopen(disk, witness, seed), nullptr);
      ASSERT_FALSE(HasFatalFailure()) << "operation " << at << " seed " << seed << ", again";
    }
  }
  EXPECT_GT(broken, operations);  // syncs at least
}

TEST(LogCrash, ACrashAtEveryOperationAndAtEachOfTheRecovery) {
  SimulatedFiles dry(1);
  Witness ignored;
  ASSERT_TRUE(script(dry, ignored));
  const std::size_t operations = dry.operations().size();
  for (std::uint64_t at = 1; at <= operations; ++at) {
    for (std::uint64_t seed = 0; seed < 24; ++seed) {
      SimulatedFiles disk(seed);
      disk.crash_at(at, seed % 4 == 3 ? Crash::process : Crash::power);
      Witness witness;
      (void)script(disk, witness);
      witness.lost();
      ASSERT_TRUE(disk.crashed());
      // Opening may crash, too.
      disk.crash_at(at + 1 + seed / 4);
      auto log = reopen(disk, witness, seed);
      ASSERT_NE(log, nullptr) << "operation " << at << " seed " << seed;
      ASSERT_FALSE(HasFatalFailure()) << "operation " << at << " seed " << seed;
    }
  }
}

}  // namespace
}  // namespace cairn::store
