// SPDX-License-Identifier: Apache-2.0
// The chapter `services` of docs/api/openapi.yaml over a small workspace; nothing is measured here
// (probe_service_test.cpp, tools/e2e/probe).
#include "server/api_services.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "protect/audit.hpp"
#include "server/authenticator.hpp"
#include "server/detail/test_service.hpp"

namespace cairn::server {
namespace {

// Who asks is named in a header: an administrator, two duty officers, one of them of a county.
class Named final : public Authenticator {
 public:
  explicit Named(protect::AuditTrail* trail) : trail_(trail) {}
  Known identify(const Request& request) override {
    model::Actor actor;
    actor.id = request.header("x-actor");
    actor.kind = model::ActorKind::person;
    if (actor.id == "admin") actor.grants = {{model::Role::administrator, "", ""}};
    if (actor.id == "duty") actor.grants = {{model::Role::duty_officer, "", ""}};
    if (actor.id == "huili") actor.grants = {{model::Role::duty_officer, "513402", ""}};
    if (actor.id == "unit") actor.grants = {{model::Role::unit, "", ""}};
    if (actor.grants.empty()) return {};
    return {actor, {}};
  }
  bool may_know(const Request&) const override { return true; }
  protect::AuditTrail* trail() override { return trail_; }

 private:
  protect::AuditTrail* trail_;
};

class ServiceApi : public testing::Test {
 protected:
  ServiceApi() {
    directory_ = testing::TempDir() + "/api-services-" + std::to_string(::getpid()) + "-" +
                 testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(directory_);
    ledger_ = *store::Ledger::open(directory_);
    trail_ = *protect::AuditTrail::open(*ledger_);
    named_ = std::make_unique<Named>(trail_.get());
    ProbeConfig config;
    config.resolvers = {"127.0.0.1:9"};  // nobody answers there
    config.timeout_ms = 200;
    config.pause_ms = 0;
    probe_ = *ProbeService::open(*ledger_, service_.clock(), config, {});
    add_service_routes(service_.service().router(),
                       {*probe_, work_, [this](const std::string& csv) -> Status {
                          csv_ = csv;
                          return {};
                        }});
    service_.service().authenticate_with(named_.get());
  }
  ~ServiceApi() override {
    work_.stop();
    probe_.reset();
    std::filesystem::remove_all(directory_);
  }

  // Waits for answers that come later.
  Json ask(int status, const std::string& who, const std::string& method, const std::string& path,
           const std::string& body = {}) {
    const auto answers = std::make_shared<detail::Answers>();  // shared: as replies hold it
    Request request{.method = method,
                    .path = path,
                    .headers = {{"x-actor", who}, {"content-type", "application/json"}},
                    .body = body};
    const Admission admission = service_.service().admit(request);
    if (const auto* refusal = std::get_if<Response>(&admission)) {
      EXPECT_EQ(refusal->status, status) << method << ' ' << path;
      return {};
    }
    service_.service().handle(std::move(request), Reply(answers, 1));
    for (int i = 0; i < 400 && !answers->of(1); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    const Response response = answers->of(1).value_or(Response{.status = 0});
    EXPECT_EQ(response.status, status) << method << ' ' << path << ' ' << response.body;
    return Json::parse(response.body, nullptr, false);
  }
  Json add(const std::string& id, const std::string& region = "513401", int status = 201,
           const std::string& who = "duty") {
    return ask(status, who, "POST", "/v1/services",
               R"({"id":")" + id + R"(","label":{"zh":"门户","en":"Portal"},"owner":"办公室",)" +
                   R"("url":"https://)" + id + R"(.example","region":")" + region + "\"}");
  }
  std::string audit() {
    const auto read = ledger_->read();
    auto rows = read.db().prepare("SELECT action, outcome, actor FROM audit ORDER BY rowid");
    std::string out;
    while (rows && *rows->step()) out += rows->text(0) + ":" + rows->text(2) + " ";
    return out;
  }

  detail::TestService service_;
  std::string directory_;
  std::string csv_;
  std::unique_ptr<store::Ledger> ledger_;
  std::unique_ptr<protect::AuditTrail> trail_;
  std::unique_ptr<Named> named_;
  std::unique_ptr<ProbeService> probe_;
  WorkQueue work_{1, 8};
};

TEST_F(ServiceApi, RegistersAndMakesTheThing) {
  const Json made = add("portal");
  EXPECT_EQ(made["state"], "registered");
  EXPECT_EQ(made["confirmed"], false);
  EXPECT_EQ(made["url"], "https://portal.example/");
  EXPECT_EQ(made["thing"], "service:portal");
  EXPECT_EQ(made["region"], "513401");
  EXPECT_EQ(made["token"].get<std::string>().size(), 32u);
  EXPECT_EQ(made["token_record"], "_cairn-probe.portal.example");
  EXPECT_EQ(made["token_url"], "https://portal.example/.well-known/cairn-probe.txt");
  EXPECT_TRUE(made["last"].is_null());
  EXPECT_TRUE(made["next"].is_null());
  EXPECT_EQ(csv_,
            "id,type,region,name_zh,name_en,lon,lat,status\n"
            "\"service:portal\",service,\"513401\",\"门户\",\"Portal\",,,live\n");
  EXPECT_EQ(ask(200, "duty", "GET", "/v1/services")["services"].size(), 1u);
  const Json one = ask(200, "admin", "GET", "/v1/services/portal");
  EXPECT_EQ(one["history"][0]["action"], "register");
  EXPECT_EQ(one["history"][0]["actor"], "duty");
}

TEST_F(ServiceApi, RefusesWhatIsWrongWithItsPlace) {
  const Json wrong = ask(400, "duty", "POST", "/v1/services",
                         R"({"id":"A b","label":"x","url":"https://127.0.0.1/","region":"9"})");
  std::string places;
  for (const Json& error : wrong["errors"]) {
    places += (error.contains("pointer") ? error["pointer"] : error["place"]).get<std::string>();
    places += ' ';
  }
  for (const char* place : {"/id", "/label", "/owner", "/url", "/region"}) {
    EXPECT_NE(places.find(place), std::string::npos) << place << " in " << wrong;
  }
  ask(400, "duty", "POST", "/v1/services", "[]");
  ask(400, "duty", "POST", "/v1/services", "not JSON");
  // s2 is a thing of another type.
  ask(400, "duty", "POST", "/v1/services",
      R"({"id":"x","label":{"zh":"x","en":"x"},"url":"https://x.example","owner":"o","thing":"s2"})");
  add("portal");
  add("portal", "513401", 409);
}

TEST_F(ServiceApi, RightsAreOfRegions) {
  add("portal");
  add("hall", "513402", 201, "huili");
  add("other", "513401", 403, "huili");
  add("other", "513401", 403, "unit");
  add("other", "513401", 401, "");
  ask(401, "", "GET", "/v1/services");
  ask(403, "unit", "GET", "/v1/services");
  EXPECT_EQ(ask(200, "huili", "GET", "/v1/services")["services"].size(), 1u);
  EXPECT_EQ(ask(200, "duty", "GET", "/v1/services")["services"].size(), 2u);
  ask(403, "huili", "GET", "/v1/services/portal");
  ask(403, "huili", "POST", "/v1/services/portal/withdraw", R"({"reason":"x"})");
  ask(403, "huili", "POST", "/v1/services/portal/measure", "{}");
  ask(404, "duty", "GET", "/v1/services/none");
}

TEST_F(ServiceApi, APersonConfirmsForTheOwner) {
  add("portal", "513401", 201, "admin");
  add("hall");
  const std::string body = R"({"how":"person","note":"letter of 3 March"})";
  ask(403, "duty", "POST", "/v1/services/hall/confirm", body);
  ask(403, "admin", "POST", "/v1/services/portal/confirm", body);  // has registered it himself
  ask(400, "admin", "POST", "/v1/services/hall/confirm", R"({"how":"person"})");
  ask(400, "admin", "POST", "/v1/services/hall/confirm", R"({"how":"guess"})");
  const Json done = ask(200, "admin", "POST", "/v1/services/hall/confirm", body);
  EXPECT_EQ(done["confirmed"], true);
  EXPECT_EQ(done["confirmed_by"], "admin");
  EXPECT_EQ(done["confirmed_how"], "person");
  EXPECT_TRUE(done["next"].is_string());
  EXPECT_NE(audit().find("confirm_service:admin"), std::string::npos) << audit();
}

TEST_F(ServiceApi, ATokenThatIsNotThereConfirmsNothing) {
  add("portal");
  const Json refused =
      ask(409, "duty", "POST", "/v1/services/portal/confirm", R"({"how":"token"})");
  EXPECT_NE(refused["detail"].get<std::string>().find("_cairn-probe.portal.example"),
            std::string::npos);
  const Json one = ask(200, "duty", "GET", "/v1/services/portal");
  EXPECT_EQ(one["confirmed"], false);
  EXPECT_EQ(one["history"][0]["action"], "refuse");
}

TEST_F(ServiceApi, MeasuresConfirmedOnesOnly) {
  add("portal");
  ask(409, "duty", "POST", "/v1/services/portal/measure", "{}");
  ask(200, "admin", "POST", "/v1/services/portal/confirm", R"({"how":"person","note":"letter"})");
  EXPECT_EQ(ask(202, "duty", "POST", "/v1/services/portal/measure", "{}")["measuring"], true);
  add("hall");
  ask(200, "admin", "POST", "/v1/services/hall/confirm", R"({"how":"person","note":"letter"})");
  const Json gone =
      ask(200, "duty", "POST", "/v1/services/portal/withdraw", R"({"reason":"not any more"})");
  EXPECT_EQ(gone["state"], "withdrawn");
  EXPECT_EQ(gone["measuring"], false);
  EXPECT_TRUE(gone["confirmed_by"].is_null());
  ask(409, "duty", "POST", "/v1/services/portal/measure", "{}");
  ask(400, "duty", "POST", "/v1/services/hall/withdraw", "{}");
}

TEST_F(ServiceApi, ShowsWhatWasFoundWithItsRule) {
  add("portal");
  ask(200, "admin", "POST", "/v1/services/portal/confirm", R"({"how":"person","note":"letter"})");
  const auto store = ProbeStore::open(*ledger_);
  ASSERT_TRUE((*store)->keep(
      "portal", {service_.clock().now(),
                 2.5,
                 41,
                 {{"tls_days", false, "moderate", 12, "d", {"剩余 12 天", "12 days left"}},
                  {"of_later", std::nullopt, "none", std::nullopt, "", {"?", "?"}}}}));
  const Json last = ask(200, "duty", "GET", "/v1/services/portal")["last"];
  EXPECT_EQ(last["requests"], 41);
  EXPECT_EQ(last["findings"][0]["group"], "tls");
  EXPECT_EQ(last["findings"][0]["passed"], false);
  EXPECT_EQ(last["findings"][0]["value"], 12);
  EXPECT_FALSE(last["findings"][0]["rule"]["zh"].get<std::string>().empty());
  EXPECT_EQ(last["findings"][1]["check"], "of_later");
  EXPECT_TRUE(last["findings"][1]["passed"].is_null());
}

}  // namespace
}  // namespace cairn::server
