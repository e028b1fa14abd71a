// SPDX-License-Identifier: Apache-2.0
// Groups of alerts and maintenance over HTTP, and as events.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "respond/spot.hpp"
#include "server/group_reason.hpp"
#include "server/router.hpp"
#include "server/state.hpp"
#include "store/ledger.hpp"

namespace cairn::server {

// All must outlive the router's last call.
struct GroupDoors {
  const Service& service;
  store::Ledger& ledger;
  respond::Grouping& grouping;
  const GroupReasons& reasons;
};
void add_group_routes(Router& router, const GroupDoors& doors);
// Where the things of its alerts stand: of those that fire, or of all when none does.
std::vector<respond::Spot> group_spots(const respond::AlertGroup& group,
                                       const respond::Grouping& grouping, const State& state,
                                       const store::Database* inside);
// Empty: the thing has none.
std::string text_property(const model::Snapshot& snapshot, std::string_view thing,
                          std::string_view property);
// The data of an `alert_group` event: AlertGroup of docs/api/openapi.yaml on one line.
std::string group_event(const respond::AlertGroup& group, const State& state,
                        const GroupReasons& reasons);

}  // namespace cairn::server
