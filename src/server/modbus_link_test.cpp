// SPDX-License-Identifier: Apache-2.0
// The link over the wire, against libmodbus as a server on loopback, and against one that says
// nothing.
#include "server/modbus_link.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <modbus/modbus.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <thread>

namespace cairn::server {
namespace {

using Kind = ModbusAnswer::Kind;
using model::RegisterBank;

std::uint16_t port_of(int socket) {
  sockaddr_in at{};
  socklen_t size = sizeof at;
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&at), &size);
  return ntohs(at.sin_port);
}

// Holding registers 0 to 9 hold 100 + address; unit 9 is not there.
class Server {
 public:
  Server() : context_(modbus_new_tcp("127.0.0.1", 0)) {
    listener_ = modbus_tcp_listen(context_, 4);
    EXPECT_GE(listener_, 0);
    thread_ = std::thread([this] { serve(); });
  }
  ~Server() {
    stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    hang_up();
    thread_.join();
    ::close(listener_);
    modbus_free(context_);
  }
  std::uint16_t port() const { return port_of(listener_); }
  void hang_up() {
    const int socket = socket_;
    if (socket >= 0) ::shutdown(socket, SHUT_RDWR);
  }
  int connections = 0;

 private:
  void serve() {
    modbus_mapping_t* words = modbus_mapping_new(16, 16, 10, 10);
    for (std::uint16_t i = 0; i < 10; ++i) {
      words->tab_registers[i] = static_cast<std::uint16_t>(100 + i);
      words->tab_input_registers[i] = static_cast<std::uint16_t>(200 + i);
    }
    words->tab_bits[3] = 1;
    words->tab_input_bits[4] = 1;
    while (!stopping_) {
      int listener = listener_;
      socket_ = modbus_tcp_accept(context_, &listener);
      if (socket_ < 0) continue;
      ++connections;
      std::array<std::uint8_t, MODBUS_TCP_MAX_ADU_LENGTH> request{};
      for (int got = 0; (got = modbus_receive(context_, request.data())) >= 0;) {
        if (request[6] == 9) {
          modbus_reply_exception(context_, request.data(), MODBUS_EXCEPTION_GATEWAY_TARGET);
        } else if (got > 0) {
          modbus_reply(context_, request.data(), got, words);
        }
      }
      modbus_close(context_);
      socket_ = -1;
    }
    modbus_mapping_free(words);
  }

  modbus_t* context_;
  int listener_ = -1;
  std::atomic<int> socket_{-1};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

codec::ModbusRequest ask(RegisterBank bank, std::uint16_t at, std::uint16_t count) {
  return {bank, at, count, {}};
}

TEST(ModbusLink, ReadsEachBank) {
  const Server server;
  auto link = tcp_link("127.0.0.1", server.port());
  ASSERT_TRUE(link);
  const auto words = [&](RegisterBank bank, std::uint16_t at, std::uint16_t count) {
    return (*link)->read(1, ask(bank, at, count), 2'000).words;
  };
  EXPECT_EQ(words(RegisterBank::holding, 2, 2), (std::vector<std::uint16_t>{102, 103}));
  EXPECT_EQ(words(RegisterBank::input, 0, 1), (std::vector<std::uint16_t>{200}));
  EXPECT_EQ(words(RegisterBank::coil, 2, 3), (std::vector<std::uint16_t>{0, 1, 0}));
  EXPECT_EQ(words(RegisterBank::discrete, 4, 1), (std::vector<std::uint16_t>{1}));
}

TEST(ModbusLink, ExceptionsKeepTheConnection) {
  const Server server;
  auto link = tcp_link("127.0.0.1", server.port());
  ASSERT_TRUE(link);
  const ModbusAnswer refused = (*link)->read(1, ask(RegisterBank::holding, 8, 4), 2'000);
  EXPECT_EQ(refused.kind, Kind::exception);
  EXPECT_EQ(refused.exception, 2);
  EXPECT_EQ(refused.text, "illegal data address (exception 2)");
  EXPECT_EQ((*link)->read(9, ask(RegisterBank::holding, 0, 1), 2'000).exception, 11);
  EXPECT_EQ((*link)->read(255, ask(RegisterBank::holding, 0, 1), 2'000).kind, Kind::good);
  EXPECT_EQ(server.connections, 1);
}

TEST(ModbusLink, AConnectionThatEndedIsMadeAnew) {
  Server server;
  auto link = tcp_link("127.0.0.1", server.port());
  ASSERT_TRUE(link);
  EXPECT_EQ((*link)->read(1, ask(RegisterBank::holding, 0, 1), 2'000).kind, Kind::good);
  server.hang_up();
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_EQ((*link)->read(1, ask(RegisterBank::holding, 0, 1), 2'000).kind, Kind::good);
  EXPECT_EQ(server.connections, 2);
}

class Mute {  // takes connections and says nothing
 public:
  Mute() : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&at), sizeof at), 0);
    EXPECT_EQ(::listen(listener_, 4), 0);
  }
  ~Mute() { ::close(listener_); }
  std::uint16_t port() const { return port_of(listener_); }

 private:
  int listener_;
};

TEST(ModbusLink, SilenceEndsInTime) {
  const Mute mute;
  auto link = tcp_link("127.0.0.1", mute.port());
  ASSERT_TRUE(link);
  const auto begin = std::chrono::steady_clock::now();
  const ModbusAnswer answer = (*link)->read(1, ask(RegisterBank::holding, 0, 1), 200);
  const auto took = std::chrono::steady_clock::now() - begin;
  EXPECT_EQ(answer.kind, Kind::silent);
  EXPECT_GE(took, std::chrono::milliseconds(190));
  EXPECT_LT(took, std::chrono::milliseconds(1'500));
}

TEST(ModbusLink, AnInterruptEndsAQuestion) {
  const Mute mute;
  auto link = tcp_link("127.0.0.1", mute.port());
  ASSERT_TRUE(link);
  const auto begin = std::chrono::steady_clock::now();
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    (*link)->interrupt();
  });
  const ModbusAnswer answer = (*link)->read(1, ask(RegisterBank::holding, 0, 1), 9'000);
  other.join();
  EXPECT_NE(answer.kind, Kind::good);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(3));
  EXPECT_EQ((*link)->read(1, ask(RegisterBank::holding, 0, 1), 9'000).text, "the server stops");
}

TEST(ModbusLink, NobodyThere) {
  std::uint16_t port = 0;
  {
    const Mute mute;
    port = mute.port();
  }
  auto link = tcp_link("127.0.0.1", port);
  ASSERT_TRUE(link);
  EXPECT_EQ((*link)->read(1, ask(RegisterBank::holding, 0, 1), 500).kind, Kind::unreachable);
  EXPECT_FALSE(tcp_link("meter.example", 502));
}

}  // namespace
}  // namespace cairn::server
