// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 over TCP: one thread for the sockets, a small pool for the handlers. Keeps connections
// alive, and answers half-sent, oversized and malformed requests with the status a client expects.
// Answers may come later than the handler returns, from any thread. Pipelined requests are read
// one after the other, but for those of the quick way (HttpHandlers::quick): of these many may be
// unanswered on a connection; the answers go out in the order of the requests.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "core/limits.hpp"
#include "core/result.hpp"
#include "server/message.hpp"
#include "server/reply.hpp"

namespace cairn::server {

struct HttpOptions {
  std::string address = "127.0.0.1";  // an IPv4 or IPv6 address
  std::uint16_t port = 0;             // 0: any free one
  int handler_threads = 2;
  int connections = limits::http_connections;
  std::size_t header_bytes = limits::http_header_bytes;
  // From the first byte of a request to the end of its header.
  std::chrono::milliseconds header_time = std::chrono::seconds(limits::http_request_seconds);
  // For a body, besides the time that its length takes at 64 KiB/s.
  std::chrono::milliseconds body_time = std::chrono::seconds(limits::http_request_seconds);
  // For a client to take a response, likewise.
  std::chrono::milliseconds write_time = std::chrono::seconds(limits::http_request_seconds);
  // A kept connection without a request.
  std::chrono::milliseconds idle_time = std::chrono::seconds(75);
  // How long stop() waits for running requests.
  std::chrono::milliseconds stop_time = std::chrono::seconds(5);
};

// What is decided on the header alone: refuse at once, or read a body of at most so many bytes.
using Admission = std::variant<std::size_t, Response>;

struct HttpHandlers {
  std::function<Admission(const Request& head)> admit;    // on the socket thread: must not block
  std::function<void(Request, Reply)> handle;             // on the pool
  std::function<Response(int status, std::string)> fail;  // renders errors of the transport
  // The quick way, both on the socket thread, must not block: does a plain POST to this path with
  // at most limits::http_quick_bytes go straight to `take`? The request is valid during the call.
  std::function<bool(std::string_view path)> quick = {};
  std::function<void(const Request&, Reply)> take = {};
};

// Live figures, for /metrics.
struct HttpCounters {
  std::atomic<std::int64_t> connections{0};
  std::atomic<std::int64_t> accepted{0};
  std::atomic<std::int64_t> refused{0};       // over the limit of connections
  std::atomic<std::int64_t> timeouts{0};      // requests that never became whole
  std::atomic<std::int64_t> in_progress{0};   // requests without their answer
  std::atomic<std::int64_t> quick{0};         // requests that went the quick way
  std::atomic<std::int64_t> streams{0};       // bodies without end under way
  std::atomic<std::int64_t> slow_readers{0};  // cut off because they took nothing
  std::atomic<std::int64_t> bytes_sent{0};
};

class HttpServer {
 public:
  // Binds and serves from threads of its own until stop() or destruction.
  static Result<std::unique_ptr<HttpServer>> start(const HttpOptions& options,
                                                   HttpHandlers handlers);
  virtual ~HttpServer() = default;
  virtual std::uint16_t port() const = 0;
  // shared: handlers that report the figures may outlive a call into the server.
  virtual std::shared_ptr<const HttpCounters> counters() const = 0;
  // Runs something soon on the socket thread, or on the pool of handlers. Thread-safe.
  virtual void post(std::function<void()> work) = 0;
  virtual void post_to_pool(std::function<void()> work) = 0;
  // There is something to pull for streams of bodies. Thread-safe, cheap.
  virtual void poke() = 0;
  // Accepts nothing more, lets running requests finish, then closes. Waits; idempotent.
  virtual void stop() = 0;
};

}  // namespace cairn::server
