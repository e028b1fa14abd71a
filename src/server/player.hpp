// SPDX-License-Identifier: Apache-2.0
// A demonstration's devices: sends the packs' own series through the doors that devices use, MQTT
// and HTTP by turns of packs, as the demonstration's clock comes to their times.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "core/seams.hpp"
#include "watch/rehearsal.hpp"

namespace cairn::server {

struct PlayerOptions {
  std::uint16_t http_port = 0;  // on 127.0.0.1
  std::uint16_t mqtt_port = 0;  // likewise; 0: everything over HTTP
  std::string token = {};       // of both doors
};

class Player {
 public:
  // Sends what lies before the clock's present as back-fill, then goes on with the clock from
  // a thread of its own. `clock` must outlive this; what was sent before is sent again at a new
  // start, and has no effect.
  Player(watch::Rehearsal rehearsal, const Clock& clock, PlayerOptions options);
  ~Player() { stop(); }
  Player(const Player&) = delete;
  Player& operator=(const Player&) = delete;

  void stop();
  std::uint64_t sent() const { return sent_.load(); }  // acknowledged readings

 private:
  void run();

  watch::Rehearsal rehearsal_;
  const Clock& clock_;
  PlayerOptions options_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::uint64_t> sent_{0};
  std::thread thread_;
};

}  // namespace cairn::server
