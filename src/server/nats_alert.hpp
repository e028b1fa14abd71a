// SPDX-License-Identifier: Apache-2.0
// Alerts on their way from a shard to its parent.
#pragma once

#include <string>
#include <string_view>

#include "core/result.hpp"
#include "model/alert.hpp"

namespace cairn::server {

// The id that everybody above a shard knows an alert by: of rule, thing and beginning, so that a
// shard that begins anew finds the same one again. (Its own id has a position of its own log.)
std::string upward_id(const model::Alert& alert);

// As JSON: docs/shards.md. `position` does not travel: above it is the number in the stream.
std::string alert_text(const model::Alert& alert);
Result<model::Alert> read_alert(std::string_view text);

}  // namespace cairn::server
