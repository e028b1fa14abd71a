// SPDX-License-Identifier: Apache-2.0
// The door over the wire: datagrams made by hand, and Debian's coap-client for blocks and DTLS.
#include "server/coap_endpoint.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

#include "core/text.hpp"
#include "model/memory_files.hpp"
#include "server/mqtt_test_intake.hpp"

namespace cairn::server {
namespace {

constexpr const char* client = "/usr/bin/coap-client-openssl";

class Datagrams {
 public:
  explicit Datagrams(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_DGRAM, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
  }
  ~Datagrams() { ::close(fd_); }
  void send(const std::string& bytes) const {
    EXPECT_EQ(::send(fd_, bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
  }
  // Empty: nothing came within the time.
  std::string receive(int ms) const {
    const timeval patience{ms / 1'000, ms % 1'000 * 1'000};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    char buffer[2'048];
    const ssize_t got = ::recv(fd_, buffer, sizeof buffer, 0);
    return got > 0 ? std::string(buffer, static_cast<std::size_t>(got)) : std::string();
  }

 private:
  int fd_;
};

// POST /senml with a one-byte token, SenML JSON.
std::string post(std::uint16_t id, const std::string& payload, bool confirmable = true) {
  std::string out;
  out += static_cast<char>(0x40 | (confirmable ? 0 : 0x10) | 1);  // version 1, token of one byte
  out += '\x02';
  out += static_cast<char>(id >> 8);
  out += static_cast<char>(id & 0xFF);
  out += 'T';
  out += "\xB5senml";  // option 11
  out += "\x11\x6E";   // option 12: 110
  return out + '\xFF' + payload;
}
std::string head_of(const std::string& datagram) {
  if (datagram.size() < 4) return "nothing";
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(datagram[i]); };
  static constexpr const char* types[] = {"CON", "NON", "ACK", "RST"};
  return format("{} {}.{:02} {}", types[byte(0) >> 4 & 3], byte(1) >> 5, byte(1) & 31,
                byte(2) << 8 | byte(3));
}

class CoapEndpointTest : public testing::Test {
 protected:
  void start(CoapOptions options = {}, bool with_keys = false) {
    model::FileMap map{{"psk.csv", "name,key\nmeter-7,3132333435363738393031323334353637383930\n"}};
    const model::MemoryFiles files(std::move(map));
    CoapKeys keys;
    if (with_keys) keys = *CoapKeys::load(files, "psk.csv");
    if (!options.port && !options.dtls_port) options.port = 0;
    auto started = CoapEndpoint::start(options, intake, Identities::open(), std::move(keys), clock);
    ASSERT_TRUE(started) << to_string(started.error());
    endpoint = std::move(*started);
  }
  // What the client prints, errors with it.
  static std::string run(const std::string& arguments) {
    const std::string command = format("timeout 20 {} -B 5 {} 2>&1", client, arguments);
    std::FILE* pipe = ::popen(command.c_str(), "r");
    std::string out;
    char buffer[512];
    while (std::fgets(buffer, sizeof buffer, pipe) != nullptr) out += buffer;
    ::pclose(pipe);
    return out;
  }
  FixedClock clock{Instant{1'700'000'000'000'000'000}};
  TestIntake intake;
  std::unique_ptr<CoapEndpoint> endpoint;
};

constexpr const char* one = R"([{"n":"meter-1/power","v":5}])";

TEST_F(CoapEndpointTest, TheAnswerWaitsForTheDisk) {
  start();
  const Datagrams wire(endpoint->port());
  wire.send(post(7, one));
  EXPECT_EQ(wire.receive(300), "");
  wire.send(post(7, one));  // sent again: the same message
  EXPECT_EQ(wire.receive(100), "");
  intake.commit({1, 0, {}});
  EXPECT_EQ(head_of(wire.receive(2'000)), "ACK 2.04 7");
  EXPECT_EQ(wire.receive(100), "");
  EXPECT_EQ(intake.taken.size(), 1U);
  wire.send(post(7, one));
  EXPECT_EQ(head_of(wire.receive(2'000)), "ACK 2.04 7");
  EXPECT_EQ(intake.taken.size(), 1U);
  for (int i = 0; i < 1'000 && endpoint->counters()->repeated < 2; ++i) ::usleep(1'000);
  EXPECT_EQ(endpoint->counters()->repeated, 2U);
}

TEST_F(CoapEndpointTest, ASlowDiskIsAnsweredApart) {
  start();
  const Datagrams wire(endpoint->port());
  wire.send(post(8, one));
  EXPECT_EQ(head_of(wire.receive(3'000)), "ACK 0.00 8");
  EXPECT_EQ(wire.receive(200), "");
  intake.commit({1, 0, {}});
  const std::string answer = wire.receive(2'000);
  EXPECT_TRUE(head_of(answer).starts_with("CON 2.04")) << head_of(answer);
  EXPECT_EQ(answer.at(4), 'T');
}

TEST_F(CoapEndpointTest, AFullDiskAnswersUnavailable) {
  start();
  const Datagrams wire(endpoint->port());
  wire.send(post(9, one));
  while (endpoint->counters()->accepted == 0) ::usleep(1'000);
  intake.commit({0, 1, {Code::io, "no space left", ""}});
  const std::string answer = wire.receive(2'000);
  EXPECT_EQ(head_of(answer), "ACK 5.03 9");
  EXPECT_NE(answer.find("no space left"), std::string::npos);
  EXPECT_NE(answer.find("\xD1\x01\x3C"), std::string::npos);  // option 14, Max-Age: 60
}

TEST_F(CoapEndpointTest, NonConfirmableOnesAreAnsweredInKind) {
  start();
  const Datagrams wire(endpoint->port());
  wire.send(post(10, one, false));
  while (endpoint->counters()->accepted == 0) ::usleep(1'000);
  intake.commit({1, 0, {}});
  EXPECT_TRUE(head_of(wire.receive(2'000)).starts_with("NON 2.04"));
}

TEST_F(CoapEndpointTest, HostileDatagramsAreSurvived) {
  start();
  const Datagrams wire(endpoint->port());
  const std::string good = post(11, one);
  for (std::size_t size = 1; size < good.size(); ++size) wire.send(good.substr(0, size));
  wire.send(std::string(1'400, '\xFF'));
  std::uint32_t random = 1;
  for (int i = 0; i < 2'000; ++i) {
    std::string bytes = good;
    for (int k = 0; k < 3; ++k) {
      random = random * 1'664'525 + 1'013'904'223;
      bytes[(random >> 8) % bytes.size()] = static_cast<char>(random >> 24);
    }
    wire.send(bytes);
  }
  const Datagrams other(endpoint->port());
  for (int i = 0; i < 100; ++i) {
    other.send(post(12, one));  // again: the queue of the socket may have been full
    intake.commit({1'000'000, 0, {}});
    if (head_of(other.receive(100)) == "ACK 2.04 12") return;
  }
  FAIL() << "the door does not answer any more";
}

TEST_F(CoapEndpointTest, PlainCoapBeyondThisMachineMustBeMeant) {
  const auto refused =
      CoapEndpoint::start({.address = "0.0.0.0", .port = 0}, intake, Identities::open(), {}, clock);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("--coap-insecure"), std::string::npos);
  const auto keyless = CoapEndpoint::start({.dtls_port = 0}, intake, Identities::open(), {}, clock);
  EXPECT_FALSE(keyless);
}

TEST_F(CoapEndpointTest, DebiansClientSendsBlocksAndReadsTheCore) {
  if (!std::filesystem::exists(client)) GTEST_SKIP() << "libcoap3-bin is not installed";
  start();
  const std::string url = format("coap://127.0.0.1:{}", endpoint->port());
  const std::string core = run(format("-m get {}/.well-known/core", url));
  EXPECT_NE(core.find("</senml>"), std::string::npos) << core;
  EXPECT_NE(core.find("110 112"), std::string::npos) << core;
  std::string many = "[";
  for (int i = 0; i < 500; ++i) {
    many += format("{}{{\"n\":\"meter-{}/power\",\"v\":{}}}", i == 0 ? "" : ",", i, i);
  }
  const auto file = std::filesystem::temp_directory_path() / format("cairn-coap-{}", ::getpid());
  std::ofstream(file) << many << "]";
  std::thread disk([this] {
    while (endpoint->counters()->accepted == 0) ::usleep(1'000);
    intake.commit({1, 0, {}});
  });
  const std::string said =
      run(format("-v 6 -m post -t 110 -b 256 -f {} {}/senml", file.string(), url));
  disk.join();
  EXPECT_EQ(intake.taken.size(), 500U) << said;
  EXPECT_NE(said.find("2.04"), std::string::npos) << said;
  std::filesystem::remove(file);
  EXPECT_NE(run(format("-m post -e x {}/nowhere", url)).find("4.04"), std::string::npos);
}

TEST_F(CoapEndpointTest, DtlsTellsTheSendersName) {
  if (!std::filesystem::exists(client)) GTEST_SKIP() << "libcoap3-bin is not installed";
  start({.dtls_port = 0}, true);
  intake.instant = true;
  const std::string url = format("coaps://127.0.0.1:{}/senml", endpoint->dtls_port());
  std::thread disk([this] {
    for (int i = 0; i < 5'000 && endpoint->counters()->accepted == 0; ++i) ::usleep(1'000);
    intake.commit({1, 0, {}});
  });
  const std::string said =
      run(format("-v 6 -u meter-7 -k 12345678901234567890 -m post -t 110 -e '{}' {}", one, url));
  disk.join();
  ASSERT_EQ(intake.taken.size(), 1U) << said;
  EXPECT_EQ(intake.taken[0].sender, "meter-7");
  EXPECT_NE(said.find("2.04"), std::string::npos) << said;
  run(format("-u meter-7 -k wrong-wrong-wrong-wrong -m post -t 110 -e '{}' {}", one, url));
  run(format("-u meter-8 -k 12345678901234567890 -m post -t 110 -e '{}' {}", one, url));
  EXPECT_EQ(intake.taken.size(), 1U);
}

// A device that stays: its handshake, then messages of one session.
class DtlsDevice {
 public:
  explicit DtlsDevice(std::uint16_t port)
      : context_(SSL_CTX_new(DTLS_client_method())), fd_(::socket(AF_INET, SOCK_DGRAM, 0)) {
    SSL_CTX_set_psk_client_callback(
        context_, [](SSL*, const char*, char* name, unsigned, unsigned char* key, unsigned) {
          std::memcpy(name, "meter-7", 8);
          std::memcpy(key, "12345678901234567890", 20);
          return 20U;
        });
    SSL_CTX_set_cipher_list(context_, "PSK");
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to);
    const timeval patience{3, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    shake();
  }
  ~DtlsDevice() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
    ::close(fd_);
  }
  // Again from the same address.
  bool shake() {
    SSL_free(ssl_);
    ssl_ = SSL_new(context_);
    BIO* bio = BIO_new_dgram(fd_, BIO_NOCLOSE);
    sockaddr_storage to{};
    socklen_t size = sizeof to;
    ::getpeername(fd_, reinterpret_cast<sockaddr*>(&to), &size);
    BIO_ctrl(bio, BIO_CTRL_DGRAM_SET_CONNECTED, 0, &to);
    SSL_set_bio(ssl_, bio, bio);
    return SSL_connect(ssl_) == 1;
  }
  // Empty: the session has ended, or nothing came.
  std::string exchange(const std::string& datagram) {
    if (SSL_write(ssl_, datagram.data(), static_cast<int>(datagram.size())) <= 0) return {};
    return receive();
  }
  std::string receive() {
    char buffer[2'048];
    const int got = SSL_read(ssl_, buffer, sizeof buffer);
    return got > 0 ? std::string(buffer, static_cast<std::size_t>(got)) : std::string();
  }
  bool told_the_end() const { return (SSL_get_shutdown(ssl_) & SSL_RECEIVED_SHUTDOWN) != 0; }

 private:
  SSL_CTX* context_;
  SSL* ssl_ = nullptr;
  int fd_;
};

TEST_F(CoapEndpointTest, ADtlsSessionEndsWithTheKey) {
  start({.dtls_port = 0}, true);
  std::atomic<bool> done{false};
  std::thread disk([&] {
    while (!done) {
      intake.commit({1'000'000, 0, {}});
      ::usleep(5'000);
    }
  });
  {
    DtlsDevice device(endpoint->dtls_port());
    EXPECT_EQ(head_of(device.exchange(post(1, one))), "ACK 2.04 1");
    const device::Revocation other{"dev-8", device::Protocol::coap, "meter-8"};
    endpoint->revoke({&other, 1});
    EXPECT_EQ(head_of(device.exchange(post(2, one))), "ACK 2.04 2");
    const device::Revocation revoked{"dev-7", device::Protocol::coap, "meter-7"};
    endpoint->revoke({&revoked, 1});
    EXPECT_EQ(device.receive(), "");
    EXPECT_TRUE(device.told_the_end());
    EXPECT_EQ(endpoint->counters()->revoked, 1U);
    const std::size_t taken = intake.taken.size();
    EXPECT_EQ(device.exchange(post(3, one)), "");
    EXPECT_EQ(intake.taken.size(), taken);
    // From the same address it may come again, by the key that holds now.
    EXPECT_TRUE(device.shake());
    EXPECT_EQ(head_of(device.exchange(post(4, one))), "ACK 2.04 4");
  }
  done = true;
  disk.join();
}

TEST_F(CoapEndpointTest, ObserversHearOfAlerts) {
  if (!std::filesystem::exists(client)) GTEST_SKIP() << "libcoap3-bin is not installed";
  std::atomic<int> state{1};
  CoapOptions options;
  options.alerts = [&state] { return format("[\"alert {}\"]", state.load()); };
  start(options);
  std::thread engine([&] {
    for (int i = 0; i < 5'000 && endpoint->counters()->messages == 0; ++i) ::usleep(1'000);
    ::usleep(300'000);
    state = 2;
    endpoint->alerts_changed();
  });
  const std::string said = run(format("-m get -s 2 coap://127.0.0.1:{}/alerts", endpoint->port()));
  engine.join();
  EXPECT_NE(said.find("alert 1"), std::string::npos) << said;
  EXPECT_NE(said.find("alert 2"), std::string::npos) << said;
}

}  // namespace
}  // namespace cairn::server
