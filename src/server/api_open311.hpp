// SPDX-License-Identifier: Apache-2.0
// Open311 GeoReport v2 over HTTP, below /open311.
#pragma once

#include "server/api_reports.hpp"
#include "server/authenticator.hpp"
#include "server/open311_desk.hpp"
#include "server/router.hpp"

namespace cairn::server {

// All outlive the routes. `who` tells whose an api_key is: an API token of an account.
void add_open311_routes(Router& router, Open311Desk& desk, Authenticator& who, ReportDoors& doors);

}  // namespace cairn::server
