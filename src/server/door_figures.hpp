// SPDX-License-Identifier: Apache-2.0
// What the doors count, as figures for /metrics. Every door says the same things under its name:
// messages, readings, refused, bytes; and what only it knows.
#pragma once

#include <vector>

#include "server/coap_ingest.hpp"
#include "server/hj212_desk.hpp"
#include "server/ingest.hpp"
#include "server/metrics.hpp"
#include "server/mqtt_endpoint.hpp"

namespace cairn::server {

void add_ingest_gauges(std::vector<Gauge>& gauges, const IngestCounters& counters);
void add_mqtt_gauges(std::vector<Gauge>& gauges, const MqttCounters& counters);
void add_hj212_gauges(std::vector<Gauge>& gauges, const Hj212Counters& counters);
void add_coap_gauges(std::vector<Gauge>& gauges, const CoapCounters& counters);

}  // namespace cairn::server
