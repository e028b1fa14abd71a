// SPDX-License-Identifier: Apache-2.0
#include "server/mqtt_socket.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <utility>

#include "core/text.hpp"
#include "server/mqtt_endpoint.hpp"

namespace cairn::server {
namespace {

constexpr int backlog = 4'096;  // a reconnect storm after a power cut

Error tls_error(const std::string& what, const std::string& file) {
  std::array<char, 256> text{};
  ERR_error_string_n(ERR_get_error(), text.data(), text.size());
  ERR_clear_error();
  return {Code::invalid, format("{}: {}", what, text.data()), file};
}

}  // namespace

MqttFd::~MqttFd() {
  if (fd_ >= 0) ::close(fd_);
}
MqttFd::MqttFd(MqttFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
MqttFd& MqttFd::operator=(MqttFd&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Result<MqttListener> mqtt_listen(const std::string& address, std::uint16_t port) {
  sockaddr_storage storage{};
  socklen_t size = 0;
  auto* four = reinterpret_cast<sockaddr_in*>(&storage);
  auto* six = reinterpret_cast<sockaddr_in6*>(&storage);
  if (::inet_pton(AF_INET, address.c_str(), &four->sin_addr) == 1) {
    four->sin_family = AF_INET;
    four->sin_port = htons(port);
    size = sizeof *four;
  } else if (::inet_pton(AF_INET6, address.c_str(), &six->sin6_addr) == 1) {
    six->sin6_family = AF_INET6;
    six->sin6_port = htons(port);
    size = sizeof *six;
  } else {
    return fail(Code::invalid, format("\"{}\" is no IPv4 or IPv6 address", address));
  }
  MqttFd fd(::socket(storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int on = 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  auto* any = reinterpret_cast<sockaddr*>(&storage);
  if (::bind(fd.get(), any, size) != 0 || ::listen(fd.get(), backlog) != 0) {
    return fail(Code::io,
                format("cannot listen on {}:{} for MQTT: {}", address, port, std::strerror(errno)));
  }
  ::getsockname(fd.get(), any, &size);
  const std::uint16_t bound = ntohs(storage.ss_family == AF_INET ? four->sin_port : six->sin6_port);
  return MqttListener{std::move(fd), bound};
}

MqttFd mqtt_accept(int listener) {
  MqttFd fd(::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (fd.get() < 0) return fd;
  const int on = 1;
  ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::setsockopt(fd.get(), SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  return fd;
}

Result<std::unique_ptr<MqttTlsContext>> MqttTlsContext::load(const MqttTls& files) {
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  std::unique_ptr<MqttTlsContext> out(new MqttTlsContext(context));
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  if (SSL_CTX_use_certificate_chain_file(context, files.certificate.c_str()) != 1) {
    return fail(tls_error("the certificate cannot be used", files.certificate));
  }
  if (SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context) != 1) {
    return fail(tls_error("the key cannot be used", files.key));
  }
  static constexpr unsigned char session_context[] = "cairn-mqtt";
  SSL_CTX_set_session_id_context(context, session_context, sizeof session_context - 1);
  if (!files.client_ca.empty()) {
    if (SSL_CTX_load_verify_locations(context, files.client_ca.c_str(), nullptr) != 1) {
      return fail(tls_error("the client CA cannot be used", files.client_ca));
    }
    SSL_CTX_set_client_CA_list(context, SSL_load_client_CA_file(files.client_ca.c_str()));
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);  // those without one show a token
  }
  return out;
}

MqttTlsContext::~MqttTlsContext() {
  SSL_CTX_free(context_);
}

void MqttSocket::Free::operator()(ssl_st* ssl) const {
  SSL_free(ssl);
}

MqttSocket::MqttSocket(MqttFd fd, const MqttTlsContext* tls) : fd_(std::move(fd)) {
  if (tls == nullptr) return;
  ssl_.reset(SSL_new(tls->get()));
  SSL_set_fd(ssl_.get(), fd_.get());
  SSL_set_accept_state(ssl_.get());
}

MqttSocket::Moved MqttSocket::moved_tls(int result) {
  wants_write_ = false;
  if (result > 0) return {State::ok, static_cast<std::size_t>(result)};
  const int error = SSL_get_error(ssl_.get(), result);
  ERR_clear_error();
  wants_write_ = error == SSL_ERROR_WANT_WRITE;
  const bool again = error == SSL_ERROR_WANT_READ || wants_write_;
  return {again ? State::again : State::gone, 0};
}

MqttSocket::Moved MqttSocket::read(char* to, std::size_t size) {
  const int most = static_cast<int>(std::min<std::size_t>(size, INT_MAX));
  if (ssl_) return moved_tls(SSL_read(ssl_.get(), to, most));
  const ssize_t got = ::recv(fd_.get(), to, size, 0);
  if (got > 0) return {State::ok, static_cast<std::size_t>(got)};
  const bool again = got < 0 && (errno == EAGAIN || errno == EINTR);
  return {again ? State::again : State::gone, 0};
}

MqttSocket::Moved MqttSocket::write(const char* from, std::size_t size) {
  const int most = static_cast<int>(std::min<std::size_t>(size, INT_MAX));
  if (ssl_) return moved_tls(SSL_write(ssl_.get(), from, most));
  const ssize_t sent = ::send(fd_.get(), from, size, MSG_NOSIGNAL);
  if (sent >= 0) return {State::ok, static_cast<std::size_t>(sent)};
  const bool again = errno == EAGAIN || errno == EINTR;
  return {again ? State::again : State::gone, 0};
}

void MqttSocket::shut() {
  if (ssl_ && SSL_is_init_finished(ssl_.get()) == 1) SSL_shutdown(ssl_.get());
  ERR_clear_error();
  ::shutdown(fd_.get(), SHUT_WR);
}

bool MqttSocket::holds_bytes() const {
  return ssl_ && SSL_pending(ssl_.get()) > 0;
}

std::string MqttSocket::peer_name() const {
  if (!ssl_ || SSL_get_verify_result(ssl_.get()) != X509_V_OK) return {};
  X509* certificate = SSL_get0_peer_certificate(ssl_.get());
  if (certificate == nullptr) return {};
  std::array<char, 256> name{};
  const int length = X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName,
                                               name.data(), static_cast<int>(name.size()));
  return length > 0 ? std::string(name.data(), static_cast<std::size_t>(length)) : std::string();
}

}  // namespace cairn::server
