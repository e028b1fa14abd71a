// SPDX-License-Identifier: Apache-2.0
#include "device/book.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "core/text.hpp"

namespace cairn::device {
namespace {

constexpr Instant start{1'795'000'000 * ns_per_second};
constexpr std::int64_t second = ns_per_second;

// A directory of its own, and randomness that can be repeated.
class BookTest : public testing::Test {
 protected:
  BookTest() {
    directory_ = testing::TempDir() + "book_" +
                 testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(directory_);
    open(start);
  }
  ~BookTest() override {
    book_.reset();
    ledger_.reset();
    std::filesystem::remove_all(directory_);
  }
  BookOptions options() {
    BookOptions out;
    out.random = [this](std::size_t count) {
      std::string bytes;
      while (bytes.size() < count) bytes += static_cast<char>(random_());
      return bytes;
    };
    out.waiting_most = 5;
    out.of_peer_most = 2;
    return out;
  }
  // As after a kill: what was not on disk is gone.
  void open(Instant now) {
    book_.reset();
    ledger_.reset();
    auto ledger = store::Ledger::open(directory_);
    ASSERT_TRUE(ledger) << to_string(ledger.error());
    ledger_ = std::move(*ledger);
    auto book = Book::open(*ledger_, options(), now);
    ASSERT_TRUE(book) << to_string(book.error());
    book_ = std::move(*book);
  }
  std::string add(const std::string& identity, std::int64_t every_s = 60,
                  Protocol protocol = Protocol::mqtt, const std::string& thing = {}) {
    NewDevice device;
    device.protocol = protocol;
    device.identity = identity;
    device.facts.expected_every_s = every_s;
    device.target.thing = thing.empty() ? "t:" + identity : thing;
    device.target.region = "513428";
    const auto made = book_->add(device, "li.wei", start);
    EXPECT_TRUE(made) << to_string(made.error());
    return made ? made->device.id : std::string();
  }

  std::string directory_;
  std::mt19937 random_{7};
  std::unique_ptr<store::Ledger> ledger_;
  std::unique_ptr<Book> book_;
};

TEST_F(BookTest, AStrangerWaitsAndSpeaksOnceItIsApproved) {
  book_->contact({Protocol::hj212, "MN1", "10.0.0.7", "32", "##0101"}, start);
  auto known = book_->find(Protocol::hj212, "MN1");
  ASSERT_TRUE(known);
  EXPECT_EQ(known->status, Status::waiting);
  EXPECT_TRUE(known->thing.empty());
  EXPECT_FALSE(book_->find(Protocol::mqtt, "MN1"));
  ASSERT_TRUE(book_->keep(start));
  open(start + second);  // it is on disk
  known = book_->find(Protocol::hj212, "MN1");
  ASSERT_TRUE(known);
  Approval approval;
  approval.target = {"outfall:1", "outfall", "513428", Place{102.5, 27.4}, false};
  const auto done = book_->approve(known->id, approval, "li.wei", start + 2 * second);
  ASSERT_TRUE(done) << to_string(done.error());
  open(start + 3 * second);
  known = book_->find(Protocol::hj212, "MN1");
  EXPECT_EQ(known->status, Status::approved);
  EXPECT_EQ(known->thing, "outfall:1");
  EXPECT_EQ(known->type, "outfall");
  const auto steps = book_->history(known->id, 10);
  ASSERT_TRUE(steps);
  ASSERT_EQ(steps->size(), 2U);
  EXPECT_EQ((*steps)[0].action, "approve");
  EXPECT_EQ((*steps)[0].actor, "li.wei");
  EXPECT_EQ((*steps)[1].action, "contact");
  EXPECT_EQ((*steps)[1].note, "32 (10.0.0.7)");
}

TEST_F(BookTest, StrangersAreBounded) {
  for (int i = 0; i < 4; ++i) {
    book_->contact({Protocol::mqtt, format("a{}", i), "10.0.0.7", {}, {}}, start);
  }
  EXPECT_EQ(book_->list({}, start).total, 2U);  // of one address
  for (int i = 0; i < 9; ++i) {
    book_->contact({Protocol::mqtt, format("b{}", i), {}, {}, {}}, start + i);
  }
  EXPECT_EQ(book_->list({}, start).total, 5U);  // of one protocol
  EXPECT_EQ(book_->dropped(), 8U);
  book_->contact({Protocol::coap, "c", {}, {}, {}}, start);
  EXPECT_TRUE(book_->find(Protocol::coap, "c"));
  // A day later the oldest makes room, and is gone from the disk too.
  ASSERT_TRUE(book_->keep(start));
  book_->contact({Protocol::mqtt, "new", {}, {}, {}}, start + 2 * ns_per_day);
  EXPECT_TRUE(book_->find(Protocol::mqtt, "new"));
  EXPECT_FALSE(book_->find(Protocol::mqtt, "a0"));
  ASSERT_TRUE(book_->keep(start + 2 * ns_per_day));
  open(start + 2 * ns_per_day);
  EXPECT_EQ(book_->list({}, start).total, 6U);
  EXPECT_FALSE(book_->find(Protocol::mqtt, "a0"));
}

TEST_F(BookTest, SecretsRotateAndAreNotKeptInPlain) {
  const std::string id = add("pump");
  EXPECT_TRUE(book_->accepts(id, "anything"));  // none is asked for
  const auto first = book_->set_secret(id, {}, "", "li.wei", start);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->size(), 64U);
  EXPECT_TRUE(book_->accepts(id, *first));
  EXPECT_FALSE(book_->accepts(id, "anything"));
  EXPECT_EQ(book_->by_token(*first)->id, id);
  const auto second_one = book_->set_secret(id, {}, "", "li.wei", start);
  ASSERT_TRUE(second_one);
  EXPECT_FALSE(book_->accepts(id, *first));
  EXPECT_FALSE(book_->by_token(*first));
  open(start);
  EXPECT_TRUE(book_->accepts(id, *second_one));
  EXPECT_EQ(book_->by_token(*second_one)->id, id);
  EXPECT_TRUE(book_->get(id, start)->device.secret.empty());
  EXPECT_FALSE(book_->set_secret(id, "short", "", "li.wei", start));
}

TEST_F(BookTest, KeysOfDtlsAreKeptAndPasswordsSalted) {
  const std::string meter = add("meter", 60, Protocol::coap);
  const auto key = book_->set_secret(meter, {}, "", "a", start);
  ASSERT_TRUE(key);
  EXPECT_EQ(book_->get(meter, start)->device.secret, *key);
  EXPECT_EQ(key_bytes(*key)->size(), 32U);
  EXPECT_FALSE(book_->set_secret(meter, "no hexadecimal at all", "", "a", start));
  const std::string one = add("MN1", 60, Protocol::hj212);
  const std::string two = add("MN2", 60, Protocol::hj212);
  ASSERT_TRUE(book_->set_secret(one, "123456", "", "a", start));
  ASSERT_TRUE(book_->set_secret(two, "123456", "", "a", start));
  EXPECT_NE(book_->get(one, start)->device.digest, book_->get(two, start)->device.digest);
  EXPECT_TRUE(book_->accepts(one, "123456"));
  EXPECT_FALSE(book_->accepts(one, "123457"));
}

TEST_F(BookTest, WhatWasShownAtTheFirstContactCountsOnlyWhenSomebodySaysSo) {
  book_->contact({Protocol::mqtt, "pump", "10.0.0.7", {}, {}}, "its own token 1", start);
  // A second one under its name changes nothing.
  book_->contact({Protocol::mqtt, "pump", "10.0.0.9", {}, {}}, "somebody else's", start);
  const std::string id = book_->find(Protocol::mqtt, "pump")->id;
  EXPECT_FALSE(book_->by_token("its own token 1"));
  Approval approval;
  approval.target.thing = "t";
  approval.accept_offered = true;
  ASSERT_TRUE(book_->approve(id, approval, "a", start));
  EXPECT_EQ(book_->by_token("its own token 1")->id, id);
  EXPECT_FALSE(book_->by_token("somebody else's"));
}

TEST_F(BookTest, RetiredIsFinalAndItsNameIsFree) {
  const std::string old = add("MN1", 60, Protocol::hj212);
  ASSERT_TRUE(book_->retire(old, "exchanged", "a", start));
  EXPECT_EQ(book_->find(Protocol::hj212, "MN1")->status, Status::retired);
  EXPECT_FALSE(book_->approve(old, {}, "a", start));
  EXPECT_FALSE(book_->block(old, "x", "a", start));
  const std::string fresh = add("MN1", 60, Protocol::hj212);
  EXPECT_EQ(book_->find(Protocol::hj212, "MN1")->id, fresh);
  open(start);
  EXPECT_EQ(book_->find(Protocol::hj212, "MN1")->id, fresh);
  NewDevice again;
  again.protocol = Protocol::hj212;
  again.identity = "MN1";
  const auto refused = book_->add(again, "a", start);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::conflict);
}

TEST_F(BookTest, BlockedThingsAreFoundByTheirThing) {
  const std::string id = add("pump", 60, Protocol::mqtt, "pump:1");
  ASSERT_NE(book_->of_thing("pump:1"), Book::none);
  EXPECT_EQ(book_->of_thing("pump:2"), Book::none);
  ASSERT_TRUE(book_->block(id, "stolen", "a", start));
  const auto standing = book_->standing(book_->of_thing("pump:1"));
  EXPECT_EQ(standing.status, Status::blocked);
  EXPECT_EQ(standing.reason, "stolen");
  // Another device that may write there does.
  const std::string other = add("pump-b", 60, Protocol::mqtt, "pump:1");
  EXPECT_EQ(book_->standing(book_->of_thing("pump:1")).id, other);
}

TEST_F(BookTest, CountsAreWrittenEverySoOftenAndAKillLosesTheLastMinute) {
  const std::string id = add("pump");
  book_->heard(id, 3, 40'000'000, start + second);
  book_->fault(Protocol::mqtt, id, {}, Fault::clock, "a year ahead", "x", start + second);
  ASSERT_TRUE(book_->keep(start + 2 * second));
  open(start + 2 * second);
  EXPECT_EQ(book_->get(id, start)->counts.messages, 0U);  // not old enough
  book_->heard(id, 3, 40'000'000, start + second);
  book_->fault(Protocol::mqtt, id, {}, Fault::clock, "a year ahead", "x", start + second);
  ASSERT_TRUE(book_->keep(start + 90 * second));
  open(start + 90 * second);
  const Counts counts = book_->get(id, start)->counts;
  EXPECT_EQ(counts.messages, 1U);
  EXPECT_EQ(counts.readings, 3U);
  EXPECT_EQ(counts.clock_offset_ns, 40'000'000);
  EXPECT_EQ(counts.faults[static_cast<std::size_t>(Fault::clock)], 1U);
  EXPECT_EQ(counts.trouble->text, "a year ahead");
  EXPECT_EQ(counts.last_heard, start + second);
}

TEST_F(BookTest, SilenceFollowsFromTheDevicesOwnInterval) {
  const std::string quick = add("quick", 10);
  const std::string slow = add("slow", 3'600);
  const std::string free = add("free", 0);
  for (const auto& id : {quick, slow, free}) book_->heard(id, 1, {}, start + second);
  auto told = book_->reports(start + second, {2026, 11, 22}, 100);
  ASSERT_EQ(told.size(), 3U);
  for (const Report& report : told) EXPECT_TRUE(report.heard);
  EXPECT_FALSE(book_->get(quick, start + 31 * second)->silent);
  EXPECT_TRUE(book_->get(quick, start + 32 * second)->silent);
  EXPECT_FALSE(book_->get(slow, start + 32 * second)->silent);
  EXPECT_FALSE(book_->get(free, start + 400 * ns_per_day)->silent);
  EXPECT_TRUE(book_->reports(start + 30 * second, {2026, 11, 22}, 100).empty());
  told = book_->reports(start + 31 * second, {2026, 11, 22}, 100);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].device, quick);
  EXPECT_EQ(told[0].missed, 3);
  EXPECT_TRUE(told[0].tell_missed);
  EXPECT_FALSE(told[0].heard);
  // Not every second again; when it has doubled.
  EXPECT_TRUE(book_->reports(start + 45 * second, {2026, 11, 22}, 100).empty());
  told = book_->reports(start + 61 * second, {2026, 11, 22}, 100);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].missed, 6);
  // It comes back: told at once.
  book_->heard(quick, 1, {}, start + 62 * second);
  told = book_->reports(start + 62 * second, {2026, 11, 22}, 100);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_TRUE(told[0].heard);
  EXPECT_TRUE(told[0].tell_missed);
  EXPECT_EQ(told[0].missed, 0);
  // And at most once an interval.
  book_->heard(quick, 1, {}, start + 63 * second);
  EXPECT_TRUE(book_->reports(start + 63 * second, {2026, 11, 22}, 100).empty());
  EXPECT_EQ(book_->reports(start + 72 * second, {2026, 11, 22}, 100).size(), 1U);
}

TEST_F(BookTest, WhileNobodyListenedNobodyWasSilent) {
  const std::string id = add("quick", 10);
  book_->heard(id, 1, {}, start);
  ASSERT_TRUE(book_->keep(start, true));
  open(start + 3'600 * second);
  EXPECT_FALSE(book_->get(id, start + 3'600 * second)->silent);
  EXPECT_TRUE(book_->reports(start + 3'605 * second, {2026, 11, 22}, 9).empty());
  EXPECT_TRUE(book_->get(id, start + 3'631 * second)->silent);
}

TEST_F(BookTest, CalibrationIsToldOnceADay) {
  const std::string id = add("gauge", 0);
  ASSERT_TRUE(book_->change(
      id,
      [](Facts& facts) {
        facts.calibration_due = Date{2026, 11, 20};
        return cairn::Status{};
      },
      "", "a", start));
  auto told = book_->reports(start, {2026, 11, 22}, 9);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].calibration_overdue_d, 2);
  EXPECT_TRUE(book_->reports(start + second, {2026, 11, 22}, 9).empty());
  EXPECT_EQ(book_->reports(start + second, {2026, 11, 23}, 9).at(0).calibration_overdue_d, 3);
  const auto steps = book_->history(id, 1);
  EXPECT_EQ((*steps)[0].note, "calibration_due:  -> 2026-11-20");
}

TEST_F(BookTest, PagesShowWhatNeedsAttentionFirst) {
  const std::string a = add("a", 10);
  add("b", 10);
  const std::string c = add("c", 10);
  book_->contact({Protocol::mqtt, "z", {}, {}, {}}, start);
  ASSERT_TRUE(book_->retire(a, "gone", "x", start));
  book_->heard(c, 1, {}, start + 100 * second);
  const Instant now = start + 101 * second;
  const Page page = book_->list({}, now);
  std::vector<std::string> names;
  for (const Listed& one : page.devices) names.push_back(one.device.identity);
  EXPECT_EQ(names, (std::vector<std::string>{"z", "b", "c", "a"}));
  EXPECT_EQ(page.by_status, (std::array<std::size_t, 4>{1, 2, 0, 1}));
  EXPECT_EQ(page.silent, 1U);
  Query query;
  query.offset = 1;
  query.limit = 2;
  EXPECT_EQ(book_->list(query, now).devices.at(0).device.identity, "b");
  EXPECT_EQ(book_->list(query, now).total, 4U);
  query = {};
  query.shown = [](std::string_view region) { return region.empty(); };
  EXPECT_EQ(book_->list(query, now).total, 1U);
  query = {};
  query.text = "T:B";
  EXPECT_EQ(book_->list(query, now).total, 1U);
}

// The register against a list of what was done, through restarts and strangers.
class BookModelTest : public BookTest {
 protected:
  struct Simple {
    Status status = Status::waiting;
    std::string thing;
    std::uint64_t messages = 0;
    std::string token;
  };
  static constexpr const char* actor = "a";

  void register_one(const std::string& name) {
    const auto at = model_.find(name);
    NewDevice device;
    device.protocol = Protocol::mqtt;
    device.identity = name;
    device.target.thing = "t" + name;
    const bool done = book_->add(device, actor, now_).has_value();
    ASSERT_EQ(done, at == model_.end() || at->second.status == Status::retired);
    if (done) model_[name] = {Status::approved, "t" + name, 0, {}};
  }
  void approve(const std::string& id, Simple& simple) {
    Approval approval;
    approval.target.thing = format("u{}", now_.ns);
    const bool done = book_->approve(id, approval, actor, now_).has_value();
    ASSERT_EQ(done, simple.status != Status::retired);
    if (!done) return;
    simple.status = Status::approved;
    simple.thing = approval.target.thing;
  }
  void block(const std::string& id, Simple& simple) {
    const bool may = simple.status <= Status::approved;
    ASSERT_EQ(book_->block(id, "r", actor, now_).has_value(), may);
    if (may) simple.status = Status::blocked;
  }
  void retire(const std::string& id, Simple& simple) {
    const bool may = simple.status != Status::retired;
    ASSERT_EQ(book_->retire(id, "r", actor, now_).has_value(), may);
    simple.status = Status::retired;
    simple.token.clear();
  }
  void act(unsigned what, const std::string& id, Simple& simple) {
    if (what == 2) approve(id, simple);
    if (what == 3) block(id, simple);
    if (what == 4 && dice_() % 4 == 0) retire(id, simple);
    if (what == 5 && simple.status != Status::retired) {
      simple.token = *book_->set_secret(id, {}, "", actor, now_);
    }
    if (what == 6) {
      book_->heard(id, 2, {}, now_);
      ++simple.messages;
    }
  }
  void compare() {
    for (const auto& [identity, simple] : model_) {
      const auto is = book_->find(Protocol::mqtt, identity);
      ASSERT_TRUE(is) << identity;
      ASSERT_EQ(is->status, simple.status) << identity;
      ASSERT_EQ(is->thing, simple.thing) << identity;
      ASSERT_EQ(book_->get(is->id, now_)->counts.messages, simple.messages) << identity;
      if (simple.token.empty()) continue;
      const auto token = book_->by_token(simple.token);
      ASSERT_TRUE(token) << identity;
      ASSERT_EQ(token->id, is->id);
    }
  }

  std::map<std::string, Simple> model_;  // by identity; the newest of that name
  std::mt19937 dice_{11};
  Instant now_ = start;
};

TEST_F(BookModelTest, DoesWhatASimpleModelDoes) {
  for (int step = 0; step < 3'000 && !HasFatalFailure(); ++step) {
    SCOPED_TRACE(step);
    now_ = now_ + second;
    const std::string name = format("n{}", dice_() % 5);
    const auto known = book_->find(Protocol::mqtt, name);
    const bool there = model_.contains(name);
    ASSERT_EQ(known.has_value(), there);
    const unsigned what = dice_() % 9;
    if (what == 0) {
      book_->contact({Protocol::mqtt, name, {}, {}, {}}, now_);
      model_.try_emplace(name);
    } else if (what == 1) {
      register_one(name);
    } else if (what < 7) {
      if (there) act(what, known->id, model_[name]);
    } else {
      ASSERT_TRUE(book_->keep(now_, true));
      if (what == 8 && dice_() % 8 == 0) open(now_);
    }
    compare();
  }
}

TEST_F(BookTest, DoorsAndPeopleAtOnce) {
  const std::string id = add("pump");
  std::vector<std::thread> doors;
  for (int k = 0; k < 3; ++k) {
    doors.emplace_back([&, k] {
      for (int i = 0; i < 2'000; ++i) {
        book_->heard(id, 1, {}, start + i);
        book_->contact({Protocol::http, format("s{}-{}", k, i % 7), {}, {}, {}}, start);
        (void)book_->find(Protocol::mqtt, "pump");
        (void)book_->of_thing("t:pump");
      }
    });
  }
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(book_->keep(start + i, true));
    const Page page = book_->list({}, start);
    for (const Listed& one : page.devices) {
      if (one.device.status == Status::waiting) {
        ASSERT_TRUE(book_->approve(one.device.id, {}, "a", start));
      }
    }
  }
  for (std::thread& door : doors) door.join();
  EXPECT_EQ(book_->get(id, start)->counts.messages, 6'000U);
  ASSERT_TRUE(book_->keep(start, true));
  open(start);
  EXPECT_EQ(book_->get(id, start)->counts.readings, 6'000U);
}

TEST_F(BookTest, DoorsHearWhoLosesWhat) {
  std::vector<Revocation> told;
  book_->on_revoked([&](std::span<const Revocation> revoked) {
    // Nothing is held: a door may look who it is.
    for (const Revocation& one : revoked) EXPECT_TRUE(book_->get(one.device, start));
    told.insert(told.end(), revoked.begin(), revoked.end());
  });
  const std::string id = add("m-1", 60, Protocol::mqtt, "slope-1");
  ASSERT_TRUE(book_->change(
      id,
      [](Facts& facts) {
        facts.vendor = "acme";
        return cairn::Status{};
      },
      "", "li", start));
  EXPECT_TRUE(told.empty()) << "nothing was lost";
  const auto secret = book_->set_secret(id, "", "", "li", start);
  ASSERT_TRUE(secret);
  ASSERT_TRUE(book_->change(
      id,
      [](Facts& facts) {
        facts.rights = {"slope-2"};
        return cairn::Status{};
      },
      "", "li", start));
  ASSERT_TRUE(book_->block(id, "stolen", "li", start));
  ASSERT_TRUE(book_->set_secret(id, "", "", "li", start));  // of a blocked one nothing is open
  ASSERT_TRUE(book_->approve(id, {.target = {.thing = "slope-1"}}, "li", start));
  ASSERT_TRUE(book_->approve(id, {.target = {.thing = "slope-3"}}, "li", start));
  ASSERT_TRUE(book_->retire(id, "gone", "li", start));
  const std::vector<Revocation> due{{id, Protocol::mqtt, "m-1", Revoked::secret, ""},
                                    {id, Protocol::mqtt, "m-1", Revoked::rights, ""},
                                    {id, Protocol::mqtt, "m-1", Revoked::blocked, "stolen"},
                                    {id, Protocol::mqtt, "m-1", Revoked::rights, ""},
                                    {id, Protocol::mqtt, "m-1", Revoked::retired, "gone"}};
  EXPECT_EQ(told, due);
  book_->on_revoked({});
  const std::string other = add("m-2", 60, Protocol::mqtt, "slope-4");
  ASSERT_TRUE(book_->block(other, "x", "li", start));
  EXPECT_EQ(told.size(), due.size());
}

}  // namespace
}  // namespace cairn::device
