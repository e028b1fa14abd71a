// SPDX-License-Identifier: Apache-2.0
#include "protect/throttle.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "protect/digest.hpp"

namespace cairn::protect {
namespace {

constexpr int pair_free = 5;      // wrong ones without a wait: typing errors
constexpr int address_free = 30;  // an office behind one address
constexpr std::int64_t longest_wait_s = 300;
constexpr std::int64_t forget_ns = 3600 * ns_per_second;

std::string pair_key(std::string_view peer, std::string_view account) {
  return network_of(peer) + '\n' + std::string(account.substr(0, 64));
}

}  // namespace

std::string network_of(std::string_view address) {
  std::array<unsigned char, 16> bytes{};
  const std::string text(address.substr(0, address.find('%')));
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return std::string(address);
  static constexpr std::array<unsigned char, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255};
  const auto digits = [&](std::size_t from, std::size_t count) {
    return hex({reinterpret_cast<const char*>(bytes.data()) + from, count});
  };
  if (std::equal(mapped.begin(), mapped.end(), bytes.begin())) return "4/" + digits(12, 4);
  return "6/" + digits(0, 8);
}

std::int64_t Throttle::wait_s(std::string_view peer, std::string_view account, Instant now) {
  const std::lock_guard lock(mutex_);
  return std::max(wait_of(pair_key(peer, account), pair_free, now),
                  wait_of(network_of(peer), address_free, now));
}

std::int64_t Throttle::wait_of(const std::string& key, int free, Instant now) {
  const auto at = by_key_.find(key);
  if (at == by_key_.end()) return 0;
  const Entry& entry = *at->second;
  const std::int64_t passed_s = (now.ns - entry.last.ns) / ns_per_second;
  if (entry.wrong < free || passed_s < 0) return 0;  // a clock that was set back locks nobody out
  const int doublings = std::min(entry.wrong - free, 10);
  const std::int64_t wait = std::min(longest_wait_s, std::int64_t{1} << doublings);
  return std::max<std::int64_t>(0, wait - passed_s);
}

void Throttle::begin(std::string_view peer, std::string_view account, Instant now) {
  const std::lock_guard lock(mutex_);
  count(pair_key(peer, account), now);
  count(network_of(peer), now);
}

void Throttle::count(std::string key, Instant now) {
  const auto at = by_key_.find(key);
  if (at != by_key_.end()) {
    Entry& entry = *at->second;
    if (now.ns - entry.last.ns > forget_ns) entry.wrong = 0;
    ++entry.wrong;
    entry.last = now;
    entries_.splice(entries_.begin(), entries_, at->second);
    return;
  }
  entries_.push_front({key, 1, now});
  by_key_.emplace(std::move(key), entries_.begin());
  if (entries_.size() <= most_) return;
  by_key_.erase(entries_.back().key);
  entries_.pop_back();
}

void Throttle::right(std::string_view peer, std::string_view account) {
  const std::lock_guard lock(mutex_);
  if (const auto at = by_key_.find(pair_key(peer, account)); at != by_key_.end()) {
    entries_.erase(at->second);
    by_key_.erase(at);
  }
  if (const auto at = by_key_.find(network_of(peer)); at != by_key_.end()) {
    at->second->wrong = std::max(0, at->second->wrong - 1);
  }
}

std::size_t Throttle::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace cairn::protect
