// SPDX-License-Identifier: Apache-2.0
// Alerts and indicator values as MQTT topics (docs/mqtt.md):
//
//   cairn/v1/alerts/{region}/{rule}/{thing}      retained while the alert is open
//   cairn/v1/indicators/{region}/{indicator}     retained; at most one a second each
//
// Payloads are the JSON of the API. Only the newest state of a topic waits, so what waits is
// bounded by what there is to say, however slow the MQTT door is.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "server/event_hub.hpp"
#include "watch/live.hpp"

namespace cairn::server {

// A level of a topic: what would divide it or match anything is percent-encoded; nothing is "-".
std::string topic_level(std::string_view text);

// Not thread-safe.
class Topics {
 public:
  // Hands a message on to the door; false: not now.
  using Send = std::function<bool(const std::string& topic, const std::string& payload, bool retain,
                                  std::uint8_t qos)>;
  explicit Topics(Send send) : send_(std::move(send)) {}

  // What was open before the start; with rendered alerts.
  void open(const model::Alert& alert, std::string json);
  // `events` are those of the update: cells first, then alerts. Steady milliseconds.
  void publish(const watch::LiveUpdate& update, const std::vector<Event>& events,
               std::int64_t now_ms);
  std::size_t waiting() const { return alerts_.size() + due_.size(); }

  static constexpr std::int64_t least_ms = 1'000;  // between two values of one indicator

 private:
  struct Value {
    std::int64_t sent_ms = -least_ms;
    std::string json;  // waits; empty: nothing does
  };
  struct State {
    std::string json;
    bool open = true;
  };
  static std::string topic_of(const model::Alert& alert);
  void send_alerts();
  void send_values(std::int64_t now_ms);

  Send send_;
  std::map<std::string, State> alerts_;                      // by topic; those that wait
  std::map<std::string, Value> values_;                      // by topic; all that were ever told
  std::vector<std::map<std::string, Value>::iterator> due_;  // those that wait
};

}  // namespace cairn::server
