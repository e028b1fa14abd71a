// SPDX-License-Identifier: Apache-2.0
#include "protect/jwt.hpp"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>

#include "core/text.hpp"
#include "protect/detail/strict_json.hpp"
#include "protect/digest.hpp"

namespace cairn::protect {
namespace {

using detail::parse_strict;
using detail::StrictJson;
using detail::text_of;

constexpr std::size_t token_bytes = 16 * 1024;
constexpr std::size_t key_set_bytes = 256 * 1024;
constexpr std::size_t keys_most = 100;
constexpr int rsa_bits_least = 2048;
constexpr int rsa_bits_most = 8192;
constexpr std::int64_t leeway_s = 60;
constexpr std::int64_t age_most_s = 3600;
constexpr std::array<std::string_view, 4> algorithms{"RS256", "PS256", "ES256", "EdDSA"};

template <class T, void (*release)(T*)>
struct Release {
  void operator()(T* pointer) const { release(pointer); }
};
template <class T, void (*release)(T*)>
using Owned = std::unique_ptr<T, Release<T, release>>;
using OwnedKey = Owned<EVP_PKEY, EVP_PKEY_free>;
using OwnedNumber = Owned<BIGNUM, BN_free>;

const unsigned char* bytes_of(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

OwnedKey key_of(const char* kind, OSSL_PARAM_BLD* builder) {
  const Owned<OSSL_PARAM, OSSL_PARAM_free> parameters(OSSL_PARAM_BLD_to_param(builder));
  const Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free> context(
      EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr));
  EVP_PKEY* key = nullptr;
  if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) <= 0 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) <= 0) {
    return {};
  }
  OwnedKey out(key);
  const Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free> check(
      EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  if (!check || EVP_PKEY_public_check(check.get()) <= 0) return {};
  return out;
}

std::string number_of(const StrictJson& jwk, const char* name) {
  return parse_base64url(text_of(jwk, name)).value_or("");
}

OwnedKey rsa_key(const StrictJson& jwk) {
  const std::string n = number_of(jwk, "n");
  const std::string e = number_of(jwk, "e");
  if (n.empty() || n.size() > rsa_bits_most / 8 || e.empty() || e.size() > 8) return {};
  const OwnedNumber modulus(BN_bin2bn(bytes_of(n), static_cast<int>(n.size()), nullptr));
  const OwnedNumber exponent(BN_bin2bn(bytes_of(e), static_cast<int>(e.size()), nullptr));
  if (!modulus || !exponent || BN_num_bits(modulus.get()) < rsa_bits_least) return {};
  const Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> builder(OSSL_PARAM_BLD_new());
  if (!builder ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) <= 0 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()) <= 0) {
    return {};
  }
  return key_of("RSA", builder.get());
}

OwnedKey ec_key(const StrictJson& jwk) {
  const std::string x = number_of(jwk, "x");
  const std::string y = number_of(jwk, "y");
  if (text_of(jwk, "crv") != "P-256" || x.size() != 32 || y.size() != 32) return {};
  const std::string point = '\x04' + x + y;
  const Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> builder(OSSL_PARAM_BLD_new());
  if (!builder ||
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) <=
          0 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                       point.size()) <= 0) {
    return {};
  }
  return key_of("EC", builder.get());  // a point that is not on the curve is no key
}

OwnedKey okp_key(const StrictJson& jwk) {
  const std::string x = number_of(jwk, "x");
  if (text_of(jwk, "crv") != "Ed25519" || x.size() != 32) return {};
  return OwnedKey(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(x), x.size()));
}

// r and s of 32 bytes each, as OpenSSL reads them.
std::string der_of(const std::string& raw) {
  if (raw.size() != 64) return {};
  const Owned<ECDSA_SIG, ECDSA_SIG_free> pair(ECDSA_SIG_new());
  OwnedNumber r(BN_bin2bn(bytes_of(raw), 32, nullptr));
  OwnedNumber s(BN_bin2bn(bytes_of(raw) + 32, 32, nullptr));
  if (!pair || !r || !s || ECDSA_SIG_set0(pair.get(), r.get(), s.get()) != 1) return {};
  (void)r.release();  // the pair has them now
  (void)s.release();
  unsigned char* out = nullptr;
  const int size = i2d_ECDSA_SIG(pair.get(), &out);
  if (size <= 0) return {};
  std::string text(reinterpret_cast<char*>(out), static_cast<std::size_t>(size));
  OPENSSL_free(out);
  return text;
}

bool fits(const std::string& algorithm, int kind) {
  if (algorithm == "RS256" || algorithm == "PS256") return kind == EVP_PKEY_RSA;
  if (algorithm == "ES256") return kind == EVP_PKEY_EC;
  return algorithm == "EdDSA" && kind == EVP_PKEY_ED25519;
}

bool is_signed_by(const Jws& token, EVP_PKEY* key) {
  const Owned<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* details = nullptr;
  const EVP_MD* digest = token.algorithm == "EdDSA" ? nullptr : EVP_sha256();
  if (!context || EVP_DigestVerifyInit(context.get(), &details, digest, nullptr, key) <= 0) {
    return false;
  }
  if (token.algorithm == "PS256" &&
      (EVP_PKEY_CTX_set_rsa_padding(details, RSA_PKCS1_PSS_PADDING) <= 0 ||
       EVP_PKEY_CTX_set_rsa_pss_saltlen(details, RSA_PSS_SALTLEN_DIGEST) <= 0)) {
    return false;
  }
  const std::string signature =
      token.algorithm == "ES256" ? der_of(token.signature) : token.signature;
  return !signature.empty() &&
         EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(),
                          bytes_of(token.signed_part), token.signed_part.size()) == 1;
}

// A time in whole or broken seconds; nothing when it is none.
std::optional<double> seconds_of(const StrictJson& claims, const char* name) {
  const auto at = claims.find(name);
  if (at == claims.end() || !at->is_number()) return std::nullopt;
  return at->get<double>();
}

bool has_audience(const StrictJson& claims, const std::string& audience) {
  const auto at = claims.find("aud");
  if (at == claims.end()) return false;
  if (at->is_string()) return *at == audience;
  return at->is_array() && std::find(at->begin(), at->end(), audience) != at->end();
}

tl::unexpected<Error> refuse(std::string message) {
  return fail(Code::denied, "the provider's token " + std::move(message));
}

Status check_times(const StrictJson& claims, Instant now) {
  const auto at = static_cast<double>(now.ns / ns_per_second);
  const auto expires = seconds_of(claims, "exp");
  const auto issued = seconds_of(claims, "iat");
  if (!expires || !issued) return refuse("does not say when it was made and when it ends");
  if (at >= *expires + leeway_s) return refuse("has expired");
  if (*issued > at + leeway_s) return refuse("is of the future: compare the clocks");
  if (*issued < at - age_most_s) return refuse("is too old");
  if (claims.contains("nbf")) {
    const auto begins = seconds_of(claims, "nbf");
    if (!begins || *begins > at + leeway_s) return refuse("does not count yet");
  }
  return {};
}

}  // namespace

struct KeySet::Key {
  std::string id;
  std::string algorithm;  // empty: any that fits
  OwnedKey key;
};

Result<Jws> parse_jws(std::string_view token) {
  if (token.size() > token_bytes) return fail(Code::too_large, "the token is too large");
  const std::vector<std::string_view> parts = split(token, '.');
  if (parts.size() != 3) return fail(Code::invalid, "a signed token has three parts");
  const auto header_text = parse_base64url(parts[0]);
  const auto claims = parse_base64url(parts[1]);
  const auto signature = parse_base64url(parts[2]);
  if (!header_text || !claims || !signature) {
    return fail(Code::invalid, "a part of the token is no base64url");
  }
  const auto header = parse_strict(*header_text);
  if (!header) return fail(header.error());
  if (!header->is_object()) return fail(Code::invalid, "the header of a token is an object");
  if (header->contains("crit")) {
    return fail(Code::unsupported, "the token wants extensions that are not known here");
  }
  Jws out;
  out.algorithm = text_of(*header, "alg");
  if (std::find(algorithms.begin(), algorithms.end(), out.algorithm) == algorithms.end()) {
    return fail(Code::denied,
                "the token is not signed in a way that counts here (RS256, PS256, "
                "ES256 or EdDSA)");
  }
  if (header->contains("kid") && !(*header)["kid"].is_string()) {
    return fail(Code::invalid, "the token's key id is no text");
  }
  out.key_id = text_of(*header, "kid");
  out.signed_part = std::string(token.substr(0, parts[0].size() + 1 + parts[1].size()));
  out.signature = *signature;
  out.claims = *claims;
  return out;
}

Result<KeySet> KeySet::parse(std::string_view json) {
  if (json.size() > key_set_bytes) return fail(Code::too_large, "the key set is too large");
  const auto set = parse_strict(json);
  if (!set) return fail(set.error());
  const bool right = set->is_object() && set->contains("keys") && (*set)["keys"].is_array();
  if (!right) return fail(Code::invalid, "a key set has a list 'keys'");
  KeySet out;
  for (const StrictJson& jwk : (*set)["keys"]) {
    if (!jwk.is_object() || out.keys_.size() >= keys_most) continue;
    const std::string use = text_of(jwk, "use");
    if (!use.empty() && use != "sig") continue;
    const auto operations = jwk.find("key_ops");
    if (operations != jwk.end() &&
        (!operations->is_array() ||
         std::find(operations->begin(), operations->end(), "verify") == operations->end())) {
      continue;
    }
    const std::string kind = text_of(jwk, "kty");
    auto key = std::make_shared<Key>();
    key->id = text_of(jwk, "kid");
    key->algorithm = text_of(jwk, "alg");
    if (kind == "RSA") key->key = rsa_key(jwk);
    if (kind == "EC") key->key = ec_key(jwk);
    if (kind == "OKP") key->key = okp_key(jwk);
    if (key->key) out.keys_.push_back(std::move(key));
  }
  return out;
}

Status KeySet::verify(const Jws& token) const {
  std::vector<const Key*> candidates;
  bool known = false;
  for (const auto& key : keys_) {
    if (!token.key_id.empty() && key->id != token.key_id) continue;
    known = true;
    const bool same = key->algorithm.empty() || key->algorithm == token.algorithm;
    if (same && fits(token.algorithm, EVP_PKEY_get_base_id(key->key.get()))) {
      candidates.push_back(key.get());
    }
  }
  if (!known) return fail(Code::not_found, "the provider has no key of the token's id");
  // Without an id the key must be plain.
  if (candidates.size() != 1 && token.key_id.empty()) {
    return fail(Code::denied, "the token does not say which key it is signed with");
  }
  for (const Key* key : candidates) {
    if (is_signed_by(token, key->key.get())) return {};
  }
  return fail(Code::denied, "the token's signature is wrong");
}

Result<Claims> check_claims(const Jws& token, const ClaimRules& rules) {
  const auto parsed = parse_strict(token.claims);
  if (!parsed) return fail(parsed.error());
  const StrictJson& claims = *parsed;
  if (!claims.is_object()) return refuse("has no claims");
  if (rules.issuer.empty() || text_of(claims, "iss") != rules.issuer) {
    return refuse("is of another issuer");
  }
  if (rules.audience.empty() || !has_audience(claims, rules.audience)) {
    return refuse("is for somebody else");
  }
  const bool several = claims["aud"].is_array() && claims["aud"].size() > 1;
  if (claims.contains("azp") ? text_of(claims, "azp") != rules.audience : several) {
    return refuse("was given to another program");
  }
  if (rules.nonce.empty() || !same_secret(text_of(claims, "nonce"), rules.nonce)) {
    return refuse("does not belong to this sign-in");
  }
  if (auto timely = check_times(claims, rules.now); !timely) return fail(timely.error());
  const std::string subject = text_of(claims, "sub");
  if (subject.empty() || subject.size() > 255) return refuse("does not say who it is");
  return Claims{subject, token.claims};
}

std::vector<std::string> claim_texts(std::string_view json, std::string_view name) {
  auto parsed = parse_strict(json);
  if (!parsed) return {};
  const StrictJson* at = &*parsed;
  // A claim whose name has a dot stands for itself; otherwise the dots lead inwards.
  if (const auto whole = at->is_object() ? at->find(std::string(name)) : at->end();
      at->is_object() && whole != at->end()) {
    at = &*whole;
  } else {
    for (const std::string_view step : split(name, '.')) {
      if (!at->is_object()) return {};
      const auto next = at->find(std::string(step));
      if (next == at->end()) return {};
      at = &*next;
    }
  }
  std::vector<std::string> out;
  if (at->is_string()) out.push_back(at->get<std::string>());
  if (at->is_array()) {
    for (const StrictJson& item : *at) {
      if (item.is_string()) out.push_back(item.get<std::string>());
    }
  }
  return out;
}

}  // namespace cairn::protect
