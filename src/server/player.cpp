// SPDX-License-Identifier: Apache-2.0
#include "server/player.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "core/text.hpp"

namespace cairn::server {
namespace {

constexpr std::chrono::milliseconds look_up{100};
constexpr std::chrono::milliseconds try_again{1000};
constexpr std::size_t pack_readings = 500;  // of one message

// A connection to a door of this machine.
class Wire {
 public:
  Wire() = default;
  ~Wire() { close(); }
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  bool open(std::uint16_t port) {
    close();
    fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience{10, 0};
    const int on = 1;
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return true;
    close();
    return false;
  }
  bool is_open() const { return fd_ >= 0; }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
    input_.clear();
  }
  bool write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t put = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (put <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(put));
    }
    return true;
  }
  // Exactly so many bytes.
  std::optional<std::string> read(std::size_t count) {
    while (input_.size() < count) {
      if (!fill()) return std::nullopt;
    }
    std::string out = input_.substr(0, count);
    input_.erase(0, count);
    return out;
  }
  // Up to and with the mark.
  std::optional<std::string> read_to(std::string_view mark) {
    for (;;) {
      const std::size_t at = input_.find(mark);
      if (at != std::string::npos) return read(at + mark.size());
      if (!fill()) return std::nullopt;
    }
  }

 private:
  bool fill() {
    char buffer[4096];
    const ssize_t got = ::recv(fd_, buffer, sizeof buffer, 0);
    if (got <= 0) return false;
    input_.append(buffer, static_cast<std::size_t>(got));
    return true;
  }

  int fd_ = -1;
  std::string input_;
};

std::string senml(const watch::RehearsedReading* begin, const watch::RehearsedReading* end) {
  std::string out = "[";
  for (const auto* reading = begin; reading != end; ++reading) {
    // Milliseconds are as fine as the series are; a double holds them exactly enough to read back.
    out += format("{}{{\"n\":\"{}/{}\",\"v\":{},\"t\":{}.{:03}}}", reading == begin ? "" : ",",
                  reading->thing, reading->property, reading->value,
                  reading->time.ns / ns_per_second, reading->time.ns % ns_per_second / 1'000'000);
  }
  return out + "]";
}

void put_text(std::string& out, std::string_view text) {
  out += static_cast<char>(text.size() >> 8);
  out += static_cast<char>(text.size() & 0xFF);
  out += text;
}

std::string packet(char first, const std::string& body) {
  std::string out(1, first);
  std::size_t rest = body.size();
  do {
    const auto digit = static_cast<char>(rest & 0x7F);
    rest >>= 7;
    out += static_cast<char>(rest > 0 ? digit | char(0x80) : digit);
  } while (rest > 0);
  return out + body;
}

// MQTT 3.1.1, QoS 1, one message under way.
class MqttDevice {
 public:
  bool send(std::uint16_t port, const std::string& token, bool historical,
            const std::string& payload) {
    if (!wire_.is_open() && !connect(port, token)) return false;
    if (++number_ == 0) number_ = 1;
    std::string body;
    put_text(body, historical ? "cairn/v1/backfill/senml" : "cairn/v1/senml");
    body += static_cast<char>(number_ >> 8);
    body += static_cast<char>(number_ & 0xFF);
    body += payload;
    if (wire_.write(packet('\x32', body))) {
      const auto answer = wire_.read(4);
      if (answer && (*answer)[0] == '\x40') return true;
    }
    wire_.close();
    return false;
  }

 private:
  bool connect(std::uint16_t port, const std::string& token) {
    if (!wire_.open(port)) return false;
    std::string body;
    put_text(body, "MQTT");
    body += '\x04';                           // 3.1.1
    body += token.empty() ? '\x02' : '\xC2';  // clean session; with name and token
    body += std::string(1, '\0') + '\0';      // no keep-alive
    put_text(body, "demonstration");
    if (!token.empty()) {
      put_text(body, "");
      put_text(body, token);
    }
    if (wire_.write(packet('\x10', body))) {
      const auto answer = wire_.read(4);
      if (answer && (*answer)[3] == 0) return true;
    }
    wire_.close();
    return false;
  }

  Wire wire_;
  std::uint16_t number_ = 0;
};

class HttpDevice {
 public:
  bool send(std::uint16_t port, const std::string& token, bool historical,
            const std::string& payload) {
    if (!wire_.is_open() && !wire_.open(port)) return false;
    std::string head = format(
        "POST /v1/observations HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Type: "
        "application/senml+json\r\nContent-Length: {}\r\n",
        port, payload.size());
    if (!token.empty()) head += format("Authorization: Bearer {}\r\n", token);
    if (historical) head += "Cairn-Historical: true\r\n";
    if (wire_.write(head + "\r\n" + payload)) {
      if (const auto answer = wire_.read_to("\r\n\r\n"); answer && finish(*answer)) return true;
    }
    wire_.close();
    return false;
  }

 private:
  // Reads the body; true for 2xx.
  bool finish(const std::string& head) {
    const std::string lower = lower_ascii(head);
    const std::size_t at = lower.find("content-length:");
    if (at != std::string::npos) {
      const auto length =
          parse_integer(trim(lower.substr(at + 15, lower.find('\r', at) - at - 15)));
      if (!length || *length < 0 || !wire_.read(static_cast<std::size_t>(*length))) return false;
    }
    return head.starts_with("HTTP/1.1 2");
  }

  Wire wire_;
};

}  // namespace

Player::Player(watch::Rehearsal rehearsal, const Clock& clock, PlayerOptions options)
    : rehearsal_(std::move(rehearsal)), clock_(clock), options_(std::move(options)) {
  if (!rehearsal_.empty()) thread_ = std::thread([this] { run(); });
}

void Player::stop() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

void Player::run() {
  MqttDevice mqtt;
  HttpDevice http;
  // A thing keeps its door.
  const auto by_mqtt = [this](std::string_view thing) {
    return options_.mqtt_port != 0 && (thing.empty() ? 0 : thing.back()) % 2 == 0;
  };
  const auto send_all = [&](const std::vector<watch::RehearsedReading>& all, bool historical) {
    for (const bool mqtt_door : {true, false}) {
      std::vector<watch::RehearsedReading> part;
      std::copy_if(all.begin(), all.end(), std::back_inserter(part),
                   [&](const auto& reading) { return by_mqtt(reading.thing) == mqtt_door; });
      for (std::size_t at = 0; at < part.size() && !stopping_; at += pack_readings) {
        const std::size_t end = std::min(part.size(), at + pack_readings);
        const std::string payload = senml(part.data() + at, part.data() + end);
        const auto sent = [&] {
          return mqtt_door ? mqtt.send(options_.mqtt_port, options_.token, historical, payload)
                           : http.send(options_.http_port, options_.token, historical, payload);
        };
        while (!stopping_ && !sent()) std::this_thread::sleep_for(try_again);
        sent_ += end - at;
      }
    }
  };
  Instant done = clock_.now();
  send_all(rehearsal_.between(done - rehearsal_.history_ns(), done), true);
  while (!stopping_) {
    const Instant now = clock_.now();
    if (done < now) {
      send_all(rehearsal_.between(done, now), false);
      done = now;
    }
    std::this_thread::sleep_for(look_up);
  }
}

}  // namespace cairn::server
