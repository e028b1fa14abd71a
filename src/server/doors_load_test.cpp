// SPDX-License-Identifier: Apache-2.0
// The doors against clients over loopback that are many, that stop half-way, or that never read.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "core/text.hpp"
#include "server/http.hpp"
#include "server/identity.hpp"
#include "server/mqtt_endpoint.hpp"
#include "server/mqtt_test_intake.hpp"

namespace cairn::server {
namespace {

using std::chrono::milliseconds;

class Socket {
 public:
  explicit Socket(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~Socket() {
    if (fd_ >= 0) ::close(fd_);
  }
  Socket(Socket&& other) noexcept : fd_(other.fd_), connected_(other.connected_) { other.fd_ = -1; }
  Socket& operator=(Socket&&) = delete;

  bool connected() const { return connected_; }
  void take_little() const {  // before the system buffers for us
    const int bytes = 65'536;
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  }
  // Bytes that went out until the peer took none for so long.
  std::size_t push(std::string_view bytes, milliseconds patience) const {
    std::size_t sent = 0;
    while (sent < bytes.size()) {
      pollfd entry{fd_, POLLOUT, 0};
      if (::poll(&entry, 1, static_cast<int>(patience.count())) <= 0) break;
      const ssize_t n =
          ::send(fd_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (n <= 0) break;
      sent += static_cast<std::size_t>(n);
    }
    return sent;
  }
  std::string read_some(milliseconds patience) const {
    pollfd entry{fd_, POLLIN, 0};
    if (::poll(&entry, 1, static_cast<int>(patience.count())) <= 0) return {};
    std::string out(65'536, '\0');
    const ssize_t n = ::recv(fd_, out.data(), out.size(), 0);
    out.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    return out;
  }

 private:
  int fd_;
  bool connected_ = false;
};

std::size_t raised_file_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

constexpr std::size_t answer_bytes = 10'000;

// An HTTP door whose quick way answers at once.
class HttpDoor {
 public:
  HttpDoor() {
    HttpHandlers handlers;
    handlers.admit = [](const Request&) -> Admission { return std::size_t{1'000}; };
    handlers.handle = [](Request, Reply reply) { reply.send({.status = 204}); };
    handlers.fail = [](int status, std::string) { return Response{.status = status}; };
    handlers.quick = [](std::string_view path) { return path == "/in"; };
    handlers.take = [this](const Request&, Reply reply) {
      ++taken;
      reply.send({.status = 200, .type = "text/plain", .body = std::string(answer_bytes, 'x')});
    };
    auto started = HttpServer::start({}, std::move(handlers));
    if (started) server = std::move(*started);
  }
  std::atomic<std::size_t> taken{0};
  std::unique_ptr<HttpServer> server;
};

constexpr std::string_view request = "POST /in HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nok";

// Whoever does not read the answers is not read either: what waits for it is bounded, and it is
// all there once it reads.
TEST(HttpDoorLoad, AClientThatNeverReadsIsReadNoMore) {
  HttpDoor door;
  ASSERT_NE(door.server, nullptr);
  const Socket client(door.server->port());
  client.take_little();
  std::string requests;
  for (int i = 0; i < 200'000; ++i) requests += request;
  const std::size_t sent = client.push(requests, milliseconds(500));
  ASSERT_LT(sent, requests.size()) << "everything was taken";
  // What the server has answered and the client has not taken: its own limit and the buffers of
  // the system (a few megabytes on loopback).
  EXPECT_LT(door.taken * answer_bytes, std::size_t{32} << 20);
  std::size_t answers = 0;
  std::string tail;
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  for (std::string part; answers < sent / request.size() &&
                         std::chrono::steady_clock::now() < until &&
                         !(part = client.read_some(milliseconds(10'000))).empty();) {
    tail += part;
    for (std::size_t at = 0; (at = tail.find("HTTP/1.1 200")) != std::string::npos; ++answers) {
      tail.erase(0, at + 12);
    }
    if (tail.size() > 12) tail.erase(0, tail.size() - 12);
  }
  EXPECT_EQ(answers, sent / request.size());
}

TEST(HttpDoorLoad, OthersAreServedWhileOneStopsHalfWay) {
  HttpDoor door;
  ASSERT_NE(door.server, nullptr);
  std::vector<Socket> halves;
  for (int i = 0; i < 200; ++i) {
    halves.emplace_back(door.server->port());
    halves.back().push(request.substr(0, 20 + static_cast<std::size_t>(i) % 30), milliseconds(100));
  }
  const Socket whole(door.server->port());
  for (int i = 0; i < 50; ++i) {
    whole.push(request, milliseconds(1'000));
    EXPECT_TRUE(whole.read_some(milliseconds(5'000)).starts_with("HTTP/1.1 200"));
  }
  EXPECT_EQ(door.taken, 50U);
  for (const Socket& half : halves) half.push("\r\n", milliseconds(10));  // they are still welcome
}

TEST(HttpDoorLoad, ThousandsOfIdleConnectionsDoNotHinder) {
  const std::size_t most = std::min<std::size_t>((raised_file_limit() - 500) / 2, 5'000);
  HttpDoor door;
  ASSERT_NE(door.server, nullptr);
  std::vector<Socket> idle;
  for (std::size_t i = 0; i < most; ++i) {
    idle.emplace_back(door.server->port());
    ASSERT_TRUE(idle.back().connected()) << i;
  }
  const Socket busy(door.server->port());
  for (int i = 0; i < 50; ++i) {
    busy.push(request, milliseconds(1'000));
    ASSERT_TRUE(busy.read_some(milliseconds(10'000)).starts_with("HTTP/1.1 200")) << i;
  }
  EXPECT_EQ(door.server->counters()->connections, static_cast<std::int64_t>(most + 1));
  EXPECT_EQ(door.server->counters()->refused, 0);
}

class MqttDoor {
 public:
  MqttDoor() {
    auto started = MqttEndpoint::start({.port = 0}, intake, Identities::open(), clock);
    if (started) endpoint = std::move(*started);
  }
  TestIntake intake;
  FixedClock clock{Instant{1'700'000'000'000'000'000}};
  std::unique_ptr<MqttEndpoint> endpoint;
};

std::string hello(int number) {
  const std::string id = format("{:04}", number);
  return std::string("\x10\x10\0\4MQTT\4\2\0\0\0\4", 14) + id;
}

TEST(MqttDoorLoad, ThousandsOfIdleSessionsDoNotHinder) {
  const std::size_t most = std::min<std::size_t>((raised_file_limit() - 500) / 2, 5'000);
  MqttDoor door;
  ASSERT_NE(door.endpoint, nullptr);
  std::vector<Socket> idle;
  for (std::size_t i = 0; i < most; ++i) {
    idle.emplace_back(door.endpoint->port());
    ASSERT_TRUE(idle.back().connected()) << i;
    idle.back().push(hello(static_cast<int>(i)), milliseconds(1'000));
    ASSERT_EQ(idle.back().read_some(milliseconds(10'000)), std::string("\x20\2\0\0", 4)) << i;
  }
  // A ping of each tenth is answered, and nobody was sent away.
  for (std::size_t i = 0; i < most; i += 10) {
    idle[i].push(std::string_view("\xc0\0", 2), milliseconds(1'000));
    ASSERT_EQ(idle[i].read_some(milliseconds(10'000)), std::string("\xd0\0", 2)) << i;
  }
  EXPECT_EQ(door.endpoint->counters()->connections, static_cast<std::int64_t>(most));
  EXPECT_EQ(door.endpoint->counters()->refused, 0);
}

// The rest of a packet may come in any pieces and late; nothing is taken before it is whole.
TEST(MqttDoorLoad, AHalfSentPacketWaitsForItsRest) {
  MqttDoor door;
  ASSERT_NE(door.endpoint, nullptr);
  const Socket slow(door.endpoint->port());
  slow.push(hello(1), milliseconds(1'000));
  ASSERT_EQ(slow.read_some(milliseconds(10'000)).size(), 4U);
  const std::string topic = "cairn/v1/things/gauge/level";
  std::string packet = "\x32";
  packet += static_cast<char>(topic.size() + 2 + 2 + 3);
  packet += std::string("\0", 1) + static_cast<char>(topic.size()) + topic;
  packet += std::string("\0\1", 2) + "2.5";
  for (std::size_t i = 0; i + 1 < packet.size(); ++i) {
    slow.push(packet.substr(i, 1), milliseconds(1'000));
  }
  EXPECT_EQ(slow.read_some(milliseconds(100)), "");
  EXPECT_EQ(door.endpoint->counters()->received, 0);
  slow.push(packet.substr(packet.size() - 1), milliseconds(1'000));
  for (int i = 0; i < 1'000 && door.endpoint->counters()->received == 0; ++i) {
    std::this_thread::sleep_for(milliseconds(5));
  }
  door.intake.commit({.durable = 1, .failed_to = 0, .error = {}});
  EXPECT_EQ(slow.read_some(milliseconds(10'000)), std::string("\x40\2\0\1", 4));
  EXPECT_EQ(door.endpoint->counters()->received, 1);
}

}  // namespace
}  // namespace cairn::server
