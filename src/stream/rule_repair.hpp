// SPDX-License-Identifier: Apache-2.0
// The record of kind `repair`: late data changed what a rule over a thing had done. Made by
// watch/reviser from the stored history, applied by the machine. docs/formats/log.md has the bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/time.hpp"
#include "stream/machine.hpp"
#include "stream/rule_state.hpp"

namespace cairn::stream {

struct RepairedEpisode {
  RevisionKind kind = RevisionKind::changed;
  AlertPhase phase = AlertPhase::resolved;  // as it stands: retracted, resolved or still open
  std::uint64_t episode = 0;                // of an added one 0: the record gives it its number
  Instant since;
  std::optional<Instant> began;
  std::optional<Instant> ended;
  bool operator==(const RepairedEpisode&) const = default;
};

struct Repair {
  std::string rule;
  std::string thing;
  // The reviser had read what the records up to here brought of the thing. A machine that has had
  // more of it since does not apply the repair but asks for another one, from `from` on.
  std::uint64_t seen = 0;
  Instant from;
  // Only what had ended before the last step is corrected: the state stays, and the repair is good
  // whatever came since.
  bool past = false;
  std::vector<RepairedEpisode> episodes;
  // The rule's state after the thing's last step, and before it. An episode below
  // episodes.size() is that one of `episodes` (added ones have no number yet).
  RulePair state;
  bool operator==(const Repair&) const = default;
};

void write(const Repair& repair, std::string& out);
Result<Repair> read_repair(std::string_view payload);

}  // namespace cairn::stream
