// SPDX-License-Identifier: Apache-2.0
#include "server/api_groups.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "protect/audit.hpp"
#include "respond/grouping.hpp"
#include "server/authenticator.hpp"
#include "server/detail/test_service.hpp"

namespace cairn::server {
namespace {

// Who asks is named in a header.
class Named final : public Authenticator {
 public:
  explicit Named(protect::AuditTrail* trail) : trail_(trail) {}
  Known identify(const Request& request) override {
    model::Actor actor;
    actor.id = request.header("x-actor");
    actor.kind = model::ActorKind::person;
    if (actor.id == "duty") actor.grants = {{model::Role::duty_officer, "", ""}};
    if (actor.id == "xichang") actor.grants = {{model::Role::duty_officer, "513401", ""}};
    if (actor.grants.empty()) return {};
    return {actor, {}};
  }
  bool may_know(const Request&) const override { return true; }
  protect::AuditTrail* trail() override { return trail_; }

 private:
  protect::AuditTrail* trail_;
};

model::FileMap simulated_slopes() {
  return {
      {"w/packs/q/pack.yaml",
       "pack: q\nlabel: {zh: 坡, en: Slopes}\ntypes:\n  slope:\n    label: {zh: 坡, en: Slope}\n"
       "    properties:\n      rain: {label: {zh: 雨, en: Rain}, unit: mm, series: true}\n"
       "things: [things.csv]\n"},
      {"w/packs/q/things.csv",
       "id,type,region,name_zh,name_en,lon,lat,source\n"
       "made,slope,513401,坡,Slope,102.5,27.5,simulated/deployment\n"
       "real,slope,513401,坡,Slope,102.52,27.5,\n"},
  };
}

class GroupApi : public testing::Test {
 protected:
  GroupApi() {
    directory_ = testing::TempDir() + "/api-groups-" + std::to_string(::getpid()) + "-" +
                 testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(directory_);
    ledger_ = *store::Ledger::open(directory_);
    trail_ = *protect::AuditTrail::open(*ledger_);
    named_ = std::make_unique<Named>(trail_.get());
    Service& service = service_.service();
    grouping_ = *respond::Grouping::open(*ledger_, service.state()->workspace);
    reasons_ = std::make_unique<GroupReasons>(service, *grouping_);
    add_group_routes(service.router(), {service, *ledger_, *grouping_, *reasons_});
    service.authenticate_with(named_.get());
  }
  ~GroupApi() override { std::filesystem::remove_all(directory_); }

  std::string fires(const std::string& id, const std::string& region,
                    const std::string& thing = {}) {
    model::Alert alert;
    alert.id = id;
    alert.rule = "hot";
    alert.pack = "p";
    alert.thing = !thing.empty() ? thing : region == "513401" ? "s2" : "s3";
    alert.type = thing.empty() ? "site" : "slope";
    alert.region = region;
    alert.state = model::AlertState::firing;
    alert.since = now();
    alert.began = now();
    const store::AlertChange change{++number_, alert};
    auto write = *ledger_->begin();
    EXPECT_TRUE(grouping_->take(write, {&change, 1}, now()));
    EXPECT_TRUE(grouping_->tick(write, now() + 6 * ns_per_second));
    EXPECT_TRUE(write.commit());
    return grouping_->member(id)->value().group;
  }
  Instant now() { return service_.clock().now(); }
  Response ask(const std::string& who, const std::string& method, const std::string& path,
               const std::string& body = {}, const std::string& key = {}) {
    std::vector<Header> headers{{"x-actor", who}, {"content-type", "application/json"}};
    if (!key.empty()) headers.push_back({"idempotency-key", key});
    return service_.ask({.method = method, .path = path, .headers = headers, .body = body});
  }
  Json json(int status, const std::string& who, const std::string& method, const std::string& path,
            const std::string& body = {}) {
    const Response response = ask(who, method, path, body);
    EXPECT_EQ(response.status, status) << method << ' ' << path << ' ' << response.body;
    return Json::parse(response.body, nullptr, false);
  }
  std::string audit() {
    const auto read = ledger_->read();
    auto rows = read.db().prepare("SELECT action, outcome, actor FROM audit ORDER BY rowid");
    std::string out;
    while (rows && *rows->step()) out += rows->text(0) + ":" + rows->text(2) + " ";
    return out;
  }

  detail::TestService service_{{"secret", false, "web"}, simulated_slopes()};
  std::string directory_;
  std::uint64_t number_ = 0;
  std::unique_ptr<store::Ledger> ledger_;
  std::unique_ptr<protect::AuditTrail> trail_;
  std::unique_ptr<Named> named_;
  std::unique_ptr<respond::Grouping> grouping_;
  std::unique_ptr<GroupReasons> reasons_;
};

TEST_F(GroupApi, SaysHowMuchOfItIsSimulated) {
  const std::string id = fires("hot-1", "513401", "made");
  EXPECT_EQ(json(200, "", "GET", "/v1/alert-groups")["groups"][0]["simulated"], "all");
  EXPECT_EQ(json(200, "", "GET", "/v1/alert-groups/" + id)["simulated"], "all");
  ASSERT_EQ(fires("hot-2", "513401", "real"), id);
  EXPECT_EQ(json(200, "", "GET", "/v1/alert-groups/" + id)["simulated"], "some") << "counted anew";
  for (const Json& one : json(200, "", "GET", "/v1/alert-groups/" + id + "/alerts")["alerts"]) {
    EXPECT_EQ(one["simulated"], one["thing"] == "made") << one;
  }
  const std::string other = fires("hot-3", "513402");
  EXPECT_EQ(json(200, "", "GET", "/v1/alert-groups/" + other)["simulated"], "none");
  const auto group = *grouping_->group(id).value();
  const std::string told = group_event(group, *service_.service().state(), *reasons_);
  EXPECT_EQ(Json::parse(told)["simulated"], "some");
}

TEST_F(GroupApi, ListsAndShowsWhatIsOpen) {
  const std::string id = fires("hot-1", "513401");
  fires("hot-2", "513402");
  const Json list = json(200, "", "GET", "/v1/alert-groups?open=true");
  EXPECT_EQ(list["total"], 2);
  EXPECT_EQ(json(200, "", "GET", "/v1/alert-groups?open=false")["total"], 0);
  EXPECT_EQ(json(200, "", "GET", "/v1/alert-groups?region=513402")["total"], 1);
  EXPECT_EQ(json(200, "", "GET", "/v1/alert-groups?hazard=flood")["total"], 0);
  EXPECT_EQ(json(200, "", "GET", "/v1/alert-groups?limit=1&offset=1")["groups"].size(), 1u);
  json(400, "", "GET", "/v1/alert-groups?limit=0");
  json(400, "", "GET", "/v1/alert-groups?open=perhaps");
  const Json group = json(200, "", "GET", "/v1/alert-groups/" + id);
  EXPECT_EQ(group["state"], "open");
  EXPECT_EQ(group["level"], "orange");
  EXPECT_EQ(group["region"]["code"], "513401");
  EXPECT_EQ(group["label"]["zh"], "热");
  EXPECT_EQ(group["lead_thing_label"]["en"], "Two");
  EXPECT_EQ(group["counties"][0]["firing"], 1);
  EXPECT_EQ(group["history"][0]["kind"], "opened");
  EXPECT_NE(group["reason"]["zh"].get<std::string>().find("西昌市1处站：热；最重 二号站："),
            std::string::npos)
      << group["reason"];
  const Json alerts = json(200, "", "GET", "/v1/alert-groups/" + id + "/alerts");
  EXPECT_EQ(alerts["total"], 1);
  EXPECT_EQ(alerts["alerts"][0]["alert"], "hot-1");
  EXPECT_EQ(alerts["alerts"][0]["level"], "orange");
  json(404, "", "GET", "/v1/alert-groups/none");
  json(404, "", "GET", "/v1/alert-groups/none/alerts");
  const auto spots =
      group_spots(*grouping_->group(id).value(), *grouping_, *service_.service().state(), nullptr);
  ASSERT_EQ(spots.size(), 1u);
  EXPECT_EQ(spots[0].thing, "s2");
  EXPECT_TRUE(spots[0].point);
}

TEST_F(GroupApi, WhoMayAcknowledgeAndJudge) {
  const std::string path = "/v1/alert-groups/" + fires("hot-1", "513402");
  json(401, "", "POST", path + "/acknowledge", "{}");
  json(403, "xichang", "POST", path + "/acknowledge", "{}");
  EXPECT_EQ(
      json(200, "duty", "POST", path + "/acknowledge", R"({"note":"去看"})")["acknowledged_by"],
      "duty");
  json(409, "duty", "POST", path + "/acknowledge", "{}");
  json(400, "duty", "POST", path + "/acknowledge", R"({"note":1})");
  json(400, "duty", "POST", path + "/acknowledge", "[");
  json(404, "duty", "POST", "/v1/alert-groups/none/acknowledge", "{}");
  json(400, "duty", "POST", path + "/verdict", R"({"verdict":"none"})");
  json(400, "duty", "POST", path + "/verdict", "{}");
  json(403, "xichang", "POST", path + "/verdict", R"({"verdict":"test"})");
  EXPECT_EQ(json(200, "duty", "POST", path + "/verdict", R"({"verdict":"false_alarm"})")["verdict"],
            "false_alarm");
  EXPECT_EQ(json(200, "", "GET", path)["history"].size(), 3u);
  const std::string trail = audit();
  EXPECT_NE(trail.find("acknowledge_alert:xichang"), std::string::npos) << trail;
  EXPECT_NE(trail.find("judge_alert:duty"), std::string::npos) << trail;
}

TEST_F(GroupApi, MaintenanceIsDeclaredOnce) {
  const std::string body =
      R"({"region":"513401","end":"2022-07-01T00:00:00+08:00","reason":"检修"})";
  json(401, "", "POST", "/v1/maintenance", body);
  json(403, "xichang", "POST", "/v1/maintenance",
       R"({"rule":"hot","end":"2022-07-01T00:00:00+08:00","reason":"r"})");  // everywhere
  const Response made = ask("xichang", "POST", "/v1/maintenance", body, "key-1");
  EXPECT_EQ(made.status, 201) << made.body;
  const Json window = Json::parse(made.body);
  EXPECT_EQ(window["state"], "active");
  EXPECT_EQ(window["by"], "xichang");
  EXPECT_EQ(Json::parse(ask("xichang", "POST", "/v1/maintenance", body, "key-1").body)["id"],
            window["id"]);
  EXPECT_EQ(json(200, "", "GET", "/v1/maintenance")["maintenance"].size(), 1u);
  // Of a thing: the right of where it stands.
  json(201, "xichang", "POST", "/v1/maintenance",
       R"({"thing":"s2","end":"2022-07-01T00:00:00+08:00","reason":"r"})");
  json(403, "xichang", "POST", "/v1/maintenance",
       R"({"thing":"s3","end":"2022-07-01T00:00:00+08:00","reason":"r"})");
  for (const std::string bad :
       {R"({"region":"513401","end":"2021-07-01","reason":"r"})",
        R"({"region":"513401","end":"soon","reason":"r"})",
        R"({"region":"513401","end":"2022-07-01"})", R"({"end":"2022-07-01","reason":"r"})",
        R"({"region":"513401","end":"2022-07-01","reason":"r","colour":"red"})", "7"}) {
    json(400, "duty", "POST", "/v1/maintenance", bad);
  }
  fires("hot-1", "513401");
  EXPECT_EQ(json(200, "", "GET", "/v1/alert-groups")["groups"][0]["state"], "quiet");
  const std::string end = "/v1/maintenance/" + window["id"].get<std::string>() + "/end";
  json(401, "", "POST", end, R"({"reason":"r"})");
  json(400, "duty", "POST", end, "{}");
  EXPECT_EQ(json(200, "duty", "POST", end, R"({"reason":"done"})")["state"], "over");
  json(409, "duty", "POST", end, R"({"reason":"done"})");
  json(404, "duty", "POST", "/v1/maintenance/none/end", R"({"reason":"done"})");
  EXPECT_EQ(json(200, "", "GET", "/v1/maintenance?past=true")["maintenance"].size(), 2u);
}

}  // namespace
}  // namespace cairn::server
