// SPDX-License-Identifier: Apache-2.0
// The transport against clients that misbehave, over the loopback interface.
#include "server/http.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <string>
#include <string_view>
#include <thread>

#include "core/text.hpp"

namespace cairn::server {
namespace {

using std::chrono::milliseconds;

// A plain socket: it sends exactly the bytes it is told to.
class Client {
 public:
  explicit Client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    ::inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~Client() { ::close(socket_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  bool connected() const { return connected_; }
  bool send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t n = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }
  // What arrives until the text `until` stands at its end, the peer closes or the time is up.
  std::string read(std::string_view until = {}, milliseconds time = std::chrono::seconds(5)) {
    std::string out;
    const auto end = std::chrono::steady_clock::now() + time;
    while (until.empty() || !out.ends_with(until)) {
      const auto left =
          std::chrono::duration_cast<milliseconds>(end - std::chrono::steady_clock::now());
      pollfd entry{socket_, POLLIN, 0};
      if (left.count() <= 0 || ::poll(&entry, 1, static_cast<int>(left.count())) <= 0) break;
      char buffer[4096];
      const ssize_t n = ::recv(socket_, buffer, sizeof buffer, 0);
      if (n <= 0) {
        closed_ = true;
        break;
      }
      out.append(buffer, static_cast<std::size_t>(n));
    }
    return out;
  }
  bool closed() const { return closed_; }
  void end_sending() const { ::shutdown(socket_, SHUT_WR); }

 private:
  int socket_;
  bool connected_ = false;
  bool closed_ = false;
};

constexpr std::size_t body_most = 1'000'000;

// Echoes what it got; /refused is refused on its header, /slow takes its time.
class HttpTest : public ::testing::Test {
 protected:
  void start(HttpOptions options = {}) {
    HttpHandlers handlers;
    handlers.admit = [](const Request& head) -> Admission {
      if (head.path != "/refused") return body_most;
      Response out;
      out.status = 401;
      out.type = "text/plain";
      out.body = "no";
      return out;
    };
    handlers.handle = [this](Request request, Reply reply) {
      if (request.path == "/slow") {
        slow_.store(true);
        std::this_thread::sleep_for(milliseconds(300));
      }
      if (request.path == "/throws") throw std::runtime_error("broken inside");
      Response out;
      out.type = "text/plain";
      out.body =
          format("{} {} {} {}", request.method, request.path, request.query, request.body.size());
      reply.send(std::move(out));
    };
    handlers.fail = [](int status, std::string message) {
      Response out;
      out.status = status;
      out.type = "text/plain";
      out.body = std::move(message);
      return out;
    };
    auto server = HttpServer::start(options, std::move(handlers));
    ASSERT_TRUE(server) << to_string(server.error());
    server_ = std::move(*server);
  }
  std::string ask(std::string_view bytes) {
    Client client(server_->port());
    client.send(bytes);
    client.end_sending();
    return client.read();
  }

  std::atomic<bool> slow_{false};  // such a request is being handled
  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpTest, AnswersAndKeepsTheConnection) {
  start();
  Client client(server_->port());
  ASSERT_TRUE(client.connected());
  for (int i = 0; i < 3; ++i) {
    client.send("GET /a?b=1 HTTP/1.1\r\nHost: x\r\n\r\n");
    const std::string answer = client.read("GET /a b=1 0");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
    EXPECT_NE(answer.find("Connection: keep-alive"), std::string::npos);
  }
  EXPECT_EQ(server_->counters()->accepted, 1);
}

TEST_F(HttpTest, PipelinedRequestsAreAnsweredInOrder) {
  start();
  const std::string answer =
      ask("POST /one HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
          "GET /two HTTP/1.1\r\nHost: x\r\n\r\n"
          "GET /three HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::size_t one = answer.find("POST /one  3");
  const std::size_t two = answer.find("GET /two  0");
  const std::size_t three = answer.find("GET /three  0");
  ASSERT_NE(three, std::string::npos) << answer;
  EXPECT_LT(one, two);
  EXPECT_LT(two, three);
}

TEST_F(HttpTest, HeadHasTheLengthButNoBody) {
  start();
  const std::string answer = ask("HEAD /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_NE(answer.find("Content-Length: 10"), std::string::npos) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
}

TEST_F(HttpTest, AHalfSentHeaderGets408) {
  start({.header_time = milliseconds(150)});
  Client client(server_->port());
  client.send("GET /a HTTP/1.1\r\nHo");
  const std::string answer = client.read({}, std::chrono::seconds(3));
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 408 ")) << answer;
  EXPECT_EQ(server_->counters()->timeouts, 1);
}

TEST_F(HttpTest, AHeaderThatDripsIsNotWaitedForForever) {
  start({.header_time = milliseconds(300)});
  Client client(server_->port());
  client.send("GET /a HTTP/1.1\r\nX: ");
  const auto begin = std::chrono::steady_clock::now();
  std::string answer;
  while (answer.empty() && std::chrono::steady_clock::now() - begin < std::chrono::seconds(3)) {
    client.send("x");
    answer = client.read({}, milliseconds(40));
  }
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 408 ")) << answer;
}

TEST_F(HttpTest, AHalfSentBodyGets408) {
  start({.body_time = milliseconds(150)});
  Client client(server_->port());
  client.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc");
  EXPECT_TRUE(client.read({}, std::chrono::seconds(3)).starts_with("HTTP/1.1 408 "));
}

TEST_F(HttpTest, AConnectionWithoutRequestsIsClosedSilently) {
  start({.idle_time = milliseconds(100)});
  Client client(server_->port());
  EXPECT_EQ(client.read({}, std::chrono::seconds(3)), "");
  EXPECT_TRUE(client.closed());
}

TEST_F(HttpTest, ABodyThatEndsEarlyGets400) {
  start();
  EXPECT_TRUE(ask("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc")
                  .starts_with("HTTP/1.1 400 "));
}

TEST_F(HttpTest, FiftyMegabytesGet413AndTheClientCanReadIt) {
  start();
  Client client(server_->port());
  const std::size_t size = 50'000'000;
  client.send(format("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n", size));
  const std::string part(1 << 20, 'x');
  for (std::size_t sent = 0; sent < size; sent += part.size()) {
    if (!client.send(std::string_view(part).substr(0, std::min(part.size(), size - sent)))) break;
  }
  const std::string answer = client.read();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 413 ")) << answer.substr(0, 200);
  EXPECT_NE(answer.find("50000000"), std::string::npos);
}

TEST_F(HttpTest, AChunkedBodyIsReadAndItsSumIsLimited) {
  start();
  const std::string head =
      "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n";
  EXPECT_NE(ask(head + "3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n").find("POST /a  7"), std::string::npos);
  std::string many = head;
  for (int i = 0; i < 20; ++i) many += "10000\r\n" + std::string(0x10000, 'y') + "\r\n";
  EXPECT_TRUE(ask(many + "0\r\n\r\n").starts_with("HTTP/1.1 413 "));
}

TEST_F(HttpTest, ExpectIsAnsweredBeforeTheBody) {
  start();
  Client client(server_->port());
  client.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("abc");
  EXPECT_NE(client.read("POST /a  3").find("200 OK"), std::string::npos);
}

TEST_F(HttpTest, ARefusalComesInsteadOfContinue) {
  start();
  Client client(server_->port());
  client.send(
      "POST /refused HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_TRUE(client.read("no").starts_with("HTTP/1.1 401 "));
}

TEST_F(HttpTest, LargeHeadersGet431) {
  start();
  EXPECT_TRUE(ask("GET /a HTTP/1.1\r\nHost: x\r\nX: " + std::string(20'000, 'a') + "\r\n\r\n")
                  .starts_with("HTTP/1.1 431 "));
  EXPECT_TRUE(ask("GET /" + std::string(20'000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n")
                  .starts_with("HTTP/1.1 431 "));
}

TEST_F(HttpTest, WhatIsNoHttpGets400) {
  start();
  EXPECT_TRUE(ask("hello\r\n\r\n").starts_with("HTTP/1.1 400 "));
  EXPECT_TRUE(
      ask(std::string("\x16\x03\x01\x02\x00\x01\r\n\r\n", 10)).starts_with("HTTP/1.1 400 "));
  EXPECT_TRUE(ask("GET /a HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 400 "));  // no Host
  EXPECT_TRUE(ask("GET a HTTP/1.1\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 400 "));
  EXPECT_TRUE(ask("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n")
                  .starts_with("HTTP/1.1 400 "));
}

TEST_F(HttpTest, WhatIsNotSpokenIsSaidSo) {
  start();
  EXPECT_TRUE(ask("GET /a HTTP/2.7\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 505 "));
  EXPECT_TRUE(ask("POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n")
                  .starts_with("HTTP/1.1 501 "));
  EXPECT_TRUE(ask("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nExpect: wonders\r\n\r\nx")
                  .starts_with("HTTP/1.1 417 "));
}

TEST_F(HttpTest, AHandlerThatThrowsGets500AndTheServerLives) {
  start();
  EXPECT_TRUE(ask("GET /throws HTTP/1.1\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 500 "));
  EXPECT_TRUE(ask("GET /a HTTP/1.1\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 200 "));
}

TEST_F(HttpTest, TooManyConnectionsGet503) {
  start({.connections = 2});
  Client one(server_->port());
  Client two(server_->port());
  for (Client* client : {&one, &two}) {
    client->send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
    client->read("GET /a  0");
  }
  Client three(server_->port());
  three.end_sending();
  EXPECT_TRUE(three.read().starts_with("HTTP/1.1 503 "));
  EXPECT_EQ(server_->counters()->refused, 1);
}

TEST_F(HttpTest, StopLetsARunningRequestFinishAndClosesIdleOnes) {
  start();
  Client idle(server_->port());
  idle.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  idle.read("GET /a  0");
  Client busy(server_->port());
  busy.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
  while (!slow_) std::this_thread::sleep_for(milliseconds(1));
  const auto begin = std::chrono::steady_clock::now();
  server_->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(3));
  const std::string answer = busy.read();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 ")) << answer;
  EXPECT_NE(answer.find("Connection: close"), std::string::npos);
  EXPECT_EQ(idle.read(), "");
  EXPECT_TRUE(idle.closed());
}

TEST_F(HttpTest, AClientThatLeavesInTheMiddleHarmsNobody) {
  start();
  for (int i = 0; i < 20; ++i) {
    Client client(server_->port());
    client.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
  }
  EXPECT_TRUE(ask("GET /a HTTP/1.1\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 200 "));
}

TEST(HttpServerStart, SaysWhyItCannotListen) {
  HttpHandlers handlers;
  const auto wrong = HttpServer::start({.address = "nowhere"}, handlers);
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().message.find("nowhere"), std::string::npos);
  const auto first = HttpServer::start({}, handlers);
  ASSERT_TRUE(first);
  const auto second = HttpServer::start({.port = (*first)->port()}, handlers);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::io);
}

}  // namespace
}  // namespace cairn::server
