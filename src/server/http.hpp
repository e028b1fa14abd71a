// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 over TCP: one thread for the sockets, a small pool for the handlers. Keeps connections
// alive, reads pipelined requests one after the other, and answers half-sent, oversized and
// malformed requests with the status a client expects.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>

#include "core/limits.hpp"
#include "core/result.hpp"
#include "server/message.hpp"

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
  std::function<Response(const Request&)> handle;         // on the pool
  std::function<Response(int status, std::string)> fail;  // renders errors of the transport
};

// Live figures, for /metrics.
struct HttpCounters {
  std::atomic<std::int64_t> connections{0};
  std::atomic<std::int64_t> accepted{0};
  std::atomic<std::int64_t> refused{0};      // over the limit of connections
  std::atomic<std::int64_t> timeouts{0};     // requests that never became whole
  std::atomic<std::int64_t> in_progress{0};  // handlers running
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
  // Accepts nothing more, lets running requests finish, then closes. Waits; idempotent.
  virtual void stop() = 0;
};

}  // namespace cairn::server
