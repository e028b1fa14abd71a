// SPDX-License-Identifier: Apache-2.0
// The newest events of the live engine, rendered once, and the streams that send them on
// (server-sent events). Ids are "<run>-<number>"; who comes back gets what it missed as long as
// that is at hand. Thread-safe.
//
//   hub.publish({{Topic::alerts, "alert", json, "513401"}}, clock);
//   response.stream = hub.open(subscription);
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/message.hpp"

namespace cairn::server {

enum class Topic : std::uint8_t {
  indicators,
  alerts,
  readings,
  feeds,
  revisions,
  groups,     // of alerts
  warnings,   // messages
  incidents,  // that changed
  channels,   // ways out
};
std::optional<Topic> parse_topic(std::string_view word);

struct Event {
  Topic topic = Topic::indicators;
  std::string_view kind;  // "alert"; a literal
  std::string data;       // JSON on one line
  std::string region;     // code of the division it concerns; empty: of none
};

struct Subscription {
  std::vector<Topic> topics;  // empty: all
  // Is an event of this region wanted? Empty: all are. Called on the socket thread.
  std::function<bool(std::string_view region)> wants;
  // The data of a clock event, asked on the socket thread.
  std::function<std::string()> clock;
  std::string last_event_id;  // empty: from now on
};

class EventHub : public std::enable_shared_from_this<EventHub> {
 public:
  // `run` names this start of the server; at most `most` events are kept.
  explicit EventHub(std::string run, std::size_t most = 20'000);

  // Called after each publication; must not block.
  void wake_with(std::function<void()> wake);
  void publish(std::vector<Event> events);
  std::shared_ptr<BodyStream> open(Subscription subscription);

  const std::string& run() const { return run_; }
  std::uint64_t newest() const;  // number of the newest event; 0: none yet

 private:
  friend class EventStream;
  // Appends the events after `after` that are wanted, as they go over the wire, up to a bound; the
  // number of the last one looked at. Nothing: events between were lost.
  std::optional<std::uint64_t> read(std::uint64_t after, const Subscription& subscription,
                                    std::string& out) const;

  const std::string run_;
  const std::size_t most_;
  mutable std::mutex mutex_;
  std::deque<std::shared_ptr<const Event>> ring_;  // under mutex; shared: read outside of it
  std::uint64_t newest_ = 0;                       // under mutex
  std::function<void()> wake_;                     // under mutex
};

}  // namespace cairn::server
