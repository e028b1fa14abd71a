// SPDX-License-Identifier: Apache-2.0
#include "server/overlay_queue.hpp"

#include <string>
#include <utility>

#include "server/query.hpp"

namespace cairn::server {
namespace {

// A console asks a dozen things of a proposal at once.
constexpr std::size_t most_waiting = 100;
constexpr int retry_seconds = 3;

}  // namespace

OverlayQueue::OverlayQueue(Handler handle, Refusal refuse)
    : handle_(std::move(handle)), refuse_(std::move(refuse)), thread_([this] { run(); }) {}

OverlayQueue::~OverlayQueue() {
  stop();
}

bool OverlayQueue::concerns(const State& state, const Request& request) {
  if (request.query.find("overlay") == std::string::npos) return false;
  const auto query = parse_query(request.query);
  if (!query) return false;
  for (const auto& [name, value] : *query) {
    if (name == "overlay" && state.must_lay(value)) return true;
  }
  return false;
}

void OverlayQueue::take(Request request, Reply reply) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_ && waiting_.size() < most_waiting) {
      waiting_.push_back({std::move(request), std::move(reply)});
      wake_.notify_one();
      return;
    }
  }
  Response busy = refuse_(429, "too many wait for a proposal to be computed; ask again soon");
  busy.headers.push_back({"Retry-After", std::to_string(retry_seconds)});
  reply.send(std::move(busy));
}

void OverlayQueue::stop() {
  std::deque<Waiting> unanswered;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    unanswered.swap(waiting_);
  }
  wake_.notify_all();
  for (Waiting& each : unanswered) each.reply.send(refuse_(503, "the server is stopping"));
  if (thread_.joinable()) thread_.join();
}

void OverlayQueue::run() {
  while (true) {
    Waiting next;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
      if (stopping_) return;
      next = std::move(waiting_.front());
      waiting_.pop_front();
    }
    handle_(std::move(next.request), std::move(next.reply));
  }
}

}  // namespace cairn::server
