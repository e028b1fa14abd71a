// SPDX-License-Identifier: Apache-2.0
// Partials on their way from a shard to its parent.
#pragma once

#include <string>
#include <string_view>

#include "core/result.hpp"
#include "stream/rollup.hpp"

namespace cairn::server {

// "CRNSHAR1", then aggregate, region and bytes, each behind its length (u32, little-endian).
std::string share_text(const stream::Share& share);
Result<stream::Share> read_share(std::string_view text);

}  // namespace cairn::server
