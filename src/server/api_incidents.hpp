// SPDX-License-Identifier: Apache-2.0
// The chapter `incidents` of docs/api/openapi.yaml, and what pages hear of incidents.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/label.hpp"
#include "respond/spot.hpp"
#include "server/event_hub.hpp"
#include "server/router.hpp"

namespace cairn::model {
struct Workspace;
}
namespace cairn::respond {
class IncidentDesk;
struct Incident;
}  // namespace cairn::respond
namespace cairn::store {
class Ledger;
}

namespace cairn::server {

struct IncidentDoors {
  respond::IncidentDesk& desk;
  store::Ledger& ledger;
  // The name behind an account; empty: it is shown by its id.
  std::function<Label(const std::string& account)> name_of = {};
  std::function<void()> changed = {};  // something was committed: tell the pages soon
  // Of the things of a group of alerts.
  std::function<respond::Simulated(const std::string& group)> simulated = {};
};
void add_incident_routes(Router& router, IncidentDoors doors);

// Events of the incidents that got an entry after `cursor`, which moves on; the thread of the desks
// asks after each commit. Nothing of persons is in them: no title, no text, no actor.
std::vector<Event> incident_events(const respond::IncidentDesk& desk, std::uint64_t& cursor);

}  // namespace cairn::server
