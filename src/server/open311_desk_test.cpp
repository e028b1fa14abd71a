// SPDX-License-Identifier: Apache-2.0
// Open311 over HTTP, and two servers that hand incidents to each other.
#include "server/open311_desk.hpp"

#include <chrono>
#include <thread>

#include "respond/report_store.hpp"
#include "server/channel_open311.hpp"
#include "server/detail/test_public.hpp"

namespace cairn::server {
namespace {

using detail::TestPublic;

const std::string flood =
    "service_code=flood&lat=28.26&long=103.57&description=%E6%B0%B4%E8%BF%9B%E6%9D%91&"
    "email=a%40b.cn&media_url=https%3A%2F%2Fexample.org%2Fp.jpg";
const std::string keyed = flood + "&api_key=partner-key";

Json posted(TestPublic& t, const std::string& body, int status = 201,
            std::vector<Header> headers = {}) {
  const Response answer = t.form("/open311/v2/requests.json", body, std::move(headers));
  EXPECT_EQ(answer.status, status) << answer.body;
  return Json::parse(answer.body)[0];
}

TEST(Open311Desk, a_request_becomes_an_incident_and_is_followed) {
  TestPublic t("o311-post");
  const std::string id = posted(t, keyed)["service_request_id"];
  const auto view = t.reports.incidents->view(id, model::system_actor("test"), t.clock.now());
  ASSERT_TRUE(view);
  EXPECT_EQ(view->incident.origin, respond::Origin::partner);
  EXPECT_EQ(view->incident.region, "513437");
  EXPECT_EQ(view->reporter.mail, "a@b.cn");
  Json seen = Json::parse(t.get("/open311/v2/requests/" + id + ".json").body)[0];
  EXPECT_EQ(seen["status"], "open");
  EXPECT_EQ(seen["service_code"], "flood");
  EXPECT_TRUE(seen["description"].is_null()) << "words are not for everybody";
  EXPECT_TRUE(seen["media_url"].is_null());
  seen = Json::parse(t.get("/open311/v2/requests/" + id + ".json?api_key=partner-key").body)[0];
  EXPECT_EQ(seen["description"], "水进村");
  EXPECT_EQ(seen["media_url"], "https://example.org/p.jpg");
  EXPECT_EQ(t.get("/open311/v2/requests/" + id + ".json?api_key=x").status, 403);
  t.reports.close_incident(id,
                           model::route(respond::test_land().workspace->response,
                                        *respond::test_land().workspace->regions, "flood", "513437")
                               ->unit,
                           t.clock.now());
  seen = Json::parse(t.get("/open311/v2/requests/" + id + ".json").body)[0];
  EXPECT_EQ(seen["status"], "closed");
  EXPECT_EQ(t.get("/open311/v2/tokens/" + id + ".json").status, 200);
  EXPECT_EQ(t.get("/open311/v2/tokens/nonsense.xml").status, 404);
}

TEST(Open311Desk, errors_have_the_numbers_of_the_standard) {
  TestPublic t("o311-errors");
  posted(t, flood, 403);  // no key
  posted(t, flood + "&api_key=wrong", 403);
  posted(t, keyed + "&jurisdiction_id=city.gov", 404);
  posted(t, "api_key=partner-key&lat=28.26&long=103.57&description=x", 400);  // no service
  posted(t, "api_key=partner-key&service_code=x&lat=28.26&long=103.57&description=x", 404);
  posted(t, "api_key=partner-key&service_code=flood&description=x", 400);  // no place
  posted(t, "api_key=partner-key&service_code=flood&lat=28.26&description=x", 400);
  posted(t, "api_key=partner-key&service_code=flood&lat=48&long=2&description=x", 400);
  posted(t, "api_key=partner-key&service_code=flood&lat=NaN&long=2&description=x", 400);
  posted(t, "api_key=partner-key&service_code=flood&lat=28.26&long=103.57", 400);  // no words
  posted(t, keyed + "&media_url=javascript:alert(1)&x=%zz", 400);
  posted(t,
         "api_key=partner-key&service_code=flood&lat=28.26&long=103.57&description=x&"
         "media_url=javascript:alert(1)",
         400);
  posted(t,
         "api_key=partner-key&service_code=flood&lat=28.26&long=103.57&description=" +
             std::string(4001, 'x'),
         400);
  EXPECT_EQ(
      t.send("POST", "/open311/v2/requests.json", {{"content-type", "text/plain"}}, keyed).status,
      400);
  EXPECT_EQ(t.get("/open311/v2/services/none.json").status, 404);
  EXPECT_EQ(t.get("/open311/v2/services.json?jurisdiction_id=x").status, 404);
  EXPECT_EQ(t.get("/open311/v2/services.json?jurisdiction_id=panxi").status, 200);
  EXPECT_EQ(t.get("/open311/v2/requests.json?status=foo").status, 400);
  EXPECT_EQ(t.get("/open311/v2/requests.json?start_date=2026-01-01T00:00:00Z&"
                  "end_date=2026-12-01T00:00:00Z")
                .status,
            400);
  EXPECT_EQ(t.get("/open311/v2/requests/none.xml").type, "text/xml; charset=utf-8");
  EXPECT_EQ(t.reports.incidents->list({}).value().total, 0u);
}

TEST(Open311Desk, the_same_content_again_opens_nothing) {
  TestPublic t("o311-again");
  const Json first = posted(t, keyed);
  EXPECT_EQ(posted(t, keyed), first);
  t.clock.set(t.clock.now() + 700 * ns_per_second);
  const Json later = posted(t, keyed);
  EXPECT_NE(later, first) << "after ten minutes it is another";
  EXPECT_EQ(posted(t, keyed), later);
  const Json key = posted(t, keyed, 201, {{"idempotency-key", "abc"}});
  t.clock.set(t.clock.now() + 7'000 * ns_per_second);
  EXPECT_EQ(posted(t, keyed, 201, {{"idempotency-key", "abc"}}), key);
  posted(t, keyed + "&phone=1", 400, {{"idempotency-key", "abc"}});
}

TEST(Open311Desk, an_address_of_words_or_a_code_says_where) {
  TestPublic t("o311-address");
  const std::string with = "api_key=partner-key&service_code=flood&description=x&";
  const auto region = [&](const std::string& body) {
    const std::string id = posted(t, with + body)["service_request_id"];
    return t.reports.incidents->find(id).value().region;
  };
  EXPECT_EQ(region("address_id=513437"), "513437");
  EXPECT_EQ(region("address_string=" + percent_encode("凉山州雷波县锦城镇小学")), "513437100");
  posted(t, with + "address_string=Paris", 400);
  posted(t, with + "address_id=51", 400);
}

TEST(Open311Desk, filters_of_the_list) {
  TestPublic t("o311-list");
  const std::string id = posted(t, keyed)["service_request_id"];
  t.clock.set(t.clock.now() + 60 * ns_per_second);
  const auto count = [&](const std::string& query) {
    return Json::parse(t.get("/open311/v2/requests.json?" + query).body).size();
  };
  EXPECT_EQ(count(""), 1u);
  EXPECT_EQ(count("status=open"), 1u);
  EXPECT_EQ(count("status=closed"), 0u);
  EXPECT_EQ(count("status=open,closed"), 1u);
  EXPECT_EQ(count("service_code=flood,other"), 1u);
  EXPECT_EQ(count("service_code=other"), 0u);
  EXPECT_EQ(count("service_request_id=" + id + ",I-1&status=closed"), 1u) << "overrides the rest";
  EXPECT_EQ(count("start_date=2026-11-20T00:00:00%2B08:00&end_date=2026-11-21T00:00:00Z"), 1u);
  EXPECT_EQ(count("end_date=2026-11-01T00:00:00Z"), 0u);
}

TEST(Open311Desk, anybody_may_post_where_that_is_wanted) {
  Open311Options options;
  options.public_posting = true;
  TestPublic t("o311-public", options);
  const std::string id = posted(t, flood)["service_request_id"];
  EXPECT_EQ(t.reports.incidents->find(id).value().origin, respond::Origin::report);
}

// Ours and theirs, with HTTP between them.
class TwoServers : public testing::Test {
 protected:
  void SetUp() override {
    HttpHandlers handlers;
    handlers.admit = [this](const Request& head) { return theirs.service().admit(head); };
    handlers.handle = [this](Request request, Reply reply) {
      theirs.service().handle(std::move(request), std::move(reply));
    };
    handlers.fail = [this](int status, std::string message) {
      return theirs.service().transport_failure(status, std::move(message));
    };
    http = std::move(HttpServer::start({}, std::move(handlers)).value());
    house.clock = &ours.clock;
    ChannelDef def;
    def.id = "county";
    def.keys["url"] = {"http://127.0.0.1:" + std::to_string(http->port()) + "/open311/v2"};
    def.keys["api_key"] = {"partner-key"};
    def.keys["services.slope_movement"] = {"flood"};
    def.keys["poll_s"] = {"1"};
    def.keys["private"] = {"true"};
    channel =
        std::move(open311_kind(*ours.reports.ledger, *ours.reports.incidents)(def, house).value());
    respond::NewReport report;
    report.key = std::string(32, 'r');
    report.kind = "slope_movement";
    report.text = "reporter's words";
    report.position = geo::Point{103.57, 28.26};
    number = ours.reports.desk->take(report, ours.clock.now()).value().number;
    delivery.posting.topic = respond::Topic::incident;
    delivery.posting.subject = number;
  }
  std::vector<respond::Incident> there() {
    return theirs.reports.incidents->list({}).value().incidents;
  }
  TestPublic ours{"o311-ours"};
  TestPublic theirs{"o311-theirs"};
  std::unique_ptr<HttpServer> http;
  ChannelHouse house;
  std::unique_ptr<respond::Channel> channel;
  std::string number;
  respond::Delivery delivery;
};

TEST_F(TwoServers, an_incident_is_handed_on_once) {
  auto attempt = channel->deliver(delivery);
  ASSERT_TRUE(attempt.taken) << attempt.trouble;
  ASSERT_EQ(there().size(), 1u);
  EXPECT_EQ(there().front().kind, "flood");
  const auto view = theirs.reports.incidents->view(there().front().id, model::system_actor("test"),
                                                   theirs.clock.now());
  EXPECT_EQ(view->reporter.words.find("reporter's words"), std::string::npos)
      << "nothing of the reporter leaves the house";
  attempt = channel->deliver(delivery);
  EXPECT_TRUE(attempt.taken);
  EXPECT_EQ(there().size(), 1u);

  // The answer was lost: what is known is only that it was tried.
  {
    auto write = ours.reports.ledger->begin();
    ASSERT_TRUE(
        respond::put_handed(write->db(), {"county", number, "", "", "open", "", ours.clock.now()}));
    ASSERT_TRUE(write->commit());
  }
  // Beyond the time in which their side would know the same content again.
  theirs.clock.set(theirs.clock.now() + 3600 * ns_per_second);
  attempt = channel->deliver(delivery);
  EXPECT_TRUE(attempt.taken) << attempt.trouble;
  EXPECT_NE(attempt.receipt.find("was found"), std::string::npos) << attempt.receipt;
  EXPECT_EQ(there().size(), 1u);
}

TEST_F(TwoServers, what_they_do_comes_back_as_a_note) {
  ASSERT_TRUE(channel->deliver(delivery).taken);
  const std::string id = there().front().id;
  theirs.reports.close_incident(
      id,
      model::route(respond::test_land().workspace->response,
                   *respond::test_land().workspace->regions, "flood", "513437")
          ->unit,
      theirs.clock.now());
  const auto notes = [&] {
    int count = 0;
    const auto entries = ours.reports.incidents->entries_after(number, 0);
    for (const respond::Entry& entry : entries.value()) {
      count += entry.actor == "partner/county" && entry.reason.find("closed") != std::string::npos;
    }
    return count;
  };
  for (int i = 0; i < 100 && notes() == 0; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  EXPECT_EQ(notes(), 1);
}

TEST_F(TwoServers, without_an_answer_it_waits_and_a_refusal_is_told) {
  http->stop();
  EXPECT_FALSE(channel->deliver(delivery).taken);
  EXPECT_FALSE(channel->deliver(delivery).taken);
  EXPECT_TRUE(there().empty());
}

}  // namespace
}  // namespace cairn::server
