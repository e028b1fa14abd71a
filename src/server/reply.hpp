// SPDX-License-Identifier: Apache-2.0
// The answer to a request, given when it is known, from any thread.
//
//   void handle(Request request, Reply reply) { … reply.send(response); }
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "server/message.hpp"

namespace cairn::server {

// Takes answers; outlived by none of its replies. Thread-safe.
class ReplySink {
 public:
  virtual ~ReplySink() = default;
  virtual void answer(std::uint64_t ticket, Response response) = 0;
  // No answer will ever come: an error inside the server.
  virtual void abandon(std::uint64_t ticket) = 0;
};

// Sends once; what is destroyed unsent is answered with 500.
class Reply {
 public:
  Reply() = default;
  Reply(std::shared_ptr<ReplySink> sink, std::uint64_t ticket)
      : sink_(std::move(sink)), ticket_(ticket) {}
  Reply(Reply&& other) noexcept
      : sink_(std::exchange(other.sink_, nullptr)), ticket_(other.ticket_) {}
  Reply& operator=(Reply&& other) noexcept {
    if (this == &other) return *this;
    drop();
    sink_ = std::exchange(other.sink_, nullptr);
    ticket_ = other.ticket_;
    return *this;
  }
  ~Reply() { drop(); }

  void send(Response response) {
    if (const auto sink = std::exchange(sink_, nullptr)) sink->answer(ticket_, std::move(response));
  }
  bool sent() const { return sink_ == nullptr; }

 private:
  void drop() {
    if (const auto sink = std::exchange(sink_, nullptr)) sink->abandon(ticket_);
  }

  std::shared_ptr<ReplySink> sink_;  // shared: answers may come after the server has gone
  std::uint64_t ticket_ = 0;
};

}  // namespace cairn::server
