// SPDX-License-Identifier: Apache-2.0
// Values of the use cases as the JSON of docs/api/openapi.yaml.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/detail/json.hpp"
#include "server/state.hpp"
#include "watch/indicators.hpp"
#include "watch/things.hpp"

namespace cairn::server {

Json region_ref(const model::RegionTree& regions, model::RegionIndex index);
// With parent, position and the number of children that are valid then.
Json region_json(const model::RegionTree& regions, model::RegionIndex index, Instant as_of);
Json position_json(const std::optional<geo::Point>& position);
Json box_json(const std::optional<geo::Box>& box);
Json valid_from_json(Interval valid, Zone zone);
Json valid_to_json(Interval valid, Zone zone);
Json overlay_json(const std::string& overlay);
// value, unit, reported, expected, estimated, data_date, reason.
Json measure_json(const formula::Cell& cell, const Unit& unit, Zone zone);
Json indicator_json(const model::IndicatorDef& indicator);
Json rule_json(const model::RuleDef& rule);  // api_packs.cpp
Json digits_json(int digits);
std::string_view better_word(model::Better better);
Json quote_json(const model::Quote& quote);
Json source_json(const model::SourceDef& source);
// The source with this key; null when it is not known.
Json source_by_key(const model::Snapshot& snapshot, std::string_view key);
Json row_json(const watch::RegionCell& row, const Unit& unit, const watch::View& view);
Json thing_summary(const watch::View& view, watch::ThingRef thing);
Json series_origin(const watch::View& view, const model::SeriesFile& file);
Json layer_json(const watch::View& view, const State& state, const model::LayerDef& layer,
                const std::string& state_key);

}  // namespace cairn::server
