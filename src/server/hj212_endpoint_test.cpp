// SPDX-License-Identifier: Apache-2.0
#include "server/hj212_endpoint.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <thread>

#include "server/mqtt_test_intake.hpp"
#include "server/test_hj212.hpp"

namespace cairn::server {
namespace {

class Client {
 public:
  explicit Client(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    timeval limit{5, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    open = ::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0;
  }
  ~Client() { ::close(fd_); }
  void send(std::string_view bytes) const {
    EXPECT_EQ(::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }
  // Up to a line end; empty: nothing came, or the connection ended.
  std::string line() const {
    std::string out;
    for (char c = 0; ::recv(fd_, &c, 1, 0) == 1;) {
      out += c;
      if (c == '\n') return out;
    }
    return "";
  }
  bool open = false;

 private:
  int fd_;
};

template <typename Test>
bool soon(Test test) {
  for (int i = 0; i < 500 && !test(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return test();
}

class Hj212EndpointTest : public testing::Test {
 protected:
  void start(std::size_t connections = 10) {
    clock_.at = *codec::hj212::read_time("20160801085857223", Hj212Bench::zone);
    Hj212Options options;
    options.connections = connections;
    options.desk.zone = Hj212Bench::zone;
    auto started =
        Hj212Endpoint::start(options, hj212_catalog(), intake_, devices_, clock_, clock_);
    ASSERT_TRUE(started) << to_string(started.error());
    door_ = std::move(*started);
  }
  std::string data() const {
    return Hj212Bench::data(clock_.at, "2011", "DataTime=20160801085857;w01018-Rtd=30.5");
  }

  TestIntake intake_;
  TestRegister devices_;
  StillClock clock_;
  std::unique_ptr<Hj212Endpoint> door_;
};

TEST_F(Hj212EndpointTest, AnswersWhenTheLogHasIt) {
  start();
  Client client(door_->port());
  const std::string frame = data();
  client.send(frame.substr(0, 30));
  client.send(frame.substr(30));
  ASSERT_TRUE(soon([&] { return door_->counters()->readings == 1; }));
  EXPECT_EQ(door_->counters()->acknowledged, 0u);
  intake_.commit({1, 0, {}});
  EXPECT_NE(client.line().find("CN=9014"), std::string::npos);
  EXPECT_EQ(door_->counters()->connections, 1);
}

TEST_F(Hj212EndpointTest, AsksAnInstrumentThatIsThere) {
  start();
  EXPECT_FALSE(door_->ask("A1", {.command = "clock"}));
  Client client(door_->port());
  client.send(Hj212Bench::data(clock_.at, "9015", ""));
  EXPECT_NE(client.line().find("CN=9013"), std::string::npos);
  ASSERT_TRUE(door_->ask("A1", {.command = "clock", .by = "li"}));
  EXPECT_NE(client.line().find("CN=1011"), std::string::npos);
  EXPECT_TRUE(door_->standing("A1").connected);
  EXPECT_EQ(door_->standing("A1").peer, "127.0.0.1");
}

TEST_F(Hj212EndpointTest, TooManyAreTurnedAway) {
  start(1);
  Client first(door_->port());
  ASSERT_TRUE(soon([&] { return door_->counters()->connections == 1; }));
  Client second(door_->port());
  EXPECT_EQ(second.line(), "");
  EXPECT_EQ(door_->counters()->turned_away, 1u);
  first.send(data());
  EXPECT_TRUE(soon([&] { return door_->counters()->readings == 1; }));
}

TEST_F(Hj212EndpointTest, APortThatIsTakenIsSaid) {
  start();
  Hj212Options options;
  options.port = door_->port();
  const auto again =
      Hj212Endpoint::start(options, hj212_catalog(), intake_, devices_, clock_, clock_);
  ASSERT_FALSE(again);
  EXPECT_NE(again.error().message.find("HJ 212"), std::string::npos);
}

TEST_F(Hj212EndpointTest, ABlockedInstrumentIsHungUpOn) {
  start();
  const Client client(door_->port());
  ASSERT_TRUE(client.open);
  client.send(data());
  ASSERT_TRUE(soon([&] { return door_->standing("A1").connected; }));
  const device::Revocation other{"dev-1", device::Protocol::mqtt, "A1", device::Revoked::blocked};
  door_->revoke({&other, 1});
  EXPECT_TRUE(door_->standing("A1").connected) << "a name of another door";
  const device::Revocation revoked{"dev-1", device::Protocol::hj212, "A1",
                                   device::Revoked::blocked};
  door_->revoke({&revoked, 1});
  EXPECT_EQ(client.line(), "");
  EXPECT_TRUE(soon([&] { return door_->counters()->connections == 0; }));
}

TEST_F(Hj212EndpointTest, AReportIsAcknowledgedWhenItIsWritten) {
  start();
  std::atomic<int> tries{0};
  std::atomic<bool> full{true};
  door_->keep_notes([&](const Hj212Note& note) -> Status {
    EXPECT_EQ(note.action, "report");
    ++tries;
    return full ? fail(Code::io, "the disk is full") : Status{};
  });
  const Client client(door_->port());
  ASSERT_TRUE(client.open);
  client.send(Hj212Bench::data(clock_.at, "3015", "DataTime=20160801085857;VaseNo=2"));
  ASSERT_TRUE(soon([&] { return tries > 0; }));
  EXPECT_EQ(door_->counters()->acknowledged, 0u);
  full = false;
  EXPECT_NE(client.line().find("CN=9014"), std::string::npos);
  EXPECT_GE(tries, 2);
}

TEST_F(Hj212EndpointTest, ANewPasswordDoesNotEndTheConnectionThatHasIt) {
  start();
  door_->keep_notes([&](const Hj212Note& note) -> Status {
    if (note.password.empty()) return {};
    // As the register does it: the connections of the old secret end.
    const device::Revocation revoked{"dev-1", device::Protocol::hj212, "A1",
                                     device::Revoked::secret};
    door_->revoke({&revoked, 1});
    return {};
  });
  const Client client(door_->port());
  ASSERT_TRUE(client.open);
  client.send(data());
  ASSERT_TRUE(soon([&] { return door_->standing("A1").connected; }));
  const auto asked =
      door_->ask("A1", {.command = "set_password", .by = "li", .password = "654321"});
  ASSERT_TRUE(asked);
  EXPECT_NE(client.line().find("NewPW=654321"), std::string::npos);
  client.send(codec::hj212::write_frame(
      format("QN={};ST=91;CN=9012;PW=123456;MN=A1;Flag=4;CP=&&ExeRtn=1&&", asked->qn)));
  EXPECT_TRUE(soon([&] {
    return door_->standing("A1").requests.at(0).state == Hj212Request::State::done;
  }));
  EXPECT_TRUE(door_->standing("A1").connected);
  door_->stop();
}

}  // namespace
}  // namespace cairn::server
