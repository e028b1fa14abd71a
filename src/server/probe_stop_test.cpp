// SPDX-License-Identifier: Apache-2.0
// Whatever the probe waits for, it gives up soon after it was told to stop: servers that take a
// question and never answer, at each of its doors to the outside.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "core/text.hpp"
#include "server/http_client.hpp"
#include "server/probe_dns.hpp"
#include "server/probe_page.hpp"
#include "server/probe_tls.hpp"

namespace cairn::server {
namespace {

using Steady = std::chrono::steady_clock;

// Takes everything, says nothing. A stream socket is never accepted: the kernel has taken the
// connection, and the client waits for the first byte.
class Silent {
 public:
  explicit Silent(int kind) : fd_(::socket(AF_INET, kind, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&at), size), 0);
    if (kind == SOCK_STREAM) EXPECT_EQ(::listen(fd_, 8), 0);
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&at), &size);
    port_ = ntohs(at.sin_port);
  }
  ~Silent() { ::close(fd_); }
  std::uint16_t port() const { return port_; }

 private:
  int fd_;
  std::uint16_t port_ = 0;
};

constexpr std::int64_t patient_ms = 120'000;  // of the request: no limit here
constexpr auto soon = std::chrono::seconds(10);

// Seconds that `work` went on after it was told to stop, a moment after it began.
template <class Work>
Steady::duration after_stop(Work work) {
  std::atomic<bool> stopped{false};
  Steady::time_point told;
  std::thread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    told = Steady::now();
    stopped = true;
  });
  work([&stopped] { return stopped.load(); });
  const auto ended = Steady::now();
  EXPECT_TRUE(stopped) << "it ended by itself: nothing is tested";
  stopper.join();
  return ended - told;
}

probe::Target target_of(std::uint16_t port, bool tls) {
  return *probe::parse_target(format("{}://silent.example:{}/", tls ? "https" : "http", port));
}

TEST(ProbeStop, ANameServerThatNeverAnswers) {
  const Silent server(SOCK_DGRAM);
  const auto took = after_stop([&](const std::function<bool()>& stopped) {
    const auto answer = ask_dns({{"silent.example", probe::DnsType::a, true, false}, {}},
                                {.resolvers = {format("127.0.0.1:{}", server.port())},
                                 .reach = Reach::anyone,
                                 .timeout_ms = patient_ms,
                                 .stopped = stopped});
    EXPECT_FALSE(answer);
  });
  EXPECT_LT(took, soon);
}

TEST(ProbeStop, APageThatNeverComes) {
  const Silent server(SOCK_STREAM);
  for (const bool tls : {false, true}) {
    const auto took = after_stop([&](const std::function<bool()>& stopped) {
      const auto page =
          fetch_page({target_of(server.port(), tls), "127.0.0.1"},
                     {.reach = Reach::anyone, .timeout_ms = patient_ms, .stopped = stopped});
      EXPECT_FALSE(page);
    });
    EXPECT_LT(took, soon) << tls;
  }
}

TEST(ProbeStop, AHandshakeThatNeverEnds) {
  const Silent server(SOCK_STREAM);
  const auto took = after_stop([&](const std::function<bool()>& stopped) {
    const auto seen =
        shake_hands({target_of(server.port(), true), "127.0.0.1", {}},
                    {.reach = Reach::anyone, .timeout_ms = patient_ms, .stopped = stopped});
    EXPECT_FALSE(seen && seen->completed);
  });
  EXPECT_LT(took, soon);
}

}  // namespace
}  // namespace cairn::server
