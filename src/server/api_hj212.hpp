// SPDX-License-Identifier: Apache-2.0
// Operations on instruments that speak HJ 212: how they fare, and what they are asked.
#pragma once

namespace cairn::server {

class DeviceDesk;
class Hj212Endpoint;
class Router;

// /v1/devices/{id}/hj212 of docs/api/openapi.yaml; `door` writes its notes into the register of
// `desk` from then on. Both must outlive the router; the desk also the door's thread.
void add_hj212_routes(Router& router, DeviceDesk& desk, Hj212Endpoint& door);

}  // namespace cairn::server
