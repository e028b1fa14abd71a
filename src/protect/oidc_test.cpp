// SPDX-License-Identifier: Apache-2.0
// The flow against a provider in memory that signs with keys of its own.
#include "protect/oidc.hpp"

#include <gtest/gtest.h>

#include <map>

#include "core/text.hpp"
#include "model/memory_files.hpp"
#include "protect/detail/test_signer.hpp"

namespace cairn::protect {
namespace {

using detail::TestSigner;
using Json = nlohmann::ordered_json;

constexpr const char* issuer = "https://id.example/realms/x";

std::string parameter(const std::string& text, const std::string& name) {
  const std::string mark = name + '=';
  std::size_t at = text.find('?' + mark);
  if (at == std::string::npos) at = text.find('&' + mark);
  if (at == std::string::npos) at = text.starts_with(mark) ? 0 - std::size_t{1} : text.size();
  if (at == text.size()) return {};
  at += 1 + mark.size();
  return text.substr(at, text.find('&', at) - at);
}

class OidcTest : public testing::Test {
 protected:
  OidcTest() { make({}); }

  void make(const std::string& secret) {
    OidcConfig config;
    config.issuer = issuer;
    config.client_id = "cairn";
    config.client_secret = secret;
    config.label = {"统一认证", "Single sign-on"};
    config.base_url = "https://cairn.example";
    config.scopes = {"openid", "profile"};
    config.claim = "groups";
    config.grants = {{"duty", {model::Role::duty_officer, "5134", ""}},
                     {"check", {model::Role::checker, "", ""}}};
    oidc_ = std::make_unique<Oidc>(
        config, [this](const HttpQuestion& question) { return answer(question); },
        [this](std::size_t bytes) {
          return sha256("r" + std::to_string(++randoms_)).append(64, 'x').substr(0, bytes);
        });
  }

  Result<HttpReply> answer(const HttpQuestion& question) {
    ++asked_[question.url];
    if (question.url == std::string(issuer) + "/.well-known/openid-configuration") {
      return HttpReply{200, discovery_.dump()};
    }
    if (question.url == "https://id.example/keys") return HttpReply{200, keys_->key_set()};
    if (question.url != "https://id.example/token") return HttpReply{404, ""};
    authorization_ = question.authorization;
    // PKCE: who brings the code must know what the challenge was made of.
    const std::string verifier = parameter(question.body, "code_verifier");
    if (parameter(question.body, "code") != "c1" ||
        base64url(sha256(verifier)) != parameter(url_, "code_challenge")) {
      return HttpReply{400, R"({"error":"invalid_grant"})"};
    }
    Json claims{{"iss", issuer},
                {"aud", "cairn"},
                {"sub", "42"},
                {"name", "王芳"},
                {"nonce", parameter(url_, "nonce")},
                {"groups", groups_},
                {"iat", now_.ns / ns_per_second},
                {"exp", now_.ns / ns_per_second + 300}};
    claims.update(changed_);
    const TestSigner& signer = signer_ == nullptr ? *keys_ : *signer_;
    return HttpReply{200, Json{{"id_token", signer.token(claims)}}.dump()};
  }

  Result<Oidc::Came> visit(const std::string& then = "/#/duty") {
    auto begun = oidc_->begin(then, now_);
    if (!begun) return fail(begun.error());
    url_ = begun->url;
    return oidc_->finish({parameter(url_, "state"), "c1", "", "", begun->cookie}, now_);
  }

  Json discovery_{{"issuer", issuer},
                  {"authorization_endpoint", "https://id.example/auth?x=1"},
                  {"token_endpoint", "https://id.example/token"},
                  {"jwks_uri", "https://id.example/keys"}};
  std::unique_ptr<TestSigner> keys_ = std::make_unique<TestSigner>("ES256", "k1");
  std::unique_ptr<TestSigner> signer_;  // another than the key set's
  Json groups_ = Json::array({"duty", "others"});
  Json changed_ = Json::object();
  Instant now_{1'700'000'000 * ns_per_second};
  std::map<std::string, int> asked_;
  std::string url_;
  std::string authorization_;
  int randoms_ = 0;
  std::unique_ptr<Oidc> oidc_;
};

TEST_F(OidcTest, AVisitGivesNameAndGrants) {
  const auto came = visit();
  ASSERT_TRUE(came) << came.error().message;
  EXPECT_EQ(came->visitor.oidc, std::string(issuer) + " 42");
  EXPECT_EQ(came->visitor.name.zh, "王芳");
  ASSERT_EQ(came->visitor.grants.size(), 1U);
  EXPECT_EQ(came->visitor.grants[0].role, model::Role::duty_officer);
  EXPECT_EQ(came->then, "/#/duty");
  EXPECT_TRUE(url_.starts_with("https://id.example/auth?x=1&response_type=code&client_id=cairn&"));
  EXPECT_EQ(parameter(url_, "redirect_uri"),
            "https%3A%2F%2Fcairn.example%2Fv1%2Fsession%2Foidc%2Freturn");
  EXPECT_EQ(parameter(url_, "code_challenge_method"), "S256");
  EXPECT_EQ(authorization_, "");
  make("s&cret");
  EXPECT_TRUE(visit());
  EXPECT_EQ(authorization_, "Basic Y2Fpcm46cyUyNmNyZXQ=");  // cairn:s%26cret
}

TEST_F(OidcTest, AStateCountsOnceInItsOwnBrowserAndForTenMinutes) {
  const auto begun = oidc_->begin("/", now_);
  url_ = begun->url;
  const std::string state = parameter(url_, "state");
  EXPECT_FALSE(oidc_->finish({state, "c1", "", "", "another"}, now_));
  EXPECT_FALSE(oidc_->finish({state, "c1", "", "", begun->cookie}, now_));  // used up
  EXPECT_FALSE(oidc_->finish({"guess", "c1", "", "", begun->cookie}, now_));
  EXPECT_FALSE(oidc_->finish({"", "", "", "", ""}, now_));
  const auto late = oidc_->begin("/", now_);
  url_ = late->url;
  now_ = now_ + 600 * ns_per_second;
  EXPECT_FALSE(oidc_->finish({parameter(url_, "state"), "c1", "", "", late->cookie}, now_));
}

TEST_F(OidcTest, RefusalsAndOtherIssuersAreToldApart) {
  const auto back = [&](Oidc::Return with) {
    const auto begun = oidc_->begin("/", now_);
    url_ = begun->url;
    with.state = parameter(url_, "state");
    with.cookie = begun->cookie;
    const auto came = oidc_->finish(with, now_);
    return came ? std::string() : came.error().message;
  };
  EXPECT_NE(back({.error = "access_denied"}).find("access_denied"), std::string::npos);
  EXPECT_NE(back({.code = "c1", .issuer = "https://evil"}).find("another provider"),
            std::string::npos);
  EXPECT_EQ(back({.code = "c1", .issuer = issuer}), "");
  EXPECT_NE(back({.code = "c2"}), "");
  EXPECT_NE(back({}), "");
}

TEST_F(OidcTest, WhatTheTokenSaysMustBeOfThisVisit) {
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, Json>>{{"nonce", "other"},
                                                 {"aud", "other"},
                                                 {"iss", "https://evil"},
                                                 {"exp", 1},
                                                 {"sub", ""}}) {
    changed_ = {{name, value}};
    const auto came = visit();
    ASSERT_FALSE(came) << name;
    EXPECT_EQ(came.error().code, Code::denied);
  }
  changed_ = Json::object();
  EXPECT_TRUE(visit());
  signer_ = std::make_unique<TestSigner>("ES256", "k1");  // a stranger with the key's id
  EXPECT_FALSE(visit());
}

TEST_F(OidcTest, NewKeysAreFetchedButNotAtEveryToken) {
  EXPECT_TRUE(visit());
  EXPECT_TRUE(visit());
  EXPECT_EQ(asked_["https://id.example/keys"], 1);
  EXPECT_EQ(asked_[std::string(issuer) + "/.well-known/openid-configuration"], 1);
  signer_ = std::make_unique<TestSigner>("ES256", "k2");
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(visit());
  EXPECT_EQ(asked_["https://id.example/keys"], 1);  // within a minute
  keys_ = std::move(signer_);
  now_ = now_ + 61 * ns_per_second;
  EXPECT_TRUE(visit());
  EXPECT_EQ(asked_["https://id.example/keys"], 2);
}

TEST_F(OidcTest, AProviderThatLiesAboutItselfIsRefused) {
  discovery_["issuer"] = "https://evil";
  EXPECT_EQ(oidc_->begin("/", now_).error().code, Code::denied);
  discovery_["issuer"] = issuer;
  discovery_["token_endpoint"] = "http://169.254.169.254/latest";
  EXPECT_EQ(oidc_->begin("/", now_).error().code, Code::denied);
  discovery_["token_endpoint"] = "javascript:alert(1)";
  EXPECT_EQ(oidc_->begin("/", now_).error().code, Code::denied);
}

TEST_F(OidcTest, TheWayOnStaysInTheConsole) {
  for (const char* then : {"https://evil", "//evil", "/#/x\"><script>", "javascript:alert(1)",
                           "/v1/session", "/#/a b"}) {
    EXPECT_EQ(visit(then)->then, "/") << then;
  }
  EXPECT_EQ(visit("/#/incidents/I-1?a=b")->then, "/#/incidents/I-1?a=b");
}

TEST(OidcConfigTest, IsReadWithPlacesOfMistakes) {
  const auto load = [](std::string text) {
    model::MemoryFiles files({{"oidc.yaml", std::move(text)}, {"secret", "s3\n"}});
    return load_oidc(files, "oidc.yaml");
  };
  const std::string good =
      "issuer: https://id.example\nclient_id: cairn\nclient_secret_file: secret\n"
      "label: {zh: 认证, en: Sign-on}\nbase_url: https://cairn.example/\nclaim: groups\ngrants:\n"
      "  - {value: duty, role: duty_officer, region: '5134'}\n"
      "  - {value: puge, role: unit, region: '513428', unit: 513428-emergency}\n";
  const auto config = load(good);
  ASSERT_TRUE(config) << to_string(config.error());
  EXPECT_EQ(config->client_secret, "s3");
  EXPECT_EQ(config->base_url, "https://cairn.example");
  EXPECT_EQ(config->grants[1].second.unit, "513428-emergency");
  EXPECT_FALSE(load(good + "isuer: x\n"));
  EXPECT_FALSE(load(good + "scopes: [profile]\n"));
  const auto replaced = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    return load(text.replace(text.find(from), from.size(), to));
  };
  EXPECT_FALSE(replaced("https://id", "http://id"));
  EXPECT_FALSE(replaced("role: unit", "role: root"));
  EXPECT_FALSE(replaced(", unit: 513428-emergency", ""));
  EXPECT_NE(to_string(replaced("role: unit", "role: root").error()).find("oidc.yaml:9"),
            std::string::npos);
}

}  // namespace
}  // namespace cairn::protect
