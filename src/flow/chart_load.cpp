// SPDX-License-Identifier: Apache-2.0
#include "flow/chart_load.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "core/text.hpp"
#include "flow/chart_check.hpp"
#include "flow/expression.hpp"
#include "model/yaml.hpp"

namespace cairn::flow {
namespace {

using model::YamlMap;
using model::YamlNode;

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= 100 && std::ranges::all_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
  });
}

YamlNode empty_map(const YamlNode& at) {
  YamlNode out;
  out.kind = YamlNode::Kind::map;
  out.line = at.line;
  out.column = at.column;
  return out;
}

// Targets are resolved when all states are known.
struct NamedTargets {
  std::vector<std::string> ids;
  std::string place;
  bool empty() const { return ids.empty(); }
};

class Loader {
 public:
  Loader(std::string_view file, Problems& problems) : file_(file), problems_(problems) {}

  Workflow read(const YamlNode& root);

 private:
  std::string place(const YamlNode& node) const {
    return format("{}:{}:{}", file_, node.line, node.column);
  }

  void read_states(const YamlNode& node, StateIndex parent);
  void read_state(const std::string& id, const YamlNode& node, StateIndex parent);
  StateKind read_kind(YamlMap& map, bool has_states);
  void read_initial(YamlMap& map, StateIndex state);
  void read_transitions(const YamlNode& node, StateIndex source);
  void read_transition(const YamlNode& node, StateIndex source);
  void read_events(const YamlNode& node, Transition& transition);
  std::vector<Action> read_actions(const YamlNode* node);
  void read_action(const YamlNode& node, std::vector<Action>& out);
  void read_send(YamlMap& map, Action& action);
  std::string read_guard(YamlMap& map, std::string_view key);
  Fields read_fields(YamlMap& map, std::string_view key);
  NamedTargets read_targets(YamlMap& map, std::string_view key);
  void read_deadline(const YamlNode& node, const std::string& state);
  void read_escalation(const YamlNode& node, DeadlineRule& rule);
  double read_fraction(YamlMap& map, std::string_view key, double otherwise, double most);

  void resolve();
  std::vector<StateIndex> find_all(const NamedTargets& names);
  void default_initials();
  void check_pauses();
  void check_variable(const std::string& name, const std::string& place);

  std::string_view file_;
  Problems& problems_;
  Workflow out_;
  std::map<std::string, StateIndex, std::less<>> ids_;
  std::map<StateIndex, NamedTargets> initials_;
  std::vector<NamedTargets> targets_;  // by transition
  // Names in expressions, to be checked at the end.
  std::vector<std::pair<ExpressionNames, std::string>> used_names_;
};

Workflow Loader::read(const YamlNode& root) {
  YamlMap map(root, file_, problems_);
  Chart& chart = out_.chart;
  State top;
  top.kind = StateKind::compound;
  top.place = map.place();
  chart.states.push_back(std::move(top));
  chart.id = map.text("workflow", true);
  if (!chart.id.empty() && !is_id(chart.id)) {
    problems_.error(map.place(),
                    format("'{}' is not a name: letters, digits, _ - . only", chart.id));
  }
  chart.version = map.integer("version").value_or(1);
  chart.label = map.label("label");
  chart.variables = read_fields(map, "variables");
  if (map.get("origins") != nullptr) out_.origins = map.texts("origins");
  out_.calendar = map.text("calendar");
  out_.urgent_calendar = map.text("urgent_calendar");
  for (const auto& [name, value] : chart.variables) {
    if (!is_identifier(name)) {
      problems_.error(map.place(), format("variable '{}': letters, digits and _ only", name));
    }
  }
  read_initial(map, 0);
  const YamlNode* states = map.required("states");
  map.finish();
  if (states != nullptr) read_states(*states, 0);
  resolve();
  return std::move(out_);
}

void Loader::read_states(const YamlNode& node, StateIndex parent) {
  if (node.kind != YamlNode::Kind::map || node.members.empty()) {
    problems_.error(place(node), "'states' is a map from a state's name to what it is");
    return;
  }
  for (const auto& [id, state] : node.members) {
    if (out_.chart.states.size() > max_states) {
      problems_.error(place(state), format("more than {} states", max_states), Code::too_large);
      return;
    }
    read_state(id, state, parent);
  }
}

void Loader::read_state(const std::string& id, const YamlNode& node, StateIndex parent) {
  Chart& chart = out_.chart;
  const auto index = static_cast<StateIndex>(chart.states.size());
  if (!is_id(id)) {
    problems_.error(place(node), format("'{}' is not a state's name: letters, digits, _ - .", id));
  }
  if (const auto [first, fresh] = ids_.emplace(id, index); !fresh) {
    problems_.error(
        place(node),
        format("the state '{}' is at {} already", id, chart.states[first->second].place),
        Code::conflict);
  }
  State fresh;
  fresh.id = id;
  fresh.parent = parent;
  fresh.last = index;
  fresh.place = place(node);
  chart.states.push_back(std::move(fresh));
  const YamlNode empty = empty_map(node);  // `name:` alone is an atomic state
  YamlMap map(node.kind == YamlNode::Kind::null ? empty : node, file_, problems_);
  if (!map.ok()) return;
  const YamlNode* states = map.get("states");
  const StateKind kind = read_kind(map, states != nullptr);
  const bool history = kind == StateKind::history || kind == StateKind::deep_history;
  chart.states[index].kind = kind;
  chart.states[index].label = map.label("label");
  auto& siblings = history ? chart.states[parent].histories : chart.states[parent].children;
  siblings.push_back(index);
  if (kind == StateKind::compound || history) read_initial(map, index);
  if (!history) {
    chart.states[index].entry = read_actions(map.get("entry"));
    chart.states[index].exit = read_actions(map.get("exit"));
    chart.states[index].pauses = map.flag("pauses");
    chart.states[index].closed = map.flag("closed");
    if (const YamlNode* deadline = map.get("deadline")) read_deadline(*deadline, id);
  }
  if (!history && kind != StateKind::final) {
    if (const YamlNode* on = map.get("on")) read_transitions(*on, index);
  }
  map.finish();
  if (states != nullptr && (history || kind == StateKind::final)) {
    problems_.error(place(*states), format("'{}' is {} and has no states", id, to_string(kind)));
  } else if (states != nullptr) {
    read_states(*states, index);
    chart.states[index].last = static_cast<StateIndex>(chart.states.size() - 1);
  }
}

StateKind Loader::read_kind(YamlMap& map, bool has_states) {
  const std::string name = map.text("kind");
  if (name.empty()) return has_states ? StateKind::compound : StateKind::atomic;
  for (const StateKind kind : {StateKind::atomic, StateKind::compound, StateKind::parallel,
                               StateKind::final, StateKind::history, StateKind::deep_history}) {
    if (name != to_string(kind)) continue;
    const bool needs = kind == StateKind::compound || kind == StateKind::parallel;
    if (needs && !has_states) {
      problems_.error(map.place(), format("a {} state needs 'states'", name));
      return StateKind::atomic;
    }
    if (kind == StateKind::atomic && has_states) {
      problems_.error(map.place(), "an atomic state has no 'states'; leave `kind` away");
    }
    return kind;
  }
  const std::string kinds[] = {"atomic", "compound", "parallel",
                               "final",  "history",  "deep_history"};
  const auto near = nearest(name, kinds);
  problems_.error(map.place(), format("kind '{}' is not one of: {}{}", name, join(kinds, ", "),
                                      near ? format("; did you mean '{}'?", *near) : ""));
  return has_states ? StateKind::compound : StateKind::atomic;
}

// `initial: a`, `initial: [a, b]` or `initial: {to: a, do: […]}`.
void Loader::read_initial(YamlMap& map, StateIndex state) {
  const YamlNode* node = map.get("initial");
  if (node == nullptr) return;
  if (node->kind != YamlNode::Kind::map) {
    initials_[state] = read_targets(map, "initial");
    return;
  }
  YamlMap inner(*node, file_, problems_);
  if (inner.required("to") != nullptr) initials_[state] = read_targets(inner, "to");
  out_.chart.states[state].initial_actions = read_actions(inner.get("do"));
  inner.finish();
}

NamedTargets Loader::read_targets(YamlMap& map, std::string_view key) {
  NamedTargets out;
  const YamlNode* node = map.get(key);
  if (node == nullptr) return out;
  out.place = place(*node);
  if (node->kind == YamlNode::Kind::list) {
    out.ids = map.texts(key);
  } else if (std::string id = map.text(key); !id.empty()) {
    out.ids.push_back(std::move(id));
  }
  return out;
}

void Loader::read_transitions(const YamlNode& node, StateIndex source) {
  if (node.kind != YamlNode::Kind::list) {
    problems_.error(place(node), "'on' is a list of transitions: - {event: …, to: …}");
    return;
  }
  for (const YamlNode& item : node.items) {
    if (out_.chart.transitions.size() >= max_transitions) {
      problems_.error(place(item), format("more than {} transitions", max_transitions),
                      Code::too_large);
      return;
    }
    read_transition(item, source);
  }
}

void Loader::read_transition(const YamlNode& node, StateIndex source) {
  YamlMap map(node, file_, problems_);
  if (!map.ok()) return;
  Transition transition;
  transition.source = source;
  transition.place = map.place();
  transition.label = map.label("label");
  if (const YamlNode* event = map.get("event")) read_events(*event, transition);
  transition.guard = read_guard(map, "if");
  transition.internal = map.flag("internal");
  if (map.get("by") != nullptr) transition.by = map.texts("by");
  transition.again = map.flag("again");
  transition.actions = read_actions(map.get("do"));
  targets_.push_back(read_targets(map, "to"));
  map.finish();
  Chart& chart = out_.chart;
  const auto comes_first =
      std::ranges::none_of(chart.states[source].transitions,
                           [&](TransitionIndex t) { return chart.transitions[t].events.empty(); });
  if (transition.events.empty() && transition.guard.empty() && targets_.back().empty() &&
      comes_first) {
    problems_.error(map.place(), "a transition without event, guard and target goes in a circle");
  }
  chart.states[source].transitions.push_back(
      static_cast<TransitionIndex>(chart.transitions.size()));
  chart.transitions.push_back(std::move(transition));
}

// One text with blanks between, or a list.
void Loader::read_events(const YamlNode& node, Transition& transition) {
  std::vector<std::string> names;
  if (node.kind == YamlNode::Kind::scalar) {
    for (const std::string_view part : split(node.scalar, ' ')) {
      if (!part.empty()) names.emplace_back(part);
    }
  } else if (node.kind == YamlNode::Kind::list) {
    for (const YamlNode& item : node.items) names.push_back(item.scalar);
  }
  if (names.empty()) problems_.error(place(node), "'event' names one or more events");
  for (std::string& name : names) {
    std::string_view bare = name;
    if (bare.ends_with(".*")) bare.remove_suffix(2);
    if (name != "*" && !is_id(bare)) {
      problems_.error(
          place(node),
          format("'{}' is not an event: names such as report.new, report.* or *", name));
    }
    transition.events.push_back(std::move(name));
  }
}

std::string Loader::read_guard(YamlMap& map, std::string_view key) {
  const YamlNode* node = map.get(key);
  const std::string text = map.text(key);
  if (node == nullptr || text.empty()) return {};
  auto names = check_expression(text);
  if (!names) {
    problems_.error(place(*node), format("'{}': {}", text, names.error().message));
  } else {
    used_names_.emplace_back(*std::move(names), place(*node));
  }
  return text;
}

Fields Loader::read_fields(YamlMap& map, std::string_view key) {
  Fields out;
  const YamlNode* node = map.get(key);
  if (node == nullptr) return out;
  if (node->kind != YamlNode::Kind::map) {
    problems_.error(place(*node), format("'{}' is a map of names and texts", key));
    return out;
  }
  for (const auto& [name, value] : node->members) {
    if (value.kind == YamlNode::Kind::list || value.kind == YamlNode::Kind::map) {
      problems_.error(place(value), format("'{}' must be a text", name));
    } else {
      out[name] = value.scalar;
    }
  }
  return out;
}

std::vector<Action> Loader::read_actions(const YamlNode* node) {
  std::vector<Action> out;
  if (node == nullptr) return out;
  if (node->kind != YamlNode::Kind::list) {
    problems_.error(place(*node), "actions are a list: - {call: …}");
    return out;
  }
  for (const YamlNode& item : node->items) read_action(item, out);
  return out;
}

void Loader::read_action(const YamlNode& node, std::vector<Action>& out) {
  YamlMap map(node, file_, problems_);
  if (!map.ok()) return;
  static constexpr std::pair<std::string_view, Action::Kind> kinds[] = {
      {"raise", Action::Kind::raise},
      {"send", Action::Kind::send},
      {"cancel", Action::Kind::cancel},
      {"assign", Action::Kind::assign},
      {"call", Action::Kind::call}};
  Action action;
  int found = 0;
  for (const auto& [key, kind] : kinds) {
    const std::string name = map.text(key);
    if (name.empty()) continue;
    ++found;
    action.kind = kind;
    action.name = name;
  }
  action.guard = read_guard(map, "if");
  action.arguments = read_fields(map, "with");
  if (action.kind == Action::Kind::send) read_send(map, action);
  if (action.kind == Action::Kind::assign) {
    map.required("value");
    action.value = read_guard(map, "value");
    if (!is_identifier(action.name)) {
      problems_.error(map.place(), format("variable '{}': letters, digits and _", action.name));
    }
    used_names_.emplace_back(ExpressionNames{{}, {action.name}, {}}, map.place());
  }
  map.finish();
  if (found != 1) {
    problems_.error(map.place(), "an action is one of: raise, send, cancel, assign, call");
    return;
  }
  out.push_back(std::move(action));
}

void Loader::read_send(YamlMap& map, Action& action) {
  action.id = map.text("id");
  const std::string after = map.text("after");
  if (after.empty()) return;
  const auto span = parse_span(after);
  if (!span || span->ns < 0 || span->months != 0) {
    problems_.error(map.place(),
                    format("after '{}' is not a time such as 30s, 10min, 6h or 2d", after));
    return;
  }
  action.delay_ns = span->ns;
}

double Loader::read_fraction(YamlMap& map, std::string_view key, double otherwise, double most) {
  const double value = map.number(key).value_or(otherwise);
  if (value > 0 && value <= most) return value;
  problems_.error(map.place(), format("{} {} is not above 0 and at most {}", key,
                                      number_text(value), number_text(most)));
  return otherwise;
}

void Loader::read_deadline(const YamlNode& node, const std::string& state) {
  YamlMap map(node, file_, problems_);
  if (!map.ok()) return;
  DeadlineRule rule;
  rule.state = state;
  rule.place = map.place();
  if (const std::string within = map.text("within", true); !within.empty()) {
    const auto allowance = parse_allowance(within);
    if (allowance) rule.within = *allowance;
    if (!allowance) problems_.error(map.place(), allowance.error().message);
  }
  rule.calendar = map.text("calendar");
  rule.yellow_fraction = read_fraction(map, "yellow", rule.yellow_fraction, 1);
  rule.red_fraction = read_fraction(map, "red", rule.red_fraction, 1);
  if (rule.yellow_fraction > rule.red_fraction) {
    problems_.error(map.place(), "yellow must not come after red");
  }
  const YamlNode* escalate = map.get("escalate");
  if (escalate != nullptr && escalate->kind == YamlNode::Kind::list) {
    for (const YamlNode& item : escalate->items) read_escalation(item, rule);
  } else if (escalate != nullptr) {
    problems_.error(place(*escalate), "'escalate' is a list: - {at: 1, call: …}");
  }
  map.finish();
  out_.deadlines.push_back(std::move(rule));
}

void Loader::read_escalation(const YamlNode& node, DeadlineRule& rule) {
  YamlMap map(node, file_, problems_);
  if (!map.ok()) return;
  Escalation escalation;
  // Ten times the time allowed: who has not moved by then is not moved by a message.
  escalation.fraction = read_fraction(map, "at", 1, 10);
  escalation.call = map.text("call", true);
  escalation.arguments = read_fields(map, "with");
  map.finish();
  rule.escalations.push_back(std::move(escalation));
}

std::vector<StateIndex> Loader::find_all(const NamedTargets& names) {
  std::vector<StateIndex> out;
  for (const std::string& id : names.ids) {
    const auto found = ids_.find(id);
    if (found != ids_.end()) {
      out.push_back(found->second);
      continue;
    }
    std::vector<std::string> known;
    for (const auto& [name, index] : ids_) known.push_back(name);
    const auto near = nearest(id, known);
    problems_.error(names.place, format("there is no state '{}'{}", id,
                                        near ? format("; did you mean '{}'?", *near) : ""));
  }
  return out;
}

// SCXML: the first child in document order.
void Loader::default_initials() {
  for (State& state : out_.chart.states) {
    if (state.kind != StateKind::compound || !state.initial.empty()) continue;
    if (state.children.empty()) {
      problems_.error(state.place, "a compound state needs a state that is not a history");
      continue;
    }
    state.initial = {state.children.front()};
    problems_.warning(state.place,
                      format("'initial' is missing: '{}' is where {} begins, as the first state",
                             out_.chart.states[state.initial.front()].id,
                             state.id.empty() ? "it" : format("'{}'", state.id)));
  }
}

void Loader::check_variable(const std::string& name, const std::string& place) {
  const Fields& variables = out_.chart.variables;
  if (variables.contains(name)) return;
  std::vector<std::string> known;
  for (const auto& [variable, value] : variables) known.push_back(variable);
  const auto near = nearest(name, known);
  problems_.error(place, format("there is no variable '{}'; {}", name,
                                near ? format("did you mean '{}'?", *near)
                                     : "give it a first value under `variables`, or write "
                                       "event." +
                                           name + " for a field of the event"));
}

// A pause needs a reason: whoever enters one must have been asked for it.
void Loader::check_pauses() {
  for (const Transition& transition : out_.chart.transitions) {
    const auto names = check_expression(transition.guard.empty() ? "true" : transition.guard);
    if (!names || std::ranges::find(names->fields, "reason") != names->fields.end()) continue;
    for (const StateIndex target : transition.targets) {
      const State& state = out_.chart.states[target];
      if (!state.pauses) continue;
      problems_.error(transition.place,
                      format("'{}' pauses: its guard must ask for a reason, as in "
                             "`if: event.reason is not null`",
                             state.id));
    }
  }
}

void Loader::resolve() {
  Chart& chart = out_.chart;
  chart.states[0].last = static_cast<StateIndex>(chart.states.size() - 1);
  for (const auto& [state, names] : initials_) chart.states[state].initial = find_all(names);
  for (std::size_t i = 0; i < targets_.size(); ++i) {
    chart.transitions[i].targets = find_all(targets_[i]);
  }
  if (!problems_.ok()) return;
  default_initials();
  for (const auto& [names, place] : used_names_) {
    for (const std::string& state : names.states) find_all({{state}, place});
    for (const std::string& variable : names.variables) check_variable(variable, place);
  }
  check_pauses();
  if (problems_.ok()) check_chart(chart, problems_);
}

}  // namespace

Result<Workflow> read_workflow(std::string_view yaml, std::string_view file, Problems& problems) {
  const auto root = model::parse_yaml(yaml, file);
  if (!root) {
    problems.errors.push_back(root.error());
    return fail(root.error());
  }
  Problems found;
  Workflow workflow = Loader(file, found).read(*root);
  const bool ok = found.ok();
  std::ranges::move(found.errors, std::back_inserter(problems.errors));
  std::ranges::move(found.warnings, std::back_inserter(problems.warnings));
  if (ok) return workflow;
  return fail(Code::invalid, "the workflow has errors; they are listed", std::string(file));
}

}  // namespace cairn::flow
