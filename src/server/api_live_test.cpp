// SPDX-License-Identifier: Apache-2.0
// The live operations of docs/api/openapi.yaml over a small workspace and an engine of lists.
#include <gtest/gtest.h>

#include <algorithm>

#include "server/api.hpp"
#include "server/detail/test_service.hpp"
#include "server/event_hub.hpp"
#include "watch/live.hpp"

namespace cairn::server {
namespace {

using detail::TestService;

Instant at(const char* text) {
  return *parse_instant(text);
}

// Answers from lists, and remembers what it was asked.
class FakeLive final : public watch::Live {
 public:
  watch::Intake& intake() override { std::abort(); }  // no operation here reads it
  Instant now() const override { return at("2022-06-29T12:30:00+08:00"); }
  watch::LiveStats stats() const override {
    watch::LiveStats out;
    out.received = 7;
    out.position = 9;
    out.commit_ms = 1.5;
    out.clock_speed = 60;
    return out;
  }
  std::optional<watch::LiveCell> value(std::string_view, std::string_view) const override {
    return std::nullopt;
  }
  watch::AlertPage alerts(const watch::AlertQuery& query) const override {
    asked = query;
    watch::AlertPage page;
    for (const model::Alert& alert : kept) {
      if (!query.id.empty() && alert.id != query.id) continue;
      ++page.total;
      if (page.total > query.offset && page.alerts.size() < query.limit) {
        page.alerts.push_back(alert);
      }
    }
    return page;
  }
  Result<watch::Why> why(std::string_view rule, std::string_view thing,
                         Instant when) const override {
    if (rule != "hot") return fail(Code::not_found, "there is no such rule");
    watch::Why out;
    out.rule = rule;
    out.thing = thing;
    out.at = when;
    out.when = "load > 3";
    out.state = "firing";
    out.condition = true;
    out.explanation.text = out.when;
    out.explanation.cell.value = 1;
    return out;
  }
  Status shelve(std::string_view rule, std::string_view thing, Instant until, std::string_view,
                std::string_view reason) override {
    if (rule != "hot") return fail(Code::not_found, "there is no such rule");
    shelved.push_back(std::string(rule) + ' ' + std::string(thing) + ' ' + to_string(until, {}) +
                      ' ' + std::string(reason));
    return {};
  }
  std::vector<model::Rejected> rejected(std::uint64_t before, std::size_t limit) const override {
    std::vector<model::Rejected> out;
    for (std::uint64_t n = std::min<std::uint64_t>(before, 4) - 1; n > 0; --n) {
      if (out.size() < limit) out.push_back({n, now(), "gate", "x=1", "line 1", "no thing 'x'"});
    }
    return out;
  }
  std::vector<watch::Feed> silent() const override {
    return {{"s2", "load", "513401", now(), 3600 * ns_per_second},
            {"s3", "load", "513402", now() - ns_per_second, 60 * ns_per_second}};
  }
  std::vector<model::Revision> revisions(std::size_t) const override {
    return {{"sites", "5134", at("2022-01-01T00:00:00+08:00"), 2, 3.0, 4.0, now()}};
  }
  void watch(std::function<void(const watch::LiveUpdate&)> heard) override {
    listener = std::move(heard);
  }

  std::vector<model::Alert> kept;
  std::vector<std::string> shelved;
  mutable watch::AlertQuery asked;
  std::function<void(const watch::LiveUpdate&)> listener;
};

model::Alert hot_alert() {
  model::Alert out;
  out.id = "a/1";
  out.rule = "hot";
  out.pack = "p";
  out.thing = "s/1";
  out.type = "site";
  out.region = "513401";
  out.state = model::AlertState::firing;
  out.since = out.known = at("2022-06-29T12:00:00+08:00");
  out.began = at("2022-06-29T12:10:00+08:00");
  out.position = 8;
  return out;
}

class ApiLiveTest : public ::testing::Test {
 protected:
  ApiLiveTest() {
    live.kept = {hot_alert()};
    EXPECT_EQ(world.failure, "");
  }
  Json get(const std::string& path, int status = 200) {
    const Response response = world.get(path);
    EXPECT_EQ(response.status, status) << path << ' ' << response.body;
    return Json::parse(response.body, nullptr, false);
  }
  int shelve(const std::string& body, const std::string& token = "secret") {
    return world
        .ask({.method = "POST",
              .path = "/v1/alerts/shelve",
              .headers = {{"content-type", "application/json"},
                          {"authorization", "Bearer " + token}},
              .body = body})
        .status;
  }
  void attach() { world.service().live(&live); }

  FakeLive live;
  TestService world;
};

TEST_F(ApiLiveTest, WithoutAnEngineListsAreEmpty) {
  const Json status = get("/v1/live");
  EXPECT_EQ(status["running"], false);
  EXPECT_EQ(status["now"], "2022-06-30T10:00:00+08:00");
  EXPECT_EQ(status["alerts"]["open"], 0);
  EXPECT_EQ(get("/v1/alerts")["total"], 0);
  EXPECT_TRUE(get("/v1/rejected")["next_before"].is_null());
  EXPECT_TRUE(get("/v1/feeds/silent")["feeds"].empty());
  EXPECT_TRUE(get("/v1/revisions")["revisions"].empty());
  get("/v1/alerts/a", 404);
  get("/v1/events", 503);
  get("/v1/why?rule=hot&thing=s2", 503);
}

TEST_F(ApiLiveTest, FiguresAndTheClockAreTheEngines) {
  attach();
  const Json status = get("/v1/live");
  EXPECT_EQ(status["running"], true);
  EXPECT_EQ(status["now"], "2022-06-29T12:30:00+08:00");
  EXPECT_EQ(status["speed"], 60);
  EXPECT_EQ(status["received"], 7);
  EXPECT_EQ(status["feeds_silent"], 2);
  EXPECT_EQ(status["alerts"]["open"], 1);
  EXPECT_EQ(status["alerts"]["severe"], 1);
  // What is asked without a date is asked for that hour: nothing later is seen.
  EXPECT_EQ(get("/v1/status")["as_of"], "2022-06-29T12:30:00+08:00");
  for (const Json& property : get("/v1/things/s2")["properties"]) {
    if (property["id"] != "load") continue;
    EXPECT_EQ(property["time"], "2022-06-29T12:00:00+08:00");
  }
  EXPECT_NE(world.get("/metrics").body.find("cairn_live_readings_total 7\n"), std::string::npos);
}

TEST_F(ApiLiveTest, AnAlertSaysWhereAndHowBad) {
  attach();
  const Json alert = get("/v1/alerts/a%2F1");
  EXPECT_EQ(alert["rule_label"]["en"], "Hot");
  EXPECT_EQ(alert["thing_label"]["zh"], "一号站");
  EXPECT_EQ(alert["type_label"]["en"], "Site");
  EXPECT_EQ(alert["region"]["label"]["en"], "Xichang");
  EXPECT_EQ(alert["position"]["lon"], 102.4);
  EXPECT_EQ(alert["position_estimated"], true);
  EXPECT_EQ(alert["severity"], "Severe");
  EXPECT_EQ(alert["text"]["en"], "Too much load");
  EXPECT_EQ(alert["state"], "firing");
  EXPECT_EQ(alert["began"], "2022-06-29T12:10:00+08:00");
  EXPECT_TRUE(alert["ended"].is_null());
  get("/v1/alerts/a", 404);
}

TEST_F(ApiLiveTest, AlertsAreAskedForByRegionRuleAndPage) {
  live.kept.resize(3, hot_alert());
  attach();
  const Json page =
      get("/v1/alerts?state=all&region=513425&rule=hot&from=2022-06-01&limit=1&cursor=1");
  EXPECT_EQ(page["alerts"].size(), 1u);
  EXPECT_EQ(page["total"], 3);
  EXPECT_EQ(page["next_cursor"], "2");
  EXPECT_EQ(live.asked.region, "513402");  // asked by its alias
  EXPECT_EQ(live.asked.rule, "hot");
  EXPECT_FALSE(live.asked.open);
  EXPECT_EQ(live.asked.from, at("2022-06-01T00:00:00+08:00"));
  EXPECT_TRUE(get("/v1/alerts?limit=1&cursor=2")["next_cursor"].is_null());
  get("/v1/alerts?region=nowhere", 404);
  get("/v1/alerts?state=odd", 400);
}

TEST_F(ApiLiveTest, ShelvingNeedsATokenAndAReasonAndAnEnd) {
  const std::string good =
      R"({"rule":"hot","thing":"s2","until":"2022-07-01T00:00:00Z","reason":"works"})";
  EXPECT_EQ(shelve(good), 503);
  attach();
  EXPECT_EQ(shelve(good), 204);
  EXPECT_EQ(live.shelved, std::vector<std::string>{"hot s2 2022-07-01T00:00:00Z works"});
  EXPECT_EQ(shelve(good, "guess"), 403);
  EXPECT_EQ(shelve(R"({"rule":"hot","thing":"s2","until":"2022-07-01T00:00:00Z","reason":" "})"),
            400);
  EXPECT_EQ(shelve(R"({"rule":"hot","thing":"s2","until":"2023-07-01T00:00:00Z","reason":"w"})"),
            400);
  EXPECT_EQ(shelve(R"({"rule":"no","thing":"s2","until":"2022-07-01T00:00:00Z","reason":"w"})"),
            404);
  EXPECT_EQ(shelve("[]"), 400);
  EXPECT_EQ(live.shelved.size(), 1u);
}

TEST_F(ApiLiveTest, WhyARuleFired) {
  attach();
  const Json why = get("/v1/why?rule=hot&thing=s2&at=2022-06-29T12:15:00%2B08:00");
  EXPECT_EQ(why["at"], "2022-06-29T12:15:00+08:00");
  EXPECT_EQ(why["condition"], true);
  EXPECT_EQ(why["thing_label"]["en"], "Two");
  EXPECT_EQ(why["explanation"]["text"], "load > 3");
  EXPECT_TRUE(why["clear"].is_null());
  EXPECT_EQ(get("/v1/why?rule=hot&thing=s2")["at"], "2022-06-29T12:30:00+08:00");
  get("/v1/why?rule=no&thing=s2", 404);
  get("/v1/why?rule=hot", 400);
}

TEST_F(ApiLiveTest, ListsOfTheEngine) {
  attach();
  const Json rules = get("/v1/rules")["rules"];
  ASSERT_EQ(rules.size(), 1u);
  EXPECT_EQ(rules[0]["open"], 1);
  EXPECT_EQ(rules[0]["for"], "10min");
  const Json page = get("/v1/rejected?limit=2");
  EXPECT_EQ(page["rejected"][0]["number"], 3);
  EXPECT_EQ(page["next_before"], 2);
  const Json last = get("/v1/rejected?limit=2&before=2");
  EXPECT_EQ(last["rejected"][0]["reason"], "no thing 'x'");
  EXPECT_TRUE(last["next_before"].is_null());
  const Json feeds = get("/v1/feeds/silent")["feeds"];
  EXPECT_EQ(feeds[0]["thing"], "s3");  // silent longest
  EXPECT_EQ(feeds[1]["property_label"]["en"], "Load");
  EXPECT_EQ(feeds[1]["every_s"], 3600);
  const Json revision = get("/v1/revisions")["revisions"][0];
  EXPECT_EQ(revision["as_of"], "2021-12-31");
  EXPECT_EQ(revision["after"], 4);
}

TEST_F(ApiLiveTest, EventsFollowTheEngineAndAreChosenByRegion) {
  attach();
  const Response response = world.get("/v1/events?region=513401&topics=alerts,readings,feeds");
  ASSERT_EQ(response.status, 200);
  EXPECT_EQ(response.type, "text/event-stream");
  ASSERT_TRUE(response.stream);
  std::string out;
  ASSERT_TRUE(response.stream->pull({}, out));
  EXPECT_NE(out.find("event: clock\ndata: {\"now\":\"2022-06-29T12:30:00+08:00\",\"speed\":60,"
                     "\"received\":7,\"rejected\":0}\n\n"),
            std::string::npos)
      << out;
  watch::LiveUpdate update;
  update.now = live.now();
  update.alerts = live.kept;
  update.readings = {{"s2", "site", "load", live.now(), 5.0}, {"s3", "site", "load", {}, 6.0}};
  update.silent = live.silent();
  update.cells = {{"sites", "513401", {}, live.now()}};
  live.listener(update);
  out.clear();
  ASSERT_TRUE(response.stream->pull({}, out));
  EXPECT_NE(out.find("event: alert\ndata: {\"id\":\"a/1\""), std::string::npos) << out;
  EXPECT_NE(out.find("\"thing\":\"s2\",\"type\":\"site\",\"property\":\"load\""),
            std::string::npos);
  EXPECT_NE(out.find("\"silent\":true"), std::string::npos);
  EXPECT_EQ(out.find("\"s3\""), std::string::npos);            // in another county
  EXPECT_EQ(out.find("event: indicator"), std::string::npos);  // another topic
  get("/v1/events?topics=gossip", 400);
  get("/v1/events?region=nowhere", 404);
}

TEST_F(ApiLiveTest, ASeriesAsCsv) {
  const Response csv = world.get("/v1/things/s2/series?property=load&format=csv&to=2022-06-28");
  ASSERT_EQ(csv.status, 200) << csv.body;
  EXPECT_TRUE(csv.type.starts_with("text/csv"));
  ASSERT_TRUE(csv.stream);
  std::string body;
  while (csv.stream->pull({}, body)) {
  }
  EXPECT_TRUE(body.starts_with("time,value,unit\r\n2022-06-27T16:00:00Z,1,kW\r\n")) << body;
  EXPECT_EQ(std::count(body.begin(), body.end(), '\n'), 1 + 25) << body;  // with midnight
  const Response none = world.get("/v1/things/s2/series?property=load&format=csv&from=2030");
  EXPECT_EQ(none.body, "time,value,unit\r\n");
}

}  // namespace
}  // namespace cairn::server
