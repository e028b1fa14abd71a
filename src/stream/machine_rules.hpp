// SPDX-License-Identifier: Apache-2.0
// The rules' part of the machine: their states, and what a step of a thing makes of them.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "formula/row_batch.hpp"
#include "stream/machine.hpp"
#include "stream/rule_compile.hpp"
#include "stream/rule_repair.hpp"

namespace cairn::stream {

// States of one rule by thing. Most things are inactive: pages of such states do not exist.
class StateTable {
 public:
  void resize(std::size_t count) { pages_.resize((count + page_states - 1) / page_states); }
  const RulePair& get(std::size_t i) const {
    const auto& page = pages_[i / page_states];
    return page ? (*page)[i % page_states] : initial_;
  }
  void set(std::size_t i, const RulePair& pair) {
    auto& page = pages_[i / page_states];
    if (!page) {
      if (pair == initial_) return;
      page = std::make_unique<Page>();
    }
    (*page)[i % page_states] = pair;
  }
  bool is_initial(std::size_t i) const { return get(i) == initial_; }
  std::size_t bytes() const;

 private:
  static constexpr std::size_t page_states = 64;
  using Page = std::array<RulePair, page_states>;
  std::vector<std::unique_ptr<Page>> pages_;
  RulePair initial_;
};

// Where and when things happen while a record is applied.
struct Moment {
  std::uint64_t position = 0;
  Instant arrival;
  Effects& effects;
  std::uint32_t ordinal = 0;

  // The 20 bits of an episode's number suffice for a million transitions in a record; the
  // thing and the rule tell those beyond apart.
  std::uint64_t number() const {
    return position << 20 | std::min<std::uint32_t>(ordinal, (1u << 20) - 1);
  }
};

// A thing reported at a time: its rules are to be looked at.
struct ThingStep {
  Slot slot = 0;
  Instant at;
  bool again = false;       // the time of the last step: that one is done again
  bool historical = false;  // all of the data
};

class RuleBook {
 public:
  RuleBook(const Binding& binding, const formula::Library& library, const model::Snapshot& live,
           std::size_t most_shelved);

  std::span<const CompiledRule> rules() const { return rules_; }
  // By index into the catalog; nothing for rules that do not compile.
  const CompiledRule* find(std::uint32_t index) const;
  const CompiledRule* find(std::string_view id) const;
  bool any(std::uint32_t type) const { return !by_type_[type].empty(); }
  // Whether silence of the property is the matter of a rule.
  bool minds(std::uint32_t type, std::uint32_t column) const;
  const RulePair& state(const CompiledRule& rule, Slot slot) const;
  void set_state(const CompiledRule& rule, Slot slot, const RulePair& pair);

  // The rules of things of one type, each of which is there once.
  void step(std::uint32_t type, std::span<const ThingStep> steps, Moment& moment);

  // Silence. `expect`: things that have to speak, from `since` on if nothing is known of them.
  void expect(Instant since);
  // Silence that nobody could have heard broken does not count: what was counted by the beginning
  // of the outage goes on at its end.
  void nobody_listened(Interval outage);
  void heard(const Cell& cell, Moment& moment);
  void pass_time(Moment& moment);
  // After states were set from outside.
  void restart_timers();

  void shelve(std::uint32_t rule, Slot slot, Instant until, Instant now);
  std::optional<Instant> shelved(std::uint32_t rule, Slot slot) const;
  const std::map<std::pair<std::uint32_t, Slot>, std::int64_t>& all_shelved() const {
    return shelved_;
  }
  void repair(const CompiledRule& rule, Slot slot, const Repair& repair, Moment& moment);

 private:
  struct Timer {  // of a no-data rule over a thing; at or before the true time
    std::int64_t due_ns = 0;
    std::uint32_t rule = 0;  // into rules_
    Slot slot = 0;
    // The heap's top is the earliest.
    bool operator<(const Timer& other) const { return due_ns > other.due_ns; }
  };
  struct Change {
    RuleState before;
    RuleState current;  // as published
    RuleState next;
  };

  // What is looked at on every step of a thing, in one place.
  struct OfSlot {
    // A bit for each of its type's rules (the last one for all from the 64th on) whose state is
    // more than at rest: see rests().
    std::uint64_t busy = 0;
    std::uint32_t row = none;  // of a thing that has one version for all time
  };

  // A rule that is not true over such a state leaves it as it is.
  static bool rests(const RulePair& pair) {
    return pair.now == pair.before && pair.now.phase == AlertPhase::inactive &&
           pair.now.since_ns == 0 && !pair.now.quiet;
  }
  void put_state(std::uint32_t rule, Slot slot, const RulePair& pair);
  void step_rule(std::uint32_t rule, std::span<const ThingStep> steps, Moment& moment);
  void read_truths(const formula::Compiled& formula, std::vector<Truth>& out);
  void settle(const CompiledRule& rule, const ThingStep& step, Change& change, Moment& moment);
  static bool stays_quiet(const ThingStep& step, const Change& change);
  void emit(const CompiledRule& rule, Slot slot, AlertPhase from, const RuleState& to,
            AlertPhase phase, Instant event, std::uint8_t flags, Moment& moment);
  void suppress(const CompiledRule& rule, std::size_t first, Moment& moment);
  void wind(std::uint32_t rule, Slot slot, std::int64_t since_ns);
  bool due(const Timer& timer, Moment& moment);
  std::size_t index(const CompiledRule& rule, Slot slot) const {
    return slot - binding_.first_slot(rule.type);
  }

  const Binding& binding_;
  const model::Snapshot& live_;
  std::size_t most_shelved_;
  std::vector<CompiledRule> rules_;
  std::vector<StateTable> states_;  // as rules_
  std::vector<std::uint64_t> bit_;  // as rules_: in OfSlot::busy; 0: silence
  std::vector<OfSlot> slots_;
  std::vector<std::vector<std::uint32_t>> by_type_;  // `when` rules, into rules_
  std::vector<std::vector<std::uint32_t>> silent_by_type_;
  std::vector<Timer> timers_;  // a heap: one of each thing that was heard and is not silent
  std::map<std::pair<std::uint32_t, Slot>, std::int64_t> shelved_;  // until, ns

  formula::RowBatch batch_;
  std::vector<std::uint32_t> rows_;
  std::vector<Instant> as_of_;
  std::vector<ThingStep> present_;   // the steps with a row
  std::vector<std::uint64_t> busy_;  // their rules', as the step begins
  std::vector<Truth> when_;
  std::vector<Truth> clear_;
  std::vector<Timer> expired_;
};

}  // namespace cairn::stream
