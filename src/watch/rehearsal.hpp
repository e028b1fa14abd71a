// SPDX-License-Identifier: Apache-2.0
// The packs' own series, told again as if they happened now: for demonstrations and rehearsals. The
// times of day stay; whole days are added, so that the first firing a pack declares comes soon
// after the beginning. Begins anew when a series has ended.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.hpp"
#include "watch/world.hpp"

namespace cairn::watch {

struct RehearsedReading {
  std::string_view thing;  // of the rehearsal
  std::string_view property;
  Instant time;
  double value = 0;
};

class Rehearsal {
 public:
  // `start`: where the demonstration's time begins; the first firing comes `lead_ns` later.
  Rehearsal(const World& world, Instant start, std::int64_t lead_ns);

  // Readings with after < time <= until, rising in time, then by thing and property.
  std::vector<RehearsedReading> between(Instant after, Instant until) const;
  // How far before `start` readings are needed, so that the windows of the formulas are full.
  std::int64_t history_ns() const { return history_ns_; }
  bool empty() const { return feeds_.empty(); }

 private:
  struct Feed {
    std::string thing;
    std::string property;
    std::vector<std::pair<std::int64_t, double>> points;  // own times, rising
    std::int64_t shift_ns = 0;                            // to the demonstration's time
    std::int64_t period_ns = 0;                           // after which it begins anew
  };
  void add_pack(const World& world, const model::PackDef& pack, Instant start,
                std::int64_t lead_ns);

  std::vector<Feed> feeds_;
  std::int64_t history_ns_ = 0;
};

}  // namespace cairn::watch
