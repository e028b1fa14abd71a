// SPDX-License-Identifier: Apache-2.0
#include "server/device_desk.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "model/memory_files.hpp"
#include "model/simulated.hpp"
#include "server/coap_keys.hpp"
#include "server/detail/test_devices.hpp"

namespace cairn::server {
namespace {

using device::Protocol;

class DeviceDeskTest : public detail::DeviceTest {
 protected:
  std::shared_ptr<const Identities> identities(bool file) {
    model::MemoryFiles files(file ? model::FileMap{{"i.csv", "name,sha256,things,rights\n"}}
                                  : model::FileMap{});
    auto loaded = Identities::load(files, "i.csv", "127.0.0.1", desk_.get());
    EXPECT_TRUE(loaded);
    return *loaded;
  }
};

TEST_F(DeviceDeskTest, ADeviceWithItsTokenNeedsNoLineInAFile) {
  const std::string id = add("pump", "s2");
  const auto door = identities(true);
  EXPECT_NE(door->authenticate("pump", "guess").error().message.find("no secret yet"),
            std::string::npos);
  const std::string secret = *book().set_secret(id, {}, "", "a", now());
  for (const char* user : {"pump", ""}) {
    const auto known = door->authenticate(user, secret);
    ASSERT_TRUE(known) << user;
    EXPECT_EQ(known->name, id);
    EXPECT_TRUE(known->publish);
    EXPECT_FALSE(known->subscribe);
    EXPECT_TRUE(may_touch(*known, "s2"));
    EXPECT_FALSE(may_touch(*known, "s3"));
  }
  EXPECT_FALSE(door->authenticate("pump", "guess"));
  EXPECT_EQ(book().get(id, now())->counts.faults[4], 2U);  // password
  ASSERT_TRUE(book().block(id, "stolen", "a", now()));
  EXPECT_NE(door->authenticate("pump", secret).error().message.find("blocked: stolen"),
            std::string::npos);
  EXPECT_FALSE(door->authenticate("", secret));
  EXPECT_FALSE(door->by_certificate("pump"));
}

TEST_F(DeviceDeskTest, StrangersWaitWhereTokensAreAskedFor) {
  const auto door = identities(true);
  EXPECT_FALSE(door->authenticate("pump-9", "its own token of 16"));
  const auto known = book().find(Protocol::mqtt, "pump-9");
  ASSERT_TRUE(known);
  EXPECT_EQ(known->status, device::Status::waiting);
  EXPECT_NE(door->authenticate("pump-9", "its own token of 16").error().message.find("waits"),
            std::string::npos);
  EXPECT_FALSE(door->authenticate("", "a token alone"));  // names nobody
  EXPECT_EQ(book().list({}, now()).total, 1U);
  device::Approval approval;
  approval.target = *desk_->target_of("s2");
  approval.accept_offered = true;
  ASSERT_TRUE(book().approve(known->id, approval, "a", now()));
  EXPECT_EQ(door->authenticate("pump-9", "its own token of 16")->name, known->id);
}

TEST_F(DeviceDeskTest, AnOpenDoorStaysOpenButForThoseWhoMayNot) {
  const auto door = identities(false);
  EXPECT_TRUE(door->authenticate("", "")->name.empty());
  EXPECT_TRUE(door->authenticate("anybody", "x")->name.empty());
  EXPECT_EQ(book().list({}, now()).total, 0U);
  const std::string id = add("pump", "s2");
  EXPECT_EQ(door->authenticate("pump", "")->name, id);
  ASSERT_TRUE(book().set_secret(id, {}, "", "a", now()));
  EXPECT_FALSE(door->authenticate("pump", ""));
  ASSERT_TRUE(book().block(id, "stolen", "a", now()));
  EXPECT_FALSE(door->authenticate("pump", ""));
}

TEST_F(DeviceDeskTest, KeysOfDtlsComeFromTheRegisterToo) {
  model::MemoryFiles files(
      model::FileMap{{"psk.csv", "name,key\nold,000102030405060708090a0b0c0d0e0f\n"}});
  auto keys = CoapKeys::load(files, "psk.csv");
  ASSERT_TRUE(keys);
  keys->ask_also(desk_.get());
  EXPECT_EQ(keys->find("old")->size(), 16U);
  EXPECT_FALSE(keys->find("meter"));
  EXPECT_EQ(book().find(Protocol::coap, "meter")->status, device::Status::waiting);
  const std::string id = add("meter-2", "s2", Protocol::coap);
  EXPECT_FALSE(keys->find("meter-2"));
  const std::string hex = *book().set_secret(id, {}, "", "a", now());
  EXPECT_EQ(keys->find("meter-2"), device::key_bytes(hex));
  EXPECT_EQ(identities(true)->by_certificate("meter-2")->name, id);
  ASSERT_TRUE(book().retire(id, "old", "a", now()));
  EXPECT_FALSE(keys->find("meter-2"));
}

TEST_F(DeviceDeskTest, ThingsStandForApprovedDevices) {
  const std::string id = add("pump", "s2");
  add("nowhere", "unknown");
  model::Records records;
  desk_->add_things(*service_.service().state()->workspace->catalog, records);
  ASSERT_EQ(records.things.size(), 1U);
  EXPECT_EQ(records.things[0].id, "device:" + id);
  EXPECT_EQ(records.things[0].region, "513401");
  EXPECT_FALSE(model::is_simulated_source(records.things[0].source));
  const auto played = [](device::Facts& facts) -> cairn::Status {
    facts.simulated = true;
    return {};
  };
  ASSERT_TRUE(book().change(id, played, "", "a", now()));
  records = {};
  desk_->add_things(*service_.service().state()->workspace->catalog, records);
  EXPECT_TRUE(model::is_simulated_source(records.things.at(0).source));
  ASSERT_TRUE(book().block(id, "x", "a", now()));
  records = {};
  desk_->add_things(*service_.service().state()->workspace->catalog, records);
  EXPECT_TRUE(records.things.empty());
}

TEST_F(DeviceDeskTest, AnApprovalThatFailsLeavesNoThing) {
  DeviceWish wish{"new", "site", "", device::Place{102.5, 27.5}, {}};
  const auto done = desk_->with_thing(wish, "t", [](const device::Target&) -> Status {
    return fail(Code::io, "the disk is full");
  });
  EXPECT_FALSE(done);
  EXPECT_FALSE(desk_->knows("new"));
  ASSERT_TRUE(imports_->list());
  EXPECT_TRUE(imports_->list()->empty() || !imports_->list()->front().committed);
  EXPECT_TRUE(desk_->with_thing(wish, "t", [](const device::Target& made) -> Status {
    EXPECT_EQ(made.region, "513401");
    return {};
  }));
  EXPECT_TRUE(desk_->knows("new"));
}

TEST_F(DeviceDeskTest, WhatASimulatedDeviceBringsIsMarkedAsSimulated) {
  for (const bool simulated : {false, true}) {
    const std::string id = simulated ? "played" : "real";
    const DeviceWish wish{id, "site", "", device::Place{102.5, 27.5}, {}, simulated};
    ASSERT_TRUE(desk_->with_thing(wish, "t", [](const device::Target&) -> Status { return {}; }));
    const auto state = service_.service().state();
    const auto table = state->base->snapshot().table("site");
    const auto at = table->rows_by_id.find(id);
    ASSERT_NE(at, table->rows_by_id.end());
    EXPECT_EQ(
        model::is_simulated_source(state->base->snapshot().sources[table->source[at->second]]),
        simulated);
  }
}

// The world takes long to build: what the register knows is kept and told meanwhile.
TEST_F(DeviceDeskTest, TheRegisterGoesOnWhileTheWorldIsBuilt) {
  std::mutex mutex;
  std::condition_variable changed;
  bool building = false;
  bool may_end = false;
  imports_->also([&](const model::Catalog&, model::Records&) {
    std::unique_lock lock(mutex);
    building = true;
    changed.notify_all();
    changed.wait(lock, [&] { return may_end; });
  });
  desk_->run();
  desk_->changed();
  {
    std::unique_lock lock(mutex);
    ASSERT_TRUE(changed.wait_for(lock, std::chrono::seconds(30), [&] { return building; }));
  }
  book().contact({Protocol::mqtt, "late-comer", {}, {}, {}}, now());
  const auto known = book().find(Protocol::mqtt, "late-comer");
  ASSERT_TRUE(known);
  const auto on_disk = [&] {
    const auto steps = book().history(known->id, 10);
    return steps && !steps->empty();
  };
  for (int i = 0; i < 1'000 && !on_disk(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_TRUE(on_disk());
  {
    const std::lock_guard lock(mutex);
    may_end = true;
  }
  changed.notify_all();
  desk_->stop();
}

}  // namespace
}  // namespace cairn::server
