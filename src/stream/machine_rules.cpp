// SPDX-License-Identifier: Apache-2.0
#include "stream/machine_rules.hpp"

#include <algorithm>

namespace cairn::stream {
namespace {

// Steps whose memory is asked for before it is needed.
constexpr std::size_t ahead = 12;

bool active(AlertPhase phase) {
  return phase != AlertPhase::inactive;
}

std::uint8_t silence_flags(const RuleState& before, const RuleState& after) {
  const bool began = after.flapping && !before.flapping;
  return transition_flag::no_data | (began ? transition_flag::flapping_began : 0);
}

}  // namespace

std::size_t StateTable::bytes() const {
  std::size_t bytes = pages_.size() * sizeof(pages_[0]);
  for (const auto& page : pages_) bytes += page ? sizeof(Page) : 0;
  return bytes;
}

RuleBook::RuleBook(const Binding& binding, const formula::Library& library,
                   const model::Snapshot& live, std::size_t most_shelved)
    : binding_(binding),
      live_(live),
      most_shelved_(most_shelved),
      rules_(compile_rules(library, live.zone)),
      batch_(live) {
  const std::size_t types = library.catalog().types.size();
  by_type_.resize(types);
  silent_by_type_.resize(types);
  states_.resize(rules_.size());
  for (std::uint32_t i = 0; i < rules_.size(); ++i) {
    const CompiledRule& rule = rules_[i];
    states_[i].resize(binding_.slot_count(rule.type));
    auto& of_type = (rule.silent ? silent_by_type_ : by_type_)[rule.type];
    bit_.push_back(rule.silent ? 0 : std::uint64_t{1} << std::min<std::size_t>(63, of_type.size()));
    of_type.push_back(i);
  }
  slots_.resize(binding_.slots());
  for (Slot slot = 0; slot < slots_.size(); ++slot) {
    const auto rows = binding_.rows(slot);
    const Interval all{Instant::min(), Instant::max()};
    const auto& table = *live_.tables[binding_.type_of(slot)];
    if (rows.size() == 1 && table.valid[rows[0]] == all) slots_[slot].row = rows[0];
  }
}

const CompiledRule* RuleBook::find(std::uint32_t index) const {
  const auto at = std::lower_bound(
      rules_.begin(), rules_.end(), index,
      [](const CompiledRule& rule, std::uint32_t value) { return rule.index < value; });
  return at != rules_.end() && at->index == index ? &*at : nullptr;
}

const CompiledRule* RuleBook::find(std::string_view id) const {
  const auto at = std::find_if(rules_.begin(), rules_.end(),
                               [&](const CompiledRule& rule) { return rule.def->id == id; });
  return at == rules_.end() ? nullptr : &*at;
}

bool RuleBook::minds(std::uint32_t type, std::uint32_t column) const {
  const auto& rules = silent_by_type_[type];
  return std::any_of(rules.begin(), rules.end(),
                     [&](std::uint32_t rule) { return rules_[rule].silent == column; });
}

const RulePair& RuleBook::state(const CompiledRule& rule, Slot slot) const {
  return states_[static_cast<std::size_t>(&rule - rules_.data())].get(index(rule, slot));
}

void RuleBook::set_state(const CompiledRule& rule, Slot slot, const RulePair& pair) {
  put_state(static_cast<std::uint32_t>(&rule - rules_.data()), slot, pair);
}

void RuleBook::put_state(std::uint32_t rule, Slot slot, const RulePair& pair) {
  states_[rule].set(index(rules_[rule], slot), pair);
  const std::uint64_t bit = bit_[rule];
  std::uint64_t& busy = slots_[slot].busy;
  if (!rests(pair)) {
    busy |= bit;
  } else if (bit >> 63 == 0) {  // the last bit stands for several rules
    busy &= ~bit;
  }
}

// --- Steps -------------------------------------------------------------------------------------

void RuleBook::step(std::uint32_t type, std::span<const ThingStep> steps, Moment& moment) {
  for (std::size_t begin = 0; begin < steps.size(); begin += formula::chunk_rows) {
    rows_.clear();
    as_of_.clear();
    present_.clear();
    busy_.clear();
    const auto chunk = steps.subspan(begin, std::min(formula::chunk_rows, steps.size() - begin));
    for (std::size_t i = 0; i < chunk.size(); ++i) {
      const ThingStep& step = chunk[i];
      if (i + ahead < chunk.size()) __builtin_prefetch(&slots_[chunk[i + ahead].slot]);
      const OfSlot& of = slots_[step.slot];
      const std::uint32_t row = of.row != none ? of.row : binding_.row_at(step.slot, step.at);
      // A thing that is not there at that time says nothing.
      if (row == none) continue;
      rows_.push_back(row);
      as_of_.push_back(step.at);
      present_.push_back(step);
      busy_.push_back(of.busy);
    }
    if (rows_.empty()) continue;
    batch_.begin(type, rows_, as_of_);
    for (const std::uint32_t rule : by_type_[type]) step_rule(rule, present_, moment);
  }
}

void RuleBook::read_truths(const formula::Compiled& formula, std::vector<Truth>& out) {
  const formula::Vec& values = batch_.evaluate(formula);
  out.resize(rows_.size());
  for (std::size_t lane = 0; lane < out.size(); ++lane) {
    out[lane] = CompiledRule::truth(values, lane);
  }
}

void RuleBook::step_rule(std::uint32_t rule_index, std::span<const ThingStep> steps,
                         Moment& moment) {
  const CompiledRule& rule = rules_[rule_index];
  const StateTable& states = states_[rule_index];
  read_truths(rule.when, when_);
  const std::uint64_t bit = bit_[rule_index];
  if (rule.clear) {
    bool needed = false;
    for (std::size_t lane = 0; lane < steps.size() && !needed; ++lane) {
      if ((busy_[lane] & bit) == 0) continue;
      const RulePair& pair = states.get(index(rule, steps[lane].slot));
      needed = fires((steps[lane].again ? pair.before : pair.now).phase);
    }
    clear_.assign(rows_.size(), Truth::unknown);
    if (needed) read_truths(*rule.clear, clear_);
  }
  const std::size_t first = moment.effects.transitions.size();
  for (std::size_t lane = 0; lane < steps.size(); ++lane) {
    // The usual case: nothing was, nothing is.
    if (when_[lane] != Truth::yes && (busy_[lane] & bit) == 0) continue;
    const ThingStep& at = steps[lane];
    const RulePair& pair = states.get(index(rule, at.slot));
    Change change;
    change.before = at.again ? pair.before : pair.now;
    change.current = pair.now;
    change.next = stream::step(rule.times, change.before, at.at, when_[lane],
                               rule.clear ? clear_[lane] : Truth::unknown);
    const bool confirms = change.current.quiet && !at.historical;
    if (!confirms && change.next == change.current && change.before == pair.before) continue;
    settle(rule, at, change, moment);
    put_state(rule_index, at.slot, {change.next, change.before});
  }
  if (rule.suppress) suppress(rule, first, moment);
}

// Whether a firing stays without an alarm: what back-filled data say waits for a live step that
// says so too. What was told once is not taken back by the same time told again.
bool RuleBook::stays_quiet(const ThingStep& step, const Change& change) {
  if (!fires(change.next.phase)) return false;
  const bool told = fires(change.current.phase) && !change.current.quiet &&
                    change.next.episode == change.current.episode;
  if (told || (!step.historical && change.next.phase == AlertPhase::firing)) return false;
  return fires(change.before.phase) ? change.before.quiet : step.historical;
}

// Gives the next state its episode and its flapping, and says what has changed.
void RuleBook::settle(const CompiledRule& rule, const ThingStep& step, Change& change,
                      Moment& moment) {
  const RuleState& before = change.before;
  const RuleState& current = change.current;
  RuleState& next = change.next;
  if (fires(before.phase) != fires(next.phase)) flap(next, step.at);
  if (!active(next.phase)) {
    next.episode = 0;
  } else if (!fires(before.phase)) {
    // An episode goes on while it is what was published. A firing that is taken back is over: what
    // then waits again is another one.
    const bool taken_back = fires(current.phase) && next.phase == AlertPhase::pending;
    next.episode = current.episode;
    if (!active(current.phase) || taken_back) {
      next.episode = 0;  // given by publish()
    }
  }
  next.quiet = stays_quiet(step, change);
  const bool same = current.phase == next.phase && current.episode == next.episode;
  if (same && current.quiet == next.quiet) return;
  const bool taken_back = fires(current.phase) && !fires(before.phase) && !fires(next.phase);
  const std::uint8_t revised = step.again ? transition_flag::revised : 0;
  const bool told = fires(current.phase) && !current.quiet;
  const bool unheard = next.quiet || (current.quiet && !fires(next.phase));
  std::uint8_t flags = unheard || (step.historical && !told) ? transition_flag::historical : 0;
  AlertPhase from = current.phase;
  if (taken_back) {
    emit(rule, step.slot, from, current, AlertPhase::retracted, step.at, flags | revised, moment);
    from = AlertPhase::inactive;
    if (!active(next.phase)) return;
  }
  if (next.flapping && !current.flapping) flags |= transition_flag::flapping_began;
  if (!active(next.phase)) {
    const AlertPhase to = fires(from) ? AlertPhase::resolved : AlertPhase::inactive;
    RuleState ended = next;
    ended.episode = current.episode;
    emit(rule, step.slot, from, ended, to, step.at, flags, moment);
    return;
  }
  if (next.episode == 0) next.episode = moment.number();
  const bool again = from == AlertPhase::inactive && fires(before.phase);
  if (again) from = AlertPhase::resolved;
  if (again) flags |= revised;
  emit(rule, step.slot, from, next, next.phase, step.at, flags, moment);
  // Told again at the same time, an episode may begin with what had been waiting before.
  Instant& since = moment.effects.transitions.back().since;
  if (next.phase == AlertPhase::pending) since = {next.since_ns};
  if (fires(next.phase) && before.phase == AlertPhase::pending) since = {before.since_ns};
}

void RuleBook::emit(const CompiledRule& rule, Slot slot, AlertPhase from, const RuleState& to,
                    AlertPhase phase, Instant event, std::uint8_t flags, Moment& moment) {
  if (to.flapping) flags |= transition_flag::flapping;
  if (!shelved_.empty()) {
    const auto until = shelved(rule.index, slot);
    if (until && moment.arrival < *until) flags |= transition_flag::shelved;
  }
  moment.effects.transitions.push_back({rule.index, slot, from, phase, flags, event, moment.arrival,
                                        moment.position, moment.ordinal, to.episode, event});
  ++moment.ordinal;
}

// `while` is looked at when something happens: at the time of each transition from `first` on.
void RuleBook::suppress(const CompiledRule& rule, std::size_t first, Moment& moment) {
  auto& transitions = moment.effects.transitions;
  for (std::size_t begin = first; begin < transitions.size(); begin += formula::chunk_rows) {
    const std::size_t end = std::min(begin + formula::chunk_rows, transitions.size());
    std::vector<std::uint32_t> rows;
    std::vector<Instant> times;
    std::vector<std::size_t> which;
    for (std::size_t i = begin; i < end; ++i) {
      const bool silence = (transitions[i].flags & transition_flag::no_data) != 0;
      const Instant at = silence ? transitions[i].arrival : transitions[i].event;
      const std::uint32_t row = binding_.row_at(transitions[i].slot, at);
      if (row == none) continue;
      rows.push_back(row);
      times.push_back(at);
      which.push_back(i);
    }
    if (rows.empty()) continue;
    formula::RowBatch batch(live_);
    batch.begin(rule.type, rows, times);
    const formula::Vec& values = batch.evaluate(*rule.suppress);
    for (std::size_t lane = 0; lane < which.size(); ++lane) {
      if (CompiledRule::truth(values, lane) != Truth::yes) continue;
      transitions[which[lane]].flags |= transition_flag::suppressed;
    }
  }
}

// --- Silence -----------------------------------------------------------------------------------

void RuleBook::wind(std::uint32_t rule, Slot slot, std::int64_t since_ns) {
  const RuleTimes& times = rules_[rule].times;
  timers_.push_back({plus({since_ns}, *times.hold, times.zone).ns, rule, slot});
  std::push_heap(timers_.begin(), timers_.end());
}

void RuleBook::restart_timers() {
  timers_.clear();
  for (std::uint32_t i = 0; i < rules_.size(); ++i) {
    const CompiledRule& rule = rules_[i];
    if (!rule.silent) continue;
    const Slot first = binding_.first_slot(rule.type);
    for (Slot slot = first; slot < first + binding_.slot_count(rule.type); ++slot) {
      const RuleState& now = states_[i].get(slot - first).now;
      if (now.since_ns == 0 || active(now.phase)) continue;
      timers_.push_back({plus({now.since_ns}, *rule.times.hold, rule.times.zone).ns, i, slot});
    }
  }
  std::make_heap(timers_.begin(), timers_.end());
}

void RuleBook::expect(Instant since) {
  for (std::uint32_t i = 0; i < rules_.size(); ++i) {
    const CompiledRule& rule = rules_[i];
    if (!rule.silent || !rule.def->expected) continue;
    const Slot first = binding_.first_slot(rule.type);
    for (Slot slot = first; slot < first + binding_.slot_count(rule.type); ++slot) {
      RulePair pair = states_[i].get(slot - first);
      if (pair.now.since_ns != 0) continue;
      pair.now.since_ns = since.ns;
      states_[i].set(slot - first, pair);
      wind(i, slot, since.ns);
    }
  }
}

void RuleBook::nobody_listened(Interval outage) {
  for (std::uint32_t i = 0; i < rules_.size(); ++i) {
    const CompiledRule& rule = rules_[i];
    if (!rule.silent) continue;
    for (std::uint32_t place = 0; place < binding_.slot_count(rule.type); ++place) {
      RulePair pair = states_[i].get(place);
      if (pair.now.since_ns == 0 || active(pair.now.phase)) continue;
      pair.now.since_ns += outage.end.ns - outage.begin.ns;  // its timer finds out when it expires
      states_[i].set(place, pair);
    }
  }
}

void RuleBook::heard(const Cell& cell, Moment& moment) {
  for (const std::uint32_t i : silent_by_type_[cell.type]) {
    const CompiledRule& rule = rules_[i];
    if (rule.silent != cell.column) continue;
    const std::size_t place = index(rule, cell.slot);
    RulePair pair = states_[i].get(place);
    const bool wound = pair.now.since_ns != 0 && !active(pair.now.phase);
    if (active(pair.now.phase)) {
      RuleState ended = pair.now;
      ended.phase = AlertPhase::inactive;
      flap(ended, moment.arrival);
      emit(rule, cell.slot, pair.now.phase, ended, AlertPhase::resolved, moment.arrival,
           silence_flags(pair.now, ended), moment);
      ended.episode = 0;
      pair.now = ended;
    }
    pair.now.since_ns = moment.arrival.ns;
    states_[i].set(place, pair);
    if (!wound) wind(i, cell.slot, moment.arrival.ns);
  }
}

// Whether the silence has lasted; else the timer is wound up again.
bool RuleBook::due(const Timer& timer, Moment& moment) {
  const CompiledRule& rule = rules_[timer.rule];
  const std::size_t place = index(rule, timer.slot);
  RulePair pair = states_[timer.rule].get(place);
  const Instant due = plus({pair.now.since_ns}, *rule.times.hold, rule.times.zone);
  if (moment.arrival <= due) {
    wind(timer.rule, timer.slot, pair.now.since_ns);
    return false;
  }
  const std::uint32_t row = binding_.row_at(timer.slot, moment.arrival);
  if (row != none && live_.tables[rule.type]->status[row] == model::Life::live) return true;
  // Nobody expects it to speak: silence counts from when it should.
  pair.now.since_ns = moment.arrival.ns;
  states_[timer.rule].set(place, pair);
  wind(timer.rule, timer.slot, moment.arrival.ns);
  return false;
}

void RuleBook::pass_time(Moment& moment) {
  expired_.clear();
  while (!timers_.empty() && timers_.front().due_ns < moment.arrival.ns) {
    std::pop_heap(timers_.begin(), timers_.end());
    Timer timer = timers_.back();
    timers_.pop_back();
    if (due(timer, moment)) expired_.push_back(timer);
  }
  // The heap's order is not that of the state: that of rules and things is.
  std::sort(expired_.begin(), expired_.end(), [](const Timer& a, const Timer& b) {
    return a.rule != b.rule ? a.rule < b.rule : a.slot < b.slot;
  });
  for (std::size_t i = 0; i < expired_.size();) {
    const CompiledRule& rule = rules_[expired_[i].rule];
    const std::uint32_t same = expired_[i].rule;
    const std::size_t first = moment.effects.transitions.size();
    for (; i < expired_.size() && expired_[i].rule == same; ++i) {
      const Slot slot = expired_[i].slot;
      RulePair pair = states_[same].get(index(rule, slot));
      const Instant event = plus({pair.now.since_ns}, *rule.times.hold, rule.times.zone);
      const RuleState before = pair.now;
      pair.now.phase = AlertPhase::firing;
      pair.now.episode = moment.number();
      flap(pair.now, event);
      emit(rule, slot, AlertPhase::inactive, pair.now, AlertPhase::firing, event,
           silence_flags(before, pair.now), moment);
      states_[same].set(index(rule, slot), pair);
    }
    if (rule.suppress) suppress(rule, first, moment);
  }
}

// --- What people and revisers do ---------------------------------------------------------------

void RuleBook::shelve(std::uint32_t rule, Slot slot, Instant until, Instant now) {
  if (until <= now) {
    shelved_.erase({rule, slot});
    return;
  }
  shelved_[{rule, slot}] = until.ns;
  if (shelved_.size() <= most_shelved_) return;
  const auto first_to_end =
      std::min_element(shelved_.begin(), shelved_.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  shelved_.erase(first_to_end);
}

std::optional<Instant> RuleBook::shelved(std::uint32_t rule, Slot slot) const {
  const auto at = shelved_.find({rule, slot});
  if (at == shelved_.end()) return std::nullopt;
  return Instant{at->second};
}

void RuleBook::repair(const CompiledRule& rule, Slot slot, const Repair& repair, Moment& moment) {
  std::vector<std::uint64_t> numbers;
  for (const RepairedEpisode& episode : repair.episodes) {
    AlertRevision revision;
    revision.rule = rule.index;
    revision.slot = slot;
    revision.kind = episode.kind;
    revision.phase = episode.phase;
    revision.episode = episode.kind == RevisionKind::added ? moment.number() : episode.episode;
    revision.since = episode.since;
    revision.began = episode.began;
    revision.ended = episode.ended;
    revision.arrival = moment.arrival;
    revision.position = moment.position;
    numbers.push_back(revision.episode);
    moment.effects.revisions.push_back(revision);
    ++moment.ordinal;
  }
  if (repair.past) return;
  RulePair pair = state(rule, slot);
  const auto take = [&](const RuleState& from, RuleState& to) {
    // What fires only by late data is no alarm before a live step says so too.
    to.quiet = fires(from.phase) && (!fires(to.phase) || to.quiet);
    to.phase = from.phase;
    to.since_ns = from.since_ns;
    to.episode = from.episode < numbers.size() && active(from.phase)
                     ? numbers[static_cast<std::size_t>(from.episode)]
                     : from.episode;
  };
  take(repair.state.now, pair.now);
  take(repair.state.before, pair.before);
  set_state(rule, slot, pair);
}

}  // namespace cairn::stream
