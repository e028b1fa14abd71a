// SPDX-License-Identifier: Apache-2.0
#include "probe/schedule.hpp"

#include <algorithm>

namespace cairn::probe {
namespace {

constexpr std::int64_t hour_ns = 3'600 * ns_per_second;

// FNV-1a, and a last mixing so that ids that differ in their end only lie far apart.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  }
  hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdu;
  hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53u;
  return hash ^ (hash >> 33);
}

}  // namespace

Instant next_due(std::string_view service, std::int64_t every_ns, Instant now) {
  const std::int64_t every_s = std::max<std::int64_t>(1, every_ns / ns_per_second);
  const auto offset_s =
      static_cast<std::int64_t>(hash_of(service) % static_cast<std::uint64_t>(every_s));
  std::int64_t now_s = now.ns / ns_per_second;
  if (now.ns % ns_per_second < 0) --now_s;
  std::int64_t turn = (now_s - offset_s) / every_s;
  if ((now_s - offset_s) % every_s < 0) --turn;
  return {((turn + 1) * every_s + offset_s) * ns_per_second};
}

void Budget::forget(Instant now) {
  while (!taken_.empty() && taken_.front().first + hour_ns <= now) {
    const auto found = counts_.find(taken_.front().second);
    if (--found->second == 0) counts_.erase(found);
    taken_.pop_front();
  }
}

std::size_t Budget::room(const std::string& service, Instant now) {
  forget(now);
  const auto found = counts_.find(service);
  const std::size_t of_this = found == counts_.end() ? 0 : found->second;
  const std::size_t mine = of_service_ - std::min(of_service_, of_this);
  const std::size_t ours = of_all_ - std::min(of_all_, taken_.size());
  return std::min(mine, ours);
}

bool Budget::take(const std::string& service, Instant now) {
  if (room(service, now) == 0) return false;
  taken_.emplace_back(now, service);
  ++counts_[service];
  return true;
}

}  // namespace cairn::probe
