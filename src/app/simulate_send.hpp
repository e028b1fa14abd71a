// SPDX-License-Identifier: Apache-2.0
// Readings of simulated devices on their way to a running server, over HTTP as SenML. Nothing is
// sent to a thing that the server does not mark as simulated.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/args.hpp"
#include "core/result.hpp"

namespace cairn::app {

extern const CommandSpec simulate_send_command;
extern const CommandSpec simulate_feed_command;
int run_simulate_send(const Args& args);
int run_simulate_feed(const Args& args);

// "rain=precipitation,soil_water": output and property; the same name where one stands alone.
Result<std::vector<std::pair<std::string, std::string>>> parse_map(std::string_view text);
// "depth=3,angle=32".
Result<std::vector<std::pair<std::string, double>>> parse_values(std::string_view text);

}  // namespace cairn::app
