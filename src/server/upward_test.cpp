// SPDX-License-Identifier: Apache-2.0
#include "server/upward.hpp"

#include <gtest/gtest.h>

#include "server/nats_alert.hpp"

namespace cairn::server {
namespace {

using model::Alert;
using model::AlertState;

Alert alert_of(std::string id, AlertState state, std::int64_t since, std::uint64_t position) {
  Alert out;
  out.id = std::move(id);
  out.rule = "flood";
  out.thing = "g1";
  out.type = "gauge";
  out.region = "510402";
  out.state = state;
  out.since = {since};
  out.position = position;
  return out;
}
Alert as_told(Alert alert) {
  alert.id = upward_id(alert);
  alert.position = 0;  // does not travel
  return alert;
}
std::map<std::string, Alert> told_of(const std::vector<Alert>& alerts) {
  std::map<std::string, Alert> out;
  for (const Alert& alert : alerts) out[upward_id(alert)] = as_told(alert);
  return out;
}

TEST(UpwardTest, TellsOfAnAlertUnderItsIdAbove) {
  Upward upward;
  const Alert alert = alert_of("flood-1", AlertState::firing, 10, 5);
  const auto told = upward.take(alert);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].id, upward_id(alert));
  EXPECT_EQ(told[0].state, AlertState::firing);
}

TEST(UpwardTest, WhatLateDataMovedHadNeverBeenThere) {
  Upward upward;
  const Alert first = alert_of("flood-1", AlertState::firing, 10, 5);
  const Alert moved = alert_of("flood-1", AlertState::firing, 8, 6);
  (void)upward.take(first);
  const auto told = upward.take(moved);
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[0].id, upward_id(first));
  EXPECT_EQ(told[0].state, AlertState::retracted);
  EXPECT_EQ(told[0].revision, 1);
  EXPECT_EQ(told[1].id, upward_id(moved));
}

TEST(UpwardTest, WhatIsKnownNowIsComparedWithWhatWasTold) {
  Upward upward;  // of a shard that began anew
  const Alert same = alert_of("flood-1", AlertState::firing, 10, 5);
  const Alert went_on = alert_of("flood-2", AlertState::resolved, 20, 7);
  const Alert fresh = alert_of("flood-3", AlertState::firing, 30, 9);
  const Alert lost = alert_of("flood-9", AlertState::firing, 40, 9);
  const Alert gone = alert_of("flood-a", AlertState::retracted, 50, 9);
  Alert before = went_on;
  before.state = AlertState::firing;
  const auto told = upward.compare({same, went_on, fresh}, told_of({same, before, lost, gone}));
  std::map<std::string, AlertState> states;
  for (const Alert& alert : told) states[alert.id] = alert.state;
  const std::map<std::string, AlertState> expected = {{upward_id(went_on), AlertState::resolved},
                                                      {upward_id(fresh), AlertState::firing},
                                                      {upward_id(lost), AlertState::retracted}};
  EXPECT_EQ(states, expected);
}

TEST(UpwardTest, WhatCameSinceTheListWasMadeIsNotOvertakenByIt) {
  Upward upward;
  const Alert before = alert_of("flood-1", AlertState::firing, 10, 5);
  const Alert after = alert_of("flood-1", AlertState::resolved, 10, 8);
  const Alert fresh = alert_of("flood-2", AlertState::firing, 20, 8);
  (void)upward.take(after);
  (void)upward.take(fresh);
  // The list is older than both; a process before this one had told of the second as well.
  EXPECT_TRUE(upward.compare({before}, told_of({before, fresh})).empty());
}

TEST(UpwardTest, AnAlertStandsAfterAnotherOfTheSameBeginningWasTakenBack) {
  const Alert back = alert_of("flood-1", AlertState::retracted, 10, 5);
  const Alert stands = alert_of("flood-2", AlertState::firing, 10, 6);
  Upward upward;
  (void)upward.take(back);
  EXPECT_EQ(upward.take(stands).at(0).state, AlertState::firing);
  EXPECT_TRUE(upward.take(back).empty());
  // As the journal lists them: the newest first.
  EXPECT_TRUE(upward.compare({stands, back}, told_of({stands})).empty());
  Upward anew;
  EXPECT_TRUE(anew.compare({stands, back}, told_of({stands})).empty());
  Upward empty;
  const auto told = empty.compare({stands, back}, {});
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].state, AlertState::firing);
}

TEST(UpwardTest, TheSameListTwiceSaysNothingNew) {
  Upward upward;
  const Alert alert = alert_of("flood-1", AlertState::firing, 10, 5);
  const auto told = upward.compare({alert}, {});
  ASSERT_EQ(told.size(), 1u);
  EXPECT_TRUE(upward.compare({alert}, told_of({alert})).empty());
  // The stream lost it: it is told again.
  EXPECT_EQ(upward.compare({alert}, {}).size(), 1u);
}

}  // namespace
}  // namespace cairn::server
