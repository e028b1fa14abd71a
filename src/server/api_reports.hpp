// SPDX-License-Identifier: Apache-2.0
// Reports of the public over HTTP, open to anybody: the chapter `reports` of docs/api/openapi.yaml.
#pragma once

#include "server/peer_gate.hpp"
#include "server/router.hpp"

namespace cairn::respond {
class ReportDesk;
class IncidentDesk;
}  // namespace cairn::respond

namespace cairn::server {

struct ReportDoors {
  PeerGate reports{{20, 60, 300, 3'000}};
  PeerGate photos{{60, 300, 1'000, 15'000}};
  // Status, hints, the form.
  PeerGate reads{{120, 1'200, 2'000, 60'000}};
};

// All three outlive the routes.
void add_report_routes(Router& router, respond::ReportDesk& desk, respond::IncidentDesk& incidents,
                       ReportDoors& doors);

}  // namespace cairn::server
