// SPDX-License-Identifier: Apache-2.0
// Answers about the present that take long to work out: they are kept for a while and made anew in
// the background, so that nobody waits. An answer says itself of which moment it is.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace cairn::server {

// Milliseconds of a clock that never jumps.
std::int64_t steady_ms();

// Times are those of steady_ms(). Thread-safe.
class AnswerShelf {
 public:
  // What takes less is worked out each time.
  static constexpr std::int64_t quick_ms = 30;
  // An answer is due to be made anew after so many times as long as it took; until that is done it
  // is given, so that nobody waits, but no longer than a minute.
  static constexpr std::int64_t worth = 20;
  static constexpr std::int64_t longest_ms = 60'000;

  // Notes that somebody asks. None: nothing is kept, or it is too old.
  std::optional<std::string> find(const std::string& question, std::int64_t now_ms);
  void put(const std::string& question, std::string answer, std::int64_t took_ms,
           std::int64_t now_ms);
  // Questions that somebody asked in the last two minutes and whose answers are due, those whose
  // answers get too old next first.
  std::vector<std::string> wanted(std::int64_t now_ms) const;

 private:
  struct Kept {
    std::string answer;
    std::int64_t took_ms = 0;
    std::int64_t made_ms = 0;
    std::int64_t asked_ms = 0;
  };
  mutable std::mutex mutex_;
  std::map<std::string, Kept> kept_;  // under the mutex
};

}  // namespace cairn::server
