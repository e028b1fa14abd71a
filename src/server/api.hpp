// SPDX-License-Identifier: Apache-2.0
// The routes, one function a chapter of docs/api/openapi.yaml.
#pragma once

#include <memory>
#include <string>

#include "server/router.hpp"

namespace cairn::server {

class Service;
class ImportDesk;
class CoverageDesk;

// The body of GET /v1/regions/{code}/indicators as of `now`, worked out at once.
std::string region_indicators(std::shared_ptr<const State> state, Instant now,
                              const std::string& code);

void add_api_routes(Router& router, Service& service);  // all of them

void add_status_routes(Router& router, Service& service);
void add_region_routes(Router& router);
void add_indicator_routes(Router& router);
void add_formula_routes(Router& router);
void add_pack_routes(Router& router);
void add_plan_routes(Router& router);
void add_thing_routes(Router& router);
void add_map_routes(Router& router);
void add_radio_routes(Router& router);
void add_coverage_village_routes(Router& router);
void add_live_routes(Router& router, Service& service);
void add_alert_routes(Router& router, Service& service);
void add_import_routes(Router& router, ImportDesk& desk);
void add_coverage_routes(Router& router, CoverageDesk& desk);

}  // namespace cairn::server
