// SPDX-License-Identifier: Apache-2.0
// Signed tokens of a sign-in provider: JWS in compact form (RFC 7515), keys as JWK (RFC 7517),
// claims (RFC 7519), with the rules of RFC 8725. Only signatures by a public key count: RS256,
// PS256, ES256 and EdDSA with Ed25519. "none", HMAC and encryption are refused, and the key decides
// which algorithm fits, never the token.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/time.hpp"

namespace cairn::protect {

// A token whose form is right; nothing of it is trusted yet.
struct Jws {
  std::string algorithm;
  std::string key_id;  // empty: none
  std::string signed_part;
  std::string signature;
  std::string claims;  // whatever was signed: check_claims() reads it
};
// At most 16 KiB.
Result<Jws> parse_jws(std::string_view token);

// Public keys of a provider.
class KeySet {
 public:
  // Keys of kinds that are not used here are left out. Error: invalid when it is no key set.
  static Result<KeySet> parse(std::string_view json);

  std::size_t size() const { return keys_.size(); }
  // Error: not_found when no key has the token's id (it may be new), denied when the signature is
  // not of that key.
  Status verify(const Jws& token) const;

 private:
  struct Key;
  std::vector<std::shared_ptr<const Key>> keys_;  // shared: a set is copied
};

struct ClaimRules {
  std::string issuer;
  std::string audience;  // our client id
  std::string nonce;
  Instant now;
};
struct Claims {
  std::string subject;
  std::string json;  // all of them
};
// iss, aud, azp, exp, nbf, iat, nonce and sub; clocks may differ by a minute.
Result<Claims> check_claims(const Jws& token, const ClaimRules& rules);

// The texts of a claim ("groups", "realm_access.roles"): a text, or a list of texts.
std::vector<std::string> claim_texts(std::string_view json, std::string_view name);

}  // namespace cairn::protect
