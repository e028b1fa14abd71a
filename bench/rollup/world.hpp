// SPDX-License-Identifier: Apache-2.0
// A province of meters, five levels deep, and the questions asked of it.
#pragma once

#include <cstdint>
#include <memory>

#include "formula/formula.hpp"
#include "model/snapshot.hpp"

namespace bench {

using namespace cairn;

struct World {
  std::shared_ptr<const model::Snapshot> base;
  formula::Library library;
};

// 1 province, 20 prefectures, 200 counties, 2,000 towns, 20,000 villages (`small`: 1, 2, 6, 18, 54)
// and `meters` meters with one series each, as evenly as they go.
World make_world(std::uint32_t meters, bool small);

inline constexpr const char* questions[] = {
    "sum(power of meter)",
    "avg(power of meter)",
    "min(power of meter)",
    "max(power of meter)",
    "stddev(power of meter)",
    "share(meter: power > 40 kW)",
    "count(meter where power > 80 kW)",
    "avg(avg(power, 10min) of meter)",
    "quantile(0.95, power of meter)",
    "sum(power of meter where kind = 'shop') / sum(capacity of meter where kind = 'shop')",
};

}  // namespace bench
