// SPDX-License-Identifier: Apache-2.0
// The chapter `warnings` of docs/api/openapi.yaml over a small workspace.
#include "server/api_warnings.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "codec/cap_atom.hpp"
#include "codec/cap_read.hpp"
#include "protect/audit.hpp"
#include "respond/outbox_store.hpp"
#include "respond/warning_desk.hpp"
#include "server/detail/test_service.hpp"

namespace cairn::server {
namespace {

using model::Role;

// The header X-Who names a duty officer and his county: "li:513401"; "unit" is none.
class Officers final : public Authenticator {
 public:
  explicit Officers(protect::AuditTrail* trail) : trail_(trail) {}
  Known identify(const Request& request) override {
    const std::string who(request.header("x-who"));
    if (who.empty()) return {};
    const std::size_t colon = who.find(':');
    const std::string name = who.substr(0, colon);
    const std::string region = colon == std::string::npos ? "" : who.substr(colon + 1);
    const Role role = name == "unit" ? Role::unit : Role::duty_officer;
    return {{name, {name, name}, model::ActorKind::person, {{role, region, ""}}}, {}};
  }
  bool may_know(const Request& head) const override { return !head.header("x-who").empty(); }
  protect::AuditTrail* trail() override { return trail_; }

 private:
  protect::AuditTrail* trail_;
};

class WarningsApi : public testing::Test {
 protected:
  void SetUp() override { open({"secret", false, "web"}, {}); }
  void open(ServiceOptions options, respond::WarningOptions warn) {
    desk_.reset();
    outbox_.reset();
    trail_.reset();
    ledger_.reset();
    const std::string directory = testing::TempDir() + "/api-warnings-" +
                                  testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(directory);
    service_ = std::make_unique<detail::TestService>(std::move(options));
    ledger_ = *store::Ledger::open(directory);
    trail_ = *protect::AuditTrail::open(*ledger_);
    officers_ = std::make_unique<Officers>(trail_.get());
    const auto workspace = service_->service().state()->workspace;
    respond::StoredOutbox::Options boxes;
    boxes.channels = {
        {.id = "siren", .topics = {respond::Topic::warning, respond::Topic::alert}, .regions = {}}};
    boxes.regions = workspace->regions;
    outbox_ = *respond::StoredOutbox::open(*ledger_, std::move(boxes));
    warn.sender = "eoc@r.example";
    warn.places = [this] {
      const auto state = service_->service().state();
      return respond::places_of(state->base->snapshot(), service_->clock().now());
    };
    desk_ = *respond::WarningDesk::open(*ledger_, *outbox_, workspace, std::move(warn));
    service_->service().authenticate_with(officers_.get());
    WarningDoors doors{ledger_.get(), desk_.get(), outbox_.get(), nullptr, {}};
    doors.alert = [this](const std::string& id) -> std::optional<AlertContext> {
      if (id != "a1") return std::nullopt;
      AlertContext out;
      out.alert.id = id;
      out.alert.rule = "hot";
      out.alert.thing = "s2";
      out.alert.region = "513401";
      out.alert.since = out.alert.known = service_->clock().now();
      out.spot = respond::spot_of(service_->service().state()->base->snapshot(), "site", "s2",
                                  "513401", service_->clock().now());
      out.reason = {"荷载1200千瓦", "Load is 1200 kW"};
      return out;
    };
    add_warning_routes(service_->service().router(), service_->service(), doors);
    add_cap_routes(service_->service().router(), service_->service(), doors);
  }
  Response post(const std::string& path, const std::string& body, const std::string& who,
                const std::string& key = "", const std::string& type = "application/json") {
    std::vector<Header> headers{{"content-type", type}};
    if (!who.empty()) headers.push_back({"x-who", who});
    if (!key.empty()) headers.push_back({"idempotency-key", key});
    return service_->ask({.method = "POST", .path = path, .headers = headers, .body = body});
  }
  static Json wish() {
    return Json::parse(R"({"event": {"zh": "山洪", "en": "Flash flood"}, "level": "orange",
                           "regions": ["513401"]})");
  }
  Json prepared(const Json& body, const std::string& who = "li") {
    const Response response = post("/v1/warnings/prepare", body.dump(), who);
    EXPECT_EQ(response.status, 200) << response.body;
    return Json::parse(response.body);
  }
  Response send(const Json& draft, const std::string& who, const std::string& key) {
    Json body = draft["wish"];
    body["digest"] = draft["digest"];
    return post("/v1/warnings", body.dump(), who, key);
  }
  void open_group() {
    respond::AlertGroup group;
    group.id = "G-1";
    group.region = "513401";
    group.lead_rule = "hot";
    group.state = respond::GroupState::open;
    group.level = respond::Level::orange;
    group.since = service_->clock().now();
    auto write = ledger_->begin();
    ASSERT_TRUE(desk_->on_groups(
        *write,
        std::vector<respond::GroupChange>{
            {respond::GroupChange::Kind::opened, group, respond::Level::blue, group.since}},
        group.since));
    ASSERT_TRUE(write->commit());
  }
  static std::string header(const Response& response, const std::string& name) {
    for (const Header& h : response.headers) {
      if (h.name == name) return h.value;
    }
    return {};
  }

  std::unique_ptr<detail::TestService> service_;
  std::unique_ptr<store::Ledger> ledger_;
  std::unique_ptr<protect::AuditTrail> trail_;
  std::unique_ptr<Officers> officers_;
  std::unique_ptr<respond::StoredOutbox> outbox_;
  std::unique_ptr<respond::WarningDesk> desk_;
};

TEST_F(WarningsApi, PreparedShownAndReleasedOnce) {
  const Json draft = prepared(wish());
  EXPECT_EQ(draft["headline"]["zh"], "[橙色预警] 西昌市 山洪");
  EXPECT_EQ(draft["reach"]["people"], 955000);
  EXPECT_EQ(draft["reach"]["counties"][0]["may_send"], true);
  EXPECT_EQ(draft["areas"][0]["geometry"]["type"], "MultiPolygon");
  EXPECT_EQ(draft["sendable"], true);
  EXPECT_EQ(draft["scope"], "Public");
  EXPECT_EQ(draft["wish"]["headline"]["zh"], draft["headline"]["zh"]);
  // What is sent on as it was filled in is what was shown.
  EXPECT_EQ(prepared(draft["wish"])["digest"], draft["digest"]);
  const Response first = send(draft, "li", "k1");
  ASSERT_EQ(first.status, 201) << first.body;
  const Json release = Json::parse(first.body);
  EXPECT_EQ(release["deliveries"], 1);
  const Response again = send(draft, "li", "k1");
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(Json::parse(again.body)["identifier"], release["identifier"]);
  EXPECT_EQ(Json::parse(again.body)["repeated"], true);

  const std::string id = release["warning"]["id"];
  const Json one = service_->json("/v1/warnings/" + id);
  EXPECT_EQ(one["chain"].size(), 1u);
  EXPECT_EQ(one["deliveries"][0]["channel"], "siren");
  EXPECT_EQ(one["draft"]["event"]["en"], "Flash flood");
  EXPECT_EQ(service_->json("/v1/warnings?kind=open_to_all&open=true")["total"], 1);
  EXPECT_EQ(service_->json("/v1/warnings?region=513402")["total"], 0);
  EXPECT_EQ(service_->get("/v1/warnings/none").status, 404);
  EXPECT_EQ(service_->service().events().newest(), 1u);
  const auto trail = trail_->find({.action = "send_warning"});
  ASSERT_EQ(trail->rows.size(), 2u);  // the attempt and what came of it
  EXPECT_EQ(trail->rows[0].outcome, protect::Outcome::done);
  EXPECT_EQ(trail->rows[0].subject, "W-20220630-001-1");
}

TEST_F(WarningsApi, WithoutTheRightNothingIsPreparedOrSent) {
  EXPECT_EQ(post("/v1/warnings/prepare", wish().dump(), "").status, 401);
  EXPECT_EQ(post("/v1/warnings/prepare", wish().dump(), "unit").status, 403);
  const Json draft = prepared(wish());
  EXPECT_EQ(send(draft, "", "k").status, 401);
  EXPECT_EQ(send(draft, "unit", "k").status, 403);
  EXPECT_EQ(send(draft, "wang:513402", "k").status, 403);
  EXPECT_EQ(
      trail_->find({.action = "send_warning", .outcome = protect::Outcome::refused})->rows.size(),
      3u);
  const Json seen = prepared(wish(), "wang:513402");
  EXPECT_EQ(seen["sendable"], false);
  EXPECT_EQ(seen["reach"]["counties"][0]["may_send"], false);
  EXPECT_EQ(send(draft, "wang:513401", "k").status, 201);
  EXPECT_EQ(service_->json("/v1/warnings")["total"], 1);
}

TEST_F(WarningsApi, WrongBodiesAreToldWhereTheyAreWrong) {
  const auto refused = [&](const char* body) { return post("/v1/warnings/prepare", body, "li"); };
  EXPECT_EQ(refused("[]").status, 400);
  EXPECT_EQ(refused("{").status, 400);
  for (const auto& [body, place] : std::map<std::string, std::string>{
           {R"({"act": "shout"})", "/act"},
           {R"({"level": "purple"})", "/level"},
           {R"({"regions": ["1"], "event": {"zh": "x"}})", "/regions"},
           {R"({"regions": "513401"})", "/regions"},
           {R"({"headline": "x"})", "/headline"},
           {R"({"headline": {"zh": "a\u0001b"}})", "/headline/zh"},
           {R"({"polygon": {"type": "Point", "coordinates": [1, 2]}})", "/polygon"},
           {R"({"expires_minutes": 3})", "/expires_minutes"},
           {R"({"event_code": "rock"})", "/event_code"},
           {R"({"colour": 1})", "/colour"}}) {
    const Response response = refused(body.c_str());
    EXPECT_EQ(response.status, 400) << body;
    EXPECT_NE(response.body.find(place), std::string::npos) << response.body;
  }
  EXPECT_EQ(refused(R"({"group": "G-none"})").status, 404);
  EXPECT_EQ(post("/v1/warnings/prepare", "{}", "li", "", "text/plain").status, 415);
  const Json draft = prepared(wish());
  EXPECT_EQ(send(draft, "li", "").status, 400);
  Json other = draft;
  other["wish"]["headline"]["zh"] = "别的";
  const Response conflict = send(other, "li", "k");
  EXPECT_EQ(conflict.status, 409);
  EXPECT_NE(conflict.body.find("headline"), std::string::npos);
  Json silent = wish();
  silent.erase("event");
  const Json unnamed = prepared(silent);
  EXPECT_EQ(unnamed["sendable"], false);
  EXPECT_EQ(send(unnamed, "li", "k").status, 422);
}

TEST_F(WarningsApi, FeedsLeadToTheirMessages) {
  open_group();
  ASSERT_EQ(send(prepared(wish()), "li", "k").status, 201);
  for (const char* path : {"/v1/cap/warnings.atom", "/v1/cap/alerts.atom"}) {
    SCOPED_TRACE(path);
    const Response response = service_->get(path, {{"host", "cairn.example"}});
    ASSERT_EQ(response.status, 200) << response.body;
    EXPECT_TRUE(response.type.starts_with("application/atom+xml"));
    EXPECT_FALSE(header(response, "Last-Modified").empty());
    const std::string tag = header(response, "ETag");
    EXPECT_EQ(service_->get(path, {{"host", "cairn.example"}, {"if-none-match", tag}}).status, 304);
    const auto feed = codec::read_atom(response.body);
    ASSERT_TRUE(feed) << to_string(feed.error());
    ASSERT_EQ(feed->entries.size(), 1u);
    const std::string href = codec::cap_link(feed->entries[0])->href;
    ASSERT_TRUE(href.starts_with("http://cairn.example/v1/cap/"));
    const Response document =
        service_->get(href.substr(std::string("http://cairn.example").size()));
    EXPECT_EQ(document.type, "application/cap+xml");
    EXPECT_TRUE(codec::read_cap(document.body));
  }
  EXPECT_EQ(service_->get("/v1/cap/none.xml").status, 404);
}

TEST_F(WarningsApi, BeyondThisMachineOnlyTheOnesForThePublicAreOpen) {
  open({"secret", true, "web"}, {});
  open_group();
  ASSERT_EQ(send(prepared(wish()), "li", "k").status, 201);
  EXPECT_EQ(service_->get("/v1/cap/warnings.atom").status, 200);
  EXPECT_EQ(service_->get("/v1/cap/W-20220630-001-1.xml").status, 200);
  EXPECT_EQ(service_->get("/v1/cap/alerts.atom").status, 401);
  EXPECT_EQ(service_->get("/v1/cap/G-1-1.xml").status, 401);
  EXPECT_EQ(service_->get("/v1/cap/none.xml").status, 401);
  EXPECT_EQ(service_->get("/v1/warnings").status, 401);
  EXPECT_EQ(service_->get("/v1/cap/G-1-1.xml", {{"x-who", "unit"}}).status, 200);
}

TEST_F(WarningsApi, OneAlertAsCap) {
  const Response response = service_->get("/v1/alerts/a1/cap");
  ASSERT_EQ(response.status, 200) << response.body;
  const auto alert = codec::read_cap(response.body);
  ASSERT_TRUE(alert);
  EXPECT_EQ(alert->scope, codec::CapScope::restricted);
  EXPECT_NE(alert->infos[0].description.find("荷载1200千瓦"), std::string::npos);
  EXPECT_EQ(alert->infos[0].areas[0].polygons.size(), 1u);
  EXPECT_EQ(service_->get("/v1/alerts/none/cap").status, 404);
}

TEST_F(WarningsApi, MessagesOfOthersComeIn) {
  open_group();
  std::string xml = service_->get("/v1/cap/G-1-1.xml").body;
  const std::string type = "application/cap+xml";
  EXPECT_EQ(post("/v1/cap", xml, "", "", type).status, 401);
  EXPECT_EQ(post("/v1/cap", xml, "unit", "", type).status, 403);
  EXPECT_EQ(post("/v1/cap", xml, "li", "", "text/plain").status, 415);
  const Response own = post("/v1/cap", xml, "li", "", type);
  EXPECT_EQ(own.status, 422);
  EXPECT_EQ(Json::parse(own.body)["place"], "sender");
  xml.replace(xml.find("eoc@r.example"), 13, "eoc@s.example");
  const Response taken = post("/v1/cap?source=province", xml, "li", "", type);
  ASSERT_EQ(taken.status, 201) << taken.body;
  EXPECT_EQ(post("/v1/cap", xml, "li", "", type).status, 200);
  const std::string id = Json::parse(taken.body)["warning"];
  const Json one = service_->json("/v1/warnings/" + id);
  EXPECT_EQ(one["kind"], "received");
  EXPECT_EQ(one["chain"][0]["source"], "province");
  EXPECT_TRUE(one["chain"][0]["href"].is_null());
  const Json refused = service_->json("/v1/warnings/refused");
  ASSERT_EQ(refused["refused"].size(), 1u);
  EXPECT_EQ(refused["refused"][0]["source"], "li");
}

TEST_F(WarningsApi, ASecondPersonConfirms) {
  respond::WarningOptions warn;
  warn.second_person_from = respond::Level::orange;
  open({"secret", false, "web"}, std::move(warn));
  const Json draft = prepared(wish());
  EXPECT_EQ(draft["second_person"], true);
  const Response waits = send(draft, "li", "k");
  ASSERT_EQ(waits.status, 202) << waits.body;
  const std::string id = Json::parse(waits.body)["awaiting"]["id"];
  EXPECT_EQ(service_->json("/v1/warnings")["awaiting"].size(), 1u);
  const std::string path = "/v1/warnings/awaiting/" + id + "/confirm";
  const std::string body = Json{{"digest", draft["digest"]}}.dump();
  EXPECT_EQ(post(path, body, "li").status, 403);
  EXPECT_EQ(post(path, body, "unit").status, 403);
  EXPECT_EQ(post(path, body, "").status, 401);
  const Response done = post(path, body, "wang");
  ASSERT_EQ(done.status, 201) << done.body;
  EXPECT_EQ(Json::parse(done.body)["warning"]["by"], "li, wang");
  EXPECT_EQ(post(path, body, "wang").status, 404);
  const Response second = send(prepared(wish()), "li", "k2");
  const std::string other = Json::parse(second.body)["awaiting"]["id"];
  EXPECT_EQ(post("/v1/warnings/awaiting/" + other + "/decline", "", "wang").status, 204);
  EXPECT_TRUE(service_->json("/v1/warnings")["awaiting"].empty());
}

}  // namespace
}  // namespace cairn::server
