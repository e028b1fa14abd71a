// SPDX-License-Identifier: Apache-2.0
// The chapter `access` of docs/api/openapi.yaml, with friendly and hostile callers.
#include "server/access.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "server/detail/test_service.hpp"
#include "server/guard.hpp"

namespace cairn::server {
namespace {

using model::Action;
using model::Role;

constexpr const char* good = "four plain words here";
constexpr const char* better = "five more plain words here";

std::string header(const Response& response, std::string_view name) {
  for (const Header& h : response.headers) {
    if (h.name == name) return h.value;
  }
  return {};
}

// What a browser keeps.
struct Browser {
  std::string cookie;
  std::string csrf;
};

class AccessTest : public testing::Test {
 protected:
  explicit AccessTest(ServiceOptions options = {"secret", false, "web"})
      : service_(std::move(options)) {}
  void SetUp() override {
    directory_ = testing::TempDir() + "/access-" +
                 testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(directory_);
    ledger_ = *store::Ledger::open(directory_);
    open({});
    service_.service().router().add({"POST", "/act", Access::actor, 100, [](const Call& call) {
                                       if (auto no =
                                               refuse(call, Action::acknowledge_alert, "513401"))
                                         return *no;
                                       return Response{.status = 204};
                                     }});
    service_.service().router().add(
        {"POST", "/public", Access::open, 100, [](const Call& call) {
           return Response{.status = 200, .type = "text/plain", .body = call.actor.id};
         }});
  }
  void open(AccessOptions options) {
    options.directory = directory_;
    options.cost = {1, 8192};
    auto desk = AccessDesk::open(*ledger_, files_, service_.clock(),
                                 service_.service().state()->workspace, std::move(options));
    ASSERT_TRUE(desk) << to_string(desk.error());
    if (desk_ != nullptr) service_.service().router() = Router();
    (*desk)->add_routes(service_.service().router());
    desk_ = std::move(*desk);
    service_.service().authenticate_with(desk_.get());
  }
  void add(const std::string& id, std::vector<model::Grant> grants) {
    ASSERT_TRUE(desk_->accounts().add({id, {id, id}, std::move(grants), good, false},
                                      service_.clock().now()));
  }
  // Answers of other threads are waited for.
  Response ask(Request request) {
    if (const std::size_t mark = request.path.find('?'); mark != std::string::npos) {
      request.query = request.path.substr(mark + 1);
      request.path.resize(mark);
    }
    if (request.peer.empty()) request.peer = "192.0.2.1";
    const Admission admission = service_.service().admit(request);
    if (const auto* refusal = std::get_if<Response>(&admission)) return *refusal;
    const auto answers = std::make_shared<detail::Answers>();  // shared: as replies hold it
    service_.service().handle(std::move(request), Reply(answers, 1));
    for (int i = 0; i < 5000; ++i) {
      if (const auto answer = answers->of(1)) return *answer;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return {.status = 0};
  }
  Response send(const std::string& method, const std::string& path, const Json& body,
                const Browser& browser = {}, std::string peer = {}) {
    Request request{.method = method, .path = path};
    if (!browser.cookie.empty()) request.headers.push_back({"cookie", browser.cookie});
    if (!browser.csrf.empty()) request.headers.push_back({"x-cairn-csrf", browser.csrf});
    if (!body.is_null()) {
      request.headers.push_back({"content-type", "application/json"});
      request.body = json_text(body);
    }
    request.peer = std::move(peer);
    return ask(std::move(request));
  }
  Response sign_in(const std::string& name, const std::string& password, std::string peer = {},
                   const Browser& browser = {}) {
    return send("POST", "/v1/session", {{"name", name}, {"password", password}}, browser,
                std::move(peer));
  }
  Browser browser_of(const Response& response) {
    const std::string set = header(response, "Set-Cookie");
    const Json body = Json::parse(response.body, nullptr, false);
    return {set.substr(0, set.find(';')),
            body.is_object() && body["csrf"].is_string() ? body["csrf"].get<std::string>() : ""};
  }
  Browser in(const std::string& name, const std::string& password = good) {
    const Response response = sign_in(name, password);
    EXPECT_EQ(response.status, 200) << response.body;
    return browser_of(response);
  }
  Json session(const Browser& browser) {
    return Json::parse(send("GET", "/v1/session", nullptr, browser).body);
  }
  std::vector<protect::AuditRow> rows(protect::AuditQuery query) {
    EXPECT_TRUE(desk_->trail()->flush());
    query.limit = 500;
    return desk_->trail()->find(query)->rows;
  }

  std::string directory_;
  model::MemoryFiles files_{{}};
  std::unique_ptr<store::Ledger> ledger_;
  detail::TestService service_;
  std::unique_ptr<AccessDesk> desk_;
};
class GuardedAccessTest : public AccessTest {
 protected:
  GuardedAccessTest() : AccessTest({"secret", true, "web"}) {}
};

const std::vector<model::Grant> duty{{Role::duty_officer, "5134", ""}};
const std::vector<model::Grant> chief{{Role::administrator, "", ""}};

TEST_F(AccessTest, SignInShowsWhoAndWhatAndSetsASafeCookie) {
  add("duty", duty);
  EXPECT_EQ(session({})["signed_in"], false);
  const Response response = sign_in("duty", good);
  ASSERT_EQ(response.status, 200);
  const std::string cookie = header(response, "Set-Cookie");
  for (const char* part : {"cairn_session=", "HttpOnly", "SameSite=Strict", "Path=/"}) {
    EXPECT_NE(cookie.find(part), std::string::npos) << part;
  }
  EXPECT_EQ(cookie.find("Secure"), std::string::npos);  // no TLS in front
  EXPECT_EQ(header(response, "Cache-Control"), "no-store");
  const Browser browser = browser_of(response);
  const Json who = session(browser);
  EXPECT_EQ(who["signed_in"], true);
  EXPECT_EQ(who["account"]["id"], "duty");
  EXPECT_EQ(who["account"]["grants"][0]["region"], "5134");
  const auto may = who["account"]["may"].get<std::vector<std::string>>();
  EXPECT_NE(std::find(may.begin(), may.end(), "send_warning"), may.end());
  EXPECT_EQ(std::find(may.begin(), may.end(), "manage_accounts"), may.end());
  EXPECT_EQ(who["csrf"], browser.csrf);
  EXPECT_FALSE(who.contains("demo_accounts"));
  EXPECT_EQ(send("POST", "/act", nullptr, browser).status, 204);
  EXPECT_EQ(send("DELETE", "/v1/session", nullptr, browser).status, 204);
  EXPECT_EQ(session(browser)["signed_in"], false);
  EXPECT_EQ(send("POST", "/act", nullptr, browser).status, 401);
  EXPECT_EQ(rows({.action = "sign_in"}).size(), 1U);
  EXPECT_EQ(rows({.action = "sign_out"}).size(), 1U);
}

TEST_F(AccessTest, WithoutTheSessionsOwnHeaderNothingChanges) {
  add("duty", duty);
  add("other", duty);
  const Browser one = in("duty");
  const Browser two = in("other");
  EXPECT_EQ(send("POST", "/act", nullptr, {one.cookie, ""}).status, 403);
  EXPECT_EQ(send("POST", "/act", nullptr, {one.cookie, "guess"}).status, 403);
  EXPECT_EQ(send("POST", "/act", nullptr, {one.cookie, two.csrf}).status, 403);
  EXPECT_EQ(send("DELETE", "/v1/session", nullptr, {one.cookie, two.csrf}).status, 403);
  EXPECT_EQ(
      send("POST", "/v1/session/password", {{"old", good}, {"new", better}}, {one.cookie, two.csrf})
          .status,
      403);
  EXPECT_EQ(send("POST", "/act", nullptr, one).status, 204);
  // What is open to all is open to a page without the header too, and knows nobody.
  const Response open = send("POST", "/public", nullptr, {one.cookie, ""});
  EXPECT_EQ(open.status, 200);
  EXPECT_EQ(open.body, "");
  EXPECT_EQ(send("POST", "/public", nullptr, one).body, "duty");
}

TEST_F(AccessTest, ASessionIsNeverTakenOverFromBefore) {
  add("duty", duty);
  const Browser planted{"cairn_session=planted-by-somebody", ""};
  const Browser mine = browser_of(sign_in("duty", good, {}, planted));
  EXPECT_NE(mine.cookie, planted.cookie);
  EXPECT_EQ(session(planted)["signed_in"], false);
  const Browser again = browser_of(sign_in("duty", good, {}, mine));
  EXPECT_EQ(session(mine)["signed_in"], false);  // the one before has ended
  EXPECT_EQ(session(again)["signed_in"], true);
}

TEST_F(AccessTest, DoubledCookiesAndHeadersNameNobody) {
  add("duty", duty);
  const Browser mine = in("duty");
  EXPECT_EQ(session({mine.cookie + "; " + mine.cookie, ""})["signed_in"], false);
  EXPECT_EQ(session({"a=b; " + mine.cookie + ";c", ""})["signed_in"], true);
  const auto act = [&](std::vector<Header> headers) {
    return ask({.method = "POST", .path = "/act", .headers = std::move(headers)}).status;
  };
  EXPECT_EQ(act({{"cookie", mine.cookie}, {"cookie", mine.cookie}, {"x-cairn-csrf", mine.csrf}}),
            401);
  EXPECT_EQ(act({{"cookie", mine.cookie}, {"x-cairn-csrf", mine.csrf}, {"x-cairn-csrf", "x"}}),
            403);
  EXPECT_EQ(act({{"authorization", "Bearer x"}, {"authorization", "Bearer secret"}}), 403);
  // A wrong token does not fall back to the cookie.
  EXPECT_EQ(
      act({{"authorization", "Bearer x"}, {"cookie", mine.cookie}, {"x-cairn-csrf", mine.csrf}}),
      403);
}

TEST_F(AccessTest, HostileBodiesAreRefusedWithTheirPlace) {
  add("duty", duty);
  const auto post = [&](std::string body, std::string type = "application/json") {
    return ask({.method = "POST",
                .path = "/v1/session",
                .headers = {{"content-type", std::move(type)}},
                .body = std::move(body)})
        .status;
  };
  EXPECT_EQ(post("name=duty&password=x", "application/x-www-form-urlencoded"), 415);
  EXPECT_EQ(post("{}", "text/plain"), 415);
  EXPECT_EQ(post(""), 400);
  EXPECT_EQ(post("[]"), 400);
  EXPECT_EQ(post("{\"name\":\"duty\"}"), 400);
  EXPECT_EQ(post("{\"name\":1,\"password\":[]}"), 400);
  EXPECT_EQ(post(std::string("{\"name\":\"duty\0\",\"password\":\"x\"}", 32)), 400);
  EXPECT_EQ(post("{\"name\":\"du\\u0000ty\",\"password\":\"x\"}"), 403);
  EXPECT_EQ(post("{\"name\":\"duty\",\"password\":\"x\",\"role\":\"administrator\"}"), 400);
  EXPECT_EQ(post("{\"name\":\"" + std::string(65, 'a') + "\",\"password\":\"x\"}"), 400);
  EXPECT_EQ(post("{\"name\":\"duty\",\"password\":\"" + std::string(201, 'a') + "\"}"), 400);
  EXPECT_EQ(post("{\"name\":\"\xff\",\"password\":\"x\"}"), 400);
  EXPECT_EQ(post("{\"name\":\"duty' OR 1=1 --\",\"password\":\"x\"}"), 403);
  EXPECT_EQ(post("{\"name\":\"<img src=x onerror=alert(1)>\",\"password\":\"x\"}"), 403);
  EXPECT_EQ(post(std::string(4000, '[')), 400);
  const Response cross =
      ask({.method = "POST",
           .path = "/v1/session",
           .headers = {{"content-type", "application/json"}, {"sec-fetch-site", "cross-site"}},
           .body = "{\"name\":\"duty\",\"password\":\"" + std::string(good) + "\"}"});
  EXPECT_EQ(cross.status, 403);
  EXPECT_EQ(header(cross, "Set-Cookie"), "");
}

TEST_F(AccessTest, TokensInTheAddressAreNoTokens) {
  EXPECT_EQ(ask({.method = "POST", .path = "/act?token=secret"}).status, 401);
  EXPECT_EQ(ask({.method = "GET", .path = "/v1/audit?access_token=secret"}).status, 401);
}

TEST_F(AccessTest, ThousandsOfTriesAreAnsweredInBoundsAndCounted) {
  add("duty", duty);
  int refused = 0;
  int waits = 0;
  for (int i = 0; i < 10'000; ++i) {
    const Response response = sign_in("duty", "wrong", "198.51.100.7");
    refused += response.status == 403;
    waits += response.status == 429;
    if (response.status == 429) EXPECT_NE(header(response, "Retry-After"), "");
  }
  EXPECT_EQ(refused, 5);
  EXPECT_EQ(waits, 9'995);
  // The officer himself signs in from where he sits.
  EXPECT_EQ(sign_in("duty", good, "192.0.2.1").status, 200);
  const auto trail = rows({.action = "sign_in", .outcome = protect::Outcome::refused});
  EXPECT_LE(trail.size(), 30U);
  std::uint64_t times = 0;
  for (const auto& row : trail) times += row.times;
  EXPECT_EQ(times, 10'000U);
}

TEST_F(AccessTest, WhatWasTypedAsANameIsNotWrittenDown) {
  add("duty", duty);
  EXPECT_EQ(sign_in(good, "duty").status, 403);
  EXPECT_EQ(sign_in("duty", "wrong").status, 403);
  const auto trail = rows({.action = "sign_in"});
  ASSERT_EQ(trail.size(), 2U);
  EXPECT_EQ(trail[0].subject, "duty");
  EXPECT_EQ(trail[1].subject, "");
  EXPECT_EQ(trail[1].detail.find("plain"), std::string::npos);
}

TEST_F(AccessTest, AdministratorsMakeAccountsAndNobodyElseDoes) {
  add("chief", chief);
  add("duty", duty);
  const Json body{{"id", "new"},
                  {"name", {{"zh", "新"}}},
                  {"grants", {{{"role", "checker"}, {"region", "513401"}, {"unit", ""}}}}};
  EXPECT_EQ(send("POST", "/v1/accounts", body).status, 401);
  EXPECT_EQ(send("POST", "/v1/accounts", body, in("duty")).status, 403);
  EXPECT_EQ(send("GET", "/v1/accounts", nullptr, in("duty")).status, 403);
  const Browser browser = in("chief");
  const Response made = send("POST", "/v1/accounts", body, browser);
  ASSERT_EQ(made.status, 201) << made.body;
  const Json answer = Json::parse(made.body);
  const auto password = answer["password"].get<std::string>();
  EXPECT_EQ(made.body.find("argon2"), std::string::npos);
  EXPECT_EQ(send("POST", "/v1/accounts", body, browser).status, 409);
  const Browser fresh = in("new", password);
  const Json who = session(fresh);
  EXPECT_EQ(who["account"]["must_change_password"], true);
  EXPECT_TRUE(who["account"]["may"].empty());
  const Response changed =
      send("POST", "/v1/session/password", {{"old", password}, {"new", better}}, fresh);
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(session(fresh)["signed_in"], false);
  EXPECT_EQ(session(browser_of(changed))["account"]["may"].size(), 3U);
  EXPECT_EQ(rows({.action = "manage_accounts", .outcome = protect::Outcome::done}).size(), 1U);
  for (const auto& row : rows({})) EXPECT_EQ(row.detail.find(password), std::string::npos);
}

TEST_F(AccessTest, RightsAreGivenOnlyWhereOneHasThem) {
  add("local", {{Role::administrator, "513401", ""}});
  add("duty", duty);
  const Browser browser = in("local");
  const auto give = [&](const char* role, const char* region) {
    const Json grants = Json::array({{{"role", role}, {"region", region}, {"unit", ""}}});
    return send("POST", "/v1/accounts", {{"id", "x"}, {"grants", grants}}, browser).status;
  };
  EXPECT_EQ(give("checker", "513402"), 403);
  EXPECT_EQ(give("administrator", ""), 403);
  EXPECT_EQ(give("duty_officer", "5134"), 403);
  EXPECT_EQ(give("checker", "513401"), 201);
  EXPECT_EQ(send("PATCH", "/v1/accounts/duty", {{"reset_password", true}}, browser).status, 403);
  EXPECT_EQ(send("PATCH", "/v1/accounts/local", {{"disabled", true}}, browser).status, 403);
  const Json list = Json::parse(send("GET", "/v1/accounts", nullptr, browser).body);
  EXPECT_EQ(list["accounts"].size(), 2U);  // not the duty officer of the prefecture
  EXPECT_EQ(send("GET", "/v1/audit", nullptr, browser).status, 403);
}

TEST_F(AccessTest, ChangesOfAccountsCountAtOnce) {
  add("chief", chief);
  add("duty", duty);
  const Browser boss = in("chief");
  const Browser officer = in("duty");
  const auto patch = [&](const Json& body) {
    return send("PATCH", "/v1/accounts/duty", body, boss).status;
  };
  const Json checker = Json::array({{{"role", "checker"}, {"region", "5134"}, {"unit", ""}}});
  EXPECT_EQ(patch({{"grants", checker}}), 200);
  EXPECT_EQ(send("POST", "/act", nullptr, officer).status, 403);
  EXPECT_EQ(patch({{"grants", "all"}}), 400);
  EXPECT_EQ(patch({{"granst", checker}}), 400);
  EXPECT_EQ(patch({{"disabled", true}}), 200);
  EXPECT_EQ(session(officer)["signed_in"], false);
  EXPECT_EQ(sign_in("duty", good).status, 403);
  EXPECT_EQ(send("PATCH", "/v1/accounts/chief", {{"disabled", true}}, boss).status, 403);
  EXPECT_EQ(send("PATCH", "/v1/accounts/nobody", {{"disabled", true}}, boss).status, 404);
  const Json region = Json::array({{{"role", "checker"}, {"region", "9999"}, {"unit", ""}}});
  EXPECT_EQ(patch({{"grants", region}}), 404);
}

TEST_F(AccessTest, TokensActForTheirAccount) {
  add("duty", duty);
  const Browser browser = in("duty");
  const Json body{{"label", "script"}, {"expires", "2022-07-30T00:00:00+08:00"}};
  const Response made = send("POST", "/v1/accounts/duty/tokens", body, browser);
  ASSERT_EQ(made.status, 201) << made.body;
  const Json answer = Json::parse(made.body);
  const auto secret = answer["secret"].get<std::string>();
  const auto act = [&](const std::string& token) {
    return ask({.method = "POST",
                .path = "/act",
                .headers = {{"authorization", "Bearer " + token}}})
        .status;
  };
  EXPECT_EQ(act(secret), 204);
  EXPECT_EQ(act(secret + "x"), 403);
  EXPECT_EQ(rows({.action = "acknowledge_alert"})[1].actor, "duty");
  // A token makes no tokens, and a password is not changed with it.
  const Response again =
      ask({.method = "POST",
           .path = "/v1/accounts/duty/tokens",
           .headers = {{"authorization", "Bearer " + secret}, {"content-type", "application/json"}},
           .body = json_text(body)});
  EXPECT_EQ(again.status, 403);
  Json too_much = body;
  too_much["grants"] = Json::array({{{"role", "administrator"}, {"region", ""}, {"unit", ""}}});
  EXPECT_EQ(send("POST", "/v1/accounts/duty/tokens", too_much, browser).status, 403);
  EXPECT_EQ(send("POST", "/v1/accounts/chief/tokens", body, browser).status, 403);
  const auto id = answer["token"]["id"].get<std::string>();
  EXPECT_EQ(send("DELETE", "/v1/accounts/duty/tokens/" + id, nullptr, browser).status, 204);
  EXPECT_EQ(act(secret), 403);
}

TEST_F(AccessTest, TheTrailIsReadByAdministratorsInPages) {
  add("chief", chief);
  add("duty", duty);
  const Browser browser = in("chief");
  EXPECT_EQ(send("GET", "/v1/audit", nullptr, in("duty")).status, 403);
  for (int i = 0; i < 5; ++i) (void)send("POST", "/act", nullptr, browser);
  const auto page = [&](const std::string& query) {
    return Json::parse(send("GET", "/v1/audit" + query, nullptr, browser).body);
  };
  const Json first = page("?limit=3");
  EXPECT_EQ(first["rows"].size(), 3U);
  EXPECT_EQ(first["rows"][0]["action"], "acknowledge_alert");
  EXPECT_EQ(first["rows"][0]["outcome"], "refused");
  EXPECT_EQ(first["rows"][0]["name"]["zh"], "chief");
  const auto next = first["next_before"].get<std::uint64_t>();
  EXPECT_EQ(page("?before=" + std::to_string(next))["rows"][0]["number"], next - 1);
  EXPECT_EQ(page("?actor=chief&outcome=refused&action=acknowledge_alert")["rows"].size(), 5U);
  EXPECT_EQ(send("GET", "/v1/audit?outcome=perhaps", nullptr, browser).status, 400);
  EXPECT_EQ(send("GET", "/v1/audit?limit=100000", nullptr, browser).status, 400);
  EXPECT_EQ(send("GET", "/v1/audit?actor=%27%20OR%201=1", nullptr, browser).status, 200);
}

TEST_F(GuardedAccessTest, BeyondThisMachineASessionReadsAndTheSignInPageOpens) {
  add("duty", duty);
  EXPECT_EQ(send("GET", "/v1/status", nullptr).status, 401);
  EXPECT_EQ(send("GET", "/", nullptr).status, 200);
  EXPECT_EQ(session({})["signed_in"], false);
  const Browser browser = in("duty");
  EXPECT_EQ(send("GET", "/v1/status", nullptr, browser).status, 200);
  EXPECT_EQ(send("GET", "/v1/status", nullptr, {"cairn_session=x", ""}).status, 401);
  EXPECT_EQ(ask({.path = "/v1/status", .headers = {{"authorization", "Bearer secret"}}}).status,
            200);
}

TEST_F(AccessTest, ADemonstrationShowsItsAccountsAndAnythingElseEndsThem) {
  open({.demonstration = true});
  const Json shown = session({})["demo_accounts"];
  ASSERT_GE(shown.size(), 3U);
  const auto name = shown[0]["name"].get<std::string>();
  const auto password = shown[0]["password"].get<std::string>();
  const Browser browser = in(name, password);
  EXPECT_EQ(session(browser)["account"]["must_change_password"], false);
  const auto mode = std::filesystem::status(directory_ + "/demo-accounts").permissions();
  EXPECT_EQ(mode, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  const Response elsewhere =
      ask({.path = "/v1/session", .headers = {{"host", "evil.example:8080"}}});
  EXPECT_EQ(elsewhere.body.find("demo_accounts"), std::string::npos);
  open({.demonstration = true});  // the same again
  EXPECT_EQ(session({})["demo_accounts"], shown);
  open({});
  EXPECT_FALSE(session({}).contains("demo_accounts"));
  EXPECT_EQ(session(browser)["signed_in"], false);
  EXPECT_EQ(sign_in(name, password).status, 403);
  EXPECT_FALSE(std::filesystem::exists(directory_ + "/demo-accounts"));
}

TEST_F(AccessTest, BehindAProxyWithTlsTheCookieIsSecure) {
  open({.behind_proxy = true});
  add("duty", duty);
  const Response response =
      ask({.method = "POST",
           .path = "/v1/session",
           .headers = {{"content-type", "application/json"}, {"x-forwarded-proto", "https"}},
           .body = json_text({{"name", "duty"}, {"password", good}})});
  EXPECT_NE(header(response, "Set-Cookie").find("; Secure"), std::string::npos);
}

}  // namespace
}  // namespace cairn::server
