// SPDX-License-Identifier: Apache-2.0
#include "server/nats_alert.hpp"

#include <gtest/gtest.h>

namespace cairn::server {
namespace {

model::Alert some_alert() {
  model::Alert out;
  out.id = "river_high-1f";
  out.rule = "river_high";
  out.pack = "river";
  out.thing = "河:1";
  out.type = "river_gauge";
  out.region = "513401";
  out.state = model::AlertState::clearing;
  out.shelved = out.no_data = true;
  out.since = {1'700'000'000'000'000'001};
  out.began = Instant{1'700'000'000'000'000'002};
  out.known = {1'700'000'000'000'000'003};
  out.revision = 2;
  return out;
}

TEST(NatsAlertTest, GivesBackWhatItTook) {
  const model::Alert alert = some_alert();
  const auto back = read_alert(alert_text(alert));
  ASSERT_TRUE(back) << to_string(back.error());
  EXPECT_EQ(*back, alert);
}

TEST(NatsAlertTest, TheIdAboveIsOfRuleThingAndBeginning) {
  model::Alert alert = some_alert();
  const std::string id = upward_id(alert);
  alert.id = "river_high-2e";  // of another log
  alert.state = model::AlertState::resolved;
  EXPECT_EQ(upward_id(alert), id);
  alert.since.ns += 1;
  EXPECT_NE(upward_id(alert), id);
}

TEST(NatsAlertTest, NamesTheMemberThatIsWrong) {
  EXPECT_EQ(read_alert("[]").error().place, "/");
  std::string text = alert_text(some_alert());
  text.replace(text.find("clearing"), 8, "sleeping");
  EXPECT_EQ(read_alert(text).error().place, "/state");
  text = alert_text(some_alert());
  text.replace(text.find("\"revision\":2"), 12, "\"revision\":[]");
  EXPECT_EQ(read_alert(text).error().place, "/revision");
}

}  // namespace
}  // namespace cairn::server
