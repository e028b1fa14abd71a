// SPDX-License-Identifier: Apache-2.0
#include "device/secret.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <array>

namespace cairn::device {
namespace {

constexpr std::size_t token_bytes = 32;
constexpr std::size_t least_token = 16;
constexpr std::size_t most_secret = 200;
constexpr std::size_t password_digits = 6;  // PW of HJ 212-2017, 6.3.2
constexpr std::size_t least_key = 16;
constexpr std::size_t most_key = 64;  // what small devices and libcoap hold

std::string hex(std::string_view bytes) {
  constexpr const char* digits = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string make_secret(Protocol protocol, const Random& random) {
  if (protocol != Protocol::hj212) return hex(random(token_bytes));
  std::string out;
  while (out.size() < password_digits) {
    for (const char c : random(password_digits)) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte < 250 && out.size() < password_digits) out += static_cast<char>('0' + byte % 10);
    }
  }
  return out;
}

cairn::Status check_secret(Protocol protocol, std::string_view secret) {
  if (secret.size() > most_secret) {
    return fail(Code::invalid, "the secret has more than 200 characters", "/secret");
  }
  if (protocol == Protocol::coap) {
    if (key_bytes(secret)) return {};
    return fail(Code::invalid, "a key of DTLS is 16 to 64 bytes in hexadecimal", "/secret");
  }
  if (protocol == Protocol::hj212) {
    if (secret.size() >= password_digits) return {};
    return fail(Code::invalid, "a password of HJ 212 has six characters", "/secret");
  }
  if (secret.size() >= least_token) return {};
  return fail(Code::invalid, "a token has at least 16 characters; let one be made", "/secret");
}

std::string token_digest(std::string_view token) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_Digest(token.data(), token.size(), digest.data(), &size, EVP_sha256(), nullptr);
  return hex({reinterpret_cast<const char*>(digest.data()), size});
}

std::string digest_of(Protocol protocol, std::string_view device, std::string_view secret) {
  if (takes_tokens(protocol)) return token_digest(secret);
  std::string salted(device);
  salted += ':';
  salted += secret;
  return token_digest(salted);
}

bool same_secret(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

bool takes_tokens(Protocol protocol) {
  return protocol == Protocol::http || protocol == Protocol::mqtt || protocol == Protocol::coap;
}

std::optional<std::string> key_bytes(std::string_view hex_text) {
  std::string out;
  for (std::size_t i = 0; i + 1 < hex_text.size(); i += 2) {
    const int high = digit(hex_text[i]);
    const int low = digit(hex_text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high << 4 | low);
  }
  const bool fits = hex_text.size() % 2 == 0 && out.size() >= least_key && out.size() <= most_key;
  return fits ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace cairn::device
