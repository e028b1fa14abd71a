// SPDX-License-Identifier: Apache-2.0
// The earliest time of a reading that is taken: 2000-01-02T00:00Z. An earlier one comes from a
// device whose clock was never set (1970, 1980 and 2000-01-01 are where such clocks begin).
#pragma once

#include "core/time.hpp"

namespace cairn::watch {

inline constexpr Instant earliest_reading{946'771'200 * ns_per_second};

}  // namespace cairn::watch
