// SPDX-License-Identifier: Apache-2.0
#include "server/map_keeper.hpp"

#include <chrono>

#include "server/api.hpp"
#include "server/map_data.hpp"

namespace cairn::server {

namespace {

constexpr std::int64_t pause_ms = 1000;
constexpr std::int64_t usual_rest = 9;    // ms for each of work
constexpr std::int64_t answers_rest = 4;  // likewise

}  // namespace

void MapKeeper::run() {
  if (!thread_.joinable()) thread_ = std::thread([this] { loop(); });
}

void MapKeeper::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool MapKeeper::rest(std::int64_t ms) {
  std::unique_lock lock(mutex_);
  return !wake_.wait_for(lock, std::chrono::milliseconds(ms), [this] { return stopping_; });
}

void MapKeeper::loop() {
  const auto first = state_();
  refresh(first, 0);
  if (!rest(0)) return;
  answer(first, first->workspace->home);
  while (rest(pause_ms)) {
    refresh(state_(), usual_rest);
    refresh_answers(state_());
  }
}

std::int64_t MapKeeper::answer(const std::shared_ptr<const State>& state, const std::string& code) {
  const std::int64_t began = steady_ms();
  std::string answer = region_indicators(state, now_(), code);
  const std::int64_t ended = steady_ms();
  state->map->answers().put(code, std::move(answer), ended - began, ended);
  return ended - began;
}

void MapKeeper::refresh_answers(const std::shared_ptr<const State>& state) {
  for (const std::string& code : state->map->answers().wanted(steady_ms())) {
    if (!rest(0) || !rest(answer(state, code) * answers_rest)) return;
  }
}

void MapKeeper::refresh(const std::shared_ptr<const State>& state, std::int64_t rest_for_work) {
  for (const std::string& type : state->map->wanted(*state->workspace->catalog)) {
    const auto began = std::chrono::steady_clock::now();
    {
      // Its evaluator goes back before the rest.
      const Reading reading(state, state->base, now_());
      state->map->refresh(reading.view(), type);
    }
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - began);
    if (!rest(took.count() * rest_for_work)) return;
    refresh_answers(state);  // all layers together may take longer than an answer lasts
  }
}

}  // namespace cairn::server
