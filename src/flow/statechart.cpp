// SPDX-License-Identifier: Apache-2.0
// Names follow the algorithm in the SCXML recommendation, appendix D.
#include "flow/statechart.hpp"

#include <algorithm>
#include <deque>
#include <optional>
#include <set>
#include <span>
#include <utility>

#include "core/text.hpp"

namespace cairn::flow {

const char* to_string(StateKind kind) {
  switch (kind) {
    case StateKind::atomic:
      return "atomic";
    case StateKind::compound:
      return "compound";
    case StateKind::parallel:
      return "parallel";
    case StateKind::final:
      return "final";
    case StateKind::history:
      return "history";
    case StateKind::deep_history:
      return "deep_history";
  }
  return "";
}

const State* Chart::find(std::string_view state_id) const {
  for (std::size_t i = 1; i < states.size(); ++i) {
    if (states[i].id == state_id) return &states[i];
  }
  return nullptr;
}

bool is_descendant(const Chart& chart, StateIndex below, StateIndex above) {
  return below > above && below <= chart.states[above].last;
}

bool Instance::in(StateIndex state) const {
  return std::ranges::binary_search(active, state);
}

bool matches(std::string_view descriptor, std::string_view event) {
  if (descriptor == "*") return true;
  if (descriptor.ends_with(".*")) descriptor.remove_suffix(2);
  if (descriptor.ends_with('.')) descriptor.remove_suffix(1);
  return event.starts_with(descriptor) &&
         (event.size() == descriptor.size() || event[descriptor.size()] == '.');
}

std::vector<StateIndex> leaves(const Chart& chart, const Instance& instance) {
  std::vector<StateIndex> out;
  for (const StateIndex state : instance.active) {
    if (chart.states[state].children.empty()) out.push_back(state);
  }
  return out;
}

namespace {

bool is_history(const State& state) {
  return state.kind == StateKind::history || state.kind == StateKind::deep_history;
}

// One macrostep over a copy of the instance.
class Run {
 public:
  Run(const Chart& chart, Instance instance, Instant at, GuardEvaluator& guards)
      : chart_(chart), now_(std::move(instance)), at_(at), guards_(guards) {}

  void enter_initial();
  void external(const Event& event);
  Status settle();

  Instance instance() && { return std::move(now_); }
  Step& step() { return step_; }

 private:
  using States = std::set<StateIndex>;  // document order
  // What one microstep enters, and why.
  struct Entry {
    States states;
    States by_default;                                 // compounds entered through their initial
    std::map<StateIndex, StateIndex> through_history;  // parent -> history without memory
  };

  const State& at(StateIndex i) const { return chart_.states[i]; }
  bool below(StateIndex a, StateIndex b) const { return is_descendant(chart_, a, b); }

  bool guard_holds(const std::string& guard);
  bool waits_for(const Transition& transition, const Event* event) const;
  std::vector<TransitionIndex> select(const Event* event);
  std::optional<TransitionIndex> first_enabled(StateIndex leaf, const Event* event);
  std::vector<TransitionIndex> without_conflicts(const std::vector<TransitionIndex>& enabled) const;
  void explain(const Event& event);

  std::vector<StateIndex> effective_targets(const std::vector<StateIndex>& targets) const;
  std::optional<StateIndex> domain(const Transition& transition) const;
  States exit_set(std::span<const TransitionIndex> transitions) const;

  void microstep(const std::vector<TransitionIndex>& transitions);
  void leave(const States& states);
  void remember(const States& leaving);
  void add_descendants(StateIndex state, Entry& entry) const;
  void complete(StateIndex parallel, Entry& entry) const;
  void add_ancestors(StateIndex state, StateIndex top, Entry& entry) const;
  void add_targets(std::span<const StateIndex> targets, StateIndex top, Entry& entry) const;
  void enter(const Entry& entry);
  void finished(StateIndex final_state);
  bool is_done(StateIndex state) const;

  void perform(const std::vector<Action>& actions);
  void perform(const Action& action);
  void raise(std::string name, Fields data = {});
  void mistake(const std::string& what, const Error& error);

  const Chart& chart_;
  Instance now_;
  Instant at_;
  GuardEvaluator& guards_;
  Step step_;
  std::deque<Event> internal_;
  std::optional<Event> event_;  // the last one; eventless transitions see it too
  bool overflow_ = false;
};

void Run::raise(std::string name, Fields data) {
  if (internal_.size() >= max_internal_events) {
    overflow_ = true;
    return;
  }
  internal_.push_back({std::move(name), std::move(data), at_});
}

void Run::mistake(const std::string& what, const Error& error) {
  std::string text = format("{}: {}", what, to_string(error));
  // Once: an eventless transition is looked at again after the event that its mistake raised.
  if (std::ranges::find(step_.mistakes, text) != step_.mistakes.end()) return;
  step_.mistakes.push_back(std::move(text));
  raise("error.execution", {{"reason", step_.mistakes.back()}});
}

bool Run::guard_holds(const std::string& guard) {
  if (guard.empty()) return true;
  const auto answer = guards_.holds(guard, {chart_, now_, event_ ? &*event_ : nullptr});
  if (answer) return *answer;
  mistake(guard, answer.error());
  return false;
}

bool Run::waits_for(const Transition& transition, const Event* event) const {
  if (event == nullptr) return transition.events.empty();
  return std::ranges::any_of(transition.events, [&](const std::string& descriptor) {
    return matches(descriptor, event->name);
  });
}

std::optional<TransitionIndex> Run::first_enabled(StateIndex leaf, const Event* event) {
  for (StateIndex state = leaf;; state = at(state).parent) {
    for (const TransitionIndex t : at(state).transitions) {
      const Transition& transition = chart_.transitions[t];
      if (waits_for(transition, event) && guard_holds(transition.guard)) return t;
    }
    if (state == 0) return std::nullopt;
  }
}

std::vector<TransitionIndex> Run::select(const Event* event) {
  if (event != nullptr) event_ = *event;
  std::vector<TransitionIndex> enabled;
  for (const StateIndex leaf : leaves(chart_, now_)) {
    const auto t = first_enabled(leaf, event);
    if (t && std::ranges::find(enabled, *t) == enabled.end()) enabled.push_back(*t);
  }
  return without_conflicts(enabled);
}

// Of two transitions that leave a common state the one of the inner source wins, else the first.
std::vector<TransitionIndex> Run::without_conflicts(
    const std::vector<TransitionIndex>& enabled) const {
  std::vector<TransitionIndex> kept;
  for (const TransitionIndex t : enabled) {
    const States mine = exit_set({&t, 1});
    std::vector<TransitionIndex> beaten;
    bool preempted = false;
    for (const TransitionIndex other : kept) {
      const States theirs = exit_set({&other, 1});
      const bool apart = std::ranges::none_of(mine, [&](auto s) { return theirs.contains(s); });
      if (apart) continue;
      if (below(chart_.transitions[t].source, chart_.transitions[other].source)) {
        beaten.push_back(other);
      } else {
        preempted = true;
        break;
      }
    }
    if (preempted) continue;
    std::erase_if(kept, [&](auto k) { return std::ranges::find(beaten, k) != beaten.end(); });
    kept.push_back(t);
  }
  return kept;
}

// Tells a person why nothing moved.
void Run::explain(const Event& event) {
  for (const StateIndex state : now_.active) {
    for (const TransitionIndex t : at(state).transitions) {
      const Transition& transition = chart_.transitions[t];
      if (waits_for(transition, &event)) step_.refused.push_back({t, transition.guard});
    }
  }
}

std::vector<StateIndex> Run::effective_targets(const std::vector<StateIndex>& targets) const {
  std::vector<StateIndex> out;
  for (const StateIndex target : targets) {
    if (!is_history(at(target))) {
      out.push_back(target);
    } else if (const auto known = now_.remembered.find(target); known != now_.remembered.end()) {
      out.insert(out.end(), known->second.begin(), known->second.end());
    } else {
      for (const StateIndex state : effective_targets(at(target).initial)) out.push_back(state);
    }
  }
  return out;
}

// The innermost compound that stays active; nothing for a targetless transition.
std::optional<StateIndex> Run::domain(const Transition& transition) const {
  const auto targets = effective_targets(transition.targets);
  if (targets.empty()) return std::nullopt;
  const auto holds_all = [&](StateIndex state) {
    return std::ranges::all_of(targets, [&](StateIndex t) { return below(t, state); });
  };
  const StateIndex source = transition.source;
  const bool compound = at(source).kind == StateKind::compound;
  if ((transition.internal || source == 0) && compound && holds_all(source)) return source;
  for (StateIndex state = at(source).parent; state != 0; state = at(state).parent) {
    if (at(state).kind == StateKind::compound && holds_all(state)) return state;
  }
  return 0;
}

Run::States Run::exit_set(std::span<const TransitionIndex> transitions) const {
  States out;
  for (const TransitionIndex t : transitions) {
    const auto top = domain(chart_.transitions[t]);
    if (!top) continue;
    for (const StateIndex state : now_.active) {
      if (below(state, *top)) out.insert(state);
    }
  }
  return out;
}

void Run::remember(const States& leaving) {
  for (const StateIndex state : leaving) {
    for (const StateIndex history : at(state).histories) {
      std::vector<StateIndex> kept;
      for (const StateIndex active : now_.active) {
        const bool wanted = at(history).kind == StateKind::deep_history
                                ? at(active).children.empty() && below(active, state)
                                : active != state && at(active).parent == state;
        if (wanted) kept.push_back(active);
      }
      now_.remembered[history] = std::move(kept);
    }
  }
}

void Run::leave(const States& states) {
  remember(states);
  for (auto it = states.rbegin(); it != states.rend(); ++it) {
    perform(at(*it).exit);
    std::erase(now_.active, *it);
    step_.exited.push_back(*it);
  }
}

void Run::add_targets(std::span<const StateIndex> targets, StateIndex top, Entry& entry) const {
  for (const StateIndex target : targets) add_descendants(target, entry);
  for (const StateIndex target : targets) add_ancestors(target, top, entry);
}

void Run::add_descendants(StateIndex state, Entry& entry) const {
  if (is_history(at(state))) {
    const StateIndex parent = at(state).parent;
    const auto known = now_.remembered.find(state);
    if (known != now_.remembered.end()) {
      add_targets(known->second, parent, entry);
    } else {
      entry.through_history[parent] = state;
      add_targets(at(state).initial, parent, entry);
    }
    return;
  }
  entry.states.insert(state);
  if (at(state).kind == StateKind::compound) {
    entry.by_default.insert(state);
    add_targets(at(state).initial, state, entry);
  } else if (at(state).kind == StateKind::parallel) {
    complete(state, entry);
  }
}

// Enters those regions of a parallel that nothing was chosen in.
void Run::complete(StateIndex parallel, Entry& entry) const {
  for (const StateIndex child : at(parallel).children) {
    const auto inside = [&](StateIndex s) { return s == child || below(s, child); };
    if (std::ranges::none_of(entry.states, inside)) add_descendants(child, entry);
  }
}

// What is between `state` and `top`.
void Run::add_ancestors(StateIndex state, StateIndex top, Entry& entry) const {
  for (StateIndex up = at(state).parent; up != top && up != 0; up = at(up).parent) {
    entry.states.insert(up);
    if (at(up).kind == StateKind::parallel) complete(up, entry);
  }
}

void Run::enter(const Entry& entry) {
  for (const StateIndex state : entry.states) {
    if (now_.in(state)) continue;
    now_.active.insert(std::ranges::upper_bound(now_.active, state), state);
    step_.entered.push_back(state);
    perform(at(state).entry);
    if (entry.by_default.contains(state)) perform(at(state).initial_actions);
    if (const auto h = entry.through_history.find(state); h != entry.through_history.end()) {
      perform(at(h->second).initial_actions);
    }
    if (at(state).kind == StateKind::final) finished(state);
  }
}

bool Run::is_done(StateIndex state) const {
  const State& s = at(state);
  if (s.kind == StateKind::compound) {
    return std::ranges::any_of(s.children, [&](StateIndex child) {
      return at(child).kind == StateKind::final && now_.in(child);
    });
  }
  return s.kind == StateKind::parallel &&
         std::ranges::all_of(s.children, [&](StateIndex child) { return is_done(child); });
}

void Run::finished(StateIndex final_state) {
  const StateIndex parent = at(final_state).parent;
  if (parent == 0) {
    now_.running = false;
    return;
  }
  raise("done.state." + at(parent).id);
  const StateIndex grand = at(parent).parent;
  if (at(grand).kind == StateKind::parallel && is_done(grand)) raise("done.state." + at(grand).id);
}

void Run::perform(const std::vector<Action>& actions) {
  for (const Action& action : actions) {
    if (guard_holds(action.guard)) perform(action);
  }
}

void Run::perform(const Action& action) {
  switch (action.kind) {
    case Action::Kind::raise:
      raise(action.name, action.arguments);
      return;
    case Action::Kind::send: {
      const std::string id = action.id.empty() ? format("send-{}", ++now_.sends) : action.id;
      step_.effects.push_back(
          {Effect::Kind::send, action.name, id, at_ + action.delay_ns, action.arguments});
      return;
    }
    case Action::Kind::cancel:
      step_.effects.push_back({Effect::Kind::cancel, action.name, {}, at_, {}});
      return;
    case Action::Kind::assign: {
      auto value = guards_.value(action.value, {chart_, now_, event_ ? &*event_ : nullptr});
      if (!value) return mistake(action.value, value.error());
      now_.variables[action.name] = *std::move(value);
      return;
    }
    case Action::Kind::call:
      step_.effects.push_back({Effect::Kind::call, action.name, {}, at_, action.arguments});
      return;
  }
}

void Run::microstep(const std::vector<TransitionIndex>& transitions) {
  // Where to enter is told before leaving: a transition's domain rests on what is active now, its
  // histories on what is remembered after leaving.
  std::vector<std::optional<StateIndex>> tops;
  for (const TransitionIndex t : transitions) tops.push_back(domain(chart_.transitions[t]));
  leave(exit_set(transitions));
  for (const TransitionIndex t : transitions) {
    step_.taken.push_back(t);
    perform(chart_.transitions[t].actions);
  }
  Entry entry;
  for (std::size_t i = 0; i < transitions.size(); ++i) {
    if (tops[i]) add_targets(chart_.transitions[transitions[i]].targets, *tops[i], entry);
  }
  enter(entry);
}

void Run::enter_initial() {
  now_.active.push_back(0);
  Entry entry;
  add_targets(at(0).initial, 0, entry);
  perform(at(0).initial_actions);
  enter(entry);
}

void Run::external(const Event& event) {
  const auto transitions = select(&event);
  if (transitions.empty()) return explain(event);
  microstep(transitions);
}

Status Run::settle() {
  for (int left = max_microsteps; now_.running; --left) {
    if (left == 0 || overflow_) {
      return fail(
          Code::too_large,
          format("'{}' does not come to rest: after {} steps it still moves by itself; look "
                 "for transitions without event, or raised events, that go in a circle",
                 chart_.id, max_microsteps),
          step_.taken.empty() ? "" : chart_.transitions[step_.taken.back()].place);
    }
    const auto eventless = select(nullptr);
    if (!eventless.empty()) {
      microstep(eventless);
      continue;
    }
    if (internal_.empty()) break;
    const Event event = std::move(internal_.front());
    internal_.pop_front();
    const auto transitions = select(&event);
    if (!transitions.empty()) microstep(transitions);
  }
  if (now_.running) return std::monostate{};
  // The end: everything is left, innermost first, with its exit actions; `active` keeps where it
  // ended for those who ask.
  for (auto it = now_.active.rbegin(); it != now_.active.rend(); ++it) perform(at(*it).exit);
  return std::monostate{};
}

}  // namespace

Result<Started> start(const Chart& chart, Instant at, GuardEvaluator& guards) {
  Instance fresh;
  fresh.variables = chart.variables;
  Run run(chart, std::move(fresh), at, guards);
  run.enter_initial();
  if (const auto rest = run.settle(); !rest) return fail(rest.error());
  Step step = std::move(run.step());
  return Started{std::move(run).instance(), std::move(step)};
}

Result<Step> step(const Chart& chart, Instance& instance, const Event& event,
                  GuardEvaluator& guards) {
  if (!instance.running) {
    return fail(Code::conflict,
                format("'{}' has ended: the event '{}' comes too late", chart.id, event.name));
  }
  Run run(chart, instance, event.at, guards);
  run.external(event);
  if (const auto rest = run.settle(); !rest) return fail(rest.error());
  Step step = std::move(run.step());
  instance = std::move(run).instance();
  return step;
}

}  // namespace cairn::flow
