// SPDX-License-Identifier: Apache-2.0
#include "server/api_incidents.hpp"

#include <gtest/gtest.h>

#include "protect/audit.hpp"
#include "respond/test_incidents.hpp"
#include "server/authenticator.hpp"
#include "server/detail/test_service.hpp"

namespace cairn::server {
namespace {

using respond::detail::IncidentWorld;

// Who asks is named in a header.
class Named final : public Authenticator {
 public:
  explicit Named(protect::AuditTrail* trail) : trail_(trail) {}
  Known identify(const Request& request) override {
    const std::string name(request.header("x-actor"));
    using namespace respond::detail;
    if (name == "duty") return {duty(), {}};
    if (name == "duty-xichang") {
      return {person(name, {{model::Role::duty_officer, "513401", ""}}), {}};
    }
    if (name == "wang") return {of_unit(name, "huili-emergency"), {}};
    if (name == "liu") return {of_unit(name, "huili-water"), {}};
    if (name == "checker") return {checker(), {}};
    if (name == "admin") return {person(name, {{model::Role::administrator, "", ""}}), {}};
    return {};
  }
  bool may_know(const Request&) const override { return true; }
  protect::AuditTrail* trail() override { return trail_; }

 private:
  protect::AuditTrail* trail_;
};

class IncidentApi : public testing::Test {
 protected:
  IncidentApi() {
    trail = *protect::AuditTrail::open(*w.ledger);
    named = std::make_unique<Named>(trail.get());
    add_incident_routes(
        service.service().router(),
        {*w.desk, *w.ledger,
         [](const std::string& id) {
           return Label{id + "同志", id};
         },
         [this] { ++told; }, [](const std::string&) { return respond::Simulated::some; }});
    service.service().authenticate_with(named.get());
    service.clock().set(w.now);
  }
  Response ask(const std::string& who, const std::string& method, const std::string& path,
               const Json& body = {}, std::vector<Header> headers = {}) {
    headers.push_back({"x-actor", who});
    if (!body.is_null()) headers.push_back({"content-type", "application/json"});
    return service.ask({.method = method,
                        .path = path,
                        .headers = std::move(headers),
                        .body = body.is_null() ? std::string() : body.dump()});
  }
  Json json(const std::string& who, const std::string& method, const std::string& path, int status,
            const Json& body = {}) {
    const Response response = ask(who, method, path, body);
    EXPECT_EQ(response.status, status) << method << ' ' << path << ' ' << response.body;
    return Json::parse(response.body, nullptr, false);
  }
  std::string opens() {
    return json("duty", "POST", "/v1/incidents", 201,
                {{"kind", "slope_movement"}, {"region", "513402"}})["id"];
  }
  Json moves(const std::string& who, const std::string& id, const std::string& event, int status,
             const Json& fields = Json::object()) {
    const auto version = w.find(id).version;
    return json(who, "POST", "/v1/incidents/" + id + "/events", status,
                {{"event", event}, {"fields", fields}, {"version", version}});
  }
  Response upload(const std::string& who, const std::string& id, std::string bytes,
                  const std::string& query = "") {
    return service.ask({.method = "POST",
                        .path = "/v1/incidents/" + id + "/files" + query,
                        .headers = {{"x-actor", who}, {"content-type", "image/png"}},
                        .body = std::move(bytes)});
  }
  // Actions and outcomes of the trail, the newest first.
  std::string audit() {
    const auto read = w.ledger->read();
    auto rows = read.db().prepare("SELECT action, outcome, actor FROM audit ORDER BY 1, 2, 3");
    std::string out;
    while (rows && *rows->step()) out += rows->text(0) + " " + rows->text(2) + "; ";
    return out;
  }

  IncidentWorld w{std::string("api-incidents-") +
                  testing::UnitTest::GetInstance()->current_test_info()->name()};
  detail::TestService service;
  std::unique_ptr<protect::AuditTrail> trail;
  std::unique_ptr<Named> named;
  int told = 0;
};

TEST_F(IncidentApi, FromOpeningToTheEnd) {
  const std::string id = opens();
  EXPECT_EQ(moves("duty", id, "file", 200, {{"text", "村道边坡掉石"}})["states"][0]["id"], "filed");
  EXPECT_EQ(moves("duty", id, "dispatch", 200)["states"][0]["label"]["zh"], "任务派遣");
  moves("wang", id, "accept", 200);
  EXPECT_EQ(upload("wang", id, respond::detail::small_png(), "?name=现场.png").status, 201);
  moves("wang", id, "done", 200);
  moves("duty", id, "check", 200);
  const Json before = json("checker", "GET", "/v1/incidents/" + id, 200);
  EXPECT_EQ(before["incident"]["text"], "村道边坡掉石");
  EXPECT_EQ(before["incident"]["unit"]["label"]["zh"], "huili-emergency局");
  EXPECT_EQ(before["deadlines"][0]["allowance"]["zh"], "1 个工作日");
  for (const Json& choice : before["choices"]) {
    if (choice["event"] != "passed") continue;
    EXPECT_EQ(choice["allowed"], true);
    EXPECT_TRUE(choice["refusal"].is_null());
  }
  moves("checker", id, "passed", 200);
  const Json after = json("duty", "GET", "/v1/incidents/" + id, 200);
  EXPECT_FALSE(after["incident"]["closed"].is_null());
  EXPECT_EQ(after["timeline"][1]["actor"]["name"]["zh"], "duty同志");
  EXPECT_EQ(after["timeline"][1]["label"]["zh"], "立案");
  EXPECT_EQ(json("duty", "GET", "/v1/incidents", 200)["total"], 0);
  EXPECT_EQ(json("duty", "GET", "/v1/incidents?open=all", 200)["total"], 1);
  EXPECT_GT(told, 6);
}

TEST_F(IncidentApi, SaysWhatItsGroupSaysOfSimulatedDevices) {
  const std::string by_hand = opens();
  respond::AlertGroup group;
  group.id = "g1";
  group.lead_rule = "slope_rain";
  group.lead_thing = "slope-1";
  group.region = "513402";
  group.state = respond::GroupState::open;
  group.level = group.highest = respond::Level::orange;
  w.groups({{respond::GroupChange::Kind::opened, group, respond::Level::orange, w.now}});
  const std::string of_group = *w.desk->of_group("g1");
  ASSERT_NE(of_group, "");
  for (const Json& one : json("duty", "GET", "/v1/incidents", 200)["incidents"]) {
    EXPECT_EQ(one["simulated"], one["id"] == of_group ? "some" : "none") << one;
  }
  EXPECT_EQ(json("duty", "GET", "/v1/incidents/" + of_group, 200)["incident"]["simulated"], "some");
  EXPECT_EQ(json("duty", "GET", "/v1/incidents/" + by_hand, 200)["incident"]["simulated"], "none");
}

TEST_F(IncidentApi, WithoutARightNothing) {
  const std::string id = opens();
  const std::string path = "/v1/incidents/" + id;
  for (const char* who : {"", "admin", "duty-xichang"}) {
    const int status = *who == '\0' ? 401 : 403;
    json(who, "GET", path, status);
    json(who, "POST", path + "/events", status, {{"event", "file"}, {"version", 1}});
    json(who, "POST", path + "/notes", status, {{"text", "x"}});
    EXPECT_EQ(upload(who, id, "x").status, status);
    json(who, "GET", path + "/files/abc", status);
    json(who, "POST", "/v1/incidents", status, {{"kind", "slope_movement"}, {"region", "513402"}});
  }
  EXPECT_EQ(json("duty-xichang", "GET", "/v1/incidents", 200)["total"], 0);
  json("wang", "POST", path + "/events", 403, {{"event", "file"}, {"version", 1}});
  json("checker", "POST", path + "/events", 403, {{"event", "file"}, {"version", 1}});
  EXPECT_EQ(w.find(id).version, 1u);
  EXPECT_NE(audit().find("route_incident wang"), std::string::npos) << audit();
}

TEST_F(IncidentApi, TheReporterIsAbsentWithoutTheRight) {
  const std::string id =
      w.opens({.kind = "slope_movement",
               .origin = respond::Origin::report,
               .region = "513402",
               .reporter = {"阿依莫", "13811112222", "ayimo@example.org", "我家后山"}},
              respond::reporter_of({}));
  EXPECT_EQ(w.shows(id, respond::reporter_of(id), respond::detail::small_png(), true), "collected");
  const std::string file = w.desk->view(id, respond::detail::duty(), w.now)->evidence[0].id;
  moves("duty", id, "file", 200);
  moves("duty", id, "dispatch", 200);
  const std::string path = "/v1/incidents/" + id;
  EXPECT_EQ(json("duty", "GET", path, 200)["reporter"]["words"], "我家后山");
  EXPECT_EQ(json("duty", "GET", path, 200)["evidence"].size(), 1u);
  std::uint64_t cursor = 0;
  std::string seen = ask("wang", "GET", path).body + ask("checker", "GET", path).body +
                     ask("duty", "GET", "/v1/incidents").body;
  for (const Event& event : incident_events(*w.desk, cursor)) {
    seen += event.data;
    EXPECT_EQ(event.region, "513402");
    EXPECT_EQ(event.data.find("title"), std::string::npos);
  }
  for (const char* personal : {"阿依莫", "13811112222", "ayimo", "我家后山", file.c_str()}) {
    // The unit may see that a file was added, not which.
    if (personal == file.c_str()) continue;
    EXPECT_EQ(seen.find(personal), std::string::npos) << personal;
  }
  const Json shown = json("wang", "GET", path, 200);
  EXPECT_FALSE(shown.contains("reporter"));
  EXPECT_TRUE(shown["evidence"].empty());
  json("wang", "GET", path + "/files/" + file, 403);
  EXPECT_EQ(ask("duty", "GET", path + "/files/" + file).status, 200);
  EXPECT_NE(audit().find("read_reporter duty"), std::string::npos);
  EXPECT_NE(audit().find("read_reporter wang"), std::string::npos);
}

TEST_F(IncidentApi, OthersWereFirst) {
  const std::string id = opens();
  moves("duty", id, "file", 200);
  const Json late = json("duty", "POST", "/v1/incidents/" + id + "/events", 409,
                         {{"event", "reject"}, {"version", 1}, {"fields", {{"reason", "r"}}}});
  EXPECT_EQ(late["version"], 2);
  EXPECT_EQ(late["meanwhile"][0]["event"], "file");
  const Json early = moves("duty", id, "check", 409);
  EXPECT_NE(early["detail"].get<std::string>().find("not possible now"), std::string::npos);
  moves("duty", id, "dispatch", 200);
  moves("wang", id, "accept", 200);
  const Json bare = moves("wang", id, "done", 409);
  EXPECT_NE(bare["detail"].get<std::string>().find("no evidence yet"), std::string::npos);
}

TEST_F(IncidentApi, AReplayedKeyIsAnsweredAlike) {
  const Json body{{"kind", "slope_movement"}, {"region", "513402"}};
  const auto twice = [&](const std::string& path, const Json& what) {
    const auto one = ask("duty", "POST", path, what, {{"idempotency-key", "0123456789"}});
    const auto two = ask("duty", "POST", path, what, {{"idempotency-key", "0123456789"}});
    EXPECT_EQ(one.status, two.status) << one.body << two.body;
    return std::pair(Json::parse(one.body), Json::parse(two.body));
  };
  const auto [one, two] = twice("/v1/incidents", body);
  EXPECT_EQ(one["id"], two["id"]);
  const std::string id = one["id"];
  const auto [first, again] =
      twice("/v1/incidents/" + id + "/events", {{"event", "file"}, {"version", 1}});
  EXPECT_EQ(first["entry"], again["entry"]);
  EXPECT_EQ(again["repeated"], true);
  EXPECT_EQ(ask("duty", "POST", "/v1/incidents", body, {{"idempotency-key", "short"}}).status, 400);
}

TEST_F(IncidentApi, HostileInput) {
  const std::string id = opens();
  const std::string path = "/v1/incidents/" + id;
  const auto status = [&](const std::string& where, const Json& body) {
    return ask("duty", "POST", where, body).status;
  };
  EXPECT_EQ(status("/v1/incidents", {{"kind", 7}, {"region", "513402"}}), 400);
  EXPECT_EQ(status("/v1/incidents", {{"kind", "slope_movement"}, {"region", "513402"}, {"x", 1}}),
            400);
  EXPECT_EQ(status("/v1/incidents", {{"kind", "none"}, {"region", "513402"}}), 400);
  EXPECT_EQ(status("/v1/incidents", {{"kind", "slope_movement"},
                                     {"region", "513402"},
                                     {"title", std::string(5'000, 'x')}}),
            413);
  EXPECT_EQ(status(path + "/events", {{"event", "../../x"}, {"version", 1}}), 400);
  EXPECT_EQ(status(path + "/events", {{"event", "file"}, {"version", -1}}), 400);
  EXPECT_EQ(status(path + "/events", {{"event", "file"}, {"version", "1"}}), 400);
  EXPECT_EQ(status(path + "/events", {{"event", "file"}, {"version", 99}}), 400);
  EXPECT_EQ(
      status(path + "/events", {{"event", "file"}, {"version", 1}, {"fields", {{"actor", "li"}}}}),
      400);
  EXPECT_EQ(status(path + "/events",
                   {{"event", "file"}, {"version", 1}, {"fields", {{"text", "a\x02"}}}}),
            400);
  EXPECT_EQ(status(path + "/notes", {{"text", std::string(5'000, 'x')}}), 413);
  EXPECT_EQ(status(path + "/notes", {{"text", " "}}), 400);
  EXPECT_EQ(ask("duty", "GET", "/v1/incidents/I-1").status, 404);
  EXPECT_EQ(ask("duty", "GET", path + "/files/..%2F..%2Frespond.sqlite").status, 404);
  EXPECT_EQ(upload("duty", id, "<script>alert(1)</script>").status, 201);  // plain text, as such
  EXPECT_EQ(upload("duty", id, std::string("MZ\x90\0\x03", 5)).status, 415);
  EXPECT_EQ(upload("duty", id, "").status, 400);
  EXPECT_EQ(upload("duty", id, std::string((10u << 20) + 1, 'x')).status, 413);
  EXPECT_EQ(w.find(id).states, std::vector<std::string>{"collected"});
  // HTML is kept as it was written; it is shown as text.
  const std::string html = "<img src=x onerror=alert(1)>";
  ask("duty", "POST", path + "/notes", {{"text", html}});
  EXPECT_EQ(json("duty", "GET", path, 200)["timeline"].back()["reason"], html);
}

TEST_F(IncidentApi, FilesAreServedSoThatNothingInThemRuns) {
  const std::string id = opens();
  const Response made =
      upload("duty", id, "<html><script>1</script>", "?name=..%2F..%2Fa%22b.html");
  const Json evidence = Json::parse(made.body);
  EXPECT_EQ(evidence["name"], "ab.txt");
  EXPECT_EQ(evidence["type"], "text/plain");
  const Response file = ask("duty", "GET", evidence["url"]);
  ASSERT_EQ(file.status, 200);
  std::string headers;
  for (const Header& h : file.headers) headers += h.name + ": " + h.value + "\n";
  EXPECT_NE(headers.find("X-Content-Type-Options: nosniff"), std::string::npos);
  EXPECT_NE(headers.find("default-src 'none'; sandbox"), std::string::npos);
  EXPECT_NE(headers.find("attachment; filename*=UTF-8''ab.txt"), std::string::npos) << headers;
  const Response other = upload("duty", id, respond::detail::small_png());
  EXPECT_EQ(other.status, 201);
}

TEST_F(IncidentApi, UnitsKindsAndWorkflows) {
  EXPECT_EQ(json("", "GET", "/v1/units", 200)["units"].size(), 5u);
  const Json near = json("", "GET", "/v1/units?region=513401", 200)["units"];
  EXPECT_EQ(near.size(), 3u);  // of the city, of the prefecture, and the desk
  EXPECT_EQ(json("", "GET", "/v1/incident-kinds", 200)["kinds"][0]["workflow"], "grid-event");
  const Json workflow = json("", "GET", "/v1/workflows/grid-event", 200);
  EXPECT_EQ(workflow["states"][1]["deadline"]["label"]["zh"], "30 个工作分钟");
  json("", "GET", "/v1/workflows/none", 404);
}

TEST_F(IncidentApi, TheBoardCountsByUnit) {
  const std::string id = opens();
  moves("duty", id, "file", 200);
  moves("duty", id, "dispatch", 200);
  opens();
  w.now = w.now + 2 * ns_per_day;
  w.ticks();
  const Json units = json("duty", "GET", "/v1/incidents/board", 200)["units"];
  ASSERT_EQ(units.size(), 2u);
  EXPECT_EQ(units[0]["overdue"], 1);
  EXPECT_EQ(json("wang", "GET", "/v1/incidents?mine=true", 200)["total"], 1);
  EXPECT_EQ(json("checker", "GET", "/v1/incidents?mine=true", 200)["total"], 0);
  EXPECT_EQ(json("duty", "GET", "/v1/incidents?light=red&region=5134", 200)["total"], 2);
}

}  // namespace
}  // namespace cairn::server
