// SPDX-License-Identifier: Apache-2.0
// The desk with its routes: what people see, may do, and what is written down.
#include "server/channel_desk.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "core/text.hpp"
#include "protect/audit.hpp"
#include "server/authenticator.hpp"
#include "server/detail/test_line_server.hpp"
#include "server/detail/test_service.hpp"

namespace cairn::server {
namespace {

using model::Role;
using respond::Topic;

class Named final : public Authenticator {
 public:
  explicit Named(protect::AuditTrail* trail) : trail_(trail) {}
  Known identify(const Request& request) override {
    const std::string who(request.header("x-who"));
    const auto person = [&](Role role, const char* region) {
      return Known{{who, {who, who}, model::ActorKind::person, {{role, region, ""}}}, {}};
    };
    if (who == "duty") return person(Role::duty_officer, "");
    if (who == "xichang") return person(Role::duty_officer, "513401");
    if (who == "unit") return person(Role::unit, "");
    if (who == "admin") return person(Role::administrator, "");
    return {};
  }
  bool may_know(const Request&) const override { return true; }
  protect::AuditTrail* trail() override { return trail_; }

 private:
  protect::AuditTrail* trail_;
};

class ChannelDeskTest : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = testing::TempDir() + "/channel-desk-" +
                 testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
    ledger_ = *store::Ledger::open(directory_);
    trail_ = *protect::AuditTrail::open(*ledger_);
    named_ = std::make_unique<Named>(trail_.get());
    service_.service().authenticate_with(named_.get());
  }
  void TearDown() override {
    desk_.reset();
    std::filesystem::remove_all(directory_);
  }
  void open(const std::string& channels) {
    std::ofstream(directory_ + "/channels.yaml") << channels;
    auto desk = ChannelDesk::open(*ledger_, service_.service().state()->workspace,
                                  {.files = files_.get(),
                                   .clock = clock_.get(),
                                   .directory = directory_,
                                   .environment = [](const std::string&) {
                                     return std::optional<std::string>("hush hush");
                                   }});
    ASSERT_TRUE(desk) << to_string(desk.error());
    desk_ = std::move(*desk);
    add_channel_routes(service_.service().router(), *desk_);
  }
  Response ask(const char* who, const char* method, const std::string& path,
               std::string body = {}) {
    return service_.ask(
        {.method = method,
         .path = path.substr(0, path.find('?')),
         .query = path.find('?') == std::string::npos ? "" : path.substr(path.find('?') + 1),
         .headers = {{"x-who", who}},
         .body = std::move(body)});
  }
  Json json(const char* who, const char* method, const std::string& path, int status,
            std::string body = {}) {
    const Response response = ask(who, method, path, std::move(body));
    EXPECT_EQ(response.status, status) << method << ' ' << path << ' ' << response.body;
    return Json::parse(response.body, nullptr, false);
  }
  void post(const respond::Posting& posting) {
    auto write = ledger_->begin();
    ASSERT_TRUE(desk_->outbox().post(*write, posting, clock_->now()));
    ASSERT_TRUE(write->commit());
  }
  bool until(const std::function<bool()>& what) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!what() && std::chrono::steady_clock::now() < end) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return what();
  }

  std::string directory_;
  std::unique_ptr<Files> files_ = system_files();
  std::unique_ptr<Clock> clock_ = system_clock();
  std::unique_ptr<store::Ledger> ledger_;
  std::unique_ptr<protect::AuditTrail> trail_;
  std::unique_ptr<Named> named_;
  detail::TestService service_;
  std::unique_ptr<ChannelDesk> desk_;
};

TEST_F(ChannelDeskTest, CarriesToTheGoodShowsTheBrokenAndKeepsSecrets) {
  LineServer server([](LinePeer& peer) {
    (void)hear_request(peer);
    peer.say("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  });
  open(
      format("channels:\n"
             "  - {{id: hook, kind: webhook, topics: [alert], heartbeat: 0, private: true, "
             "url: '{}', secret: env:S}}\n"
             "  - {{id: broken, kind: webhook, topics: [alert], heartbeat: 0, secret: env:S}}\n"
             "  - {{id: what, kind: pigeon, topics: [alert], heartbeat: 0}}\n"
             "  - {{id: off, kind: mqtt, topics: [alert], enabled: false}}\n",
             server.url("/in?k=hush")));
  std::mutex mutex;
  std::vector<std::string> told;
  desk_->start([&](const ChannelState& state) {
    const std::lock_guard lock(mutex);
    told.push_back(channel_event(state, {}));
  });
  post({.topic = Topic::alert, .key = "1", .region = "513401", .title = "one"});
  ASSERT_TRUE(until([&] {
    return desk_->state("hook")->queue.last_delivery && desk_->state("broken")->queue.failing_since;
  }));
  const Response list = ask("duty", "GET", "/v1/channels");
  EXPECT_EQ(list.body.find("hush"), std::string::npos) << list.body;
  const Json channels = Json::parse(list.body);
  ASSERT_EQ(channels.size(), 4U);
  EXPECT_EQ(channels[0]["trouble"], nullptr);
  EXPECT_EQ(channels[0]["waiting"], 0);
  EXPECT_EQ(channels[1]["waiting"], 1);
  EXPECT_NE(channels[1]["broken"].get<std::string>().find("channels.yaml:3"), std::string::npos);
  EXPECT_NE(channels[1]["trouble"]["text"]["en"], "");
  EXPECT_NE(channels[2]["broken"].get<std::string>().find("'pigeon'; there are gateway"),
            std::string::npos);
  EXPECT_EQ(channels[3]["enabled"], false);
  EXPECT_TRUE(until([&] {
    const std::lock_guard lock(mutex);
    return !told.empty();
  }));
  // Kinds of others; a stop in the middle of it.
  desk_->stop();
  desk_->stop();
}

TEST_F(ChannelDeskTest, RightsAreAskedForAndAnswersToReportersArePersonal) {
  open("channels:\n  - {id: a, kind: mqtt, topics: [answer, alert]}\n");
  post({.topic = Topic::answer,
        .key = "1",
        .region = "513401",
        .to = "li@example.org",
        .title = "your report"});
  post({.topic = Topic::alert, .key = "2", .region = "513402", .title = "elsewhere"});
  EXPECT_EQ(ask("", "GET", "/v1/channels").status, 401);
  EXPECT_EQ(ask("unit", "POST", "/v1/channels/a/test").status, 403);
  EXPECT_EQ(ask("xichang", "POST", "/v1/channels/a/test").status, 403);  // it is of everywhere
  EXPECT_EQ(ask("unit", "POST", "/v1/channels/a/deliveries/1/retry").status, 403);
  const Json all = json("admin", "GET", "/v1/channels/a/deliveries", 200);
  EXPECT_EQ(all["deliveries"][0]["title"], "elsewhere");
  const Json some = json("xichang", "GET", "/v1/channels/a/deliveries", 200);
  EXPECT_EQ(some["deliveries"][0]["title"], nullptr);
  EXPECT_EQ(some["deliveries"][0]["number"], 2);
  const auto rows = trail_->find({})->rows;
  for (const protect::AuditRow& row : rows) {
    EXPECT_EQ(row.outcome, protect::Outcome::refused);
  }
}

TEST_F(ChannelDeskTest, TestsRetriesAndGivingUpAreAudited) {
  open("channels:\n  - {id: a, kind: mqtt, topics: [alert]}\n");
  EXPECT_EQ(ask("admin", "POST", "/v1/channels/none/test").status, 404);
  EXPECT_EQ(ask("admin", "GET", "/v1/channels/none/deliveries").status, 404);
  const Json test = json("admin", "POST", "/v1/channels/a/test", 202);
  EXPECT_EQ(test["status"], "Test");
  EXPECT_EQ(test["state"], "waiting");
  EXPECT_EQ(json("admin", "POST", "/v1/channels/a/test", 202)["number"], test["number"]);
  const std::string one = "/v1/channels/a/deliveries/1/";
  for (const char* body : {"", "{}", "[]", "{\"reason\":7}", "{\"reason\":\"  \"}"}) {
    json("admin", "POST", one + "give-up", 400, body);
  }
  json("admin", "POST", one + "give-up", 200, R"({"reason":"钥匙换了"})");
  json("admin", "POST", one + "give-up", 409, R"({"reason":"again"})");
  EXPECT_EQ(json("admin", "POST", one + "retry", 200)["state"], "waiting");
  json("admin", "POST", "/v1/channels/a/deliveries/99/retry", 404);
  json("admin", "POST", "/v1/channels/a/deliveries/x/retry", 404);
  json("admin", "GET", "/v1/channels/a/deliveries?state=lost", 400);
  EXPECT_EQ(json("admin", "GET", "/v1/channels/a/deliveries?limit=1", 200)["next_before"], 1);
  bool given_up = false;
  const auto rows = trail_->find({})->rows;
  for (const protect::AuditRow& row : rows) {
    given_up = given_up || row.detail == "give up: 钥匙换了";
  }
  EXPECT_TRUE(given_up);
}

TEST(ChannelTrouble, IsWhatThoseOnDutyMustKnow) {
  const Instant now{1'800'000'000 * ns_per_second};
  ChannelDef def;
  respond::Queue queue;
  EXPECT_FALSE(trouble_of(def, queue, now));
  queue.failing_since = now - 299 * ns_per_second;
  queue.waiting = 2;
  EXPECT_FALSE(trouble_of(def, queue, now));
  queue.failing_since = now - 300 * ns_per_second;
  EXPECT_NE(trouble_of(def, queue, now)->text.en.find("5 minutes, 2 waiting"), std::string::npos);
  queue.waiting = 0;
  EXPECT_FALSE(trouble_of(def, queue, now));
  queue.test_at = now - 23 * 3'600 * ns_per_second;
  EXPECT_TRUE(trouble_of(def, queue, now));  // it failed
  queue.test_ok = true;
  EXPECT_FALSE(trouble_of(def, queue, now));
  queue.test_at = now - 25 * 3'600 * ns_per_second;
  EXPECT_TRUE(trouble_of(def, queue, now));  // overdue
  def.enabled = false;
  EXPECT_FALSE(trouble_of(def, queue, now));
  queue.held = true;
  EXPECT_TRUE(trouble_of(def, queue, now));
  def.broken = "line 3";
  EXPECT_NE(trouble_of(def, {}, now)->text.zh.find("line 3"), std::string::npos);
}

}  // namespace
}  // namespace cairn::server
