// SPDX-License-Identifier: Apache-2.0
// A server on a free port of loopback for tests: a function talks with each client, one after the
// other, and may behave as badly as it likes.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace cairn::server {

class LinePeer {
 public:
  LinePeer(int socket, const std::atomic<bool>& ending) : socket_(socket), ending_(ending) {}
  ~LinePeer() { close(socket_); }
  LinePeer(const LinePeer&) = delete;
  LinePeer& operator=(const LinePeer&) = delete;

  // Without its CR LF; empty at the end.
  std::string line() {
    while (true) {
      if (const std::size_t end = in_.find("\r\n"); end != std::string::npos) {
        std::string out = in_.substr(0, end);
        in_.erase(0, end + 2);
        return out;
      }
      if (!more()) return {};
    }
  }
  std::string bytes(std::size_t count) {
    while (in_.size() < count && more()) {
    }
    std::string out = in_.substr(0, count);
    in_.erase(0, count);
    return out;
  }
  bool say(std::string_view text) {
    while (!text.empty()) {
      const ssize_t sent = send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  // False when the test is over.
  bool wait(std::chrono::milliseconds time) const {
    const auto until = std::chrono::steady_clock::now() + time;
    while (!ending_ && std::chrono::steady_clock::now() < until) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return !ending_;
  }
  bool over() const { return over_; }

 private:
  bool more() {
    while (!ending_) {
      pollfd ready{socket_, POLLIN, 0};
      if (poll(&ready, 1, 20) <= 0) continue;
      char buffer[16'384];
      const ssize_t got = recv(socket_, buffer, sizeof buffer, 0);
      if (got <= 0) break;
      in_.append(buffer, static_cast<std::size_t>(got));
      return true;
    }
    over_ = true;
    return false;
  }
  int socket_;
  const std::atomic<bool>& ending_;
  std::string in_;
  bool over_ = false;
};

class LineServer {
 public:
  explicit LineServer(std::function<void(LinePeer&)> talk) : talk_(std::move(talk)) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(listener_, 16), 0);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~LineServer() {
    ending_ = true;
    thread_.join();
    close(listener_);
  }
  LineServer(const LineServer&) = delete;
  LineServer& operator=(const LineServer&) = delete;

  int port() const { return port_; }
  std::string url(std::string_view path = "/") const {
    return "http://127.0.0.1:" + std::to_string(port_) + std::string(path);
  }
  int clients() const { return clients_; }

 private:
  void serve() {
    while (!ending_) {
      pollfd ready{listener_, POLLIN, 0};
      if (poll(&ready, 1, 20) <= 0) continue;
      const int client = accept(listener_, nullptr, nullptr);
      if (client < 0) continue;
      ++clients_;
      LinePeer peer(client, ending_);
      talk_(peer);
    }
  }
  std::function<void(LinePeer&)> talk_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> ending_{false};
  std::atomic<int> clients_{0};
  std::thread thread_;
};

// A request as it came in: its lines up to the empty one, and its body.
struct HeardRequest {
  std::vector<std::string> lines;
  std::string body;
  std::string header(std::string_view name) const {
    for (const std::string& line : lines) {
      if (line.starts_with(std::string(name) + ": ")) return line.substr(name.size() + 2);
    }
    return {};
  }
};
inline HeardRequest hear_request(LinePeer& peer) {
  HeardRequest out;
  while (true) {
    std::string line = peer.line();
    if (line.empty()) break;
    out.lines.push_back(std::move(line));
  }
  if (const std::string length = out.header("Content-Length"); !length.empty()) {
    out.body = peer.bytes(std::stoul(length));
  }
  return out;
}

}  // namespace cairn::server
