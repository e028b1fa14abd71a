// SPDX-License-Identifier: Apache-2.0
// Keeps what the map shows of the present near the present, so that nobody who asks for a tile has
// to wait until a value of each of a hundred thousand things is computed.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "core/time.hpp"
#include "server/state.hpp"

namespace cairn::server {

class MapKeeper {
 public:
  using StateNow = std::function<std::shared_ptr<const State>()>;
  using Now = std::function<Instant()>;

  // The state that is served, and the present of its engine.
  MapKeeper(StateNow state, Now now) : state_(std::move(state)), now_(std::move(now)) {}
  ~MapKeeper() { stop(); }

  // First all layers once at one go, then those that somebody asked for in the last minutes, when
  // their readings have changed, a tenth of the time.
  void run();
  void stop();

 private:
  void loop();
  // `rest_for_work`: ms of rest after each of work.
  void refresh(const std::shared_ptr<const State>& state, std::int64_t rest_for_work);
  // Indicators of regions that somebody looks at, where they take long.
  std::int64_t answer(const std::shared_ptr<const State>& state, const std::string& code);  // ms
  void refresh_answers(const std::shared_ptr<const State>& state);
  bool rest(std::int64_t ms);  // false: it ends

  StateNow state_;
  Now now_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;  // under the mutex
  std::thread thread_;
};

}  // namespace cairn::server
