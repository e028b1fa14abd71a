// SPDX-License-Identifier: Apache-2.0
// /collections/{id}/items: which features, which page, which links.
#pragma once

#include <string>

#include "server/detail/ogc_collections.hpp"
#include "server/message.hpp"
#include "server/query.hpp"

namespace cairn::server::ogc {

// "2018-02-12T23:20:50Z", "2018-02-12/..", "../2018-03-18": both ends included. A bare date means
// the whole day.
Result<Interval> read_datetime(std::string_view text);

// Four or six numbers; one box, or two when it crosses the antimeridian.
Result<geo::Geometry> read_bbox(std::string_view text);

Response items(const watch::View& view, const Collection& collection, const Request& request,
               const std::string& service, Instant now);
Response item(const watch::View& view, const Collection& collection, const std::string& id,
              const std::string& service);

// Reads `f=json`, the only format, and refuses every other parameter.
std::vector<Complaint> only_format(const Request& request);

}  // namespace cairn::server::ogc
