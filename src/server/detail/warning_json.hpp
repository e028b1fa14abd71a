// SPDX-License-Identifier: Apache-2.0
// Warnings as the JSON of docs/api/openapi.yaml.
#pragma once

#include <vector>

#include "respond/outbox.hpp"
#include "respond/warning_desk.hpp"
#include "server/detail/json.hpp"
#include "server/state.hpp"

namespace cairn::server {

Json warning_json(const respond::Warning& warning, const model::RegionTree& regions, Instant now,
                  Zone zone);
Json warning_message_json(const respond::Message& message, bool ours, Zone zone);
Json warning_delivery_json(const respond::Delivery& delivery, Zone zone);
Json awaiting_json(const respond::Awaiting& awaiting, Zone zone);
Json content_json(const codec::CapAlert& alert);
Json findings_json(const std::vector<std::string>& findings);
// The wish with what was filled in, as it is to be sent.
Json filled_wish_json(respond::Wish wish, const respond::Draft& draft);

}  // namespace cairn::server
