// SPDX-License-Identifier: Apache-2.0
// cairn profile: one link over terrain with every number on the way to its loss.
#pragma once

#include "app/args.hpp"
#include "core/label.hpp"
#include "core/result.hpp"
#include "plan/link_profile.hpp"

namespace cairn::app {

extern const CommandSpec profile_command;
int run_profile(const Args& args);

// "lon,lat" or "lon,lat,mast".
Result<plan::LinkEnd> parse_end(std::string_view text, double mast_m);
// What the terminal shows.
std::string profile_text(const plan::LinkProfile& link, Language language);

}  // namespace cairn::app
