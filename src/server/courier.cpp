// SPDX-License-Identifier: Apache-2.0
#include "server/courier.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace cairn::server {
namespace {

constexpr std::int64_t longest_rest_ns = 30 * ns_per_second;
// A queue that says "now" and has nothing: another digest waits.
constexpr std::int64_t shortest_rest_ns = ns_per_second / 2;
constexpr std::int64_t tell_again_ns = ns_per_second + ns_per_second / 10;
constexpr std::int64_t after_error_ns = 2 * ns_per_second;

}  // namespace

Status Courier::note(Instant now) {
  auto write = ledger_.begin();
  if (!write) return fail(write.error());
  const auto& [delivery, attempt] = *carried_;
  auto done = attempt.taken ? outbox_.delivered(*write, delivery, attempt, now)
                            : outbox_.failed(*write, delivery, attempt, now);
  if (!done) return done;
  if (done = write->commit(); !done) return done;
  carried_.reset();
  return {};
}

Status Courier::beat(Instant now) {
  if (options_.heartbeat_ns <= 0 || (next_beat_ && now < *next_beat_)) return {};
  const auto queue = outbox_.queue(options_.channel);
  if (!queue) return fail(queue.error());
  // Somebody may have asked for a test meanwhile.
  next_beat_ = queue->test_posted ? *queue->test_posted + options_.heartbeat_ns : now;
  if (now < *next_beat_) return {};
  auto write = ledger_.begin();
  if (!write) return fail(write.error());
  if (auto test = outbox_.test(*write, options_.channel, "system/heartbeat", now); !test) {
    return fail(test.error());
  }
  next_beat_ = now + options_.heartbeat_ns;
  return write->commit();
}

Status Courier::gather(Instant now) {
  if (!options_.digests) return {};
  auto write = ledger_.begin();
  if (!write) return fail(write.error());
  const auto made = outbox_.gather(*write, options_.channel, now);
  if (!made) return fail(made.error());
  return *made == 0 ? Status{} : write->commit();
}

Result<Courier::Step> Courier::step(const Clock& clock) {
  if (carried_) {  // delivered before, but the disk did not take the note
    if (auto done = note(clock.now()); !done) return fail(done.error());
  }
  const Instant now = clock.now();
  if (auto done = beat(now); !done) return fail(done.error());
  if (auto done = gather(now); !done) return fail(done.error());
  auto next = outbox_.next(options_.channel, now);
  if (!next) return fail(next.error());
  if (*next) {
    respond::Attempt attempt = channel_.deliver(**next);
    carried_ = Carried{std::move(**next), std::move(attempt)};
    const Instant then = clock.now();
    if (auto done = note(then); !done) return fail(done.error());
    return Step{true, then};
  }
  channel_.idle(now);
  Instant again = now + longest_rest_ns;
  if (next_beat_) again = std::min(again, *next_beat_);
  const auto due = outbox_.due(options_.channel);
  if (!due) return fail(due.error());
  if (*due) again = std::min(again, **due);
  return Step{false, std::max(again, now + shortest_rest_ns)};
}

CourierThread::CourierThread(Courier courier, const Clock& clock, store::Ledger& ledger,
                             std::function<bool()> changed)
    : courier_(std::move(courier)),
      clock_(clock),
      ledger_(ledger),
      changed_(std::move(changed)),
      thread_([this] { work(); }) {}

void CourierThread::wake() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
  }
  wake_.notify_all();
}

void CourierThread::ask_to_stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
}

void CourierThread::stop() {
  ask_to_stop();
  if (thread_.joinable()) thread_.join();
}

// Who posts wakes us before he commits: his write is waited for.
void CourierThread::pause(std::int64_t ns) {
  {
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, std::chrono::nanoseconds(std::max<std::int64_t>(ns, 0)),
                   [this] { return woken_ || stopping_; });
    if (stopping_ || !std::exchange(woken_, false)) return;
  }
  (void)ledger_.begin();
}

void CourierThread::work() {
  const auto stopping = [this] {
    const std::lock_guard lock(mutex_);
    return stopping_;
  };
  while (!stopping()) {
    const auto step = courier_.step(clock_);
    const bool soon = changed_ && changed_();
    if (!step) {
      pause(after_error_ns);
    } else if (!step->carried) {
      const std::int64_t rest_ns = step->again.ns - clock_.now().ns;
      pause(soon ? std::min(rest_ns, tell_again_ns) : rest_ns);
    }
  }
}

}  // namespace cairn::server
