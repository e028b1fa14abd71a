// SPDX-License-Identifier: Apache-2.0
// From a parent's log to the stream that its shards read. What a device was acknowledged is on the
// parent's own disk; the stream is asked how far it came, and gets the rest in order, so that
// nothing depends on what a server confirmed and then lost (docs/shards.md).
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "core/seams.hpp"
#include "server/nats_link.hpp"
#include "watch/shard.hpp"

namespace cairn::server {

class NatsRelay final : public watch::Forward {
 public:
  struct Options {
    std::string url;
    std::string directory;                         // of the live engine; the parent's name is there
    std::function<void(const Error&)> fatal = {};  // the process has to end and to start again
  };
  // Connects and makes the streams; `files` and `clock` for the parent's name at its first start.
  static Result<std::unique_ptr<NatsRelay>> open(Files& files, const Clock& clock,
                                                 const Options& options);
  ~NatsRelay() override { stop(); }

  Status take(const watch::ForwardedRecord& record, const stream::Machine& machine) override;
  std::uint64_t settled() const override;

  // Begins to send; `forwarded` hears of bytes that wait no more.
  void start(std::function<void(std::size_t)> forwarded);
  // Sends what it can in a moment; the rest is in the log. Idempotent.
  void stop();

  const std::string& parent() const { return parent_; }
  std::uint64_t waiting() const { return waiting_.load(std::memory_order_relaxed); }  // parts

 private:
  struct Item {
    std::uint64_t place = 0;
    std::string bytes;         // the record as it stands in a parcel
    std::size_t released = 0;  // of the desk's queue, when it is out
  };
  struct Lane {
    std::deque<Item> items;
    bool known = false;           // how far the stream came
    std::uint64_t sequence = 0;   // of the subject's newest message; 0: none
    std::uint64_t sent = 0;       // newest place in the stream
    std::uint64_t taken = 0;      // newest place that was forwarded
    std::uint64_t confirmed = 0;  // position that the shard has on disk
  };
  struct Round;

  NatsRelay(Options options, std::unique_ptr<NatsLink> link, std::string parent);
  std::string subject(const std::string& partition) const;
  Status ask(const std::string& partition, Lane& lane);
  void forget_sent(Lane& lane, std::size_t& released);
  Result<bool> send();
  Status ask_all();
  Status hear_confirmed();
  void run();

  const Options options_;
  const std::unique_ptr<NatsLink> link_;
  std::unique_ptr<NatsPull> confirmations_;
  const std::string parent_;
  watch::Partitioner partitioner_;  // of take()

  mutable std::mutex mutex_;
  std::condition_variable filled_;
  std::map<std::string, Lane, std::less<>> lanes_;  // by partition
  std::uint64_t newest_ = 0;                        // position that was taken

  std::function<void(std::size_t)> forwarded_;
  std::atomic<std::uint64_t> waiting_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace cairn::server
