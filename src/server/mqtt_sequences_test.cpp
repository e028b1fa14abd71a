// SPDX-License-Identifier: Apache-2.0
// mosquitto's byte-level sequences against the endpoint on loopback: testdata/mqtt/SOURCES.md.
// A sequence sends bytes, expects bytes, and then the connection to be closed, or to answer a
// PINGREQ. expected_failures.txt names those that are not followed; any change of it fails.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "codec/mqtt.hpp"
#include "core/text.hpp"
#include "server/identity.hpp"
#include "server/mqtt_endpoint.hpp"
#include "server/mqtt_test_intake.hpp"

namespace cairn::server {
namespace {

namespace mqtt = codec::mqtt;
using Json = nlohmann::json;
const std::string folder = CAIRN_SOURCE_DIR "/src/server/testdata/mqtt/";

std::string bytes_of(const std::string& hex) {
  std::string out, digits;
  for (const char c : hex) {
    if (c == ' ') continue;
    digits.push_back(c);
    if (digits.size() < 2) continue;
    out.push_back(static_cast<char>(std::stoi(digits, nullptr, 16)));
    digits.clear();
  }
  return out;
}

std::string hex_of(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) out += format("{:02X}", static_cast<unsigned char>(c));
  return out;
}

class Client {
 public:
  explicit Client(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    const timeval patience{.tv_sec = 1, .tv_usec = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0;
  }
  ~Client() { ::close(fd_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  bool connected() const { return connected_; }
  void send(std::string_view bytes) const {
    (void)!::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
  // As many bytes as are wanted, or fewer when the server closes or stays silent.
  std::string receive(std::size_t wanted) {
    std::string out(wanted, '\0');
    std::size_t have = 0;
    while (have < wanted) {
      const ssize_t got = ::recv(fd_, out.data() + have, wanted - have, 0);
      closed_ = got == 0 || (got < 0 && errno == ECONNRESET);
      if (got <= 0) break;
      have += static_cast<std::size_t>(got);
    }
    out.resize(have);
    return out;
  }
  // What differs from the expected bytes; empty: nothing.
  std::string expect(std::string_view bytes) {
    const std::string got = receive(bytes.size());
    return got == bytes ? "" : format("expected {}, got {}", hex_of(bytes), hex_of(got));
  }
  std::string expect_closed() {
    const std::string got = receive(1);
    return closed_       ? ""
           : got.empty() ? "still connected"
                         : format("got {}.. for an end", hex_of(got));
  }

 private:
  int fd_;
  bool connected_ = false;
  bool closed_ = false;
};

class MqttSequences : public testing::Test {
 protected:
  void SetUp() override {
    // What mosquitto announces, since the sequences compare its CONNACK.
    auto started = MqttEndpoint::start(
        {.port = 0, .packet_bytes = 268'435'460, .receive_maximum = 20, .topic_alias_maximum = 10},
        intake_, Identities::open(), clock_);
    ASSERT_TRUE(started) << to_string(started.error());
    endpoint_ = std::move(*started);
  }

  static std::string connect(Client& client, const std::string& id, int version) {
    mqtt::Connect packet{
        .version = static_cast<mqtt::Version>(version), .keep_alive_s = 60, .client_id = id};
    if (version == 5) packet.properties.set(mqtt::Property::receive_maximum, 20);
    std::string bytes;
    mqtt::write(bytes, packet, packet.version);
    client.send(bytes);
    return client.expect(bytes_of(version == 5 ? "2009000006 22000A 210014" : "20020000"));
  }

  std::string helper_publish(const Json& message) const {
    Client helper(endpoint_->port());
    if (auto wrong = connect(helper, "helper", 4); !wrong.empty()) return wrong;
    const std::string topic = message.at("topic"), payload = message.at("payload");
    mqtt::Publish packet{
        .qos = message.at("qos").get<std::uint8_t>(), .id = 1, .topic = topic, .payload = payload};
    std::string bytes;
    mqtt::write(bytes, packet, mqtt::Version::v311);
    helper.send(bytes);
    if (packet.qos == 1) return helper.expect(bytes_of("40020001"));
    if (packet.qos == 2) {
      if (auto wrong = helper.expect(bytes_of("50020001")); !wrong.empty()) return wrong;
      helper.send(bytes_of("62020001"));
      return helper.expect(bytes_of("70020001"));
    }
    return {};
  }

  // Empty when the sequence passes.
  std::string play(const std::string& name, const Json& test) const {
    Client client(endpoint_->port());
    if (!client.connected()) return "no connection";
    const int version = test.value("ver", 4);
    if (test.value("connect", true)) {
      if (auto wrong = connect(client, name, version); !wrong.empty()) return wrong;
    }
    for (const Json& message : test.at("msgs")) {
      const std::string type = message.at("type");
      std::string wrong;
      if (type == "send") client.send(bytes_of(message.at("payload")));
      if (type == "recv") wrong = client.expect(bytes_of(message.at("payload")));
      if (type == "publish") wrong = helper_publish(message);
      if (!wrong.empty()) return wrong;
    }
    if (test.value("expect_disconnect", true)) return client.expect_closed();
    client.send(bytes_of("C000"));
    return client.expect(bytes_of("D000"));
  }

  TestIntake intake_;
  FixedClock clock_{Instant{1'700'000'000'000'000'000}};
  std::unique_ptr<MqttEndpoint> endpoint_;
};

std::map<std::string, std::string> expected_failures() {
  std::map<std::string, std::string> out;
  std::ifstream in(folder + "expected_failures.txt");
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line.front() == '#') continue;
    const std::size_t tab = line.find('\t');
    out[line.substr(0, tab)] = tab == std::string::npos ? "" : line.substr(tab + 1);
  }
  return out;
}

TEST_F(MqttSequences, AreFollowedButForTheListedOnes) {
  std::set<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".json") files.insert(entry.path().filename().string());
  }
  auto expected = expected_failures();
  std::size_t total = 0, passed = 0;
  for (const std::string& file : files) {
    std::ifstream in(folder + file);
    const Json groups = Json::parse(in);
    for (const Json& group : groups) {
      for (const Json& test : group.at("tests")) {
        const std::string name =
            group.at("group").get<std::string>() + " " + test.at("name").get<std::string>();
        const std::string wrong = play(name, test);
        ++total;
        passed += wrong.empty() ? 1 : 0;
        const auto at = expected.find(name);
        if (wrong.empty()) continue;
        EXPECT_NE(at, expected.end()) << file << ": " << name << ": " << wrong;
        if (at != expected.end()) at->second.clear();  // seen to fail
      }
    }
  }
  for (const auto& [name, reason] : expected) {
    EXPECT_TRUE(reason.empty()) << "listed as failing, but it passes: " << name;
  }
  EXPECT_EQ(total, 1'483U);
  std::printf("%zu of %zu sequences pass\n", passed, total);
}

}  // namespace
}  // namespace cairn::server
