// SPDX-License-Identifier: Apache-2.0
// Mounts the standard interfaces: OGC API Features at /ogc, SensorThings at /sta/v1.1.
#pragma once

#include "core/seams.hpp"
#include "server/router.hpp"

namespace cairn::server {

// The clock gives time stamps and the function now(); it must outlive the router.
void add_standard_routes(Router& router, const Clock& clock);

}  // namespace cairn::server
