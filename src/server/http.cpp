// SPDX-License-Identifier: Apache-2.0
#include "server/http.hpp"

#include <array>
#include <boost/asio.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <condition_variable>
#include <exception>
#include <limits>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <utility>  // before Asio's coroutine headers: g++ 12 needs std::exchange there

#include "core/text.hpp"
#include "server/detail/http_connection.hpp"
#include "server/http_head.hpp"

namespace cairn::server {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using detail::Connection;
using detail::ConnectionPtr;
using detail::read_ahead_bytes;
using detail::Unanswered;
using Parser = http::request_parser<http::string_body>;
using std::chrono::milliseconds;

// A refused body is read and thrown away up to here, so that the client gets to see the answer.
constexpr std::size_t drain_bytes = std::size_t{256} << 20;
constexpr milliseconds drain_time = std::chrono::seconds(10);
constexpr std::size_t slowest_bytes_per_second = 64 * 1024;

milliseconds time_for(milliseconds base, std::size_t bytes) {
  return base + std::chrono::seconds(bytes / slowest_bytes_per_second);
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

// The beginning of a POST whose target is not whole yet.
bool may_be_post(std::string_view bytes) {
  constexpr std::string_view post = "POST /";
  return bytes.substr(0, post.size()) == post.substr(0, bytes.size()) &&
         bytes.find('\n') == std::string_view::npos;
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

class Server;

// Carries answers from any thread to the socket thread, many with one wake-up.
class Mailbox final : public ReplySink, public std::enable_shared_from_this<Mailbox> {
 public:
  explicit Mailbox(Server& server) : server_(&server) {}
  void answer(std::uint64_t ticket, Response response) override;
  void abandon(std::uint64_t ticket) override;
  void poke();
  void close() {
    const std::lock_guard lock(mutex_);
    server_ = nullptr;
  }

 private:
  void wake();  // under the mutex
  void deliver();

  std::mutex mutex_;
  Server* server_;
  bool awake_ = false;  // delivery is under way
  bool poked_ = false;
  std::vector<std::pair<std::uint64_t, std::optional<Response>>> answers_;  // nothing: abandoned
};

class Server final : public HttpServer {
 public:
  Server(const HttpOptions& options, HttpHandlers handlers)
      : options_(options),
        handlers_(std::move(handlers)),
        counters_(std::make_shared<HttpCounters>()),
        mailbox_(std::make_shared<Mailbox>(*this)),
        acceptor_(io_),
        ticker_(io_),
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
    asio::co_spawn(io_, tick(), asio::detached);
    thread_ = std::thread([this] { io_.run(); });
    return std::monostate{};
  }

  std::uint16_t port() const override { return port_; }
  std::shared_ptr<const HttpCounters> counters() const override { return counters_; }

  void post(std::function<void()> work) override {
    asio::post(io_, [this, work = std::move(work)] {
      work();
      flush_dirty();
    });
  }
  void post_to_pool(std::function<void()> work) override { asio::post(pool_, std::move(work)); }
  void poke() override { mailbox_->poke(); }

  void stop() override {
    if (!thread_.joinable()) return;
    asio::post(io_, [this] {
      stopping_ = true;
      error_code ignored;
      acceptor_.close(ignored);
      ticker_.cancel();
      for (const auto& [id, connection] : connections_) {
        if (connection->idle || connection->stream != nullptr) connection->socket.cancel(ignored);
      }
    });
    {
      std::unique_lock lock(mutex_);
      closed_.wait_for(lock, options_.stop_time, [this] { return counters_->connections == 0; });
    }
    pool_.join();
    io_.stop();
    thread_.join();
    mailbox_->close();
  }

  // The rest is for the mailbox, on the socket thread.
  asio::io_context& io() { return io_; }

  // An answer has come: it goes out when all before it have.
  void deliver(std::uint64_t ticket, std::optional<Response> response) {
    counters_->in_progress--;
    const auto at = connections_.find(static_cast<std::uint32_t>(ticket >> 32));
    if (at == connections_.end()) return;
    Connection& c = *at->second;
    if (!response) response = handlers_.fail(500, "an error inside the server: no answer was made");
    const std::uint32_t index = static_cast<std::uint32_t>(ticket) - c.first;
    if (c.general && index == 0) {
      c.answer = std::move(response);
      c.ring();
      return;
    }
    if (index >= c.unanswered.size()) return;
    c.unanswered[index].response = std::move(response);
    while (!c.unanswered.empty() && c.unanswered.front().response) {
      const Unanswered& next = c.unanswered.front();
      append_head(c.out, *next.response, next.keep_alive && !stopping_, Framing::length);
      c.out.append(next.response->content());
      c.unanswered.pop_front();
      ++c.first;
    }
    if (!std::exchange(c.dirty, true)) dirty_.push_back(at->second);
  }

  void flush_dirty() {
    for (std::size_t i = 0; i < dirty_.size(); ++i) {
      dirty_[i]->dirty = false;
      flush(dirty_[i]);
    }
    dirty_.clear();
  }

  void pump_all() {
    const auto now = std::chrono::steady_clock::now();
    for (const ConnectionPtr& connection : streams_) pump(connection, now);
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

  // Streams of bodies may have something to say although nothing happened.
  asio::awaitable<void> tick() {
    while (!stopping_) {
      error_code ec;
      ticker_.expires_after(std::chrono::seconds(1));
      co_await ticker_.async_wait(asio::redirect_error(asio::use_awaitable, ec));
      pump_all();
    }
  }

  asio::awaitable<void> serve(tcp::socket socket) {
    const auto connection = std::make_shared<Connection>(std::move(socket), ++last_id_);
    connections_.emplace(connection->id, connection);
    error_code ignored;
    connection->socket.set_option(tcp::no_delay(true), ignored);
    connection->socket.non_blocking(true, ignored);
    if (counters_->connections > options_.connections) {
      counters_->refused++;
      co_await refuse(*connection, handlers_.fail(503, "too many connections; try again soon"));
    } else {
      bool more = true;
      while (more && !stopping_) more = co_await turn(connection);
      co_await connection->until([](const Connection& c) { return c.settled(); });
    }
    connection->broken = true;
    connection->socket.close(ignored);
    connections_.erase(connection->id);
    const std::lock_guard lock(mutex_);
    counters_->connections--;
    closed_.notify_all();
  }

  enum class Next : std::uint8_t { read, wait, general, end };

  // Requests of the quick way, then perhaps one of the general way; true when more may follow.
  asio::awaitable<bool> turn(const ConnectionPtr& connection) {
    Connection& c = *connection;
    std::size_t wanted = 1;
    bool hoped = false;
    while (true) {
      if (c.buffer.size() < wanted) {
        Failure failure = co_await receive(c, wanted);
        if (!failure.message.empty()) {
          co_await c.until([](const Connection& x) { return x.settled(); });
          co_await give_up(c, std::move(failure));
          co_return false;
        }
      }
      const Next next = take_quick(c, wanted, hoped);
      flush_dirty();
      if (next == Next::end) co_return false;
      if (next == Next::wait) {
        co_await c.until([](const Connection& x) { return x.has_room(); });
        if (c.broken) co_return false;
      }
      if (next == Next::general) {
        co_await c.until([](const Connection& x) { return x.settled(); });
        co_return !c.broken && co_await exchange(connection);
      }
    }
  }

  // Takes the whole requests that the buffer holds, as far as they go the quick way. A head that
  // is cut off is hoped to be whole after one more reading; then it goes the general way.
  Next take_quick(Connection& c, std::size_t& wanted, bool& hoped) {
    while (c.buffer.size() > 0) {
      const auto data = c.buffer.data();
      const std::string_view bytes(static_cast<const char*>(data.data()), data.size());
      if (!handlers_.quick) return Next::general;
      const std::string_view path = post_path(bytes);
      const bool cut = bytes.find("\r\n\r\n") == std::string_view::npos;
      if (cut && !hoped && (path.empty() ? may_be_post(bytes) : handlers_.quick(path))) {
        hoped = true;
        wanted = bytes.size() + 1;
        return Next::read;
      }
      if (path.empty() || !handlers_.quick(path)) return Next::general;
      const PlainPost post = read_plain_post(bytes, options_.header_bytes, request_);
      hoped = false;
      if (post.head_bytes == 0 || post.body_bytes > limits::http_quick_bytes) return Next::general;
      wanted = post.head_bytes + post.body_bytes;
      if (bytes.size() < wanted) return Next::read;
      if (!c.has_room()) return Next::wait;
      request_.body.assign(bytes.substr(post.head_bytes, post.body_bytes));
      c.buffer.consume(wanted);
      c.unanswered.push_back({post.keep_alive, std::nullopt});
      counters_->quick++;
      counters_->in_progress++;
      take(c.ticket(static_cast<std::uint32_t>(c.unanswered.size() - 1)));
      if (!post.keep_alive || stopping_) return Next::end;
    }
    wanted = 1;
    return Next::read;
  }

  void take(std::uint64_t ticket) {
    try {
      handlers_.take(request_, Reply(mailbox_, ticket));
    } catch (const std::exception&) {  // the reply was dropped, so a 500 is on its way
    }
  }

  // Reads until the buffer holds so many bytes; an empty message: it does.
  asio::awaitable<Failure> receive(Connection& c, std::size_t wanted) {
    if (c.buffer.size() == 0) c.buffer.shrink_to_fit();  // thousands wait: they hold no memory
    const bool begun = c.buffer.size() > 0;
    c.deadline.set(begun ? time_for(options_.body_time, wanted) : options_.idle_time);
    Failure failure;
    while (c.buffer.size() < wanted) {
      error_code ec;
      c.idle = c.buffer.size() == 0 && c.settled();
      co_await c.socket.async_wait(tcp::socket::wait_read,
                                   asio::redirect_error(asio::use_awaitable, ec));
      c.idle = false;
      if (c.broken || (stopping_ && !begun)) co_return Failure{0, "over"};
      if (c.deadline.expired()) {
        if (begun) co_return failure_of(ec, true);
        if (c.settled()) co_return Failure{0, "idle"};
        c.deadline.set(options_.idle_time);  // the silence is ours: answers are due
        continue;
      }
      if (ec) co_return Failure{0, "broken"};
      const std::size_t room = c.buffer.max_size() - c.buffer.size();
      const auto space = c.buffer.prepare(std::min(room, read_ahead_bytes));
      const std::size_t n = c.socket.read_some(space, ec);
      c.buffer.commit(n);
      if (ec == asio::error::eof && begun) {
        co_return Failure{400, "the request ended before it was whole"};
      }
      if (ec && ec != asio::error::would_block) co_return Failure{0, "over"};
    }
    c.deadline.clear();
    co_return failure;
  }

  // Sends at once what the system takes, the rest as it takes it.
  void flush(const ConnectionPtr& connection) {
    Connection& c = *connection;
    if (!c.writing && !c.broken && !c.out.empty()) {
      error_code ec;
      const std::size_t n = c.socket.write_some(asio::buffer(c.out), ec);
      counters_->bytes_sent += static_cast<std::int64_t>(n);
      if (ec && ec != asio::error::would_block) {
        c.give_up();
      } else if (n == c.out.size()) {
        c.out.clear();
        if (c.out.capacity() > read_ahead_bytes) c.out.shrink_to_fit();
      } else {
        c.out.erase(0, n);
        send_rest(connection);
      }
    }
    c.ring();
    error_code ignored;
    if (c.settled() && (stopping_ || c.last)) c.socket.cancel(ignored);
  }

  void send_rest(const ConnectionPtr& connection) {
    Connection& c = *connection;
    c.sending.swap(c.out);
    c.out.clear();
    c.writing = true;
    c.deadline.set_write(time_for(options_.write_time, c.sending.size()));
    asio::async_write(c.socket, asio::buffer(c.sending),
                      [this, connection](const error_code& ec, std::size_t n) {
                        counters_->bytes_sent += static_cast<std::int64_t>(n);
                        connection->writing = false;
                        connection->sending.clear();
                        connection->deadline.clear_write();
                        if (ec && connection->deadline.write_expired()) counters_->slow_readers++;
                        if (ec) connection->give_up();
                        flush(connection);
                        pump(connection, std::chrono::steady_clock::now());
                      });
  }

  // Asks a stream for more as long as the client takes it.
  void pump(const ConnectionPtr& connection, std::chrono::steady_clock::time_point now) {
    Connection& c = *connection;
    while (c.stream != nullptr && !c.writing && !c.broken) {
      chunk_.clear();
      const bool more = c.stream->pull(now, chunk_);
      if (!chunk_.empty()) c.add_chunk(chunk_);
      if (!more) {
        c.stream = nullptr;
        c.last = true;
        if (c.chunked) c.out.append("0\r\n\r\n");
      }
      if (more && c.out.empty()) break;
      flush(connection);
    }
  }

  // One request of the general way and its response; true when another may follow.
  asio::awaitable<bool> exchange(const ConnectionPtr& connection) {
    Connection& c = *connection;
    error_code ec;
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
    if (request) {
      const auto peer = c.socket.remote_endpoint(ec);
      if (!ec) request->peer = peer.address().to_string();
    }
    Failure failure = check_head(parser, request.has_value());
    if (failure.status != 0) {
      co_await refuse(c, handlers_.fail(failure.status, std::move(failure.message)));
      co_return false;
    }
    Admission admission = handlers_.admit(*request);
    const bool head_only = request->method == "HEAD";
    if (auto* refusal = std::get_if<Response>(&admission)) {
      if (!parser.is_done()) {
        co_await refuse(c, std::move(*refusal));
        co_return false;
      }
      co_return co_await respond(c, parser, *refusal, head_only);
    }
    failure = co_await read_body(c, parser, std::get<std::size_t>(admission));
    if (!failure.message.empty()) {
      co_await give_up(c, std::move(failure));
      co_return false;
    }
    request->body = std::move(parser.get().body());
    Response response = co_await ask(c, std::move(*request));
    if (response.stream && !head_only) {
      c.chunked = parser.get().version() == 11;
      co_await stream(connection, response);
      co_return false;
    }
    co_return co_await respond(c, parser, response, head_only);
  }

  asio::awaitable<void> stream(const ConnectionPtr& connection, const Response& response) {
    Connection& c = *connection;
    c.deadline.clear();
    append_head(c.out, response, false, c.chunked ? Framing::chunked : Framing::close);
    if (!response.body.empty()) c.add_chunk(response.body);
    c.stream = response.stream.get();
    streams_.insert(connection);
    counters_->streams++;
    pump(connection, std::chrono::steady_clock::now());
    error_code ec;
    std::array<char, 512> sink;  // what such a client still says is of no interest
    while (!ec && !c.broken && !stopping_ && (c.stream != nullptr || !c.settled())) {
      co_await c.socket.async_wait(tcp::socket::wait_read,
                                   asio::redirect_error(asio::use_awaitable, ec));
      if (!ec) c.socket.read_some(asio::buffer(sink), ec);
      if (ec == asio::error::would_block) ec = {};
    }
    if (c.stream != nullptr) c.give_up();  // the client has gone
    c.stream = nullptr;
    streams_.erase(connection);
    counters_->streams--;
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

  // Has the request handled on the pool and waits for the answer, whoever gives it.
  asio::awaitable<Response> ask(Connection& c, Request request) {
    counters_->in_progress++;
    c.general = true;
    asio::post(pool_, [this, request = std::move(request),
                       reply = Reply(mailbox_, c.ticket(0))]() mutable {
      try {
        handlers_.handle(std::move(request), std::move(reply));
      } catch (const std::exception&) {  // the reply was dropped, so a 500 is on its way
      }
    });
    co_await c.until([](const Connection& x) { return x.answer.has_value(); });
    Response response = std::move(*c.answer);
    c.answer.reset();
    c.general = false;
    ++c.first;
    co_return response;
  }

  asio::awaitable<bool> respond(Connection& c, const Parser& parser, const Response& response,
                                bool head_only) {
    const bool keep = parser.keep_alive() && !stopping_;
    const bool ok = co_await write(c, response, keep, head_only);
    co_return ok&& keep;
  }

  asio::awaitable<bool> write(Connection& c, const Response& response, bool keep, bool head_only) {
    std::string head;
    append_head(head, response, keep, Framing::length);
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
  std::shared_ptr<Mailbox> mailbox_;        // shared: replies may outlive the server
  asio::io_context io_{1};
  tcp::acceptor acceptor_;
  asio::steady_timer ticker_;
  asio::thread_pool pool_;
  std::thread thread_;
  // The socket thread's own, down to the mutex.
  std::unordered_map<std::uint32_t, ConnectionPtr> connections_;
  std::unordered_set<ConnectionPtr> streams_;
  std::vector<ConnectionPtr> dirty_;  // with answers to send
  std::uint32_t last_id_ = 0;
  Request request_;    // of the quick way; its texts keep their memory
  std::string chunk_;  // of a stream, likewise
  bool stopping_ = false;
  std::mutex mutex_;
  std::condition_variable closed_;
  std::uint16_t port_ = 0;
};

void Mailbox::wake() {
  if (!std::exchange(awake_, true)) {
    asio::post(server_->io(), [self = shared_from_this()] { self->deliver(); });
  }
}

void Mailbox::answer(std::uint64_t ticket, Response response) {
  std::unique_lock lock(mutex_);
  if (server_ == nullptr) return;
  if (server_->io().get_executor().running_in_this_thread()) {
    lock.unlock();  // close() comes after this thread's end
    server_->deliver(ticket, std::move(response));
    return;
  }
  answers_.emplace_back(ticket, std::move(response));
  wake();
}

void Mailbox::abandon(std::uint64_t ticket) {
  const std::lock_guard lock(mutex_);
  if (server_ == nullptr) return;
  answers_.emplace_back(ticket, std::nullopt);
  wake();
}

void Mailbox::poke() {
  const std::lock_guard lock(mutex_);
  if (server_ == nullptr) return;
  poked_ = true;
  wake();
}

void Mailbox::deliver() {
  std::vector<std::pair<std::uint64_t, std::optional<Response>>> answers;
  bool poked = false;
  {
    const std::lock_guard lock(mutex_);
    answers.swap(answers_);
    poked = std::exchange(poked_, false);
    awake_ = false;
  }
  for (auto& [ticket, response] : answers) server_->deliver(ticket, std::move(response));
  server_->flush_dirty();
  if (poked) server_->pump_all();
}

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::start(const HttpOptions& options,
                                                      HttpHandlers handlers) {
  auto server = std::make_unique<Server>(options, std::move(handlers));
  if (const Status opened = server->open(); !opened) return fail(opened.error());
  return server;
}

}  // namespace cairn::server
