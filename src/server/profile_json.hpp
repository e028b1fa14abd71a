// SPDX-License-Identifier: Apache-2.0
// A link's profile as JSON: the answer of /v1/radio/profile and of `cairn profile --json`.
#pragma once

#include <string>

#include "plan/link_profile.hpp"
#include "server/detail/json.hpp"

namespace cairn::server {

Json profile_json(const plan::LinkProfile& link);
// The same as text, for callers that know no Json; ends with a line feed.
std::string profile_json_text(const plan::LinkProfile& link);

}  // namespace cairn::server
