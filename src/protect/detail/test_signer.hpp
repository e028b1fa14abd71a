// SPDX-License-Identifier: Apache-2.0
// A provider's keys for tests: makes them, shows the public half, signs tokens.
#pragma once

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "protect/digest.hpp"

namespace cairn::protect::detail {

class TestSigner {
 public:
  using Json = nlohmann::ordered_json;

  // "RS256", "PS256", "ES256" or "EdDSA".
  TestSigner(std::string algorithm, std::string id)
      : algorithm_(std::move(algorithm)), id_(std::move(id)) {
    if (algorithm_ == "ES256") {
      key_ = EVP_EC_gen("P-256");
    } else if (algorithm_ == "EdDSA") {
      key_ = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
    } else {
      key_ = EVP_RSA_gen(2048);
    }
  }
  ~TestSigner() { EVP_PKEY_free(key_); }
  TestSigner(const TestSigner&) = delete;
  TestSigner& operator=(const TestSigner&) = delete;

  Json jwk() const {
    Json out{{"kid", id_}, {"use", "sig"}, {"alg", algorithm_}};
    if (algorithm_ == "ES256") {
      out["kty"] = "EC";
      out["crv"] = "P-256";
      out["x"] = number(OSSL_PKEY_PARAM_EC_PUB_X, 32);
      out["y"] = number(OSSL_PKEY_PARAM_EC_PUB_Y, 32);
    } else if (algorithm_ == "EdDSA") {
      std::string raw(32, '\0');
      std::size_t size = raw.size();
      EVP_PKEY_get_raw_public_key(key_, reinterpret_cast<unsigned char*>(raw.data()), &size);
      out["kty"] = "OKP";
      out["crv"] = "Ed25519";
      out["x"] = base64url(raw);
    } else {
      out["kty"] = "RSA";
      out["n"] = number(OSSL_PKEY_PARAM_RSA_N, 256);
      out["e"] = number(OSSL_PKEY_PARAM_RSA_E, 3);
    }
    return out;
  }
  std::string key_set() const { return Json{{"keys", Json::array({jwk()})}}.dump(); }

  std::string token(const Json& claims) const {
    return token(Json{{"alg", algorithm_}, {"kid", id_}}.dump(), claims.dump());
  }
  // Any texts, signed with this key by its algorithm.
  std::string token(const std::string& header, const std::string& claims) const {
    const std::string part = base64url(header) + '.' + base64url(claims);
    return part + '.' + base64url(sign(part));
  }
  std::string sign(const std::string& text) const {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    EVP_PKEY_CTX* details = nullptr;
    EVP_DigestSignInit(context, &details, algorithm_ == "EdDSA" ? nullptr : EVP_sha256(), nullptr,
                       key_);
    if (algorithm_ == "PS256") {
      EVP_PKEY_CTX_set_rsa_padding(details, RSA_PKCS1_PSS_PADDING);
      EVP_PKEY_CTX_set_rsa_pss_saltlen(details, RSA_PSS_SALTLEN_DIGEST);
    }
    std::string out(1024, '\0');
    std::size_t size = out.size();
    EVP_DigestSign(context, reinterpret_cast<unsigned char*>(out.data()), &size,
                   reinterpret_cast<const unsigned char*>(text.data()), text.size());
    EVP_MD_CTX_free(context);
    out.resize(size);
    return algorithm_ == "ES256" ? raw_of(out) : out;
  }

 private:
  std::string number(const char* name, int bytes) const {
    BIGNUM* value = nullptr;
    EVP_PKEY_get_bn_param(key_, name, &value);
    std::string out(static_cast<std::size_t>(bytes), '\0');
    BN_bn2binpad(value, reinterpret_cast<unsigned char*>(out.data()), bytes);
    BN_free(value);
    return base64url(out);
  }
  static std::string raw_of(const std::string& der) {
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    ECDSA_SIG* pair = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
    std::string out(64, '\0');
    auto* to = reinterpret_cast<unsigned char*>(out.data());
    BN_bn2binpad(ECDSA_SIG_get0_r(pair), to, 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(pair), to + 32, 32);
    ECDSA_SIG_free(pair);
    return out;
  }

  std::string algorithm_;
  std::string id_;
  EVP_PKEY* key_ = nullptr;
};

}  // namespace cairn::protect::detail
