// SPDX-License-Identifier: Apache-2.0
// Where a thing of an alert stands.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/label.hpp"
#include "geo/geometry.hpp"
#include "model/snapshot.hpp"

namespace cairn::respond {

struct Spot {
  std::string thing;
  Label name;
  std::string region;  // code of the smallest division it lies in
  std::optional<geo::Point> point;
  bool estimated = false;  // the position is
  bool simulated = false;  // its readings are of a simulated device
};

// Of the things behind a group: how many are simulated.
enum class Simulated : std::uint8_t { none, some, all };
Simulated simulated_of(std::span<const Spot> spots);
const char* to_string(Simulated simulated);

// Of the registry: the version of the thing that counts at `at`. `type` may be empty. What is not
// known keeps its id as name, and `region`.
Spot spot_of(const model::Snapshot& snapshot, std::string_view type, const std::string& thing,
             const std::string& region, Instant at);

}  // namespace cairn::respond
