// SPDX-License-Identifier: Apache-2.0
// SensorThings 1.1 (OGC 18-088): Observations that clients create, one or many, answered when they
// are on disk. Other entities come from the registry and are not created here.
//
//   POST /sta/v1.1/Observations
//   POST /sta/v1.1/Datastreams(id)/Observations      also at the end of a longer path
//   POST /sta/v1.1/CreateObservations                data arrays
#pragma once

#include <memory>

#include "server/ingest.hpp"
#include "server/router.hpp"

namespace cairn::server {

// The door must outlive the router.
void add_sta_post_routes(Router& router, IngestDoor& door);

}  // namespace cairn::server
