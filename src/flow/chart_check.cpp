// SPDX-License-Identifier: Apache-2.0
#include "flow/chart_check.hpp"

#include <algorithm>
#include <vector>

#include "core/text.hpp"

namespace cairn::flow {
namespace {

bool is_history(const State& state) {
  return state.kind == StateKind::history || state.kind == StateKind::deep_history;
}

class Checker {
 public:
  Checker(const Chart& chart, Problems& problems) : chart_(chart), problems_(problems) {}

  void errors();
  void warnings();

 private:
  const State& at(StateIndex i) const { return chart_.states[i]; }
  StateIndex end() const { return static_cast<StateIndex>(chart_.states.size()); }
  std::string list(const std::vector<StateIndex>& states) const;

  void check_initial(StateIndex index);
  bool together(const std::vector<StateIndex>& targets) const;
  StateIndex common_ancestor(StateIndex a, StateIndex b) const;

  void reach(StateIndex state);
  void reach_with_ancestors(StateIndex state);
  std::vector<bool> ending() const;

  const Chart& chart_;
  Problems& problems_;
  std::vector<bool> reached_;
  std::vector<StateIndex> waiting_;
};

std::string Checker::list(const std::vector<StateIndex>& states) const {
  std::vector<std::string> ids;
  for (const StateIndex s : states) ids.push_back(at(s).id);
  return join(ids, ", ");
}

StateIndex Checker::common_ancestor(StateIndex a, StateIndex b) const {
  while (a != b && !is_descendant(chart_, b, a)) a = at(a).parent;
  return a;
}

// Different regions of one parallel, pair by pair.
bool Checker::together(const std::vector<StateIndex>& targets) const {
  for (std::size_t i = 0; i < targets.size(); ++i) {
    for (std::size_t j = i + 1; j < targets.size(); ++j) {
      const StateIndex common = common_ancestor(targets[i], targets[j]);
      if (common == targets[i] || common == targets[j]) return false;
      if (at(common).kind != StateKind::parallel) return false;
      // A parallel's own history takes all regions.
      for (const StateIndex t : {targets[i], targets[j]}) {
        if (at(t).parent == common && is_history(at(t))) return false;
      }
    }
  }
  return true;
}

void Checker::check_initial(StateIndex index) {
  const State& state = at(index);
  const bool history = is_history(state);
  if (!history && state.kind != StateKind::compound) return;
  const StateIndex above = history ? state.parent : index;
  if (state.initial.empty()) {
    problems_.error(state.place, format("the history '{}' needs an 'initial': where to go when "
                                        "there is nothing to remember",
                                        state.id));
    return;
  }
  for (const StateIndex target : state.initial) {
    const bool plain = !history || !is_history(at(target));
    if (is_descendant(chart_, target, above) && plain) continue;
    problems_.error(state.place,
                    history
                        ? format("the default '{}' of the history '{}' must be a state beside "
                                 "it or deeper, not a history",
                                 at(target).id, state.id)
                        : format("the initial '{}' is not inside '{}'", at(target).id, state.id));
  }
  if (!together(state.initial)) {
    problems_.error(state.place, format("'initial' names states that cannot be active together: {}",
                                        list(state.initial)));
  }
}

void Checker::errors() {
  for (StateIndex i = 0; i < end(); ++i) {
    check_initial(i);
    if (at(i).kind == StateKind::parallel && at(i).children.empty()) {
      problems_.error(at(i).place, "a parallel state needs states that are not histories");
    }
  }
  for (const Transition& transition : chart_.transitions) {
    if (!together(transition.targets)) {
      problems_.error(transition.place, format("'to' names states that cannot be active together: "
                                               "{}; they must lie in different states of one "
                                               "parallel",
                                               list(transition.targets)));
    }
  }
}

void Checker::reach(StateIndex state) {
  if (reached_[state]) return;
  reached_[state] = true;
  waiting_.push_back(state);
}

void Checker::reach_with_ancestors(StateIndex state) {
  reach(state);
  for (StateIndex up = state; up != 0; up = at(up).parent) reach(at(up).parent);
}

// Whether a final child of the chart can come after a state: through a transition of itself, of
// what is active with it, or of what lies inside.
std::vector<bool> Checker::ending() const {
  std::vector<bool> ends(chart_.states.size(), false);
  for (const StateIndex child : at(0).children) {
    if (at(child).kind == StateKind::final) ends[child] = true;
  }
  const auto mark = [&](StateIndex source) {
    bool changed = false;
    const auto set = [&](StateIndex s) {
      changed = changed || !ends[s];
      ends[s] = true;
    };
    // All inside the source; going up, the ancestors, and all inside of those that are parallel.
    for (StateIndex s = source; s <= at(source).last; ++s) set(s);
    for (StateIndex up = source; up != 0;) {
      up = at(up).parent;
      set(up);
      if (at(up).kind != StateKind::parallel) continue;
      for (StateIndex s = up; s <= at(up).last; ++s) set(s);
    }
    return changed;
  };
  for (bool changed = true; changed;) {
    changed = false;
    for (const Transition& transition : chart_.transitions) {
      const bool leads = std::ranges::any_of(transition.targets, [&](StateIndex t) {
        return ends[is_history(at(t)) ? at(t).parent : t];
      });
      if (leads) changed = mark(transition.source) || changed;
    }
  }
  return ends;
}

void Checker::warnings() {
  reached_.assign(chart_.states.size(), false);
  reach(0);
  while (!waiting_.empty()) {
    const State& state = at(waiting_.back());
    waiting_.pop_back();
    for (const StateIndex s : state.initial) reach_with_ancestors(s);
    if (state.kind == StateKind::parallel) {
      for (const StateIndex child : state.children) reach(child);
    }
    for (const TransitionIndex t : state.transitions) {
      for (const StateIndex s : chart_.transitions[t].targets) reach_with_ancestors(s);
    }
  }
  const auto ends = ending();
  const bool has_end = std::ranges::any_of(
      at(0).children, [&](StateIndex child) { return at(child).kind == StateKind::final; });
  if (!has_end) problems_.warning(at(0).place, "the workflow never ends: it has no final state");
  for (StateIndex i = 1; i < end(); ++i) {
    if (!reached_[i]) {
      problems_.warning(at(i).place, format("the state '{}' is never reached", at(i).id));
    } else if (has_end && !ends[i] && at(i).children.empty() && !is_history(at(i))) {
      problems_.warning(at(i).place, format("from '{}' no final state can be reached", at(i).id));
    }
  }
}

}  // namespace

void check_chart(const Chart& chart, Problems& problems) {
  Checker checker(chart, problems);
  checker.errors();
  if (problems.ok()) checker.warnings();
}

}  // namespace cairn::flow
