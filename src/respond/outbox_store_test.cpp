// SPDX-License-Identifier: Apache-2.0
#include "respond/outbox_store.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <random>
#include <set>

#include "core/text.hpp"
#include "respond/detail/outbox_rows.hpp"

namespace cairn::respond {
namespace {

constexpr Instant start{1'800'000'000 * ns_per_second};

std::shared_ptr<const model::RegionTree> regions() {
  auto tree = std::make_shared<model::RegionTree>();
  const auto add = [&](const char* code, model::Level level, const char* parent) {
    model::Region region;
    region.code = code;
    region.level = level;
    EXPECT_TRUE(tree->add(std::move(region), parent));
  };
  add("51", model::Level::province, "");
  add("5134", model::Level::prefecture, "51");
  add("513401", model::Level::county, "5134");
  add("513428", model::Level::county, "5134");
  add("513428100", model::Level::town, "513428");
  add("5104", model::Level::prefecture, "51");
  return tree;
}

class OutboxTest : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = testing::TempDir() + "/outbox-" +
                 testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(directory_);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  void open(std::vector<ChannelRoute> channels) {
    channels_ = std::move(channels);
    reopen();
  }
  // As after a kill: what was not committed is gone.
  void reopen() {
    outbox_.reset();
    ledger_.reset();
    ledger_ = *store::Ledger::open(directory_);
    outbox_ = *StoredOutbox::open(*ledger_, {.channels = channels_, .regions = regions()});
  }
  std::size_t post(const Posting& posting, Instant now = start) {
    auto write = ledger_->begin();
    const auto made = outbox_->post(*write, posting, now);
    EXPECT_TRUE(made && write->commit());
    return *made;
  }
  std::optional<Delivery> next(std::string_view channel, Instant now = start) {
    return *outbox_->next(channel, now);
  }
  void deliver(const Delivery& delivery, Instant now = start) {
    auto write = ledger_->begin();
    ASSERT_TRUE(outbox_->delivered(*write, delivery, {.taken = true, .receipt = "ok"}, now));
    ASSERT_TRUE(write->commit());
  }
  void fail_at(const Delivery& delivery, Instant now, Attempt attempt = {.trouble = "refused"}) {
    auto write = ledger_->begin();
    ASSERT_TRUE(outbox_->failed(*write, delivery, attempt, now));
    ASSERT_TRUE(write->commit());
  }
  static Posting alert(int n, std::string to = {}) {
    Posting out;
    out.topic = Topic::alert;
    out.key = format("alert/{}/{}", n, to);
    out.subject = "group/1";
    out.region = "513428100";
    out.to = std::move(to);
    out.title = format("alert {}", n);
    return out;
  }
  static ChannelRoute hook() { return {.id = "hook", .topics = {Topic::alert}}; }
  static ChannelRoute mail() {
    return {.id = "mail",
            .topics = {Topic::alert, Topic::warning, Topic::incident},
            .by_recipient = true,
            .digest = DigestRule{.burst = 3, .interval_ns = 60 * ns_per_second}};
  }

  std::string directory_;
  std::vector<ChannelRoute> channels_;
  std::unique_ptr<store::Ledger> ledger_;
  std::unique_ptr<StoredOutbox> outbox_;
};

TEST_F(OutboxTest, NamesReadBack) {
  for (const char* name : {"warning", "alert", "incident", "answer", "test"}) {
    EXPECT_STREQ(to_string(*parse_topic(name)), name);
  }
  for (const char* name : {"waiting", "delivered", "given_up", "parked", "listed"}) {
    EXPECT_STREQ(to_string(*parse_delivery_state(name)), name);
  }
  EXPECT_FALSE(parse_topic("alerts"));
  EXPECT_FALSE(parse_delivery_state("lost"));
}

TEST_F(OutboxTest, APostingGoesOnceToEveryChannelThatCarriesIt) {
  open({{.id = "all", .topics = {Topic::alert}},
        {.id = "warnings", .topics = {Topic::warning}},
        {.id = "county", .topics = {Topic::alert}, .regions = {"513428"}},
        {.id = "other", .topics = {Topic::alert}, .regions = {"513401", "5104"}},
        {.id = "off", .topics = {Topic::alert}, .enabled = false}});
  EXPECT_EQ(post(alert(1)), 2U);
  EXPECT_EQ(post(alert(1)), 0U);
  EXPECT_TRUE(next("all"));
  EXPECT_TRUE(next("county"));
  EXPECT_FALSE(next("other"));
  EXPECT_FALSE(next("off"));
  EXPECT_EQ(outbox_->of("group/1")->size(), 2U);
  // What concerns the whole prefecture concerns its counties.
  Posting wide = alert(2);
  wide.region = "5134";
  EXPECT_EQ(outbox_->carriers(wide), (std::vector<std::string>{"all", "county", "other"}));
  // Of no known region: only who covers all.
  wide.region = "";
  EXPECT_EQ(outbox_->carriers(wide), (std::vector<std::string>{"all"}));
  // By name, whatever it carries.
  wide.channel = "warnings";
  EXPECT_EQ(outbox_->carriers(wide), (std::vector<std::string>{"warnings"}));
  wide.channel = "off";
  EXPECT_EQ(post(wide), 0U);
}

TEST_F(OutboxTest, ACapMessageSaysItselfWhereItHolds) {
  open({{.id = "liangshan", .topics = {Topic::warning}, .regions = {"513401"}},
        {.id = "panzhihua", .topics = {Topic::warning}, .regions = {"5104"}}});
  Posting warning{.topic = Topic::warning, .key = "w", .subject = "w", .region = "51"};
  EXPECT_EQ(outbox_->carriers(warning).size(), 2U);
  warning.cap_xml =
      "<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\"><identifier>a</identifier>"
      "<sender>s</sender><sent>2026-07-01T08:00:00+08:00</sent><status>Actual</status>"
      "<msgType>Alert</msgType><scope>Public</scope><info><category>Geo</category>"
      "<event>e</event><urgency>Immediate</urgency><severity>Severe</severity>"
      "<certainty>Likely</certainty><area><areaDesc>d</areaDesc><geocode>"
      "<valueName>GB/T 2260</valueName><value>513401</value></geocode></area></info></alert>";
  EXPECT_EQ(outbox_->carriers(warning), (std::vector<std::string>{"liangshan"}));
}

TEST_F(OutboxTest, TheHeadHoldsTheQueueAndComesAgainLaterAndLater) {
  open({hook()});
  post(alert(1));
  post(alert(2));
  Instant now = start;
  std::vector<std::int64_t> waits;
  for (int i = 0; i < 12; ++i) {
    const auto head = next("hook", now);
    ASSERT_TRUE(head);
    EXPECT_EQ(head->posting.title, "alert 1");
    fail_at(*head, now);
    EXPECT_FALSE(next("hook", now));
    const auto due = *outbox_->due("hook");
    ASSERT_TRUE(due);
    waits.push_back((due->ns - now.ns) / ns_per_second);
    now = *due;
  }
  EXPECT_EQ(waits, (std::vector<std::int64_t>{1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60, 60}));
  const Queue failing = *outbox_->queue("hook");
  EXPECT_EQ(failing.waiting, 2U);
  EXPECT_EQ(failing.oldest_waiting, start);
  EXPECT_EQ(failing.failing_since, start);
  EXPECT_EQ(failing.last_trouble, "refused");
  deliver(*next("hook", now), now);
  EXPECT_EQ(next("hook", now)->posting.title, "alert 2");
  const Queue well = *outbox_->queue("hook");
  EXPECT_EQ(well.failing_since, std::nullopt);
  EXPECT_EQ(well.last_delivery, now);
}

TEST_F(OutboxTest, TheOtherSideMayAskForTimeAndJitterOnlyShortens) {
  channels_ = {hook()};
  ledger_ = *store::Ledger::open(directory_);
  outbox_ = *StoredOutbox::open(
      *ledger_, {.channels = channels_, .regions = nullptr, .random = [] { return 0.999; }});
  post(alert(1));
  fail_at(*next("hook"), start);
  EXPECT_NEAR(static_cast<double>((*outbox_->due("hook"))->ns - start.ns), 0.7e9, 0.01e9);
  fail_at(*next("hook", start + ns_per_second), start,
          {.trouble = "503", .retry_after_ns = 90 * ns_per_second});
  EXPECT_EQ(*outbox_->due("hook"), start + 90 * ns_per_second);
  fail_at(*next("hook", start + 100 * ns_per_second), start,
          {.trouble = "503", .retry_after_ns = 90'000 * ns_per_second});
  EXPECT_EQ(*outbox_->due("hook"), start + 3'600 * ns_per_second);
}

TEST_F(OutboxTest, WhatIsHeldWaitsForAPerson) {
  open({hook()});
  post(alert(1));
  post(alert(2));
  fail_at(*next("hook"), start, {.trouble = "410 Gone", .hold = true, .progress = "half"});
  EXPECT_FALSE(next("hook", start + 1'000 * ns_per_day));
  EXPECT_TRUE(outbox_->queue("hook")->held);
  const auto act = [&](auto&& what) {
    auto write = ledger_->begin();
    const Status done = what(*write);
    EXPECT_TRUE(!done || write->commit());
    return done;
  };
  ASSERT_TRUE(act([&](auto& write) { return outbox_->retry(write, "hook", 1, start); }));
  EXPECT_EQ(next("hook")->progress, "half");
  EXPECT_EQ(next("hook")->attempts, 1);
  const auto give_up = [&](std::uint64_t number, const char* why) {
    return act([&](auto& write) {
      return outbox_->give_up(write, "hook", number, "account/li", why, start);
    });
  };
  EXPECT_EQ(give_up(1, " ").error().code, Code::invalid);
  EXPECT_EQ(give_up(9, "why").error().code, Code::not_found);
  ASSERT_TRUE(give_up(1, "the receiver moved"));
  EXPECT_EQ(give_up(1, "again").error().code, Code::conflict);
  const StoredDelivery given = *outbox_->delivery("hook", 1);
  EXPECT_EQ(given.state, DeliveryState::given_up);
  EXPECT_EQ(given.given_up_by, "account/li");
  EXPECT_EQ(given.delivery.trouble, "the receiver moved");
  EXPECT_EQ(next("hook")->number, 2U);
  // A person may think better of it.
  ASSERT_TRUE(act([&](auto& write) { return outbox_->retry(write, "hook", 1, start); }));
  EXPECT_EQ(next("hook")->number, 1U);
  deliver(*next("hook"));
  EXPECT_EQ(act([&](auto& write) { return outbox_->retry(write, "hook", 1, start); }).error().code,
            Code::conflict);
}

TEST_F(OutboxTest, ADeadAddressHoldsUpNobodyElse) {
  ChannelRoute plain = mail();
  plain.digest.reset();
  open({plain, hook()});
  post(alert(1, "dead@example.org"));
  post(alert(2, "dead@example.org"));
  post(alert(3, "well@example.org"));
  fail_at(*next("mail"), start);
  EXPECT_EQ(next("mail")->posting.title, "alert 3");
  deliver(*next("mail"));
  EXPECT_FALSE(next("mail"));
  EXPECT_EQ(next("mail", start + ns_per_second)->posting.title, "alert 1");
  // A channel without lanes keeps one order, whoever is meant.
  fail_at(*next("hook"), start);
  EXPECT_FALSE(next("hook"));
}

TEST_F(OutboxTest, ATestGoesBeforeTheQueueAndNeverTwice) {
  open({hook(), {.id = "off", .enabled = false}});
  post(alert(1));
  fail_at(*next("hook"), start);
  const auto ask = [&](const char* id) {
    auto write = ledger_->begin();
    auto number = outbox_->test(*write, id, "li", start);
    EXPECT_TRUE(!number || write->commit());
    return number;
  };
  EXPECT_EQ(ask("none").error().code, Code::not_found);
  EXPECT_EQ(ask("off").error().code, Code::conflict);
  EXPECT_EQ(*ask("hook"), 2U);
  EXPECT_EQ(*ask("hook"), 2U);
  const auto test = next("hook");
  ASSERT_TRUE(test);
  EXPECT_EQ(test->posting.topic, Topic::test);
  EXPECT_EQ(test->posting.status, "Test");
  fail_at(*test, start);
  EXPECT_FALSE(outbox_->queue("hook")->test_ok);
  EXPECT_EQ(outbox_->queue("hook")->test_message, "refused");
  EXPECT_EQ(*ask("hook"), 2U);  // at once
  deliver(*next("hook"), start + ns_per_second);
  const Queue queue = *outbox_->queue("hook");
  EXPECT_TRUE(queue.test_ok);
  EXPECT_EQ(queue.test_at, start + ns_per_second);
  EXPECT_EQ(queue.test_posted, start);
}

TEST_F(OutboxTest, AStormOfMailIsListedAndNothingIsLeftOut) {
  open({mail()});
  const auto gather = [&](Instant now) {
    auto write = ledger_->begin();
    const auto made = outbox_->gather(*write, "mail", now);
    EXPECT_TRUE(made && write->commit());
    return *made;
  };
  for (int i = 0; i < 1'000; ++i) post(alert(i, "li@example.org"));
  Posting warning = alert(5'000, "li@example.org");
  warning.topic = Topic::warning;
  post(warning);
  Posting urgent = alert(5'001, "li@example.org");
  urgent.urgent = true;
  post(urgent);
  post(alert(6'000, "wang@example.org"));  // of another bucket
  std::vector<std::string> titles;
  std::set<std::string> listed;
  int mails = 0;
  Instant now = start;
  for (int minute = 0; minute < 20; ++minute, now = now + 60 * ns_per_second) {
    gather(now);
    while (const auto mail = next("mail", now)) {
      ++mails;
      titles.push_back(mail->posting.title);
      for (const auto line : split(mail->posting.text, '\n')) {
        if (!line.empty()) listed.insert(std::string(line.substr(line.find("  ") + 2)));
      }
      deliver(*mail, now);
    }
  }
  EXPECT_EQ(mails, 3 + 2 + 1 + 2);  // the burst, the urgent, the other, two digests
  EXPECT_EQ(titles[0], "alert 0");
  EXPECT_EQ(titles[3], "alert 5000");
  EXPECT_EQ(titles[4], "alert 5001");
  EXPECT_EQ(titles[6], "另有 500 条消息 · 500 more messages");
  EXPECT_EQ(listed.size(), 997U);
  EXPECT_EQ(outbox_->queue("mail")->waiting, 0U);
  const auto all = *outbox_->of("group/1");
  EXPECT_EQ(all.size(), 1'003U);
  for (const Delivery& each : all) {
    EXPECT_TRUE(each.delivered) << each.number;
  }
}

TEST_F(OutboxTest, ADigestIsGivenUpAndTriedAgainWithAllThatItLists) {
  open({mail()});
  for (int i = 0; i < 5; ++i) post(alert(i));
  {
    auto write = ledger_->begin();
    ASSERT_EQ(*outbox_->gather(*write, "mail", start), 0U);
    ASSERT_EQ(*outbox_->gather(*write, "mail", start + 60 * ns_per_second), 1U);
    ASSERT_EQ(*outbox_->gather(*write, "mail", start + 600 * ns_per_second), 0U);  // one at a time
    ASSERT_EQ(outbox_->give_up(*write, "mail", 4, "li", "why", start).error().code, Code::conflict);
    ASSERT_TRUE(outbox_->give_up(*write, "mail", 6, "li", "nobody reads it", start));
    ASSERT_TRUE(write->commit());
  }
  EXPECT_EQ(outbox_->delivery("mail", 4)->state, DeliveryState::given_up);
  EXPECT_EQ(outbox_->delivery("mail", 4)->digest, 6U);
  {
    auto write = ledger_->begin();
    ASSERT_EQ(outbox_->retry(*write, "mail", 4, start).error().code, Code::conflict);
    ASSERT_TRUE(outbox_->retry(*write, "mail", 6, start));
    ASSERT_TRUE(write->commit());
  }
  EXPECT_EQ(outbox_->delivery("mail", 5)->state, DeliveryState::listed);
  while (const auto mail = next("mail")) deliver(*mail);
  EXPECT_EQ(outbox_->delivery("mail", 4)->delivery.receipt, "in digest 6");
  EXPECT_EQ(outbox_->queue("mail")->waiting, 0U);
}

TEST_F(OutboxTest, OldDeliveriesAreForgottenAndNumbersNeverComeAgain) {
  open({hook()});
  for (int i = 0; i < 10; ++i) post(alert(i));
  for (int i = 0; i < 9; ++i) deliver(*next("hook"), start + i);
  const auto forget = [&] {
    auto write = ledger_->begin();
    const auto gone = outbox_->forget(*write, start + 8, 5);
    EXPECT_TRUE(gone && write->commit());
    return *gone;
  };
  EXPECT_EQ(forget(), 5U);
  EXPECT_EQ(forget(), 3U);
  EXPECT_EQ(forget(), 0U);
  EXPECT_EQ(outbox_->deliveries("hook", {})->size(), 2U);
  reopen();
  post(alert(100));
  EXPECT_EQ(outbox_->deliveries("hook", {})->front().delivery.number, 11U);
  EXPECT_EQ(outbox_->deliveries("hook", {.state = DeliveryState::waiting})->size(), 2U);
  EXPECT_EQ(outbox_->deliveries("hook", {.before = 10, .limit = 1})->front().delivery.number, 9U);
}

TEST_F(OutboxTest, WhatWaitsBeforeAChannelThatIsGoneIsStillShown) {
  open({hook()});
  post(alert(1));
  channels_ = {mail()};
  reopen();
  const auto queues = *outbox_->queues();
  ASSERT_EQ(queues.size(), 2U);
  EXPECT_EQ(queues[0].channel, "mail");
  EXPECT_EQ(queues[1].channel, "hook");
  EXPECT_EQ(queues[1].waiting, 1U);
}

TEST_F(OutboxTest, WakesWhoThenWaitsForTheCommit) {
  open({hook()});
  int woken = 0;
  outbox_->wake_with([&] { ++woken; });
  post(alert(1));
  EXPECT_EQ(woken, 1);
  post(alert(1));
  EXPECT_EQ(woken, 1);
}

TEST_F(OutboxTest, LinesOfOthersAreBoundedAndPlain) {
  EXPECT_EQ(one_line("250 ok\r\nBcc: x\x01"), "250 ok  Bcc: x ");
  EXPECT_EQ(one_line("\xFF"), "\xEF\xBF\xBD");
  EXPECT_LT(one_line(std::string(10'000'000, 'x')).size(), 600U);
}

// Posting, delivering and noting with a kill between any two steps, and outages of any length: the
// receiver, who knows deliveries by their id, has all of it once and in order.
TEST_F(OutboxTest, NothingIsLostOrDoubledOrOutOfOrderWhateverIsKilled) {
  for (unsigned seed = 1; seed <= 12; ++seed) {
    std::mt19937 random(seed);
    const auto chance = [&](int percent) { return static_cast<int>(random() % 100) < percent; };
    std::filesystem::remove_all(directory_);
    open({hook()});
    std::vector<std::string> posted;    // committed
    std::vector<std::string> received;  // after the receiver's own look at the ids
    std::set<std::string> known;
    int doubles = 0;
    Instant now = start;
    Instant down_until = start;
    const auto step = [&](bool quiet) {
      now = now + static_cast<std::int64_t>(random() % 3) * ns_per_second;
      if (!quiet && chance(3)) down_until = now + 600 * ns_per_second;
      const auto head = next("hook", now);
      if (!head) return;
      const bool up = now >= down_until;
      if (up && known.insert(head->id).second) {
        received.push_back(head->posting.title);
      } else if (up) {
        ++doubles;
      }
      if (!quiet && chance(10)) return reopen();  // killed before it was noted
      up ? deliver(*head, now) : fail_at(*head, now);
      if (!quiet && chance(10)) reopen();
    };
    for (int i = 0; i < 60; ++i) {
      {
        auto write = ledger_->begin();
        ASSERT_EQ(*outbox_->post(*write, alert(i), now), 1U);
        if (chance(80)) {
          ASSERT_TRUE(write->commit());
          posted.push_back(format("alert {}", i));
        }  // otherwise killed: rolled back
      }
      if (chance(50)) step(false);
    }
    for (int i = 0; i < 2'000 && outbox_->queue("hook")->waiting > 0; ++i) step(true);
    EXPECT_EQ(received, posted) << "seed " << seed;
    EXPECT_EQ(outbox_->queue("hook")->waiting, 0U) << "seed " << seed;
    if (seed == 1) {
      EXPECT_GT(doubles, 0);  // the receiver had something to tell apart
    }
  }
}

}  // namespace
}  // namespace cairn::respond
