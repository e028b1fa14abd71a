// SPDX-License-Identifier: Apache-2.0
// How much one address may ask of what is open to anybody: a bucket of tokens each, and one for
// all together. An address may be that of a whole village behind one line, so the buckets are
// larger than what one person needs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/time.hpp"

namespace cairn::server {

struct PeerAllowance {
  int burst = 20;       // at once
  int per_hour = 60;    // after that
  int all_burst = 300;  // likewise of all addresses together
  int all_per_hour = 3'000;
};

// Thread-safe.
class PeerGate {
 public:
  explicit PeerGate(PeerAllowance allowance) : allowance_(allowance) {}
  // Takes a token; otherwise the seconds after which there is one. IPv6 counts by its /64.
  std::optional<int> refuse(std::string_view peer, Instant now);
  std::size_t peers() const;

 private:
  struct Bucket {
    double tokens = 0;
    Instant at;
  };
  // Seconds to wait; 0: there is a token.
  static double fill(Bucket& bucket, int burst, int per_hour, Instant now);
  void forget_full(Instant now);

  const PeerAllowance allowance_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Bucket> buckets_;
  std::optional<Bucket> all_;
};

// "2001:db8:1:2::7" and all of its /64 are one; IPv4 addresses are themselves.
std::string peer_group(std::string_view peer);

}  // namespace cairn::server
