// SPDX-License-Identifier: Apache-2.0
// A register of devices over the small workspace of the tests, with its doors.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>

#include "protect/audit.hpp"
#include "server/authenticator.hpp"
#include "server/detail/test_service.hpp"
#include "server/device_desk.hpp"
#include "server/imports.hpp"

namespace cairn::server::detail {

// Who asks is named in a header.
class NamedActor final : public Authenticator {
 public:
  explicit NamedActor(protect::AuditTrail* trail) : trail_(trail) {}
  Known identify(const Request& request) override {
    model::Actor actor;
    actor.id = request.header("x-actor");
    actor.kind = model::ActorKind::person;
    if (actor.id == "duty") actor.grants = {{model::Role::duty_officer, "", ""}};
    if (actor.id == "xichang") actor.grants = {{model::Role::duty_officer, "513401", ""}};
    if (actor.id == "checker") actor.grants = {{model::Role::checker, "", ""}};
    if (actor.grants.empty()) return {};
    return {actor, {}};
  }
  bool may_know(const Request&) const override { return true; }
  protect::AuditTrail* trail() override { return trail_; }

 private:
  protect::AuditTrail* trail_;
};

inline model::FileMap device_pack() {
  return {{"w/packs/d/pack.yaml",
           "pack: d\nversion: 1\nlabel: {zh: 备, en: D}\nsummary: {zh: 备, en: D}\ntypes:\n"
           "  device:\n    label: {zh: 设备, en: Device}\n    properties:\n"
           "      vendor: {label: {zh: 厂, en: Vendor}, kind: text}\n"
           "      battery: {label: {zh: 电, en: Battery}, unit: '%', series: true}\n"
           "      heard: {label: {zh: 闻, en: Heard}, unit: '1', series: true}\n"
           "      missed: {label: {zh: 缺, en: Missed}, unit: '1', series: true}\n"}};
}

class DeviceTest : public testing::Test {
 protected:
  DeviceTest() {
    directory_ = testing::TempDir() + "/devices-" + std::to_string(::getpid()) + "-" +
                 testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(directory_);
    ledger_ = *store::Ledger::open(directory_);
    trail_ = *protect::AuditTrail::open(*ledger_);
    named_ = std::make_unique<NamedActor>(trail_.get());
    imports_ = std::make_unique<ImportDesk>(*store::Registry::open(directory_), service_.service());
    desk_ = *DeviceDesk::open(ledger_, service_.clock());
    desk_->attach(service_.service(), *imports_);
    add_device_routes(service_.service().router(), *desk_);
    service_.service().authenticate_with(named_.get());
  }
  ~DeviceTest() override {
    desk_.reset();
    std::filesystem::remove_all(directory_);
  }

  device::Book& book() { return desk_->book(); }
  Instant now() { return service_.clock().now(); }
  std::string add(const std::string& identity, const std::string& thing,
                  device::Protocol protocol = device::Protocol::mqtt) {
    device::NewDevice device;
    device.protocol = protocol;
    device.identity = identity;
    device.target = desk_->target_of(thing).value_or(device::Target{thing, {}, {}, {}, false});
    const auto made = book().add(device, "a", now());
    EXPECT_TRUE(made) << to_string(made.error());
    return made->device.id;
  }

  TestService service_{ServiceOptions{"secret", false, "web"}, device_pack()};
  std::string directory_;
  std::shared_ptr<store::Ledger> ledger_;
  std::unique_ptr<protect::AuditTrail> trail_;
  std::unique_ptr<NamedActor> named_;
  std::unique_ptr<ImportDesk> imports_;
  std::unique_ptr<DeviceDesk> desk_;
};

}  // namespace cairn::server::detail
