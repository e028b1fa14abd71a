// SPDX-License-Identifier: Apache-2.0
// Non-blocking sockets of the MQTT door, plain or TLS.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "core/result.hpp"

struct ssl_st;
struct ssl_ctx_st;

namespace cairn::server {

struct MqttTls;

// Owns a file descriptor.
class MqttFd {
 public:
  explicit MqttFd(int fd = -1) : fd_(fd) {}
  ~MqttFd();
  MqttFd(MqttFd&& other) noexcept;
  MqttFd& operator=(MqttFd&& other) noexcept;
  int get() const { return fd_; }

 private:
  int fd_ = -1;
};

struct MqttListener {
  MqttFd fd;
  std::uint16_t port = 0;
};
Result<MqttListener> mqtt_listen(const std::string& address, std::uint16_t port);
// -1: nobody waits.
MqttFd mqtt_accept(int listener);

class MqttTlsContext {
 public:
  static Result<std::unique_ptr<MqttTlsContext>> load(const MqttTls& files);
  ~MqttTlsContext();
  MqttTlsContext(const MqttTlsContext&) = delete;
  MqttTlsContext& operator=(const MqttTlsContext&) = delete;
  ssl_ctx_st* get() const { return context_; }

 private:
  explicit MqttTlsContext(ssl_ctx_st* context) : context_(context) {}
  ssl_ctx_st* context_;
};

class MqttSocket {
 public:
  enum class State : std::uint8_t { ok, again, gone };
  struct Moved {
    State state = State::gone;
    std::size_t bytes = 0;
  };

  MqttSocket() = default;
  MqttSocket(MqttFd fd, const MqttTlsContext* tls);  // null: plain
  int fd() const { return fd_.get(); }
  Moved read(char* to, std::size_t size);
  Moved write(const char* from, std::size_t size);
  void shut();  // the sending side
  // Bytes that are decrypted but were not read yet.
  bool holds_bytes() const;
  // The handshake waits for the socket to take something.
  bool wants_write() const { return wants_write_; }
  // The common name of the client's certificate, once verified; else empty.
  std::string peer_name() const;

 private:
  Moved moved_tls(int result);
  struct Free {
    void operator()(ssl_st* ssl) const;
  };
  std::unique_ptr<ssl_st, Free> ssl_;
  MqttFd fd_;
  bool wants_write_ = false;
};

}  // namespace cairn::server
