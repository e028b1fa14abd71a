// SPDX-License-Identifier: Apache-2.0
// What the live engine says as the JSON of docs/api/openapi.yaml, as events, and as metrics.
#pragma once

#include <vector>

#include "server/detail/json.hpp"
#include "server/event_hub.hpp"
#include "server/metrics.hpp"
#include "server/state.hpp"
#include "watch/live.hpp"

namespace cairn::server {

Json alert_json(const model::Alert& alert, const State& state);
Json feed_json(const watch::Feed& feed, const State& state);
Json revision_json(const model::Revision& revision, const State& state);
Json clock_json(const watch::Live& live, Zone zone);
Json why_json(const watch::Why& why, const State& state, const watch::View& view);

Response no_engine();  // 503

// What changed, rendered: the cells, then the alerts, in the order of the update, then the rest.
std::vector<Event> live_events(const watch::LiveUpdate& update, const State& state);
void add_live_gauges(std::vector<Gauge>& gauges, const watch::LiveStats& stats);

}  // namespace cairn::server
