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
  // A mobile network may have thousands behind one address.
  PeerGate reports{{60, 600, 600, 6'000}};
  PeerGate photos{{180, 1'800, 2'000, 30'000}};
  // Status, hints, the form.
  PeerGate reads{{120, 1'200, 2'000, 60'000}};
};

// All three outlive the routes.
void add_report_routes(Router& router, respond::ReportDesk& desk, respond::IncidentDesk& incidents,
                       ReportDoors& doors);

}  // namespace cairn::server
