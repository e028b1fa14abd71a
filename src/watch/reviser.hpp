// SPDX-License-Identifier: Apache-2.0
// What late data make of the rules over a thing. The stored history is gone through again with the
// steps of the live machine, from a time before the late data at which the rule's state is certain,
// and compared with the episodes that were told. What differs becomes a `repair` record of the log.
//
//   Reviser reviser(library, binding, history);
//   auto repairs = reviser.revise(order, known);     // any one thread; never waits for the engine
//
// A state is certain where only its class (firing or not) matters, which the told episodes say: a
// firing that is not about to clear is just firing, and without a firing a condition that is not
// true leaves nothing. Where the late data cannot reach any more and both courses meet in such a
// state, the rest is as it was.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "core/result.hpp"
#include "formula/formula.hpp"
#include "stream/binding.hpp"
#include "stream/rule_compile.hpp"
#include "stream/rule_repair.hpp"
#include "watch/stored_history.hpp"

namespace cairn::watch {

// An episode as it was told; those that were taken back are none.
struct KnownEpisode {
  std::uint64_t number = 0;    // stream::Transition::episode
  std::uint64_t position = 0;  // of the record that changed it last
  stream::AlertPhase phase = stream::AlertPhase::resolved;
  Instant since;
  std::optional<Instant> began;
  std::optional<Instant> ended;
  bool operator==(const KnownEpisode&) const = default;
};

// Of the thing's machine at one position of the log.
struct RevisionOrder {
  stream::Slot slot = 0;
  Instant from;   // the earliest late time
  Instant until;  // the latest one
  std::uint64_t seen = 0;
  Instant last_step;
  struct OfRule {
    std::uint32_t rule = 0;  // index into Catalog::rules
    stream::RulePair state;
  };
  std::vector<OfRule> rules;
};

class Reviser {
 public:
  // `library` and `binding` must stay; `live` is a live snapshot of the binding, over `history`.
  Reviser(const formula::Library& library, const stream::Binding& binding, model::Snapshot live,
          std::shared_ptr<const StoredHistory> history);  // shared: with requests

  // Rules (not those about silence, which live by the log's time) over things of the type.
  const std::vector<stream::CompiledRule>& rules(std::uint32_t type) const {
    return by_type_[type];
  }

  // Episodes of a rule over a thing that began at or after a time, and the last one before it;
  // rising by `since`.
  using Known = std::function<Result<std::vector<KnownEpisode>>(const model::RuleDef& rule,
                                                                stream::Slot slot, Instant from)>;
  // What has to be corrected; `later` when the thing has gone on since the order was made.
  struct Outcome {
    std::vector<stream::Repair> repairs;
    bool later = false;
  };
  Result<Outcome> revise(const RevisionOrder& order, const Known& known) const;

 private:
  class Course;

  const stream::Binding& binding_;
  std::shared_ptr<const StoredHistory> history_;            // shared: as above
  model::Snapshot live_;                                    // reads the stored history
  std::vector<std::vector<stream::CompiledRule>> by_type_;  // by index into the catalog's types
};

}  // namespace cairn::watch
