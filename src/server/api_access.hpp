// SPDX-License-Identifier: Apache-2.0
// The chapter `access` of docs/api/openapi.yaml.
#pragma once

#include "server/router.hpp"

namespace cairn::server {

class AccessDesk;

void add_session_routes(Router& router, AccessDesk& desk);
void add_account_routes(Router& router, AccessDesk& desk);
void add_audit_routes(Router& router, AccessDesk& desk);

}  // namespace cairn::server
