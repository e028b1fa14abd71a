// SPDX-License-Identifier: Apache-2.0
// libmodbus waits by select(), which breaks memory for descriptors from FD_SETSIZE on. A link takes
// its number early, while it is low, and every connection is moved to this number. So it is also
// safe to shut the socket down from another thread: the number is never somebody else's.
#include "server/modbus_link.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <modbus/modbus.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "core/text.hpp"

namespace cairn::server {
namespace {

using Kind = ModbusAnswer::Kind;

constexpr int slice_ms = 50;  // between two looks whether to stop

struct Address {
  sockaddr_storage bytes{};
  socklen_t size = 0;
};

Address address_of(const std::string& host, std::uint16_t port) {
  Address out;
  auto& four = reinterpret_cast<sockaddr_in&>(out.bytes);
  auto& six = reinterpret_cast<sockaddr_in6&>(out.bytes);
  if (::inet_pton(AF_INET, host.c_str(), &four.sin_addr) == 1) {
    four.sin_family = AF_INET;
    four.sin_port = htons(port);
    out.size = sizeof four;
  } else if (::inet_pton(AF_INET6, host.c_str(), &six.sin6_addr) == 1) {
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(port);
    out.size = sizeof six;
  }
  return out;
}

std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

struct FreeModbus {
  void operator()(modbus_t* context) const { modbus_free(context); }
};

class TcpLink final : public ModbusLink {
 public:
  TcpLink(Address address, int reserved, modbus_t* context)
      : address_(address), fd_(reserved), context_(context) {}
  ~TcpLink() override { ::close(fd_); }
  TcpLink(const TcpLink&) = delete;
  TcpLink& operator=(const TcpLink&) = delete;

  ModbusAnswer read(std::uint8_t unit, const codec::ModbusRequest& request,
                    std::int64_t timeout_ms) override {
    const bool had_one = connected_;
    ModbusAnswer out = read_once(unit, request, timeout_ms);
    // Meters end connections that say nothing for a while; that is no trouble.
    if (had_one && out.kind == Kind::broken && !stopping_) {
      out = read_once(unit, request, timeout_ms);
    }
    return out;
  }
  void interrupt() override {
    stopping_ = true;
    ::shutdown(fd_, SHUT_RDWR);  // of the placeholder it is an error without effect
  }

 private:
  ModbusAnswer read_once(std::uint8_t unit, const codec::ModbusRequest& request,
                         std::int64_t timeout_ms);
  int ask(const codec::ModbusRequest& request, std::uint16_t* words);
  Status connect(std::int64_t timeout_ms);
  Status wait_for(int socket, std::int64_t timeout_ms) const;
  void disconnect();

  const Address address_;
  const int fd_;  // a socket, or /dev/null in its place
  std::unique_ptr<modbus_t, FreeModbus> context_;
  bool connected_ = false;
  std::atomic<bool> stopping_{false};
};

Status TcpLink::wait_for(int socket, std::int64_t timeout_ms) const {
  const std::int64_t until = steady_ms() + timeout_ms;
  pollfd waiting{socket, POLLOUT, 0};
  while (!stopping_) {
    const int ready = ::poll(&waiting, 1, slice_ms);
    if (ready < 0 && errno != EINTR) return fail(Code::io, std::strerror(errno));
    if (ready > 0) {
      int error = 0;
      socklen_t size = sizeof error;
      ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size);
      if (error != 0) return fail(Code::io, std::strerror(error));
      return {};
    }
    if (steady_ms() >= until) return fail(Code::io, "no connection within the time");
  }
  return fail(Code::io, "the server stops");
}

Status TcpLink::connect(std::int64_t timeout_ms) {
  const int made =
      ::socket(address_.bytes.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (made < 0) return fail(Code::io, std::strerror(errno));
  const int at_once = 1;
  ::setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
  Status up;
  if (::connect(made, reinterpret_cast<const sockaddr*>(&address_.bytes), address_.size) != 0) {
    up = errno == EINPROGRESS ? wait_for(made, timeout_ms)
                              : Status(fail(Code::io, std::strerror(errno)));
  }
  if (up && ::dup3(made, fd_, O_CLOEXEC) < 0) up = fail(Code::io, std::strerror(errno));
  ::close(made);
  if (!up) return up;
  if (stopping_) return fail(Code::io, "the server stops");  // the interrupt missed this socket
  modbus_set_socket(context_.get(), fd_);
  connected_ = true;
  return {};
}

void TcpLink::disconnect() {
  connected_ = false;
  const int placeholder = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  if (placeholder < 0) {  // no descriptor left: the peer is told all the same
    ::shutdown(fd_, SHUT_RDWR);
    return;
  }
  ::dup3(placeholder, fd_, O_CLOEXEC);
  ::close(placeholder);
}

int TcpLink::ask(const codec::ModbusRequest& request, std::uint16_t* words) {
  modbus_t* context = context_.get();
  if (request.bank == model::RegisterBank::holding) {
    return modbus_read_registers(context, request.at, request.count, words);
  }
  if (request.bank == model::RegisterBank::input) {
    return modbus_read_input_registers(context, request.at, request.count, words);
  }
  std::array<std::uint8_t, codec::modbus_most_bits> bits{};
  const bool coils = request.bank == model::RegisterBank::coil;
  const int got = coils ? modbus_read_bits(context, request.at, request.count, bits.data())
                        : modbus_read_input_bits(context, request.at, request.count, bits.data());
  for (int i = 0; i < got; ++i) words[i] = bits[static_cast<std::size_t>(i)];
  return got;
}

ModbusAnswer TcpLink::read_once(std::uint8_t unit, const codec::ModbusRequest& request,
                                std::int64_t timeout_ms) {
  ModbusAnswer out;
  if (stopping_) return {Kind::broken, 0, {}, "the server stops"};
  if (!connected_) {
    if (auto up = connect(timeout_ms); !up) {
      return {Kind::unreachable, 0, {}, up.error().message};
    }
  }
  modbus_t* context = context_.get();
  modbus_set_slave(context, unit);
  const auto us = static_cast<std::uint32_t>(timeout_ms % 1'000 * 1'000);
  modbus_set_response_timeout(context, static_cast<std::uint32_t>(timeout_ms / 1'000), us);
  out.words.resize(request.count);
  errno = 0;
  const int got = ask(request, out.words.data());
  const int wrong = errno;
  if (got == request.count) {
    out.kind = Kind::good;
    return out;
  }
  out.words.clear();
  if (wrong > MODBUS_ENOBASE && wrong < MODBUS_ENOBASE + MODBUS_EXCEPTION_MAX) {
    out.kind = Kind::exception;
    out.exception = wrong - MODBUS_ENOBASE;
    out.text = exception_text(out.exception);
    return out;
  }
  disconnect();
  out.kind = wrong == ETIMEDOUT ? Kind::silent : Kind::broken;
  out.text = wrong == ETIMEDOUT ? format("no answer within {} ms", timeout_ms)
                                : std::string(modbus_strerror(wrong));
  return out;
}

}  // namespace

std::string exception_text(int exception) {
  const char* what = "unknown exception";
  switch (exception) {
    case MODBUS_EXCEPTION_ILLEGAL_FUNCTION:
      what = "illegal function";
      break;
    case MODBUS_EXCEPTION_ILLEGAL_DATA_ADDRESS:
      what = "illegal data address";
      break;
    case MODBUS_EXCEPTION_ILLEGAL_DATA_VALUE:
      what = "illegal data value";
      break;
    case MODBUS_EXCEPTION_SLAVE_OR_SERVER_FAILURE:
      what = "device failure";
      break;
    case MODBUS_EXCEPTION_ACKNOWLEDGE:
      what = "the device needs longer";
      break;
    case MODBUS_EXCEPTION_SLAVE_OR_SERVER_BUSY:
      what = "device busy";
      break;
    case MODBUS_EXCEPTION_MEMORY_PARITY:
      what = "memory parity error";
      break;
    case MODBUS_EXCEPTION_GATEWAY_PATH:
      what = "the gateway has no path";
      break;
    case MODBUS_EXCEPTION_GATEWAY_TARGET:
      what = "the device behind the gateway does not answer";
      break;
    default:
      break;
  }
  return format("{} (exception {})", what, exception);
}

Result<std::unique_ptr<ModbusLink>> tcp_link(const std::string& host, std::uint16_t port) {
  const Address address = address_of(host, port);
  if (address.size == 0) {
    return fail(Code::invalid, format("'{}' is no IPv4 or IPv6 address", host));
  }
  const int reserved = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  if (reserved < 0) return fail(Code::io, std::strerror(errno));
  if (reserved >= FD_SETSIZE) {
    ::close(reserved);
    return fail(Code::too_large, format("too many files are open to ask {} too", host));
  }
  modbus_t* context = modbus_new_tcp("127.0.0.1", 502);  // its address is never used
  if (context == nullptr) {
    ::close(reserved);
    return fail(Code::io, "libmodbus gives no context");
  }
  return std::unique_ptr<ModbusLink>(std::make_unique<TcpLink>(address, reserved, context));
}

}  // namespace cairn::server
