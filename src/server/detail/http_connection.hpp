// SPDX-License-Identifier: Apache-2.0
// One connection of the HTTP server: its socket, what it waits for and what it has to say. All of
// it belongs to the socket thread.
#pragma once

// clang-format off: g++ 12 needs std::exchange before Asio's coroutine headers
#include <utility>
// clang-format on

#include <algorithm>
#include <boost/asio.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/limits.hpp"
#include "core/text.hpp"
#include "server/message.hpp"

namespace cairn::server::detail {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using boost::system::error_code;
using std::chrono::milliseconds;

inline constexpr std::size_t read_ahead_bytes = 64 * 1024;

// Cancels the operations of a socket when the time is up. Its timer is left alone as long as it
// fires early enough: a request that is answered in time costs no change of it.
class Deadline {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit Deadline(tcp::socket& socket)
      : state_(std::make_shared<State>(socket.get_executor(), &socket)) {}
  ~Deadline() {
    state_->socket = nullptr;
    state_->timer.cancel();
  }
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  void set(milliseconds time) { state_->set(state_->due, time); }
  void clear() { state_->due = Time::max(); }
  // Of a write that goes on beside the reading.
  void set_write(milliseconds time) { state_->set(state_->write_due, time); }
  void clear_write() { state_->write_due = Time::max(); }
  bool expired() const { return state_->expired; }
  bool write_expired() const { return state_->write_expired; }

 private:
  struct State : std::enable_shared_from_this<State> {
    template <class Executor>
    State(const Executor& executor, tcp::socket* s) : timer(executor), socket(s) {}

    void set(Time& which, milliseconds time) {
      which = std::chrono::steady_clock::now() + time;
      if (&which == &due) expired = false;
      if (which < armed) arm(which);
    }
    void arm(Time at) {
      armed = at;
      timer.expires_at(at);
      timer.async_wait([self = shared_from_this()](const error_code& ec) {
        if (!ec && self->socket != nullptr) self->fire();
      });
    }
    void fire() {
      const Time now = std::chrono::steady_clock::now();
      const bool read_over = due <= now;
      const bool write_over = write_due <= now;
      if (read_over) due = Time::max();
      if (write_over) write_due = Time::max();
      armed = Time::max();
      if (const Time next = std::min(due, write_due); next != Time::max()) arm(next);
      if (!read_over && !write_over) return;
      expired |= read_over;
      write_expired |= write_over;
      error_code ignored;
      socket->cancel(ignored);
    }

    asio::steady_timer timer;
    tcp::socket* socket;
    Time due = Time::max();
    Time write_due = Time::max();
    Time armed = Time::max();
    bool expired = false;
    bool write_expired = false;
  };
  std::shared_ptr<State> state_;  // shared: a queued timer handler may run after this is gone
};

// A request of the quick way that waits for its answer or for those before it.
struct Unanswered {
  bool keep_alive = true;
  std::optional<Response> response;
};

struct Connection {
  Connection(tcp::socket s, std::uint32_t number)
      : socket(std::move(s)), id(number), deadline(socket), bell(socket.get_executor()) {}

  tcp::socket socket;
  const std::uint32_t id;
  Deadline deadline;
  beast::flat_buffer buffer{limits::http_header_bytes + limits::http_quick_bytes +
                            read_ahead_bytes};
  bool idle = true;  // waits for a request: may be closed at once by stop()

  std::deque<Unanswered> unanswered;
  std::uint32_t first = 0;         // number of the first of them
  bool general = false;            // the general way waits for its answer, which has this number
  std::optional<Response> answer;  // of the general way
  bool last = false;               // no further request is read

  std::string out;      // to be sent
  std::string sending;  // under way
  bool writing = false;
  bool broken = false;
  bool dirty = false;       // in Server::dirty_
  asio::steady_timer bell;  // rung when something of the above changed
  bool waits = false;       // for the bell
  BodyStream* stream = nullptr;
  bool chunked = false;

  std::uint64_t ticket(std::uint32_t index) const {
    return std::uint64_t{id} << 32 | static_cast<std::uint32_t>(first + index);
  }
  void ring() {
    if (waits) bell.cancel();
  }
  void give_up() {
    error_code ignored;
    broken = true;
    socket.cancel(ignored);
  }
  template <class Condition>
  asio::awaitable<void> until(Condition condition) {
    while (!condition(*this)) {
      error_code ec;
      waits = true;
      bell.expires_at(Deadline::Time::max());
      co_await bell.async_wait(asio::redirect_error(asio::use_awaitable, ec));
      waits = false;
    }
  }
  void add_chunk(std::string_view bytes) {
    if (chunked) out += format("{:x}\r\n", bytes.size());
    out.append(bytes);
    if (chunked) out.append("\r\n");
  }
  bool settled() const { return broken || (unanswered.empty() && out.empty() && !writing); }
  bool has_room() const {
    return broken || (unanswered.size() < limits::http_unanswered &&
                      out.size() + sending.size() < limits::http_output_bytes);
  }
};
// shared: what is written may end after the connection's coroutine has.
using ConnectionPtr = std::shared_ptr<Connection>;

}  // namespace cairn::server::detail
