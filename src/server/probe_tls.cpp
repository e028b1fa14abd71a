// SPDX-License-Identifier: Apache-2.0
#include "server/probe_tls.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <memory>

#include "core/text.hpp"
#include "server/probe_address.hpp"

namespace cairn::server {
namespace {

using probe::TlsSeen;
using probe::TlsVersion;
using probe::Trust;
using Steady = std::chrono::steady_clock;

constexpr int look_ms = 100;

struct Free {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* ssl) const { SSL_free(ssl); }
  void operator()(X509* certificate) const { X509_free(certificate); }
};
class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  ~Socket() {
    if (fd_ >= 0) ::close(fd_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

class Deadline {
 public:
  explicit Deadline(const TlsWay& way)
      : way_(way), until_(Steady::now() + std::chrono::milliseconds(way.timeout_ms)) {}
  // Until the socket is ready for `events`; an error at the deadline or when it was stopped.
  Status wait(int fd, short events) const {
    while (true) {
      if (way_.stopped && way_.stopped()) return fail(Code::io, "it was stopped");
      if (Steady::now() > until_) {
        return fail(Code::io, format("no answer within {} ms", way_.timeout_ms));
      }
      pollfd polled{fd, events, 0};
      if (::poll(&polled, 1, look_ms) > 0) return {};
    }
  }

 private:
  const TlsWay& way_;
  Steady::time_point until_;
};

Status connect(const Socket& socket, const SocketAddress& to, const Deadline& deadline) {
  if (socket.fd() < 0) return fail(Code::io, std::strerror(errno));
  if (::connect(socket.fd(), to.raw(), to.size) == 0) return {};
  if (errno != EINPROGRESS) return fail(Code::io, std::strerror(errno));
  if (auto ready = deadline.wait(socket.fd(), POLLOUT); !ready) return ready;
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(socket.fd(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  if (error != 0) return fail(Code::io, std::strerror(error));
  return {};
}

int number_of(TlsVersion version) {
  constexpr std::array<int, 4> numbers{TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION,
                                       TLS1_3_VERSION};
  return numbers[static_cast<std::size_t>(version)];
}

std::unique_ptr<SSL_CTX, Free> make_context(const probe::ShakeAsk& ask, const TlsWay& way) {
  std::unique_ptr<SSL_CTX, Free> context(SSL_CTX_new(TLS_client_method()));
  if (!context) return context;
  SSL_CTX* const c = context.get();
  SSL_CTX_set_verify(c, SSL_VERIFY_NONE, nullptr);  // the outcome is read, not acted upon
  SSL_CTX_set_security_level(c, 0);
  SSL_CTX_set_cipher_list(c, "ALL:!aNULL:!eNULL:@SECLEVEL=0");
  SSL_CTX_set_min_proto_version(c, ask.only ? number_of(*ask.only) : TLS1_VERSION);
  SSL_CTX_set_max_proto_version(c, ask.only ? number_of(*ask.only) : TLS1_3_VERSION);
  if (way.ca_file.empty()) {
    SSL_CTX_set_default_verify_paths(c);
  } else {
    SSL_CTX_load_verify_locations(c, way.ca_file.c_str(), nullptr);
  }
  return context;
}

std::string openssl_error() {
  const unsigned long code = ERR_peek_last_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "the connection was closed" : reason;
}

// Completed, or why not.
Status shake(SSL* ssl, int fd, const Deadline& deadline) {
  while (true) {
    ERR_clear_error();
    const int done = SSL_connect(ssl);
    if (done == 1) return {};
    const int error = SSL_get_error(ssl, done);
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) {
      const short events = error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;
      if (auto ready = deadline.wait(fd, events); !ready) return ready;
      continue;
    }
    return fail(Code::io, openssl_error());
  }
}

Trust trust_of(long verified) {
  switch (verified) {
    case X509_V_OK:
      return Trust::trusted;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return Trust::self_signed;
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return Trust::unknown_issuer;
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return Trust::expired;
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return Trust::not_yet;
    default:
      return Trust::other;
  }
}

std::string key_name(const EVP_PKEY* key) {
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
    case EVP_PKEY_RSA_PSS:
      return "RSA";
    case EVP_PKEY_DSA:
      return "DSA";
    case EVP_PKEY_EC:
      return "EC";
    case EVP_PKEY_ED25519:
      return "Ed25519";
    case EVP_PKEY_ED448:
      return "Ed448";
    case EVP_PKEY_SM2:
      return "SM2";
    default:
      return "other";
  }
}

void read_certificate(X509* leaf, const std::string& host, TlsSeen& out) {
  out.name_fits = X509_check_host(leaf, host.data(), host.size(), 0, nullptr) == 1;
  std::tm end{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(leaf), &end) == 1) {
    const Date day{end.tm_year + 1900, static_cast<std::uint8_t>(end.tm_mon + 1),
                   static_cast<std::uint8_t>(end.tm_mday)};
    out.not_after =
        start_of(day, {}) + ((end.tm_hour * 60LL + end.tm_min) * 60 + end.tm_sec) * ns_per_second;
  }
  if (const EVP_PKEY* key = X509_get0_pubkey(leaf); key != nullptr) {
    out.key = key_name(key);
    out.key_bits = EVP_PKEY_get_bits(key);
  }
  int digest = NID_undef;
  if (X509_get_signature_info(leaf, &digest, nullptr, nullptr, nullptr) == 1 &&
      digest != NID_undef) {
    out.signature = OBJ_nid2sn(digest);
  } else {
    out.signature = OBJ_nid2sn(X509_get_signature_nid(leaf));  // Ed25519 has no digest of its own
  }
}

}  // namespace

Result<TlsSeen> shake_hands(const probe::ShakeAsk& ask, const TlsWay& way) {
  const auto to = way_to(ask.address, ask.target.port, way.reach);
  if (!to) return fail(to.error());
  const Deadline deadline(way);
  const Socket socket(
      ::socket(to->storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (auto connected = connect(socket, *to, deadline); !connected) return fail(connected.error());
  const auto context = make_context(ask, way);
  if (!context) return fail(Code::internal, "OpenSSL could not be started");
  const std::unique_ptr<SSL, Free> ssl(SSL_new(context.get()));
  if (!ssl || SSL_set_fd(ssl.get(), socket.fd()) != 1) {
    return fail(Code::internal, "OpenSSL could not be started");
  }
  SSL_set_tlsext_host_name(ssl.get(), ask.target.host.c_str());
  TlsSeen out;
  out.tried = true;
  if (auto done = shake(ssl.get(), socket.fd(), deadline); !done) {
    out.trouble = done.error().message;
    return out;
  }
  out.completed = true;
  const long verified = SSL_get_verify_result(ssl.get());
  out.trust = trust_of(verified);
  out.trust_text = X509_verify_cert_error_string(verified);
  const std::unique_ptr<X509, Free> leaf(SSL_get1_peer_certificate(ssl.get()));
  if (!leaf) return fail(Code::io, "the server showed no certificate");
  read_certificate(leaf.get(), ask.target.host, out);
  SSL_shutdown(ssl.get());
  return out;
}

}  // namespace cairn::server
