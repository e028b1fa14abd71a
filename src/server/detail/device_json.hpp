// SPDX-License-Identifier: Apache-2.0
// Devices as the JSON of docs/api/openapi.yaml.
#pragma once

#include <vector>

#include "device/book.hpp"
#include "server/detail/json.hpp"
#include "server/state.hpp"

namespace cairn::server {

// `Device`.
Json device_json(const device::Listed& listed, const State& state);
Json vendor_json(const device::Vendor& vendor, Zone zone);
Json step_json(const device::Step& step, Zone zone);

}  // namespace cairn::server
