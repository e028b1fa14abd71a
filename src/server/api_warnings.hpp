// SPDX-License-Identifier: Apache-2.0
// Warnings over HTTP: prepared, released, received, and as CAP documents and feeds.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "core/label.hpp"
#include "model/alert.hpp"
#include "respond/spot.hpp"
#include "respond/warning.hpp"
#include "server/event_hub.hpp"
#include "server/state.hpp"
#include "store/ledger.hpp"

namespace cairn::respond {
class Outbox;
class WarningDesk;
}  // namespace cairn::respond

namespace cairn::server {

class ChannelDesk;
class Router;
class Service;

// One alert with what its message says of it.
struct AlertContext {
  model::Alert alert;
  respond::Spot spot;
  Label reason;
};

// All outlive the router.
struct WarningDoors {
  store::Ledger* ledger = nullptr;
  respond::WarningDesk* desk = nullptr;
  const respond::Outbox* outbox = nullptr;
  ChannelDesk* channels = nullptr;  // null: drafts say nothing of channels
  std::function<std::optional<AlertContext>(const std::string& id)> alert = {};
  // A person has released a message: part of the same transaction. None: nothing follows.
  std::function<Status(store::Ledger::Write&, const respond::Warning&)> released = {};
};

void add_warning_routes(Router& router, Service& service, WarningDoors doors);
void add_cap_routes(Router& router, Service& service, WarningDoors doors);  // api_cap.cpp

// For pages: after the commit.
Event warning_event(const respond::Warning& warning, const State& state, Instant now);

}  // namespace cairn::server
