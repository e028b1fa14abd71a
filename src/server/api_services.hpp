// SPDX-License-Identifier: Apache-2.0
// The chapter `services` of docs/api/openapi.yaml: what the probe measures, and who agreed.
#pragma once

#include <functional>
#include <string>

#include "core/result.hpp"
#include "server/probe_service.hpp"
#include "server/router.hpp"
#include "server/work_queue.hpp"

namespace cairn::server {

struct ServiceDoors {
  ProbeService& probe;
  // What takes seconds: looking for tokens, making things.
  WorkQueue& work;
  // Makes things of a CSV (docs/formats/import.md), so that readings have where to go. None: only
  // services of things that there are can be registered.
  std::function<Status(const std::string& csv)> make_things = {};
};

void add_service_routes(Router& router, ServiceDoors doors);

}  // namespace cairn::server
