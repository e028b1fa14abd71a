// SPDX-License-Identifier: Apache-2.0
// Things that late data came for, until their rules have been looked at again. A thing that goes on
// getting late data waits until it rests, but not for long; one whose repair is under way waits for
// it and is then looked at once more, so a mark goes only when nothing is left to correct.
// At most one mark a thing.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.hpp"
#include "stream/binding.hpp"

namespace cairn::watch {

class LateMarks {
 public:
  // Times of the log.
  static constexpr std::int64_t rest_ns = ns_per_second;
  static constexpr std::int64_t patience_ns = 30 * ns_per_second;
  static constexpr std::int64_t most_delay_ns = 64 * ns_per_second;  // between two looks in vain

  struct Late {
    stream::Slot slot = 0;
    Instant from;   // the earliest late time
    Instant until;  // the latest one
    bool operator==(const Late&) const = default;
  };

  void note(const Late& late, Instant arrival);
  // Those that are due, from the least recently asked thing on; they are under way from now on.
  std::vector<Late> due(Instant now, std::size_t most);
  // What became of one: nothing is left, so many repairs are on their way, or it has to be looked
  // at again.
  void settled(stream::Slot slot);
  void repairing(stream::Slot slot, std::size_t repairs);
  void again(stream::Slot slot, Instant now);
  // A repair of the thing is in the log and applied.
  void repaired(stream::Slot slot);

  std::size_t size() const { return marks_.size(); }
  bool resting() const;  // no mark has a repair or a look under way

  // By name: what a state keeps, and what another world makes of it.
  void write(const stream::Binding& binding, std::string& out) const;
  bool read(const stream::Binding& binding, std::string_view& in, Instant now);
  void rebind(const stream::Binding& from, const stream::Binding& to);

 private:
  struct Mark {
    Instant from;
    Instant until;
    Instant first;   // arrival
    Instant newest;  // likewise
    Instant not_before;
    std::int64_t delay_ns = 0;
    std::size_t repairs = 0;  // on their way
    bool under_way = false;
    bool more = false;  // came while it was under way
  };
  std::map<stream::Slot, Mark> marks_;
  stream::Slot next_ = 0;  // the search goes on here
};

}  // namespace cairn::watch
