// SPDX-License-Identifier: Apache-2.0
#include "server/door_figures.hpp"

#include <gtest/gtest.h>

#include <set>

namespace cairn::server {
namespace {

TEST(DoorFigures, EveryDoorSaysMessagesReadingsAndRefused) {
  IngestCounters http;
  MqttCounters mqtt;
  CoapCounters coap;
  http.accepted = 1;
  mqtt.readings = 2;
  coap.accepted = 3;
  std::vector<Gauge> gauges;
  add_ingest_gauges(gauges, http);
  add_mqtt_gauges(gauges, mqtt);
  add_coap_gauges(gauges, coap);
  const std::string text = Metrics().render(gauges);
  for (const char* line : {"cairn_http_ingest_readings_total 1\n", "cairn_mqtt_readings_total 2\n",
                           "cairn_coap_readings_total 3\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line;
  }
  std::set<std::string> names;
  for (const Gauge& gauge : gauges) {
    EXPECT_TRUE(names.insert(gauge.name).second) << gauge.name;
    EXPECT_EQ(gauge.name.ends_with("_total"), gauge.type == "counter") << gauge.name;
    EXPECT_TRUE(gauge.help.ends_with(".")) << gauge.name;
  }
  for (const char* door : {"http_ingest", "mqtt", "coap"}) {
    for (const char* what : {"messages", "readings", "refused"}) {
      EXPECT_TRUE(names.count(std::string("cairn_") + door + "_" + what + "_total") != 0);
    }
  }
}

}  // namespace
}  // namespace cairn::server
