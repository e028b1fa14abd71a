// SPDX-License-Identifier: Apache-2.0
#include "server/probe_store.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

namespace cairn::server {
namespace {

class Store : public testing::Test {
 protected:
  Store() {
    directory_ = testing::TempDir() + "/probe-store-" + std::to_string(::getpid()) + "-" +
                 testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(directory_);
    open();
  }
  ~Store() override { std::filesystem::remove_all(directory_); }
  void open() {
    store_.reset();
    ledger_.reset();
    ledger_ = *store::Ledger::open(directory_);
    store_ = *ProbeStore::open(*ledger_);
  }
  WebService portal() {
    WebService out;
    out.id = "portal";
    out.label = {"门户", "Portal"};
    out.url = "https://portal.example/";
    out.owner = "县政府办";
    out.thing = "service:portal";
    out.region = "513401";
    out.token = "abc";
    out.registered_by = "li";
    out.registered_at = {5};
    return out;
  }
  Measured found() {
    return {{9},
            1.5,
            30,
            {{"page_v6", false, "serious", std::nullopt, "", {"不可访问", "not reached"}},
             {"tls_days", true, "none", 40, "d", {"剩余", "left"}},
             {"dnssec", std::nullopt, "none", std::nullopt, "", {"没有", "none"}}}};
  }

  std::string directory_;
  std::unique_ptr<store::Ledger> ledger_;
  std::unique_ptr<ProbeStore> store_;
};

TEST_F(Store, KeepsOverAStart) {
  ASSERT_TRUE(store_->add(portal()));
  ASSERT_TRUE(store_->confirm(portal(), "wang", "dns", "", {7}));
  ASSERT_TRUE(store_->keep("portal", found()));
  open();
  const auto service = store_->find("portal");
  ASSERT_TRUE(service);
  EXPECT_EQ(service->label, (Label{"门户", "Portal"}));
  EXPECT_EQ(service->state, ServiceState::confirmed);
  EXPECT_EQ(service->confirmed_by, "wang");
  EXPECT_EQ(service->confirmed_how, "dns");
  ASSERT_TRUE(service->last);
  EXPECT_EQ(service->last->requests, 30);
  ASSERT_EQ(service->last->findings.size(), 3u);
  EXPECT_EQ(service->last->findings[0].passed, false);
  EXPECT_EQ(service->last->findings[0].severity, "serious");
  EXPECT_EQ(service->last->findings[1].value, 40);
  EXPECT_FALSE(service->last->findings[2].passed.has_value());
  const auto events = store_->events("portal");
  ASSERT_TRUE(events);
  ASSERT_EQ(events->size(), 2u);
  EXPECT_EQ(events->front().action, "confirm");
}

TEST_F(Store, AnIdIsTakenOnce) {
  ASSERT_TRUE(store_->add(portal()));
  const auto again = store_->add(portal());
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Code::conflict);
  EXPECT_EQ(store_->events("portal")->size(), 1u);
  EXPECT_EQ(store_->find("other").error().code, Code::not_found);
}

TEST_F(Store, FindingsOfAWithdrawnServiceAreNotKept) {
  ASSERT_TRUE(store_->add(portal()));
  EXPECT_EQ(store_->keep("portal", found()).error().code, Code::conflict);
  ASSERT_TRUE(store_->confirm(portal(), "wang", "dns", "", {7}));
  ASSERT_TRUE(store_->withdraw("portal", "li", "no more", "def", {8}));
  EXPECT_EQ(store_->keep("portal", found()).error().code, Code::conflict);
  const auto service = store_->find("portal");
  EXPECT_EQ(service->state, ServiceState::withdrawn);
  EXPECT_EQ(service->token, "def");
  EXPECT_FALSE(service->confirmed_at.has_value());
}

TEST_F(Store, AConfirmationOfTheOldTokenIsVoid) {
  ASSERT_TRUE(store_->add(portal()));
  ASSERT_TRUE(store_->withdraw("portal", "li", "no", "def", {8}));
  EXPECT_EQ(store_->confirm(portal(), "wang", "dns", "", {9}).error().code, Code::conflict);
  EXPECT_EQ(store_->find("portal")->state, ServiceState::withdrawn);
}

}  // namespace
}  // namespace cairn::server
