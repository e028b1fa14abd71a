// SPDX-License-Identifier: Apache-2.0
#include "server/http.hpp"

#include <array>
#include <boost/asio.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <charconv>
#include <condition_variable>
#include <exception>
#include <limits>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <utility>  // before Asio's coroutine headers: g++ 12 needs std::exchange there

#include "core/text.hpp"

namespace cairn::server {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using Parser = http::request_parser<http::string_body>;
using std::chrono::milliseconds;

// A refused body is read and thrown away up to here, so that the client gets to see the answer.
constexpr std::size_t drain_bytes = std::size_t{256} << 20;
constexpr milliseconds drain_time = std::chrono::seconds(10);
constexpr std::size_t slowest_bytes_per_second = 64 * 1024;
constexpr std::size_t read_ahead_bytes = 64 * 1024;

milliseconds time_for(milliseconds base, std::size_t bytes) {
  return base + std::chrono::seconds(bytes / slowest_bytes_per_second);
}

// Cancels the operations of a socket when the time is up.
class Deadline {
 public:
  explicit Deadline(tcp::socket& socket)
      : timer_(socket.get_executor()), state_(std::make_shared<State>(State{&socket, 0, false})) {}
  ~Deadline() { state_->socket = nullptr; }
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  void set(milliseconds time) {
    state_->expired = false;
    const std::uint64_t round = ++state_->round;
    timer_.expires_after(time);
    timer_.async_wait([state = state_, round](const error_code& ec) {
      if (ec || state->round != round || state->socket == nullptr) return;
      state->expired = true;
      error_code ignored;
      state->socket->cancel(ignored);
    });
  }
  void clear() {
    ++state_->round;
    timer_.cancel();
  }
  bool expired() const { return state_->expired; }

 private:
  struct State {
    tcp::socket* socket;
    std::uint64_t round;  // a wait of an earlier round does nothing
    bool expired;
  };
  asio::steady_timer timer_;
  std::shared_ptr<State> state_;  // shared: a queued timer handler may run after this is gone
};

struct Connection {
  explicit Connection(tcp::socket s) : socket(std::move(s)), deadline(socket) {}
  tcp::socket socket;
  Deadline deadline;
  beast::flat_buffer buffer{limits::http_header_bytes + read_ahead_bytes};
  bool idle = true;  // waits for a request: may be closed at once by stop()
};

std::string head_of(const Response& response, bool keep_alive) {
  std::string out = format("HTTP/1.1 {} {}\r\n", response.status, status_text(response.status));
  for (const Header& h : response.headers) out += format("{}: {}\r\n", h.name, h.value);
  if (!response.type.empty()) out += format("Content-Type: {}\r\n", response.type);
  if (response.status != 204 && response.status != 304) {
    out += format("Content-Length: {}\r\n", response.content().size());
  }
  out += keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
  return out;
}

std::string text_of(beast::string_view text) {
  return {text.data(), text.size()};
}

// The head as plain values; nothing when the target is not one that a server can answer.
std::optional<Request> request_of(const Parser& parser) {
  const auto& message = parser.get();
  Request out;
  out.method = text_of(message.method_string());
  std::string target = text_of(message.target());
  if (target.starts_with("http://") || target.starts_with("https://")) {
    const std::size_t slash = target.find('/', target.find("://") + 3);
    target = slash == std::string::npos ? "/" : target.substr(slash);
  }
  if (target.empty() || target.front() != '/') return std::nullopt;
  const std::size_t mark = target.find('?');
  out.path = target.substr(0, mark);
  if (mark != std::string::npos) out.query = target.substr(mark + 1);
  for (const auto& field : message) {
    out.headers.push_back({lower_ascii(text_of(field.name_string())), text_of(field.value())});
  }
  return out;
}

struct Failure {
  int status = 0;  // 0: close without a word
  std::string message;
};

Failure failure_of(const error_code& ec, bool expired) {
  if (expired) return {408, "the request was not complete in time"};
  if (ec == http::error::header_limit || ec == http::error::buffer_overflow) {
    return {431, format("the request line and headers are larger than {} bytes",
                        limits::http_header_bytes)};
  }
  if (ec == http::error::body_limit) return {413, "the body is larger than is read here"};
  if (ec == http::error::bad_version) return {505, "only HTTP/1.0 and HTTP/1.1 are spoken here"};
  if (ec == http::error::partial_message) return {400, "the request ended before it was whole"};
  if (ec == http::error::end_of_stream) return {0, {}};
  if (ec.category() == http::make_error_code(http::error::bad_target).category()) {
    return {400, "this is no HTTP request: " + ec.message()};
  }
  return {0, {}};  // the connection broke
}

class Server final : public HttpServer {
 public:
  Server(const HttpOptions& options, HttpHandlers handlers)
      : options_(options),
        handlers_(std::move(handlers)),
        counters_(std::make_shared<HttpCounters>()),
        acceptor_(io_),
        pool_(static_cast<std::size_t>(std::max(1, options.handler_threads))) {}
  ~Server() override { stop(); }

  Status open() {
    error_code ec;
    const auto address = asio::ip::make_address(options_.address, ec);
    if (ec) {
      return fail(Code::invalid, format("'{}' is no IPv4 or IPv6 address", options_.address));
    }
    const tcp::endpoint endpoint(address, options_.port);
    acceptor_.open(endpoint.protocol(), ec);
    if (!ec) acceptor_.set_option(tcp::acceptor::reuse_address(true), ec);
    if (!ec) acceptor_.bind(endpoint, ec);
    if (!ec) acceptor_.listen(asio::socket_base::max_listen_connections, ec);
    if (ec) {
      return fail(Code::io, format("cannot listen on {} port {}: {}", options_.address,
                                   options_.port, ec.message()));
    }
    port_ = acceptor_.local_endpoint().port();
    asio::co_spawn(io_, accept(), asio::detached);
    thread_ = std::thread([this] { io_.run(); });
    return std::monostate{};
  }

  std::uint16_t port() const override { return port_; }
  std::shared_ptr<const HttpCounters> counters() const override { return counters_; }

  void stop() override {
    if (!thread_.joinable()) return;
    asio::post(io_, [this] {
      stopping_ = true;
      error_code ignored;
      acceptor_.close(ignored);
      for (Connection* connection : connections_) {
        if (connection->idle) connection->socket.cancel(ignored);
      }
    });
    {
      std::unique_lock lock(mutex_);
      closed_.wait_for(lock, options_.stop_time, [this] { return counters_->connections == 0; });
    }
    pool_.join();
    io_.stop();
    thread_.join();
  }

 private:
  asio::awaitable<void> accept() {
    while (!stopping_) {
      error_code ec;
      tcp::socket socket(io_);
      co_await acceptor_.async_accept(socket, asio::redirect_error(asio::use_awaitable, ec));
      if (stopping_) co_return;
      if (ec) {
        // Out of descriptors or the like: it passes when connections end.
        asio::steady_timer pause(io_, milliseconds(50));
        co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, ec));
        continue;
      }
      counters_->accepted++;
      counters_->connections++;
      asio::co_spawn(io_, serve(std::move(socket)), asio::detached);
    }
  }

  asio::awaitable<void> serve(tcp::socket socket) {
    Connection connection(std::move(socket));
    connections_.insert(&connection);
    error_code ignored;
    connection.socket.set_option(tcp::no_delay(true), ignored);
    if (counters_->connections > options_.connections) {
      counters_->refused++;
      co_await refuse(connection, handlers_.fail(503, "too many connections; try again soon"));
    } else {
      bool more = true;
      while (more && !stopping_) more = co_await exchange(connection);
    }
    connection.socket.close(ignored);
    connections_.erase(&connection);
    const std::lock_guard lock(mutex_);
    counters_->connections--;
    closed_.notify_all();
  }

  // One request and its response; true when another may follow.
  asio::awaitable<bool> exchange(Connection& c) {
    error_code ec;
    if (c.buffer.size() == 0) {
      c.idle = true;
      c.deadline.set(options_.idle_time);
      co_await c.socket.async_wait(tcp::socket::wait_read,
                                   asio::redirect_error(asio::use_awaitable, ec));
      c.idle = false;
      if (ec || stopping_) co_return false;
    }
    Parser parser;
    parser.header_limit(static_cast<std::uint32_t>(options_.header_bytes));
    parser.body_limit(std::numeric_limits<std::uint64_t>::max());  // the real one is set below
    c.deadline.set(options_.header_time);
    co_await http::async_read_header(c.socket, c.buffer, parser,
                                     asio::redirect_error(asio::use_awaitable, ec));
    if (ec || c.deadline.expired()) {
      co_await give_up(c, failure_of(ec, c.deadline.expired()));
      co_return false;
    }
    std::optional<Request> request = request_of(parser);
    Failure failure = check_head(parser, request.has_value());
    if (failure.status != 0) {
      co_await refuse(c, handlers_.fail(failure.status, std::move(failure.message)));
      co_return false;
    }
    Admission admission = handlers_.admit(*request);
    if (auto* refusal = std::get_if<Response>(&admission)) {
      if (!parser.is_done()) {
        co_await refuse(c, std::move(*refusal));
        co_return false;
      }
      co_return co_await respond(c, parser, *refusal, request->method == "HEAD");
    }
    failure = co_await read_body(c, parser, std::get<std::size_t>(admission));
    if (failure.message == "") {
      request->body = std::move(parser.get().body());
      const Response response = co_await run_on_pool(*request);
      co_return co_await respond(c, parser, response, request->method == "HEAD");
    }
    co_await give_up(c, std::move(failure));
    co_return false;
  }

  static Failure check_head(const Parser& parser, bool target_ok) {
    const auto& message = parser.get();
    if (!target_ok) return {400, "the request target must begin with '/'"};
    if (message.version() != 10 && message.version() != 11) {
      return {505, "only HTTP/1.0 and HTTP/1.1 are spoken here"};
    }
    if (message.version() == 11 && message.count(http::field::host) != 1) {
      return {400, "an HTTP/1.1 request has exactly one Host header"};
    }
    const auto coding = message[http::field::transfer_encoding];
    if (!coding.empty() && !beast::iequals(coding, "chunked")) {
      return {501, "the only transfer coding understood is 'chunked'"};
    }
    const auto expect = message[http::field::expect];
    if (!expect.empty() && !beast::iequals(expect, "100-continue")) {
      return {417, "the only expectation understood is '100-continue'"};
    }
    return {};
  }

  // An empty message: the body is there.
  asio::awaitable<Failure> read_body(Connection& c, Parser& parser, std::size_t limit) {
    if (parser.is_done()) co_return Failure{};
    const auto length = parser.content_length();
    if (length && *length > limit) {
      co_return Failure{413, format("a body of {} bytes is too large; at most {} bytes are read "
                                    "here",
                                    *length, limit)};
    }
    error_code ec;
    if (!parser.get()[http::field::expect].empty() && parser.get().version() == 11) {
      static constexpr std::string_view go = "HTTP/1.1 100 Continue\r\n\r\n";
      c.deadline.set(options_.write_time);
      co_await asio::async_write(c.socket, asio::buffer(go),
                                 asio::redirect_error(asio::use_awaitable, ec));
      if (ec) co_return Failure{0, "broken"};
    }
    parser.body_limit(limit);
    c.deadline.set(time_for(options_.body_time, length ? *length : limit));
    co_await http::async_read(c.socket, c.buffer, parser,
                              asio::redirect_error(asio::use_awaitable, ec));
    const bool expired = c.deadline.expired();
    c.deadline.clear();
    if (ec == http::error::body_limit) {
      co_return Failure{413,
                        format("the body is too large; at most {} bytes are read here", limit)};
    }
    if (!ec && !expired) co_return Failure{};
    Failure failure = failure_of(ec, expired);
    if (failure.message.empty()) failure.message = "broken";
    co_return failure;
  }

  asio::awaitable<Response> run_on_pool(const Request& request) {
    counters_->in_progress++;
    auto initiate = [this, &request](auto&& handler) {
      using Handler = std::decay_t<decltype(handler)>;
      asio::post(pool_, [this, &request, done = Handler(std::move(handler))]() mutable {
        Response response = run(request);
        asio::post(io_, [done = std::move(done), response = std::move(response)]() mutable {
          done(std::move(response));
        });
      });
    };
    auto token = asio::use_awaitable;
    Response response =
        co_await asio::async_initiate<decltype(token), void(Response)>(initiate, token);
    counters_->in_progress--;
    co_return response;
  }

  Response run(const Request& request) {
    try {
      return handlers_.handle(request);
    } catch (const std::exception& e) {
      return handlers_.fail(500, format("an error inside the server: {}", e.what()));
    }
  }

  asio::awaitable<bool> respond(Connection& c, const Parser& parser, const Response& response,
                                bool head_only) {
    const bool keep = parser.keep_alive() && !stopping_;
    const bool ok = co_await write(c, response, keep, head_only);
    co_return ok&& keep;
  }

  asio::awaitable<bool> write(Connection& c, const Response& response, bool keep, bool head_only) {
    const std::string head = head_of(response, keep);
    const bool bare = head_only || response.status == 204 || response.status == 304;
    const std::string_view body = bare ? std::string_view{} : response.content();
    const std::array<asio::const_buffer, 2> buffers{asio::buffer(head),
                                                    asio::buffer(body.data(), body.size())};
    error_code ec;
    c.deadline.set(time_for(options_.write_time, body.size()));
    const std::size_t sent = co_await asio::async_write(
        c.socket, buffers, asio::redirect_error(asio::use_awaitable, ec));
    counters_->bytes_sent += static_cast<std::int64_t>(sent);
    const bool ok = !ec && !c.deadline.expired();
    c.deadline.clear();
    co_return ok;
  }

  asio::awaitable<void> give_up(Connection& c, Failure failure) {
    if (failure.status == 408) counters_->timeouts++;
    if (failure.status == 0) co_return;
    co_await refuse(c, handlers_.fail(failure.status, std::move(failure.message)));
  }

  // Answers, then reads what the client still sends: closing at once would make its system throw
  // the answer away with the connection.
  asio::awaitable<void> refuse(Connection& c, Response response) {
    if (!co_await write(c, response, false, false)) co_return;
    error_code ec;
    c.socket.shutdown(tcp::socket::shutdown_send, ec);
    c.deadline.set(drain_time);
    std::array<char, 16384> sink;
    std::size_t total = 0;
    while (!ec && total < drain_bytes && !c.deadline.expired() && !stopping_) {
      total += co_await c.socket.async_read_some(asio::buffer(sink),
                                                 asio::redirect_error(asio::use_awaitable, ec));
    }
  }

  const HttpOptions options_;
  const HttpHandlers handlers_;
  std::shared_ptr<HttpCounters> counters_;  // shared: see counters()
  asio::io_context io_{1};
  tcp::acceptor acceptor_;
  asio::thread_pool pool_;
  std::thread thread_;
  std::set<Connection*> connections_;  // touched by the socket thread only
  bool stopping_ = false;              // likewise
  std::mutex mutex_;
  std::condition_variable closed_;
  std::uint16_t port_ = 0;
};

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::start(const HttpOptions& options,
                                                      HttpHandlers handlers) {
  auto server = std::make_unique<Server>(options, std::move(handlers));
  if (const Status opened = server->open(); !opened) return fail(opened.error());
  return server;
}

}  // namespace cairn::server
