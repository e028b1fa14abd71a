// SPDX-License-Identifier: Apache-2.0
#include "server/peer_gate.hpp"

#include <algorithm>
#include <cmath>

#include "core/limits.hpp"
#include "core/text.hpp"

namespace cairn::server {

std::string peer_group(std::string_view peer) {
  if (peer.starts_with("::ffff:") && peer.find('.') != std::string_view::npos) {
    return std::string(peer.substr(7));
  }
  if (peer.find(':') == std::string_view::npos) return std::string(peer);
  // The first four groups; what "::" leaves out is zero.
  const std::size_t gap = peer.find("::");
  const std::string_view head = peer.substr(0, gap);
  const std::size_t behind = gap == std::string_view::npos || gap + 2 >= peer.size()
                                 ? 0
                                 : split(peer.substr(gap + 2), ':').size();
  std::vector<std::string> groups;
  if (!head.empty()) {
    for (const std::string_view part : split(head, ':')) groups.emplace_back(part);
  }
  if (gap != std::string_view::npos) {
    const auto tail = split(peer.substr(gap + 2), ':');
    for (std::size_t i = groups.size() + behind; i < 8; ++i) groups.emplace_back("0");
    if (behind > 0) {
      for (const std::string_view part : tail) groups.emplace_back(part);
    }
  }
  groups.resize(std::min<std::size_t>(groups.size(), 4));
  return join(groups, ":") + "::/64";
}

double PeerGate::fill(Bucket& bucket, int burst, int per_hour, Instant now) {
  const double rate = per_hour / 3600.0;
  const double passed = static_cast<double>(std::max<std::int64_t>(0, now.ns - bucket.at.ns)) / 1e9;
  bucket.tokens = std::min<double>(burst, bucket.tokens + passed * rate);
  bucket.at = now;
  return bucket.tokens >= 1 ? 0 : (1 - bucket.tokens) / rate;
}

// What is full again is as good as never seen.
void PeerGate::forget_full(Instant now) {
  for (auto at = buckets_.begin(); at != buckets_.end();) {
    fill(at->second, allowance_.burst, allowance_.per_hour, now);
    at = at->second.tokens >= allowance_.burst ? buckets_.erase(at) : std::next(at);
  }
}

std::optional<int> PeerGate::refuse(std::string_view peer, Instant now) {
  const std::lock_guard lock(mutex_);
  if (!all_) all_ = Bucket{static_cast<double>(allowance_.all_burst), now};
  const std::string group = peer_group(peer);
  auto found = buckets_.find(group);
  if (found == buckets_.end()) {
    if (buckets_.size() >= limits::gate_peers) forget_full(now);
    // Too many at once to tell apart: only the common bucket counts.
    if (buckets_.size() < limits::gate_peers) {
      found = buckets_.emplace(group, Bucket{static_cast<double>(allowance_.burst), now}).first;
    }
  }
  double wait = fill(*all_, allowance_.all_burst, allowance_.all_per_hour, now);
  if (found != buckets_.end()) {
    wait = std::max(wait, fill(found->second, allowance_.burst, allowance_.per_hour, now));
  }
  if (wait > 0) return std::max(1, static_cast<int>(std::ceil(wait)));
  --all_->tokens;
  if (found != buckets_.end()) --found->second.tokens;
  return std::nullopt;
}

std::size_t PeerGate::peers() const {
  const std::lock_guard lock(mutex_);
  return buckets_.size();
}

}  // namespace cairn::server
