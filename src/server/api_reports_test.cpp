// SPDX-License-Identifier: Apache-2.0
// The chapter `reports` of docs/api/openapi.yaml, with friendly and hostile callers.
#include "server/api_reports.hpp"

#include "server/detail/test_public.hpp"

namespace cairn::server {
namespace {

using detail::TestPublic;

const std::string report = R"({"kind":"flood","text":"水进村了","place":{"lon":103.57,"lat":28.26,
  "accuracy_m":20},"contact":{"phone":"13800000000"},"photos":1})";

Response post(TestPublic& t, const std::string& body,
              const std::string& key = std::string(32, 'k')) {
  return t.send("POST", "/v1/reports", {{"idempotency-key", key}}, body);
}

TEST(ApiReports, a_report_goes_its_way) {
  TestPublic t("api-report");
  const Response taken = post(t, report);
  ASSERT_EQ(taken.status, 201) << taken.body;
  const Json answer = Json::parse(taken.body);
  EXPECT_EQ(answer["region"]["code"], "513437");
  const Response again = post(t, report);
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(Json::parse(again.body), answer);
  const std::string at = "/v1/reports/" + answer["number"].get<std::string>();
  const std::string secret = answer["secret"];
  EXPECT_EQ(t.get(at).status, 404);
  EXPECT_EQ(t.get(at, {{"x-report-secret", "00"}}).status, 404);
  const Response seen = t.get(at, {{"x-report-secret", secret}});
  ASSERT_EQ(seen.status, 200);
  const Json status = Json::parse(seen.body);
  EXPECT_EQ(status["text"], "水进村了");
  EXPECT_EQ(status["status"], "open");
  EXPECT_EQ(seen.body.find("13800000000"), std::string::npos);
  EXPECT_EQ(
      t.send("POST", at + "/reopen", {{"x-report-secret", secret}}, R"({"reason":"x"})").status,
      409);
  EXPECT_EQ(t.send("POST", at + "/satisfied", {{"x-report-secret", secret}}, "").status, 409);
}

TEST(ApiReports, hostile_bodies_are_told_where_they_are_wrong) {
  TestPublic t("api-hostile");
  struct Case {
    std::string body;
    int status;
  };
  for (const Case& c : std::vector<Case>{
           {"", 400},
           {"[]", 400},
           {"null", 400},
           {"{", 400},
           {R"({"kind":"flood","text":"\u0000","place":{"region":"513437"}})", 400},
           {R"({"kind":"flood","text":"x","place":{"region":"513437"},"admin":true})", 400},
           {R"({"kind":{},"text":"x","place":{"region":"513437"}})", 400},
           {R"({"kind":"flood","text":"x","place":[1,2]})", 400},
           {R"({"kind":"flood","text":"x","place":{"lon":1e999,"lat":0}})", 400},
           {R"({"kind":"flood","text":"x","place":{"lon":103}})", 400},
           {R"({"kind":"flood","text":"x","place":{"region":"../../etc"}})", 400},
           {R"({"kind":"flood","text":"x","place":{"lon":2,"lat":48}})", 422},
           {R"({"kind":"flood","text":"x","place":{"region":"513437"},"photos":1.5})", 400},
           {R"({"kind":"flood","text":"x","place":{"region":"513437"},"taken_at":"gestern"})", 400},
           {std::string(70'000, '['), 400},
           {"{\"kind\":\"flood\",\"text\":\"\xC3\x28\",\"place\":{\"region\":\"513437\"}}", 400},
       }) {
    const Response answer = post(t, c.body);
    EXPECT_EQ(answer.status, c.status) << c.body.substr(0, 80) << answer.body;
    EXPECT_EQ(answer.type, "application/problem+json");
  }
  EXPECT_EQ(post(t, report, "short").status, 400);
  EXPECT_EQ(post(t, report, "").status, 400);
  EXPECT_EQ(t.reports.incidents->list({}).value().total, 0u);
}

TEST(ApiReports, an_address_that_sends_too_much_waits_others_do_not) {
  TestPublic t("api-flood");
  int taken = 0;
  int refused = 0;
  for (int i = 0; i < 100; ++i) {
    const int status = post(t, report, std::string(32, 'k') + std::to_string(i)).status;
    taken += status == 201;
    refused += status == 429;
  }
  EXPECT_EQ(taken, 60);
  EXPECT_EQ(refused, 40);
  Request other{.method = "POST", .path = "/v1/reports", .body = report, .peer = "192.0.2.9"};
  other.headers.push_back({"idempotency-key", std::string(32, 'z')});
  EXPECT_EQ(t.ask(std::move(other)).status, 201);
  t.clock.set(t.clock.now() + 3600 * ns_per_second);
  EXPECT_EQ(post(t, report, std::string(40, 'y')).status, 201);
}

TEST(ApiReports, photos_of_strangers) {
  TestPublic t("api-photo");
  const Json answer = Json::parse(post(t, report).body);
  const std::string at = "/v1/reports/" + answer["number"].get<std::string>() + "/photos/";
  const std::vector<Header> with{{"x-report-secret", answer["secret"]}};
  EXPECT_EQ(t.send("PUT", at + "1", with, "<svg onload=alert(1)>").status, 415);
  EXPECT_EQ(t.send("PUT", at + "1", with, "").status, 415);
  EXPECT_EQ(t.send("PUT", at + "0", with, "x").status, 404);
  EXPECT_EQ(t.send("PUT", at + "6", with, "x").status, 404);
  EXPECT_EQ(t.send("PUT", at + "-1", with, "x").status, 404);
  EXPECT_EQ(t.send("PUT", at + "..%2F1", with, "x").status, 404);
  EXPECT_EQ(t.send("PUT", at + "1", {}, "\xFF\xD8\xFF").status, 404);
  EXPECT_EQ(t.send("PUT", at + "1", with, std::string(respond::report_photo_bytes + 1, 'x')).status,
            413);
}

TEST(ApiReports, the_form_offers_what_the_public_may_report) {
  TestPublic t("api-form");
  const Json form = Json::parse(t.get("/v1/report-form").body);
  EXPECT_EQ(form["counties"].size(), 22u);
  for (const Json& kind : form["kinds"]) EXPECT_NE(kind["id"], "equipment_fault");
  EXPECT_GE(form["kinds"].size(), 5u);
  const Json towns = Json::parse(t.get("/v1/report-places?parent=513437").body);
  EXPECT_GT(towns["places"].size(), 10u);
  EXPECT_EQ(t.get("/v1/report-places?parent=51").status, 400);
  EXPECT_EQ(t.get("/v1/report-places?parent=x").status, 404);
  EXPECT_EQ(t.get("/v1/report-nearby?kind=flood&lon=a&lat=1").status, 400);
  post(t, report);
  const Json near =
      Json::parse(t.get("/v1/report-nearby?kind=flood&lon=103.57&lat=28.261").body)["incidents"];
  ASSERT_EQ(near.size(), 1u);
  EXPECT_NEAR(near[0]["distance_m"].get<double>(), 111, 1);
  EXPECT_EQ(near.dump().find("水进村"), std::string::npos) << "nothing of what was said";
  EXPECT_EQ(t.get("/v1/incidents/" + near[0]["number"].get<std::string>() + "/nearby").status, 401);
}

}  // namespace
}  // namespace cairn::server
