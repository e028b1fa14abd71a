// SPDX-License-Identifier: Apache-2.0
// From the stream to a shard's engine: the readings of its partitions, in order, each once. The
// stream hears of what is on the shard's disk, never of more (docs/shards.md).
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/seams.hpp"
#include "server/nats_link.hpp"
#include "stream/parcel.hpp"
#include "watch/engine.hpp"

namespace cairn::server {

// The clock of a shard. While it makes up for what it missed it tells the time at which the parent
// took the readings in, so that a shard that begins anew goes through the same times.
class ShardClock final : public Clock {
 public:
  explicit ShardClock(const Clock& real) : real_(real) {}
  Instant now() const override {
    const std::int64_t held = held_ns_.load(std::memory_order_relaxed);
    if (holding_.load(std::memory_order_relaxed)) return {held};
    return {std::max(real_.now().ns, held)};
  }
  // Stands at `t`; never falls.
  void hold(Instant t) {
    if (t.ns > held_ns_.load(std::memory_order_relaxed)) {
      held_ns_.store(t.ns, std::memory_order_relaxed);
    }
    holding_.store(true, std::memory_order_relaxed);
  }
  void release() { holding_.store(false, std::memory_order_relaxed); }
  bool holding() const { return holding_.load(std::memory_order_relaxed); }

 private:
  const Clock& real_;
  std::atomic<std::int64_t> held_ns_{0};
  std::atomic<bool> holding_{false};
};

class NatsFeed {
 public:
  struct Options {
    std::string url;
    std::string directory;                // of the live engine: the cursor is there
    std::vector<std::string> partitions;  // sorted
    std::function<void(const Error&)> fatal = {};
  };
  // Connects, and holds the clock when there is something to make up for.
  static Result<std::unique_ptr<NatsFeed>> open(Files& files, ShardClock& clock,
                                                const Options& options);
  ~NatsFeed() { stop(); }

  void start(watch::Engine& engine);
  // What is not acknowledged comes again. Idempotent; before the engine's threads end.
  void stop();
  // Nothing older than the start of this process is missing any more.
  bool caught_up() const { return caught_up_.load(std::memory_order_acquire); }
  std::uint64_t records() const { return records_.load(std::memory_order_relaxed); }
  const std::string& note() const { return note_; }  // what an operator should know; empty: nothing

 private:
  struct Waiting {  // a record, and the message that it came in
    stream::ParcelRecord record;
    std::string parent;
    std::uint64_t sequence = 0;  // of the message
    std::string reply;
    bool last = false;  // of its message
  };
  struct Lane {
    std::string partition;
    std::unique_ptr<NatsPull> pull;
    std::deque<Waiting> records;
    std::uint64_t cursor = 0;   // everything up to it is on disk
    std::string mark;           // of the message with that sequence; empty: not known
    std::uint64_t fetched = 0;  // up to it is in `records` or on disk
    std::uint64_t newest = 0;   // of the partition, when it began
    std::uint64_t pending = 0;  // behind what was fetched
    bool behind() const { return fetched < newest || pending > 0; }
  };
  struct Group {
    std::vector<Waiting> records;
    std::vector<std::size_t> lanes;  // of the records
    std::size_t readings = 0;
  };

  NatsFeed(Files& files, ShardClock& clock, Options options, std::unique_ptr<NatsLink> link);
  Status open_lanes();
  struct Cursor {
    std::uint64_t sequence = 0;
    std::string mark;
  };
  Status read_cursors(std::map<std::string, Cursor>& out) const;
  Status check_cursor(Lane& lane);
  Status begin(Lane& lane);
  void run();
  Status step();
  Status fetch(Lane& lane, int wait_ms);
  Group next_group();
  Status submit(const Group& group);
  Status shelve(const stream::ParcelRecord& record);
  Status done(const Group& group);
  Status write_cursors();
  void confirm(bool now);
  void let_time_pass(Instant until);
  bool wait_durable(std::uint64_t ticket);

  Files& files_;
  ShardClock& clock_;
  const Options options_;
  const std::unique_ptr<NatsLink> link_;
  std::vector<Lane> lanes_;
  std::string note_;
  watch::Engine* engine_ = nullptr;
  std::map<std::pair<std::string, std::string>, std::uint64_t> confirmed_;  // parent, partition
  std::map<std::pair<std::string, std::string>, std::uint64_t> durable_;    // likewise: position
  std::int64_t kept_ms_ = 0;  // steady time of the newest cursor file
  std::uint64_t sent_ = 0;
  Instant arrival_ = Instant::min();  // of the newest record

  std::mutex mutex_;
  std::condition_variable committed_;
  std::uint64_t failed_to_ = 0;
  std::atomic<std::uint64_t> records_{0};
  std::atomic<bool> caught_up_{false};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace cairn::server
