// SPDX-License-Identifier: Apache-2.0
// The same question asked again and again, as rules over a time series database do.
#pragma once

#include <cstdint>
#include <vector>

#include "world.hpp"

namespace bench {

// Sends the newest value of each meter to Debian's victoria-metrics and asks ten times for the sum
// by county; prints what that costs. False when an answer differs by more than 1e-9. Says so and
// is content where the program is not installed.
bool ask_victoria(const World& world, const std::vector<double>& value_of_meter);

}  // namespace bench
