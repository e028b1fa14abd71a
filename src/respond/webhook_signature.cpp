// SPDX-License-Identifier: Apache-2.0
#include "respond/webhook_signature.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <array>

#include "core/text.hpp"

namespace cairn::respond {
namespace {

using Digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

std::string hex(const Digest& bytes) {
  std::string out;
  for (const unsigned char byte : bytes) out += format("{:02x}", byte);
  return out;
}
const unsigned char* octets(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

std::string sha256_hex(std::string_view bytes) {
  Digest out{};
  SHA256(octets(bytes), bytes.size(), out.data());
  return hex(out);
}

std::string hmac_sha256_hex(std::string_view key, std::string_view bytes) {
  Digest out{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), octets(bytes), bytes.size(),
       out.data(), &size);
  return hex(out);
}

std::string webhook_signature(std::span<const std::string> secrets, std::string_view timestamp,
                              std::string_view delivery, std::string_view body) {
  const std::string signed_text = format("{}.{}.{}", timestamp, delivery, sha256_hex(body));
  std::string out;
  for (const std::string& secret : secrets) {
    out += format("{}v1={}", out.empty() ? "" : ", ", hmac_sha256_hex(secret, signed_text));
  }
  return out;
}

}  // namespace cairn::respond
