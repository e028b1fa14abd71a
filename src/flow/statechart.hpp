// SPDX-License-Identifier: Apache-2.0
// Statecharts with the semantics of SCXML 1.0 (W3C, 2015), as plain values: a chart is read once,
// an instance is a copyable value, and one external event makes one step.
//
//   Expressions guards;                                   // flow/expression.hpp
//   Started s = *start(chart, now, guards);
//   Step step = *flow::step(chart, s.instance, {"dispatch", {{"unit", "water"}}, now}, guards);
//   for (const Effect& effect : step.effects) …           // the host acts; the engine never does
//
// No clock, no random numbers, no files: the same events give the same steps on every machine.
// Left out: invoke, donedata, scripts, foreach, other processors than the instance itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/label.hpp"
#include "core/result.hpp"
#include "core/time.hpp"

namespace cairn::flow {

// One external event may set off as many microsteps; a workflow of people needs fewer than ten.
inline constexpr int max_microsteps = 1'000;
// Internal events that wait; each microstep may raise some.
inline constexpr std::size_t max_internal_events = 1'000;

using StateIndex = std::uint32_t;       // into Chart::states
using TransitionIndex = std::uint32_t;  // into Chart::transitions
using Fields = std::map<std::string, std::string>;

enum class StateKind : std::uint8_t { atomic, compound, parallel, final, history, deep_history };
const char* to_string(StateKind kind);

struct Action {
  enum class Kind : std::uint8_t {
    raise,   // `name`: an internal event, of this macrostep
    send,    // `name`: an event that the host brings back after `delay_ns`
    cancel,  // `name`: the id of a send
    assign,  // `name`: a variable; `value`: an expression
    call     // `name`: what the host shall do
  };
  Kind kind = Kind::call;
  std::string name;
  std::string value;
  std::string id;             // of a send; empty: one is made
  std::int64_t delay_ns = 0;  // of a send
  std::string guard;          // empty: always
  Fields arguments;           // of a send, raise or call; given on as they are
  bool operator==(const Action&) const = default;
};

struct Transition {
  StateIndex source = 0;
  std::vector<std::string> events;  // descriptors "a.b", "a.*", "*"; none: taken without event
  std::string guard;                // empty: always
  std::vector<StateIndex> targets;  // none: only the actions
  bool internal = false;            // does not leave its compound source
  std::vector<Action> actions;
  std::vector<std::string> by;  // who may set it off, in words of the host; none: only the program
  bool again = false;           // the work begins anew: what was shown and checked no longer counts
  Label label;
  std::string place;  // file:line:column
  bool operator==(const Transition&) const = default;
};

struct State {
  std::string id;
  Label label;
  StateKind kind = StateKind::atomic;
  StateIndex parent = 0;
  StateIndex last = 0;               // the last descendant, or the state itself
  std::vector<StateIndex> children;  // without histories
  std::vector<StateIndex> histories;
  std::vector<StateIndex> initial;      // of a compound; the default of a history
  std::vector<Action> initial_actions;  // of that default
  std::vector<TransitionIndex> transitions;
  std::vector<Action> entry;
  std::vector<Action> exit;
  bool pauses = false;  // while it is active, the clocks of the states around it stand still
  bool closed = false;  // the work is done: what follows is a look back, or beginning again
  std::string place;
  bool operator==(const State&) const = default;
};

// States in document order; the first is the chart itself, a compound without id.
struct Chart {
  std::string id;
  int version = 1;
  Label label;
  std::vector<State> states;
  std::vector<Transition> transitions;  // by source, in document order
  Fields variables;                     // first values

  const State* find(std::string_view state_id) const;
  bool operator==(const Chart&) const = default;
};

// `below` lies within `above` and is not `above`.
bool is_descendant(const Chart& chart, StateIndex below, StateIndex above);

struct Instance {
  std::vector<StateIndex> active;                            // in document order, with ancestors
  std::map<StateIndex, std::vector<StateIndex>> remembered;  // by history state
  Fields variables;
  std::uint64_t sends = 0;  // counts the ids that were made
  bool running = true;      // false when a final child of the chart was entered

  bool in(StateIndex state) const;
  bool operator==(const Instance&) const = default;
};

struct Event {
  std::string name;
  Fields data;
  Instant at;  // when it happened, by the clock of the host
  bool operator==(const Event&) const = default;
};

// What the host shall do, in order.
struct Effect {
  enum class Kind : std::uint8_t { call, send, cancel };
  Kind kind = Kind::call;
  std::string name;  // of the call or event; the id of a cancel
  std::string id;    // of a send
  Instant due;       // of a send; otherwise when it was asked for
  Fields arguments;
  bool operator==(const Effect&) const = default;
};

// A transition of an active state that waits for this event but whose guard said no.
struct Refusal {
  TransitionIndex transition = 0;
  std::string reason;
  bool operator==(const Refusal&) const = default;
};

struct Step {
  std::vector<StateIndex> exited;   // in the order of leaving; a state may come several times
  std::vector<StateIndex> entered;  // in the order of entering
  std::vector<TransitionIndex> taken;
  std::vector<Effect> effects;
  std::vector<Refusal> refused;       // only when the external event moved nothing
  std::vector<std::string> mistakes;  // guards and values that could not be evaluated
  bool operator==(const Step&) const = default;
};

struct GuardContext {
  const Chart& chart;
  const Instance& instance;
  const Event* event;  // the last one, also an internal one; none before the first
};

// Evaluates guards and the values of assignments. An error counts as false and raises the internal
// event `error.execution`. Must depend on nothing but its arguments.
class GuardEvaluator {
 public:
  virtual ~GuardEvaluator() = default;
  virtual Result<bool> holds(const std::string& guard, const GuardContext& context) = 0;
  virtual Result<std::string> value(const std::string& expression, const GuardContext& context) = 0;
};

// "a.b" matches the event "a.b" and "a.b.c", not "a.bc"; "*" matches all.
bool matches(std::string_view descriptor, std::string_view event);

struct Started {
  Instance instance;
  Step step;
};

// Enters the initial states and runs until nothing is left to do without an event.
// Error: Code::too_large when the chart does not come to rest.
Result<Started> start(const Chart& chart, Instant at, GuardEvaluator& guards);

// One macrostep: the event, then all that follows from it without another one. An event that
// nothing waits for is dropped, as SCXML wants; `refused` tells what would have waited. On an error
// the instance is as it was. Error: Code::too_large (no rest), Code::conflict (it has ended).
Result<Step> step(const Chart& chart, Instance& instance, const Event& event,
                  GuardEvaluator& guards);

// The active states without children: where the instance is.
std::vector<StateIndex> leaves(const Chart& chart, const Instance& instance);

}  // namespace cairn::flow
