// SPDX-License-Identifier: Apache-2.0
// When a service is measured, and how many requests may leave. No clock of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>

#include "core/time.hpp"

namespace cairn::probe {

// The first moment after `now` at which `service` is due, when it is measured every `every_ns`.
// Services are spread evenly over that time by a hash of their id, so the same one is always due at
// the same minutes and no two hundred at once.
Instant next_due(std::string_view service, std::int64_t every_ns, Instant now);

// Counts what left within the last hour, of each service and of all. Not thread-safe.
class Budget {
 public:
  Budget(std::size_t of_service, std::size_t of_all) : of_service_(of_service), of_all_(of_all) {}

  // One request more, when there is room for it.
  bool take(const std::string& service, Instant now);
  // How many of these could be taken now.
  std::size_t room(const std::string& service, Instant now);

 private:
  void forget(Instant now);

  std::size_t of_service_;
  std::size_t of_all_;
  std::deque<std::pair<Instant, std::string>> taken_;
  std::map<std::string, std::size_t, std::less<>> counts_;
};

}  // namespace cairn::probe
