// SPDX-License-Identifier: Apache-2.0
#include "protect/accounts.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace cairn::protect {
namespace {

using model::Grant;
using model::Role;

constexpr const char* good = "four plain words here";
constexpr const char* better = "five more plain words here";

// Different at every call, the same in every run.
Random counting() {
  return [](std::size_t bytes) {
    static int calls = 0;
    return sha256("seed " + std::to_string(++calls)).substr(0, bytes);
  };
}

class AccountsTest : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = testing::TempDir() + "/accounts-" +
                 testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(directory_);
    ledger_ = *store::Ledger::open(directory_);
    accounts_ = opened(*ledger_, 1);
    model::Region region;
    region.code = "5134";
    region.level = model::Level::prefecture;
    ASSERT_TRUE(regions_.add(region, ""));
    region.code = "513428";
    region.level = model::Level::county;
    ASSERT_TRUE(regions_.add(region, "5134"));
  }
  static std::unique_ptr<Accounts> opened(store::Ledger& ledger, unsigned long long passes) {
    return std::move(*Accounts::open(ledger, {counting(), {passes, 8192}}));
  }
  void add(const std::string& id, std::vector<Grant> grants = {{Role::duty_officer, "5134", ""}}) {
    const auto made = accounts_->add({id, {"值班", "Duty"}, std::move(grants), good, false}, now_);
    ASSERT_TRUE(made) << to_string(made.error());
  }
  NewSession session(const std::string& id) {
    const auto in = accounts_->sign_in(id, good, "192.0.2.1", now_);
    EXPECT_TRUE(in && in->session);
    return *in->session;
  }
  void pass(std::int64_t seconds) { now_ = now_ + seconds * ns_per_second; }

  std::string directory_;
  std::unique_ptr<store::Ledger> ledger_;
  std::unique_ptr<Accounts> accounts_;
  model::RegionTree regions_;
  Instant now_{1'700'000'000 * ns_per_second};
};

TEST_F(AccountsTest, SignInGivesASessionThatEnds) {
  add("duty");
  const NewSession in = session("duty");
  EXPECT_EQ(in.secret.size(), 43U);  // 256 bits
  const auto who = accounts_->by_session(in.secret, now_);
  ASSERT_TRUE(who);
  EXPECT_EQ(who->account.id, "duty");
  EXPECT_EQ(who->grants.size(), 1U);
  EXPECT_EQ(who->csrf, in.csrf);
  EXPECT_FALSE(accounts_->by_session(in.secret + "x", now_));
  EXPECT_FALSE(accounts_->by_session(who->key, now_));  // the digest is no secret
  ASSERT_TRUE(accounts_->end_session(in.secret, now_));
  EXPECT_FALSE(accounts_->by_session(in.secret, now_));
}

TEST_F(AccountsTest, IdleAndOldSessionsEnd) {
  add("duty");
  const NewSession idle = session("duty");
  pass(12 * 3600 - 1);
  EXPECT_TRUE(accounts_->by_session(idle.secret, now_));
  pass(12 * 3600 - 1);  // since it was used
  EXPECT_TRUE(accounts_->by_session(idle.secret, now_));
  pass(12 * 3600);
  EXPECT_FALSE(accounts_->by_session(idle.secret, now_));
  const NewSession used = session("duty");
  for (int hour = 0; hour < 7 * 24 - 6; hour += 6) {
    pass(6 * 3600);
    EXPECT_TRUE(accounts_->by_session(used.secret, now_)) << hour;
  }
  pass(6 * 3600);
  EXPECT_FALSE(accounts_->by_session(used.secret, now_));
}

TEST_F(AccountsTest, WrongAndUnknownAreAnsweredAlike) {
  add("duty");
  for (const auto& [name, password] :
       std::vector<std::pair<std::string, std::string>>{{"duty", "wrong"},
                                                        {"nobody", good},
                                                        {"", ""},
                                                        {"duty' OR '1'='1", good},
                                                        {std::string("duty\0", 5), good},
                                                        {"duty", std::string(100'000, 'x')}}) {
    const auto in = accounts_->sign_in(name, password, "192.0.2." + name.substr(0, 1), now_);
    ASSERT_TRUE(in);
    EXPECT_FALSE(in->session);
    EXPECT_EQ(in->wait_s, 0);
  }
}

// One hash is computed for either, so neither is answered in a fraction of the other's time.
TEST_F(AccountsTest, UnknownNamesTakeTheTimeOfWrongPasswords) {
  accounts_ = std::move(*Accounts::open(*ledger_, {counting(), {1, std::size_t{8} << 20}}));
  add("duty");
  const auto median_s = [&](const std::string& name) {
    std::vector<double> took;
    for (int i = 0; i < 9; ++i) {
      const auto begin = std::chrono::steady_clock::now();
      (void)accounts_->sign_in(name, "wrong", name + std::to_string(i), now_);
      const auto end = std::chrono::steady_clock::now();
      took.push_back(std::chrono::duration<double>(end - begin).count());
    }
    std::sort(took.begin(), took.end());
    return took[took.size() / 2];
  };
  EXPECT_GT(median_s("nobody"), median_s("duty") / 4);
}

TEST_F(AccountsTest, AfterSeveralWrongOnesEvenTheRightOneWaits) {
  add("duty");
  for (int i = 0; i < 5; ++i) (void)accounts_->sign_in("duty", "wrong", "192.0.2.1", now_);
  const auto waits = accounts_->sign_in("duty", good, "192.0.2.1", now_);
  EXPECT_FALSE(waits->session);
  EXPECT_GT(waits->wait_s, 0);
  EXPECT_TRUE(accounts_->sign_in("duty", good, "192.0.2.2", now_)->session);
  pass(waits->wait_s);
  EXPECT_TRUE(accounts_->sign_in("duty", good, "192.0.2.1", now_)->session);
}

TEST_F(AccountsTest, ANewPasswordEndsAllSessions) {
  add("duty");
  const NewSession here = session("duty");
  const NewSession there = session("duty");
  const auto holder = *accounts_->by_session(here.secret, now_);
  EXPECT_FALSE(accounts_->change_password(holder, "wrong", better, "192.0.2.1", now_)->session);
  EXPECT_TRUE(accounts_->by_session(there.secret, now_));
  EXPECT_FALSE(accounts_->change_password(holder, good, "short", "192.0.2.1", now_));
  EXPECT_FALSE(accounts_->change_password(holder, good, good, "192.0.2.1", now_));
  const auto changed = accounts_->change_password(holder, good, better, "192.0.2.1", now_);
  ASSERT_TRUE(changed && changed->session);
  EXPECT_FALSE(accounts_->by_session(here.secret, now_));
  EXPECT_FALSE(accounts_->by_session(there.secret, now_));
  EXPECT_TRUE(accounts_->by_session(changed->session->secret, now_));
  EXPECT_FALSE(accounts_->sign_in("duty", good, "192.0.2.1", now_)->session);
  EXPECT_TRUE(accounts_->sign_in("duty", better, "192.0.2.1", now_)->session);
}

TEST_F(AccountsTest, AMadePasswordHasToBeChangedFirst) {
  const auto made = accounts_->add({"duty", {}, {{Role::duty_officer, "", ""}}, "", true}, now_);
  ASSERT_TRUE(made);
  ASSERT_FALSE(made->password.empty());
  const auto in = accounts_->sign_in("duty", made->password, "192.0.2.1", now_);
  ASSERT_TRUE(in->session);
  const auto before = accounts_->by_session(in->session->secret, now_);
  EXPECT_TRUE(before->account.must_change);
  EXPECT_TRUE(before->grants.empty());
  const auto after = accounts_->change_password(*before, made->password, better, "192.0.2.1", now_);
  EXPECT_EQ(accounts_->by_session(after->session->secret, now_)->grants.size(), 1U);
}

TEST_F(AccountsTest, DisablingEndsEverythingAtOnce) {
  add("chief", {{Role::administrator, "", ""}});
  add("duty");
  const NewSession in = session("duty");
  const auto token = accounts_->add_token(
      {"duty", "script", {{Role::duty_officer, "513428", ""}}, now_ + ns_per_day}, regions_, now_);
  ASSERT_TRUE(token);
  AccountChange change;
  change.disabled = true;
  ASSERT_TRUE(accounts_->change("duty", change, now_));
  EXPECT_FALSE(accounts_->by_session(in.secret, now_));
  EXPECT_FALSE(accounts_->by_token(token->secret, regions_, now_));
  EXPECT_FALSE(accounts_->sign_in("duty", good, "192.0.2.1", now_)->session);
  EXPECT_EQ(accounts_->change("chief", change, now_).error().code, Code::conflict);
  EXPECT_EQ(accounts_->change("nobody", change, now_).error().code, Code::not_found);
}

TEST_F(AccountsTest, TokensHaveNoMoreThanTheirAccount) {
  add("duty");
  const auto token = [&](Grant grant, Instant expires) {
    return accounts_->add_token({"duty", "script", {std::move(grant)}, expires}, regions_, now_);
  };
  EXPECT_EQ(token({Role::duty_officer, "", ""}, now_ + ns_per_day).error().code, Code::denied);
  EXPECT_EQ(token({Role::checker, "5134", ""}, now_ + ns_per_day).error().code, Code::denied);
  EXPECT_FALSE(token({Role::duty_officer, "5134", ""}, now_));
  EXPECT_FALSE(token({Role::duty_officer, "5134", ""}, now_ + 400 * ns_per_day));
  const auto made = token({Role::duty_officer, "5134", ""}, now_ + ns_per_day);
  ASSERT_TRUE(made);
  EXPECT_TRUE(accounts_->knows(made->secret));
  EXPECT_EQ(accounts_->by_token(made->secret, regions_, now_)->grants.size(), 1U);
  EXPECT_FALSE(accounts_->by_session(made->secret, now_));
  AccountChange less;
  less.grants = {{Role::duty_officer, "513428", ""}};
  ASSERT_TRUE(accounts_->change("duty", less, now_));
  EXPECT_TRUE(accounts_->by_token(made->secret, regions_, now_)->grants.empty());
  pass(86'400);
  EXPECT_FALSE(accounts_->by_token(made->secret, regions_, now_));
  EXPECT_EQ(accounts_->end_token("other", made->token.id).error().code, Code::not_found);
  EXPECT_TRUE(accounts_->end_token("duty", made->token.id));
  EXPECT_FALSE(accounts_->knows(made->secret));
}

TEST_F(AccountsTest, SecretsAreNotOnDisk) {
  add("duty");
  const NewSession in = session("duty");
  const auto token = accounts_->add_token(
      {"duty", "s", {{Role::duty_officer, "5134", ""}}, now_ + ns_per_day}, regions_, now_);
  std::string bytes;
  for (const char* name : {"/respond.sqlite", "/respond.sqlite-wal"}) {
    std::ifstream file(directory_ + name, std::ios::binary);
    bytes.append(std::istreambuf_iterator<char>(file), {});
  }
  EXPECT_NE(bytes.find("duty"), std::string::npos);
  for (const std::string& secret : {in.secret, in.csrf, token->secret, std::string(good)}) {
    EXPECT_EQ(bytes.find(secret), std::string::npos);
  }
}

TEST_F(AccountsTest, AnotherProcessIsSeenWithinASecond) {
  add("duty");
  const NewSession in = session("duty");
  EXPECT_TRUE(accounts_->by_session(in.secret, now_));
  const auto other_ledger = *store::Ledger::open(directory_);
  const auto other = opened(*other_ledger, 1);
  AccountChange change;
  change.disabled = true;
  ASSERT_TRUE(other->change("duty", change, now_));
  pass(1);
  EXPECT_FALSE(accounts_->by_session(in.secret, now_));
}

TEST_F(AccountsTest, SessionsOutliveARestartAndHashesGetStronger) {
  add("duty");
  const NewSession in = session("duty");
  const std::string before = accounts_->find("duty")->password;
  accounts_ = opened(*ledger_, 2);
  EXPECT_TRUE(accounts_->by_session(in.secret, now_));
  session("duty");
  const std::string after = accounts_->find("duty")->password;
  EXPECT_NE(before, after);
  EXPECT_NE(after.find("t=2"), std::string::npos);
  EXPECT_TRUE(accounts_->by_session(in.secret, now_));
}

TEST_F(AccountsTest, SessionsOfAnAccountAreBounded) {
  add("duty");
  const NewSession first = session("duty");
  for (int i = 0; i < 25; ++i) {
    pass(1);
    session("duty");
  }
  EXPECT_EQ(accounts_->sessions_of("duty", now_).size(), 20U);
  EXPECT_FALSE(accounts_->by_session(first.secret, now_));
}

TEST_F(AccountsTest, WrongNamesAndGrantsSayWhere) {
  const auto place = [&](std::string id, Label name, std::vector<Grant> grants) {
    const auto made =
        accounts_->add({std::move(id), std::move(name), std::move(grants), good, false}, now_);
    return made ? std::string("taken") : made.error().place;
  };
  EXPECT_EQ(place("Duty", {}, {}), "/id");
  EXPECT_EQ(place("../x", {}, {}), "/id");
  EXPECT_EQ(place(std::string(65, 'a'), {}, {}), "/id");
  EXPECT_EQ(place("a", {"\xff", ""}, {}), "/name/zh");
  EXPECT_EQ(place("a", {"", std::string("x\0y", 3)}, {}), "/name/en");
  EXPECT_EQ(place("a", {"\u202e反", ""}, {}), "/name/zh");
  EXPECT_EQ(place("a", {std::string(101, 'n'), ""}, {}), "/name/zh");
  EXPECT_EQ(place("a", {}, {{Role::unit, "5134", ""}}), "/grants/0/unit");
  EXPECT_EQ(place("a", {}, {{Role::checker, "5134", "u"}}), "/grants/0/unit");
  EXPECT_EQ(place("a", {}, {{Role::reporter, "5134", ""}}), "/grants/0/role");
  EXPECT_EQ(place("a", {"<script>'; DROP TABLE account;--", ""}, {}), "taken");
  EXPECT_EQ(place("a", {}, {}), "/id");
  EXPECT_EQ(accounts_->find("a")->name.zh, "<script>'; DROP TABLE account;--");
  EXPECT_EQ(check_grants({{Role::checker, "9999", ""}}, regions_, {}).error().place,
            "/grants/0/region");
  EXPECT_EQ(check_grants({{Role::unit, "5134", "x"}}, regions_, {"y"}).error().place,
            "/grants/0/unit");
  EXPECT_TRUE(check_grants({{Role::unit, "5134", "y"}}, regions_, {"y"}));
}

TEST_F(AccountsTest, AVisitorGetsWhatTheProviderSaysNow) {
  Visitor visitor{"https://id.example 42", {"王", "Wang"}, {{Role::checker, "5134", ""}}};
  const auto first = accounts_->welcome(visitor, "192.0.2.1", now_);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->account.grants[0].role, Role::checker);
  visitor.grants = {{Role::duty_officer, "513428", ""}};
  const auto second = accounts_->welcome(visitor, "192.0.2.1", now_);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->account.id, first->account.id);
  EXPECT_EQ(accounts_->by_session(first->secret, now_)->grants[0].role, Role::duty_officer);
  EXPECT_FALSE(accounts_->sign_in(first->account.id, "", "192.0.2.1", now_)->session);
  visitor.grants.clear();
  EXPECT_EQ(accounts_->welcome(visitor, "192.0.2.1", now_).error().code, Code::denied);
  visitor.grants = {{Role::checker, "5134", ""}};
  AccountChange change;
  change.disabled = true;
  ASSERT_TRUE(accounts_->change(first->account.id, change, now_));
  EXPECT_EQ(accounts_->welcome(visitor, "192.0.2.1", now_).error().code, Code::denied);
}

}  // namespace
}  // namespace cairn::protect
