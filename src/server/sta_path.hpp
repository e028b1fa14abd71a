// SPDX-License-Identifier: Apache-2.0
// Resource paths of SensorThings: /Things(7)/Datastreams('a')/unitOfMeasurement/$value.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "server/sta_entities.hpp"

namespace cairn::server::sta {

struct PathSegment {
  std::string name;
  std::optional<Id> id;
};
// The percent-encoded path below the service root; without segments it is the root itself.
Result<std::vector<PathSegment>> read_path(std::string_view path);

}  // namespace cairn::server::sta
