// SPDX-License-Identifier: Apache-2.0
// OGC API Features over things and regions: Part 1 (core, GeoJSON, OpenAPI 3.0) and Part 3
// (queryables, filter, CQL2 Text, which is the row language of formulas).
//
// A collection is a type of things (base_station, county …) or `zone` for the regions of plans. A
// feature is the version of a thing that is valid at the view's date, else its newest; with
// `datetime` the newest version whose validity meets it. Divisions above counties have the areas
// of their counties. Longitude and latitude on WGS 84 (CRS84) throughout.
#pragma once

#include <string>
#include <string_view>

#include "server/message.hpp"
#include "watch/view.hpp"

namespace cairn::server::ogc {

inline constexpr std::size_t limit_default = 10;
inline constexpr std::size_t limit_max = 10'000;

// `mount` is the path under which it is served; `base` is "http://host:port"; `now` is the time
// stamp of the answer.
Response answer(const watch::View& view, const Request& request, std::string_view mount,
                const std::string& base, Instant now);

}  // namespace cairn::server::ogc
