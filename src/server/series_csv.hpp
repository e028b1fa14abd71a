// SPDX-License-Identifier: Apache-2.0
// The observations of one series as CSV, read and sent bit by bit: however long the span is, only
// some thousands of them are in memory.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "model/history.hpp"
#include "server/message.hpp"

namespace cairn::server {

class SeriesCsv final : public BodyStream {
 public:
  // time,value,unit of what lies in (after, until], the times in UTC. `owner` keeps the history.
  SeriesCsv(std::shared_ptr<const void> owner, const model::History& history,
            model::SeriesId series, Instant after, Instant until, std::string unit)
      : owner_(std::move(owner)),
        history_(history),
        series_(series),
        after_(after),
        until_(until),
        unit_(std::move(unit)) {}

  bool pull(std::chrono::steady_clock::time_point now, std::string& out) override;

 private:
  std::shared_ptr<const void> owner_;  // shared: the state that the request began with
  const model::History& history_;
  model::SeriesId series_;
  Instant after_;
  Instant until_;
  std::string unit_;
  bool begun_ = false;
  std::int64_t step_ns_ = 86'400 * ns_per_second;  // of one read; follows the density
  std::vector<model::Sample> samples_;
};

}  // namespace cairn::server
