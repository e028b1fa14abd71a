// SPDX-License-Identifier: Apache-2.0
#include "protect/jwt.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>

#include "core/text.hpp"
#include "protect/detail/test_signer.hpp"

namespace cairn::protect {
namespace {

using detail::TestSigner;
using Json = nlohmann::ordered_json;

const Instant now{1'700'000'000 * ns_per_second};
const ClaimRules rules{"https://id.example", "cairn", "n1", now};

Json claims() {
  return {{"iss", "https://id.example"}, {"aud", "cairn"},      {"sub", "42"}, {"nonce", "n1"},
          {"iat", 1'700'000'000},        {"exp", 1'700'000'300}};
}

// Accepted as a whole: form, signature, claims.
bool counts(const std::string& token, const KeySet& keys) {
  const auto parsed = parse_jws(token);
  return parsed && keys.verify(*parsed) && check_claims(*parsed, rules);
}
bool counts(const std::string& token, const std::string& key_set) {
  const auto keys = KeySet::parse(key_set);
  return keys && counts(token, *keys);
}

class JwtTest : public testing::TestWithParam<const char*> {};

TEST_P(JwtTest, ItsOwnSignatureCountsAndNoOther) {
  const TestSigner signer(GetParam(), "k1");
  const TestSigner stranger(GetParam(), "k1");
  const std::string token = signer.token(claims());
  EXPECT_TRUE(counts(token, signer.key_set()));
  EXPECT_FALSE(counts(token, stranger.key_set()));
  EXPECT_FALSE(counts(stranger.token(claims()), signer.key_set()));
  const std::size_t first = token.find('.');
  const std::size_t second = token.rfind('.');
  Json other = claims();
  other["sub"] = "1";
  EXPECT_FALSE(counts(token.substr(0, first + 1) + base64url(other.dump()) + token.substr(second),
                      signer.key_set()));
  EXPECT_FALSE(counts(token.substr(0, second + 1), signer.key_set()));
  const KeySet keys = *KeySet::parse(signer.key_set());
  for (std::size_t cut = 0; cut < token.size(); cut += 7) {
    EXPECT_FALSE(counts(token.substr(0, cut), keys));
  }
}

TEST_P(JwtTest, AFlippedBitAnywhereSpoilsIt) {
  const TestSigner signer(GetParam(), "k1");
  const std::string token = signer.token(claims());
  const KeySet keys = *KeySet::parse(signer.key_set());
  for (std::size_t i = 0; i < token.size(); i += 5) {
    std::string spoilt = token;
    spoilt[i] = spoilt[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(spoilt != token && counts(spoilt, keys)) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Algorithms, JwtTest, testing::Values("RS256", "PS256", "ES256", "EdDSA"));

TEST(JwtTest, AlgorithmsThatNeedNoSecretAreRefused) {
  const TestSigner signer("RS256", "k1");
  const std::string body = claims().dump();
  for (const char* algorithm : {"none", "None", "NONE", "", "HS256", "HS512", "RS384", "dir"}) {
    const std::string header = Json{{"alg", algorithm}, {"kid", "k1"}}.dump();
    EXPECT_FALSE(counts(signer.token(header, body), signer.key_set())) << algorithm;
    EXPECT_FALSE(counts(base64url(header) + '.' + base64url(body) + '.', signer.key_set()));
  }
  // Signed with the public key as if it were a secret.
  const std::string part = base64url(R"({"alg":"HS256","kid":"k1"})") + '.' + base64url(body);
  std::array<unsigned char, 32> mac{};
  unsigned size = 0;
  const std::string key = signer.key_set();
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(part.data()), part.size(), mac.data(), &size);
  EXPECT_FALSE(counts(part + '.' + base64url({reinterpret_cast<char*>(mac.data()), size}), key));
}

TEST(JwtTest, TheKeyDecidesWhichAlgorithmFits) {
  const TestSigner signer("RS256", "k1");
  const std::string header = R"({"alg":"PS256","kid":"k1"})";
  EXPECT_FALSE(counts(signer.token(header, claims().dump()), signer.key_set()));
  EXPECT_FALSE(
      counts(signer.token(R"({"alg":"ES256","kid":"k1"})", claims().dump()), signer.key_set()));
}

TEST(JwtTest, KeysAreFoundById) {
  const TestSigner one("ES256", "one");
  const TestSigner two("ES256", "two");
  const std::string both = Json{{"keys", Json::array({one.jwk(), two.jwk()})}}.dump();
  EXPECT_TRUE(counts(two.token(claims()), both));
  const auto keys = KeySet::parse(one.key_set());
  EXPECT_EQ(keys->verify(*parse_jws(two.token(claims()))).error().code, Code::not_found);
  const std::string without = two.token(R"({"alg":"ES256"})", claims().dump());
  EXPECT_FALSE(counts(without, both));
  EXPECT_TRUE(counts(without, two.key_set()));
}

TEST(JwtTest, FormsThatCouldBeReadInTwoWaysAreRefused) {
  const TestSigner signer("ES256", "k1");
  const std::string body = claims().dump();
  const std::string keys = signer.key_set();
  EXPECT_FALSE(counts(signer.token(R"({"alg":"none","alg":"ES256","kid":"k1"})", body), keys));
  EXPECT_FALSE(counts(signer.token(R"({"alg":"ES256","kid":"k1","crit":["b64"]})", body), keys));
  EXPECT_FALSE(counts(signer.token(R"({"alg":"ES256","kid":1})", body), keys));
  EXPECT_FALSE(counts(signer.token(R"(["alg"])", body), keys));
  std::string doubled = body;
  doubled.insert(1, R"("sub":"1",)");
  EXPECT_FALSE(counts(signer.token(R"({"alg":"ES256","kid":"k1"})", doubled), keys));
  std::string deep = body;
  deep.insert(1, "\"x\":" + std::string(500, '[') + std::string(500, ']') + ",");
  EXPECT_FALSE(counts(signer.token(R"({"alg":"ES256","kid":"k1"})", deep), keys));
  Json huge = claims();
  huge["x"] = std::string(20'000, 'x');
  EXPECT_EQ(parse_jws(signer.token(huge)).error().code, Code::too_large);
  EXPECT_FALSE(counts(signer.token(claims()) + ".", keys));
  EXPECT_FALSE(counts(signer.token(claims()) + "=", keys));
  EXPECT_FALSE(counts(" " + signer.token(claims()), keys));
}

TEST(JwtTest, ClaimsOfOthersTimesAndVisitsAreRefused) {
  const TestSigner signer("EdDSA", "k1");
  const auto with = [&](const char* name, const Json& value) {
    Json changed = claims();
    changed[name] = value;
    return counts(signer.token(changed), signer.key_set());
  };
  const auto without = [&](const char* name) {
    Json changed = claims();
    changed.erase(name);
    return counts(signer.token(changed), signer.key_set());
  };
  for (const char* name : {"iss", "aud", "sub", "nonce", "iat", "exp"}) {
    EXPECT_FALSE(without(name)) << name;
    EXPECT_FALSE(with(name, nullptr)) << name;
  }
  EXPECT_FALSE(with("iss", "https://id.example/"));
  EXPECT_FALSE(with("aud", "other"));
  EXPECT_FALSE(with("aud", Json::array({"cairn", "other"})));  // no azp
  EXPECT_TRUE(with("aud", Json::array({"cairn"})));
  EXPECT_FALSE(with("azp", "other"));
  EXPECT_TRUE(with("azp", "cairn"));
  EXPECT_FALSE(with("nonce", "n2"));
  EXPECT_FALSE(with("exp", 1'699'999'900));
  EXPECT_TRUE(with("exp", 1'699'999'990));  // clocks differ by a minute
  EXPECT_FALSE(with("exp", "1800000000"));
  EXPECT_FALSE(with("iat", 1'700'000'100));
  EXPECT_FALSE(with("iat", 1'600'000'000));
  EXPECT_FALSE(with("nbf", 1'700'000'100));
  EXPECT_FALSE(with("nbf", "soon"));
  EXPECT_TRUE(with("nbf", 1'700'000'000));
  EXPECT_FALSE(with("sub", std::string(300, 's')));
}

TEST(JwtTest, KeySetsOfOtherKindsAndWeakKeysAreLeftOut) {
  EXPECT_FALSE(KeySet::parse("[]"));
  EXPECT_FALSE(KeySet::parse(R"({"keys":{}})"));
  EXPECT_FALSE(KeySet::parse(std::string(300'000, ' ')));
  const auto size = [](const Json& key) {
    return KeySet::parse(Json{{"keys", Json::array({key})}}.dump())->size();
  };
  const TestSigner ec("ES256", "k");
  EXPECT_EQ(size(ec.jwk()), 1U);
  Json off = ec.jwk();
  off["y"] = off["x"];  // not on the curve
  EXPECT_EQ(size(off), 0U);
  Json encryption = ec.jwk();
  encryption["use"] = "enc";
  EXPECT_EQ(size(encryption), 0U);
  EXPECT_EQ(size({{"kty", "oct"}, {"k", "c2VjcmV0"}}), 0U);
  EXPECT_EQ(size({{"kty", "RSA"}, {"n", base64url(std::string(128, '\xC3'))}, {"e", "AQAB"}}), 0U);
  EXPECT_EQ(size(7), 0U);
}

TEST(JwtTest, ClaimsByNameAndPath) {
  const std::string json =
      R"({"groups":["a",1,"b"],"realm_access":{"roles":["c"]},"x.y":"d","name":"王"})";
  EXPECT_EQ(claim_texts(json, "groups"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(claim_texts(json, "realm_access.roles"), std::vector<std::string>{"c"});
  EXPECT_EQ(claim_texts(json, "x.y"), std::vector<std::string>{"d"});
  EXPECT_EQ(claim_texts(json, "name"), std::vector<std::string>{"王"});
  EXPECT_TRUE(claim_texts(json, "groups.a").empty());
  EXPECT_TRUE(claim_texts("[1]", "groups").empty());
}

// testdata/SOURCES.md. What is right there counts here when it is of an algorithm that is used
// here; what is wrong there never does.
TEST(JwtTest, VectorsOfWycheproof) {
  std::ifstream file(CAIRN_SOURCE_DIR "/src/protect/testdata/jws/wycheproof.json");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const Json vectors = Json::parse(text);
  int right = 0;
  int wrong = 0;
  for (const Json& group : vectors["groups"]) {
    const auto keys = KeySet::parse(Json{{"keys", Json::array({group["public"]})}}.dump());
    ASSERT_TRUE(keys);
    for (const Json& each : group["tests"]) {
      const auto token = parse_jws(each["jws"].get<std::string>());
      const bool taken = token && keys->verify(*token);
      const bool used = token && group["public"].value("kid", "") == token->key_id;
      const bool expected = each["result"] == "valid" && used;
      EXPECT_EQ(taken, expected) << each["tcId"] << ' ' << each["comment"];
      (taken ? right : wrong)++;
    }
  }
  EXPECT_GE(right, 15);
  EXPECT_GE(wrong, 320);
}

}  // namespace
}  // namespace cairn::protect
