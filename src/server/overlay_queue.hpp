// SPDX-License-Identifier: Apache-2.0
// Requests that ask for a proposal nobody has asked for yet. Laying one over the world computes
// what follows from it, coverage of thousands of villages among others: seconds in which the few
// threads that answer everything must not be kept. Such requests wait for a thread of their own, in
// their order; the first lays the proposal and the others find it there.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "server/message.hpp"
#include "server/reply.hpp"
#include "server/state.hpp"

namespace cairn::server {

class OverlayQueue {
 public:
  using Handler = std::function<void(Request, Reply)>;

  using Refusal = std::function<Response(int, std::string)>;

  // `handle` answers one request; called on the queue's thread. `refuse` makes a problem of a
  // status.
  OverlayQueue(Handler handle, Refusal refuse);
  ~OverlayQueue();

  // Whether a request must wait here.
  static bool concerns(const State& state, const Request& request);
  // Takes it; when too many wait the answer is 429.
  void take(Request request, Reply reply);

  // Ends the thread; who waits gets 503. Idempotent.
  void stop();

 private:
  struct Waiting {
    Request request;
    Reply reply;
  };
  void run();

  Handler handle_;
  Refusal refuse_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Waiting> waiting_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace cairn::server
