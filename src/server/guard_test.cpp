// SPDX-License-Identifier: Apache-2.0
// A handler that asks for a right, behind a service: who is refused how, and what is written down.
#include "server/guard.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "protect/audit.hpp"
#include "server/detail/test_service.hpp"

namespace cairn::server {
namespace {

using model::Action;
using model::Role;
using protect::Outcome;

// Whoever the header X-Who names.
class Named final : public Authenticator {
 public:
  explicit Named(protect::AuditTrail* trail) : trail_(trail) {}
  Known identify(const Request& request) override {
    const std::string who(request.header("x-who"));
    if (who.empty()) return {};
    if (who == "thief") return {{}, "the session has ended"};
    const Role role = who == "officer" ? Role::duty_officer : Role::administrator;
    return {{who, {who, who}, model::ActorKind::person, {{role, "513401", ""}}}, {}};
  }
  bool may_know(const Request& head) const override { return !head.header("x-who").empty(); }
  protect::AuditTrail* trail() override { return trail_; }

 private:
  protect::AuditTrail* trail_;
};

class GuardTest : public testing::Test {
 protected:
  void SetUp() override {
    const std::string directory = testing::TempDir() + "/guard-" +
                                  testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(directory);
    ledger_ = *store::Ledger::open(directory);
    trail_ = *protect::AuditTrail::open(*ledger_);
    named_ = std::make_unique<Named>(trail_.get());
    service_.service().authenticate_with(named_.get());
    service_.service().router().add(
        {"POST", "/send/{region}", Access::actor, 100, [](const Call& call) {
           const std::string& region = call.path("region");
           if (auto no = refuse(call, Action::send_warning, region, {}, "g1")) return *no;
           if (call.request.body == "fail") {
             return failed(call, Action::send_warning, region, {Code::conflict, "sent before", ""});
           }
           audited(call, Action::send_warning, region, "W-1", "two channels");
           return Response{.status = 204};
         }});
  }
  Response send(const std::string& who, const std::string& region, std::string body = "") {
    std::vector<Header> headers;
    if (!who.empty()) headers.push_back({"x-who", who});
    return service_.ask({.method = "POST",
                         .path = "/send/" + region,
                         .headers = std::move(headers),
                         .body = std::move(body),
                         .peer = "192.0.2.7"});
  }
  std::vector<protect::AuditRow> rows() { return trail_->find({})->rows; }

  std::unique_ptr<store::Ledger> ledger_;
  std::unique_ptr<protect::AuditTrail> trail_;
  std::unique_ptr<Named> named_;
  detail::TestService service_;
};

TEST_F(GuardTest, WhoMayIsAllowedAndBothAttemptAndOutcomeAreWritten) {
  EXPECT_EQ(send("officer", "513401").status, 204);
  const auto trail = rows();
  ASSERT_EQ(trail.size(), 2U);
  EXPECT_EQ(trail[1].outcome, Outcome::allowed);
  EXPECT_EQ(trail[1].actor, "officer");
  EXPECT_EQ(trail[1].action, "send_warning");
  EXPECT_EQ(trail[1].region, "513401");
  EXPECT_EQ(trail[1].subject, "g1");
  EXPECT_EQ(trail[1].peer, "192.0.2.7");
  EXPECT_EQ(trail[0].outcome, Outcome::done);
  EXPECT_EQ(trail[0].subject, "W-1");
}

TEST_F(GuardTest, NobodyIsAskedToSignInAndWrittenDown) {
  const Response response = send("", "513401");
  EXPECT_EQ(response.status, 401);
  const Json body = Json::parse(response.body);
  EXPECT_EQ(body["right"]["action"], "send_warning");
  EXPECT_EQ(body["right"]["label"]["zh"], "发布预警");
  const auto trail = rows();
  ASSERT_EQ(trail.size(), 1U);
  EXPECT_EQ(trail[0].outcome, Outcome::refused);
  EXPECT_EQ(trail[0].actor, "");
}

TEST_F(GuardTest, WithoutTheRightOrElsewhereItIsForbidden) {
  EXPECT_EQ(send("administrator", "513401").status, 403);
  EXPECT_EQ(send("officer", "513402").status, 403);
  const Response thief = send("thief", "513401");
  EXPECT_EQ(thief.status, 403);
  EXPECT_EQ(Json::parse(thief.body)["detail"], "the session has ended");
  const auto trail = rows();
  ASSERT_EQ(trail.size(), 3U);
  for (const auto& row : trail) EXPECT_EQ(row.outcome, Outcome::refused);
}

TEST_F(GuardTest, WhatFailsIsWritten) {
  EXPECT_EQ(send("officer", "513401", "fail").status, 409);
  EXPECT_EQ(rows()[0].outcome, Outcome::failed);
  EXPECT_EQ(rows()[0].detail, "sent before");
}

TEST_F(GuardTest, WithoutARecordNothingIsDone) {
  {
    auto write = ledger_->begin();
    ASSERT_TRUE(write->db().execute("DROP TABLE audit;"));
    ASSERT_TRUE(write->commit());
  }
  EXPECT_EQ(send("officer", "513401").status, 503);
}

TEST_F(GuardTest, TheServersTokenMayEverything) {
  const Response response = service_.ask(
      {.method = "POST", .path = "/send/513402", .headers = {{"authorization", "Bearer secret"}}});
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(rows()[0].actor, "token/server");
}

}  // namespace
}  // namespace cairn::server
