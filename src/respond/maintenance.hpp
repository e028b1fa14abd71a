// SPDX-License-Identifier: Apache-2.0
// Declared maintenance: what a window covers, when, and which windows are refused.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/result.hpp"
#include "core/time.hpp"
#include "model/workspace.hpp"
#include "respond/group.hpp"

namespace cairn::respond {

inline constexpr std::size_t maintenance_reason_characters = 500;

// What a window is held against.
struct Watched {
  std::string_view rule;
  std::string_view thing;
  std::string_view type;
  std::string_view region;  // code
};

// Its end, or the time before that at which a person ended it.
Instant end_of(const Maintenance& window);
bool is_active(const Maintenance& window, Instant now);
// All that the window names must agree; a region covers what lies in it.
bool covers(const Maintenance& window, const Watched& what, const model::RegionTree& regions);
// Error: invalid, the member as place.
Status check(const Maintenance& window, const model::Workspace& workspace, Instant now,
             std::int64_t longest_ns);

}  // namespace cairn::respond
