// SPDX-License-Identifier: Apache-2.0
// The description of the feature service in OpenAPI 3.0.
#pragma once

#include <string>

#include "server/detail/ogc_collections.hpp"

namespace cairn::server::ogc {

Json openapi(const watch::View& view, const std::string& service);

}  // namespace cairn::server::ogc
