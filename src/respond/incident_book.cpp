// SPDX-License-Identifier: Apache-2.0
#include "respond/incident_book.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/text.hpp"
#include "flow/expression.hpp"

namespace cairn::respond {
namespace {

constexpr std::array<std::string_view, 5> roles{"duty", "unit", "checker", "reporter", "system"};
constexpr std::array<std::string_view, 5> calls{"assign-task", "remind", "notify",
                                                "answer-reporter", "event"};
constexpr std::array<std::string_view, 9> with_reason{
    "hand-over", "return", "pause", "reject", "failed", "redo", "reopen", "duplicate", "lift"};

std::string listed(std::span<const std::string_view> words) {
  std::vector<std::string> out(words.begin(), words.end());
  return join(out, ", ");
}

flow::Calendar around_the_clock(Zone zone) {
  flow::Calendar out;
  out.id = "always";
  out.label = {"全天候", "Around the clock"};
  out.zone = zone;
  out.week.fill({{0, 86'400}});
  out.makeup = {{0, 86'400}};
  out.keeps_holidays = false;
  for (std::int32_t year = 1970; year <= 2261; ++year) out.years.push_back(year);
  return out;
}

Error first_of(const Problems& problems) {
  Error error = problems.errors.front();
  if (problems.errors.size() > 1) {
    error.message += format(" (and {} more)", problems.errors.size() - 1);
  }
  return error;
}

void check_call(const std::string& call, const std::string& place, Problems& problems) {
  if (std::ranges::find(calls, call) != calls.end()) return;
  problems.error(place,
                 format("the desk of incidents cannot '{}'; it can: {}", call, listed(calls)));
}

}  // namespace

bool needs_reason(std::string_view event) {
  return std::ranges::find(with_reason, event) != with_reason.end();
}

bool is_closed(const flow::Chart& chart, const flow::Instance& instance) {
  return !instance.running || std::ranges::any_of(instance.active, [&](flow::StateIndex s) {
    return chart.states[s].closed;
  });
}

std::vector<std::string> leaf_ids(const flow::Chart& chart, const flow::Instance& instance) {
  std::vector<std::string> out;
  for (const flow::StateIndex s : flow::leaves(chart, instance)) out.push_back(chart.states[s].id);
  return out;
}

std::vector<flow::TransitionIndex> waiting_for(const flow::Chart& chart,
                                               const flow::Instance& instance,
                                               std::string_view event) {
  std::vector<flow::TransitionIndex> out;
  if (!instance.running) return out;
  for (auto state = instance.active.rbegin(); state != instance.active.rend(); ++state) {
    for (const flow::TransitionIndex t : chart.states[*state].transitions) {
      const auto& events = chart.transitions[t].events;
      if (std::ranges::any_of(events, [&](const auto& e) { return flow::matches(e, event); })) {
        out.push_back(t);
      }
    }
  }
  return out;
}

Status IncidentBook::read_calendars(Problems& problems) {
  for (const model::PackFile& file : workspace_->response.calendars) {
    auto calendar = flow::read_calendar(file.text, file.path, problems);
    if (!calendar) continue;
    for (const model::PackFile& holidays : workspace_->response.holidays) {
      (void)flow::add_holidays(holidays.text, holidays.path, *calendar, problems);
    }
    calendars_.insert_or_assign(calendar->id, *std::move(calendar));
  }
  always_ = around_the_clock(workspace_->zone);
  if (!problems.ok()) return fail(first_of(problems));
  return {};
}

void IncidentBook::check(const flow::Workflow& workflow, const std::string& file,
                         Problems& problems) const {
  const flow::Chart& chart = workflow.chart;
  if (!chart.variables.contains("unit")) {
    problems.error(file, "a workflow of incidents has the variable 'unit': who has it");
  }
  for (const std::string& origin : workflow.origins) {
    if (!parse_origin(origin)) problems.error(file, format("there is no origin '{}'", origin));
  }
  std::vector<std::string> named{workflow.calendar, workflow.urgent_calendar};
  for (const flow::DeadlineRule& rule : workflow.deadlines) {
    named.push_back(rule.calendar);
    for (const flow::Escalation& e : rule.escalations) check_call(e.call, rule.place, problems);
  }
  for (const std::string& id : named) {
    if (id.empty() || calendars_.contains(id)) continue;
    problems.error(file, format("there is no calendar '{}' in the packs", id));
  }
  const auto check_calls = [&](const std::vector<flow::Action>& actions, const std::string& at) {
    for (const flow::Action& a : actions) {
      if (a.kind == flow::Action::Kind::call) check_call(a.name, at, problems);
    }
  };
  for (const flow::State& state : chart.states) {
    check_calls(state.entry, state.place);
    check_calls(state.exit, state.place);
  }
  for (const flow::Transition& t : chart.transitions) {
    check_calls(t.actions, t.place);
    for (const std::string& by : t.by) {
      if (std::ranges::find(roles, by) != roles.end()) continue;
      problems.error(t.place, format("by '{}' is not one of: {}", by, listed(roles)));
    }
    const bool wants = std::ranges::any_of(t.events, needs_reason);
    if (wants && t.guard.find("event.reason") == std::string::npos) {
      problems.error(t.place, format("'{}' needs a reason: ask for it in the guard, `event.reason "
                                     "is not null`",
                                     t.events.front()));
    }
  }
}

Result<std::shared_ptr<const IncidentBook>> IncidentBook::make(
    std::shared_ptr<const model::Workspace> workspace) {
  auto book = std::make_shared<IncidentBook>();
  book->workspace_ = std::move(workspace);
  Problems problems;
  if (auto read = book->read_calendars(problems); !read) return fail(read.error());
  for (const model::PackFile& file : book->workspace_->response.workflows) {
    auto workflow = flow::read_workflow(file.text, file.path, problems);
    if (!workflow) continue;
    book->check(*workflow, file.path, problems);
    book->workflows_.insert_or_assign(workflow->chart.id, *std::move(workflow));
  }
  for (const model::IncidentKind& kind : book->workspace_->response.kinds) {
    if (book->workflows_.contains(kind.workflow)) continue;
    problems.error(kind.place,
                   format("the kind '{}' runs through '{}', a workflow that no pack has", kind.id,
                          kind.workflow));
  }
  if (!problems.ok()) return fail(first_of(problems));
  return std::shared_ptr<const IncidentBook>(std::move(book));
}

const flow::Workflow* IncidentBook::workflow(std::string_view id) const {
  const auto found = workflows_.find(id);
  return found == workflows_.end() ? nullptr : &found->second;
}

Result<const flow::Workflow*> IncidentBook::workflow_for(const model::IncidentKind& kind,
                                                         Origin origin) const {
  for (const auto& [id, workflow] : workflows_) {
    if (std::ranges::find(workflow.origins, to_string(origin)) != workflow.origins.end()) {
      return &workflow;
    }
  }
  if (const flow::Workflow* own = workflow(kind.workflow)) return own;
  return fail(Code::not_found, format("no pack has the workflow '{}'", kind.workflow), kind.place);
}

const flow::Calendar& IncidentBook::calendar_of(const flow::Workflow& workflow,
                                                const flow::DeadlineRule& rule, bool urgent) const {
  const std::string& id = !rule.calendar.empty()                        ? rule.calendar
                          : urgent && !workflow.urgent_calendar.empty() ? workflow.urgent_calendar
                                                                        : workflow.calendar;
  const auto found = calendars_.find(id);
  return found == calendars_.end() ? always_ : found->second;
}

}  // namespace cairn::respond
