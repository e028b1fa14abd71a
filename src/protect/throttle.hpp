// SPDX-License-Identifier: Apache-2.0
// How long who typed a wrong password has to wait. Counted for an address with an account, so that
// strangers cannot keep a duty officer out; and for an address alone, so that nobody tries one
// password on every account. In memory: a restart forgets, and costs more than it gives.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/time.hpp"

namespace cairn::protect {

// An IPv4 address, or the /64 network of an IPv6 address: who has one has all of it.
std::string network_of(std::string_view address);

class Throttle {
 public:
  explicit Throttle(std::size_t most = 20'000) : most_(most) {}
  // Seconds to wait before a password of the account is looked at; 0: none.
  std::int64_t wait_s(std::string_view peer, std::string_view account, Instant now);
  // Counts an attempt as wrong before it is looked at: many at once count as many.
  void begin(std::string_view peer, std::string_view account, Instant now);
  // It was right: nothing of the pair counts any more, and the address has one wrong one less.
  void right(std::string_view peer, std::string_view account);
  std::size_t size() const;

 private:
  struct Entry {
    std::string key;
    int wrong = 0;
    Instant last;
  };
  using Place = std::list<Entry>::iterator;
  void count(std::string key, Instant now);  // under the mutex; as the next
  std::int64_t wait_of(const std::string& key, int free, Instant now);

  mutable std::mutex mutex_;
  std::size_t most_;
  std::list<Entry> entries_;  // the most recent first
  std::unordered_map<std::string, Place> by_key_;
};

}  // namespace cairn::protect
