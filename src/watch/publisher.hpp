// SPDX-License-Identifier: Apache-2.0
// Values that were published and have to stay true. A minute after each full hour (of the log's
// time) the value of every live indicator at every region, as of that hour, goes to the journal.
// When late data touch an indicator, its hours from then on are evaluated again over the stored
// history; what differs is a revision: the old value stays readable beside the new one.
//
// Back to a week. A column of late data waits half a minute for more of them; then one (indicator,
// hour) is one evaluation, a few of which are done a step. A value that is not there is no row; a
// row without indicator and region says that the hour was published.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "model/alert.hpp"
#include "model/snapshot.hpp"
#include "store/journal.hpp"
#include "stream/binding.hpp"
#include "watch/world.hpp"

namespace cairn::watch {

class Publisher {
 public:
  static constexpr std::int64_t hour_ns = 3600 * ns_per_second;
  static constexpr std::int64_t lag_ns = 60 * ns_per_second;
  static constexpr std::int64_t wait_ns = 30 * ns_per_second;
  static constexpr std::int64_t horizon_hours = 7 * 24;
  static constexpr std::int64_t missed_hours = 24;  // made up for after a stop, at most
  static constexpr std::size_t evaluations = 4;     // a step

  explicit Publisher(store::Journal& journal) : journal_(journal) {}

  // Which hour was published last.
  Status load(Instant now);
  // What reads what, in this world. The binding's base is the world's snapshot.
  void bind(const World& world, const stream::Binding& binding);

  // A reading at or before this may change what was published.
  Instant until() const { return {until_ns_.load(std::memory_order_acquire)}; }
  void touch(std::uint32_t type, std::uint32_t column, Instant time, Instant arrival);

  // A bounded piece of work, by one thread; true when there is more at once. `stored`: the snapshot
  // over the stored history, which has everything up to log position `position`.
  Result<bool> step(const World& world, const model::Snapshot& stored, Instant now,
                    std::uint64_t position, std::vector<model::Revision>& revised);

  // What is left to look at again, for a state.
  void write(std::string& out) const;
  bool read(std::string_view& in);
  std::size_t left() const;

 private:
  struct Hour {  // being published
    Instant as_of;
    std::size_t next = 0;  // of live_
    std::vector<store::Published> rows;
  };
  std::optional<Instant> due(Instant now) const;
  Status publish(const World& world, const model::Snapshot& stored, std::uint64_t position);
  Status revise(const World& world, const model::Snapshot& stored, Instant now,
                std::uint64_t position, std::vector<model::Revision>& revised);
  std::optional<std::pair<std::string, Instant>> next_work(Instant now);
  // Touched columns to indicators.
  void settle(std::map<std::string, Instant>& work) const;
  Result<const std::vector<store::Published>*> published(Instant as_of);

  store::Journal& journal_;
  std::atomic<std::int64_t> until_ns_{INT64_MIN};
  std::optional<Hour> hour_;                                                // of step()
  std::optional<std::pair<Instant, std::vector<store::Published>>> known_;  // likewise

  mutable std::mutex mutex_;
  std::vector<std::string> live_;  // indicators that live data feed
  using Column = std::pair<std::uint32_t, std::uint32_t>;
  std::map<Column, std::vector<std::uint32_t>> readers_;  // into live_
  std::map<Column, Instant> touched_;                     // the earliest time
  Instant first_touch_ = Instant::max();                  // arrival
  std::map<std::string, Instant> work_;                   // by indicator: hours from there on
};

}  // namespace cairn::watch
