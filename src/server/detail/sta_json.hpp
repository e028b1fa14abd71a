// SPDX-License-Identifier: Apache-2.0
// SensorThings entities as JSON.
#pragma once

#include <string>

#include "server/detail/json.hpp"
#include "server/sta_entities.hpp"

namespace cairn::server::sta {

// A property other than the self link; null where it has no value.
Json property_json(const Entities& entities, const Ref& ref, Prop prop);
Json value_json(const Value& value);
Json id_json(const Id& id);
// "https://here/sta/v1.1/Things(7)"; texts are quoted and escaped.
std::string self_link(const Entities& entities, const Ref& ref, const std::string& base);
// RFC 3339 in UTC; an interval with a slash, an instant when both ends are one.
std::string time_text(Interval time);

}  // namespace cairn::server::sta
