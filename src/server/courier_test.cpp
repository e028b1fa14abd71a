// SPDX-License-Identifier: Apache-2.0
#include "server/courier.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <thread>

#include "core/text.hpp"

namespace cairn::server {
namespace {

using respond::Attempt;
using respond::Delivery;
using respond::StoredOutbox;
using respond::Topic;

constexpr Instant start{1'800'000'000 * ns_per_second};

class Told final : public respond::Channel {
 public:
  std::function<Attempt(const Delivery&)> answer = [](const Delivery&) {
    return Attempt{.taken = true};
  };
  Attempt deliver(const Delivery& delivery) override {
    received.push_back(delivery.posting.title);
    return answer(delivery);
  }
  void idle(Instant) override { ++idled; }
  std::vector<std::string> received;
  int idled = 0;
};

class CourierTest : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = testing::TempDir() + "/courier-" +
                 testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(directory_);
    ledger_ = *store::Ledger::open(directory_);
    StoredOutbox::Options options;
    options.channels = {{.id = "a", .topics = {Topic::alert}},
                        {.id = "b", .topics = {Topic::alert}},
                        {.id = "mail",
                         .topics = {Topic::incident},
                         .by_recipient = true,
                         .digest = respond::DigestRule{.burst = 1}}};
    outbox_ = *StoredOutbox::open(*ledger_, std::move(options));
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  void post(int n, Topic topic = Topic::alert) {
    auto write = ledger_->begin();
    ASSERT_TRUE(outbox_->post(
        *write, {.topic = topic, .key = format("{}", n), .title = format("{}", n)}, clock_.now()));
    ASSERT_TRUE(write->commit());
  }
  Courier courier(const char* channel, std::int64_t heartbeat_ns = 0, bool digests = false) {
    return Courier(*ledger_, *outbox_, told_,
                   {.channel = channel, .heartbeat_ns = heartbeat_ns, .digests = digests});
  }

  std::string directory_;
  FixedClock clock_{start};
  std::unique_ptr<store::Ledger> ledger_;
  std::unique_ptr<StoredOutbox> outbox_;
  Told told_;
};

TEST_F(CourierTest, TenMinutesDownThenAllOfItInOrder) {
  Courier courier = this->courier("a");
  const Instant up = start + 600 * ns_per_second;
  std::vector<std::string> taken;
  told_.answer = [&](const Delivery& delivery) {
    if (clock_.now() < up) return Attempt{.trouble = "connection refused"};
    taken.push_back(delivery.posting.title);
    return Attempt{.taken = true, .receipt = "200"};
  };
  std::vector<std::string> posted;
  int n = 0;
  // Simulated time goes to the next post or to when the courier wants to come again.
  Instant next_post = start;
  while (clock_.now() < start + 1'200 * ns_per_second) {
    if (clock_.now() >= next_post && n < 40) {
      post(n);
      posted.push_back(format("{}", n++));
      next_post = clock_.now() + 20 * ns_per_second;
    }
    const auto step = courier.step(clock_);
    ASSERT_TRUE(step);
    if (!step->carried) clock_.set(n < 40 ? std::min(step->again, next_post) : step->again);
  }
  EXPECT_EQ(taken, posted);
  // Tries grow rarer: not one a second for ten minutes.
  EXPECT_LT(told_.received.size(), posted.size() + 20);
  EXPECT_EQ(outbox_->queue("a")->waiting, 0U);
  EXPECT_GT(told_.idled, 0);
}

TEST_F(CourierTest, WhatWasTakenIsNotedLaterWhenTheDiskFails) {
  Courier courier = this->courier("a");
  post(1);
  told_.answer = [&](const Delivery&) {
    // The table is gone for a moment: the note cannot be written.
    auto write = ledger_->begin();
    EXPECT_TRUE(write->db().execute("ALTER TABLE outbox_channel RENAME TO away;"));
    EXPECT_TRUE(write->commit());
    return Attempt{.taken = true, .receipt = "yes"};
  };
  EXPECT_FALSE(courier.step(clock_));
  EXPECT_FALSE(courier.step(clock_));
  {
    auto write = ledger_->begin();
    ASSERT_TRUE(write->db().execute("ALTER TABLE away RENAME TO outbox_channel;"));
    ASSERT_TRUE(write->commit());
  }
  EXPECT_FALSE(courier.step(clock_)->carried);
  EXPECT_EQ(told_.received.size(), 1U);
  EXPECT_EQ(outbox_->delivery("a", 1)->delivery.receipt, "yes");
}

TEST_F(CourierTest, AHeartbeatGoesThroughTheQueueAndCountsTestsOfPeople) {
  constexpr std::int64_t hour = 3'600 * ns_per_second;
  Courier courier = this->courier("a", 24 * hour);
  EXPECT_TRUE(courier.step(clock_)->carried);
  EXPECT_TRUE(outbox_->queue("a")->test_ok);
  EXPECT_FALSE(courier.step(clock_)->carried);
  clock_.set(start + 20 * hour);
  {
    auto write = ledger_->begin();
    ASSERT_TRUE(outbox_->test(*write, "a", "li", clock_.now()));
    ASSERT_TRUE(write->commit());
  }
  EXPECT_TRUE(courier.step(clock_)->carried);
  clock_.set(start + 25 * hour);
  EXPECT_FALSE(courier.step(clock_)->carried);
  clock_.set(start + 44 * hour);
  told_.answer = [](const Delivery&) { return Attempt{.trouble = "down"}; };
  EXPECT_TRUE(courier.step(clock_)->carried);
  EXPECT_FALSE(outbox_->queue("a")->test_ok);
  // A test that fails for days stays one test.
  for (int day = 3; day < 8; ++day) {
    clock_.set(start + day * 24 * hour);
    while (courier.step(clock_)->carried) {
    }
  }
  EXPECT_EQ(outbox_->queue("a")->waiting, 1U);
}

TEST_F(CourierTest, DigestsAreMadeWhenTheirTimeHasCome) {
  Courier courier = this->courier("mail", 0, true);
  for (int i = 0; i < 5; ++i) post(i, Topic::incident);
  EXPECT_TRUE(courier.step(clock_)->carried);
  const auto step = courier.step(clock_);
  EXPECT_FALSE(step->carried);
  EXPECT_EQ(step->again, start + 30 * ns_per_second);  // the longest rest
  clock_.set(step->again);
  const auto then = courier.step(clock_);
  EXPECT_EQ(then->again, start + 60 * ns_per_second);  // the next token
  clock_.set(then->again);
  EXPECT_TRUE(courier.step(clock_)->carried);
  EXPECT_EQ(told_.received, (std::vector<std::string>{"0", "另有 4 条消息 · 4 more messages"}));
}

// On threads, with the clock of the wall.
TEST_F(CourierTest, ADeadChannelHoldsUpNeitherTheOthersNorWhoPosts) {
  const auto clock = system_clock();
  clock_.set(clock->now());
  std::atomic<bool> stop{false};
  Told dead;
  dead.answer = [&](const Delivery&) {
    while (!stop) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return Attempt{.trouble = "stopped"};
  };
  std::atomic<int> changes{0};
  CourierThread of_a(Courier(*ledger_, *outbox_, dead, {.channel = "a", .heartbeat_ns = 0}), *clock,
                     *ledger_, [] { return false; });
  CourierThread of_b(Courier(*ledger_, *outbox_, told_, {.channel = "b", .heartbeat_ns = 0}),
                     *clock, *ledger_, [&] {
                       ++changes;
                       return false;
                     });
  outbox_->wake_with([&] {
    of_a.wake();
    of_b.wake();
  });
  const auto before = std::chrono::steady_clock::now();
  for (int i = 0; i < 50; ++i) post(i);
  const auto until = before + std::chrono::seconds(10);
  while (outbox_->queue("b")->waiting > 0 && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_EQ(outbox_->queue("b")->waiting, 0U);
  EXPECT_EQ(outbox_->queue("a")->waiting, 50U);
  // Woken by the commit: far sooner than by its own half minute of rest.
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(8));
  stop = true;
  of_a.stop();
  of_b.stop();
  EXPECT_GE(changes, 50);
  EXPECT_EQ(told_.received.size(), 50U);
}

}  // namespace
}  // namespace cairn::server
