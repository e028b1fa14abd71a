// SPDX-License-Identifier: Apache-2.0
// How long the history is kept, as people write it:
//
//   raw=400d,1h=10y    as observed for 400 days, then one value an hour until 10 years, then gone
//   raw=90d,1h         … the last one without a time: for ever
//
// docs/formats/history.md, "Retention".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "store/history.hpp"

namespace cairn::store {

// "" and "raw" keep everything. A calendar span counts with its mean length (a year is 365.2425
// days). Each step must be a multiple of the one before, so that whole buckets become larger ones.
Result<std::vector<Retention>> parse_retention(std::string_view text);

}  // namespace cairn::store
