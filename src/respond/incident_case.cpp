// SPDX-License-Identifier: Apache-2.0
#include "respond/incident_case.hpp"

#include <algorithm>
#include <utility>

#include "core/text.hpp"
#include "flow/expression.hpp"
#include "flow/instance_text.hpp"
#include "respond/incident_message.hpp"
#include "respond/incident_refusal.hpp"

namespace cairn::respond {
namespace {

// More timers than that at once are a circle of a workflow.
constexpr int max_timers_at_once = 1'000;
// A case that goes from unit to unit for so often needs somebody who decides.
constexpr std::size_t returns_before_supervisor = 3;

constexpr std::string_view clock_actor = "system/deadlines";
constexpr std::string_view desk_actor = "system/incidents";

std::int64_t number_of(const flow::Instance& instance, const std::string& variable) {
  const auto found = instance.variables.find(variable);
  return found == instance.variables.end() ? 0 : parse_integer(found->second).value_or(0);
}

bool assigns_handler(const flow::Transition& transition) {
  return std::ranges::any_of(transition.actions, [](const flow::Action& a) {
    return a.kind == flow::Action::Kind::assign && a.name == "handler";
  });
}

}  // namespace

std::set<std::string> handlers(const std::vector<Entry>& entries) {
  std::set<std::string> out;
  for (const Entry& entry : entries) {
    if (entry.handled) out.insert(entry.actor);
  }
  return out;
}

Result<LoadedIncident> load_incident(const store::Database& db, const IncidentBook& book,
                                     std::string_view id) {
  auto row = incident_store::find(db, id);
  if (!row) return fail(row.error());
  if (!*row) return fail(Code::not_found, format("there is no incident '{}'", id), "path:id");
  LoadedIncident out{*std::move(*row), nullptr, {}, {}};
  out.workflow = book.workflow(out.row.incident.workflow);
  if (out.workflow == nullptr) {
    return fail(Code::conflict, format("no pack has the workflow '{}' any more; bring it back",
                                       out.row.incident.workflow));
  }
  auto instance = flow::parse_instance(out.row.instance, out.workflow->chart);
  if (!instance) return fail(instance.error());
  out.instance = *std::move(instance);
  auto stays = parse_stays(out.row.stays, out.workflow->chart);
  if (!stays) return fail(stays.error());
  out.stays = *std::move(stays);
  return out;
}

Result<IncidentCase> IncidentCase::load(const CaseHost& host, std::string_view id) {
  auto loaded = load_incident(host.db, host.book, id);
  if (!loaded) return fail(loaded.error());
  IncidentCase out(host, *std::move(loaded));
  if (auto done = out.catch_up(); !done) return fail(done.error());
  return out;
}

Result<IncidentCase> IncidentCase::begin(const CaseHost& host, Incident fresh,
                                         const flow::Workflow& workflow, Entry opened) {
  flow::Expressions guards;
  auto started = flow::start(workflow.chart, host.now, guards);
  if (!started) return fail(started.error());
  IncidentRow row;
  row.incident = std::move(fresh);
  row.incident.workflow = workflow.chart.id;
  row.incident.workflow_version = workflow.chart.version;
  row.incident.opened = row.incident.changed = row.last = host.now;
  IncidentCase out(host, {std::move(row), &workflow, std::move(started->instance), {}});
  if (auto done = flow::follow(workflow.chart, out.instance_, started->step, {"", {}, host.now},
                               out.stays_);
      !done) {
    return fail(done.error());
  }
  out.settle();
  opened.kind = Entry::Kind::opened;
  opened.to = out.row_.incident.states;
  const auto entry = out.add(std::move(opened));
  if (!entry) return fail(entry.error());
  for (const flow::Effect& effect : started->step.effects) {
    if (auto done = out.perform(effect, *entry); !done) return fail(done.error());
  }
  return out;
}

Result<std::uint64_t> IncidentCase::add(Entry entry) {
  entry.incident = row_.incident.id;
  entry.number = ++row_.incident.version;
  if (entry.at < row_.last) entry.at = row_.last;
  row_.last = entry.at;
  if (auto done = incident_store::add(host_.db, entry); !done) return fail(done.error());
  return entry.number;
}

Result<std::optional<IncidentCase::Timer>> IncidentCase::next_timer(
    const std::vector<PendingSend>& sends, const std::set<std::string>& fired, Instant after,
    Instant until) const {
  std::optional<Timer> best;
  for (const flow::Stay& stay : stays_) {
    if (stay.end) continue;
    for (const flow::DeadlineRule& rule : workflow_->deadlines) {
      if (rule.state != workflow_->chart.states[stay.state].id) continue;
      const auto due = flow::escalations(rule, calendar(rule), stay, after, until);
      if (!due) return fail(due.error());
      for (const flow::DueEscalation& one : *due) {
        if (fired.contains(one.id)) continue;
        if (!best || one.due < best->due) {
          best = Timer{one.due, std::nullopt, one.id, &rule, one.index};
        }
      }
    }
  }
  for (const PendingSend& send : sends) {
    if (send.due <= until && (!best || send.due < best->due)) best = Timer{send.due, send, {}};
  }
  return best;
}

Status IncidentCase::catch_up() {
  for (int left = max_timers_at_once; left > 0; --left) {
    const auto sends = incident_store::sends(host_.db, row_.incident.id);
    if (!sends) return fail(sends.error());
    const auto fired = incident_store::fired(host_.db, row_.incident.id);
    if (!fired) return fail(fired.error());
    const auto timer = next_timer(*sends, *fired, Instant::min(), host_.now);
    if (!timer) return fail(timer.error());
    if (!*timer) return {};
    if (auto done = fire(**timer); !done) return done;
  }
  return fail(Code::too_large,
              format("{} timers fell due at once: the workflow '{}' goes in a circle",
                     max_timers_at_once, workflow_->chart.id));
}

Status IncidentCase::fire(const Timer& timer) {
  const Instant at = std::max(timer.due, row_.last);
  if (timer.send) {
    if (auto done = incident_store::remove_send(host_.db, row_.incident.id, timer.send->id);
        !done) {
      return done;
    }
    const CaseEvent event{timer.send->event, timer.send->arguments, "到时 the time was up",
                          std::string(clock_actor), "system"};
    const auto moved = send_at(event, at);
    if (!moved) return fail(moved.error());
    return {};
  }
  if (auto done = incident_store::mark_fired(host_.db, row_.incident.id, timer.escalation, at);
      !done) {
    return done;
  }
  const flow::Escalation& escalation = timer.rule->escalations[timer.index];
  Entry entry;
  entry.kind = Entry::Kind::escalation;
  entry.at = at;
  entry.actor = clock_actor;
  entry.role = "system";
  entry.event = escalation.call;
  entry.from = entry.to = row_.incident.states;
  entry.reason = escalation.fraction < 1 ? format("时限将至 {}% of the time is gone",
                                                  number_text(escalation.fraction * 100))
                                         : "已超时限 the deadline has passed";
  entry.fields = escalation.arguments;
  entry.fields["state"] = timer.rule->state;
  entry.fields["id"] = timer.escalation;
  const auto number = add(std::move(entry));
  if (!number) return fail(number.error());
  return call(escalation.call, escalation.arguments, *number, timer.escalation, at);
}

Result<Moved> IncidentCase::send(const CaseEvent& event) {
  return send_at(event, at());
}

std::string forbids(const flow::Chart& chart, const flow::Instance& before,
                    const flow::Instance& after, const flow::Step& step, const CaseEvent& event,
                    std::span<const Entry> entries, std::uint64_t round) {
  for (const flow::TransitionIndex t : step.taken) {
    const flow::Transition& taken = chart.transitions[t];
    const bool asked = std::ranges::any_of(
        taken.events, [&](const std::string& e) { return flow::matches(e, event.name); });
    if (!asked || (taken.by.empty() && event.role == "system")) continue;
    if (std::ranges::find(taken.by, event.role) == taken.by.end()) return refusal::not_by(taken.by);
  }
  const auto worked_on_it = [&](const Entry& e) { return e.handled && e.actor == event.actor; };
  if (event.role == "checker" && std::ranges::any_of(entries, worked_on_it)) {
    return refusal::own_work();
  }
  const bool closes = !is_closed(chart, before) && is_closed(chart, after);
  if (!closes || event.name == "duplicate") return {};
  bool checked = event.role == "checker" || event.role == "reporter";
  bool worked = false;
  bool shown = false;
  for (const Entry& entry : entries) {
    if (entry.number <= round) continue;
    checked = checked || (entry.kind == Entry::Kind::step && entry.role == "checker");
    worked = worked || (entry.kind == Entry::Kind::step && entry.role == "unit");
    shown = shown || (entry.kind == Entry::Kind::evidence && entry.handled);
  }
  if (!checked) return refusal::unchecked();
  return worked && !shown ? refusal::no_evidence() : std::string();
}

Result<std::string> IncidentCase::attempt(const CaseEvent& event, const flow::Event& external,
                                          flow::Instance& after, flow::Step& step) const {
  if (!instance_.running) return refusal::ended();
  const flow::Chart& chart = workflow_->chart;
  flow::Expressions guards;
  auto done = flow::step(chart, after, external, guards);
  if (!done) return fail(done.error());
  step = *std::move(done);
  if (step.taken.empty()) return refusal::explain(chart, instance_, step, external);
  const auto entries = incident_store::entries(host_.db, row_.incident.id, 0);
  if (!entries) return fail(entries.error());
  return forbids(chart, instance_, after, step, event, *entries, row_.round);
}

Result<Moved> IncidentCase::send_at(const CaseEvent& event, Instant at) {
  const flow::Chart& chart = workflow_->chart;
  flow::Event external{event.name, event.fields, at};
  external.data["actor"] = event.actor;
  external.data["role"] = event.role;
  external.data["reason"] = event.reason;
  Entry entry;
  entry.at = at;
  entry.actor = event.actor;
  entry.role = event.role;
  entry.event = event.name;
  entry.reason = event.reason;
  entry.fields = event.fields;
  entry.personal = event.personal;
  entry.from = entry.to = row_.incident.states;
  flow::Instance after = instance_;
  flow::Step step;
  const auto refused = attempt(event, external, after, step);
  if (!refused) return fail(refused.error());
  if (!refused->empty()) {
    entry.kind = Entry::Kind::refused;
    entry.fields["refusal"] = *refused;
    const auto number = add(std::move(entry));
    if (!number) return fail(number.error());
    return Moved{*number, *refused};
  }
  if (auto done = flow::follow(chart, after, step, external, stays_); !done) {
    return fail(done.error());
  }
  const bool was_closed = is_closed(chart, instance_);
  instance_ = std::move(after);
  settle();
  entry.kind = event.name == "evidence" ? Entry::Kind::evidence : Entry::Kind::step;
  entry.handled =
      event.role == "unit" || std::ranges::any_of(step.taken, [&](flow::TransitionIndex t) {
        return assigns_handler(chart.transitions[t]);
      });
  entry.to = row_.incident.states;
  const auto number = add(std::move(entry));
  if (!number) return fail(number.error());
  if (auto done = follow_up(event, step, was_closed, *number, at); !done) return fail(done.error());
  return Moved{*number, {}};
}

// What a step brings with it besides the new states.
Status IncidentCase::follow_up(const CaseEvent& event, const flow::Step& step, bool was_closed,
                               std::uint64_t entry, Instant at) {
  const flow::Chart& chart = workflow_->chart;
  row_.incident.changed = at;
  if (std::ranges::any_of(step.taken, [&](auto t) { return chart.transitions[t].again; })) {
    row_.round = entry;
  }
  if (is_closed(chart, instance_) != was_closed) {
    row_.incident.closed = was_closed ? std::optional<Instant>() : std::optional(at);
    if (auto done = close_duplicates(); !done) return done;
  }
  for (const flow::Effect& effect : step.effects) {
    if (auto done = perform(effect, entry); !done) return done;
  }
  if (!instance_.running) {
    if (auto done = incident_store::remove_sends(host_.db, row_.incident.id); !done) return done;
  }
  return guard_loop(event, entry, at);
}

void IncidentCase::settle() {
  Incident& incident = row_.incident;
  incident.states = leaf_ids(workflow_->chart, instance_);
  const auto unit = instance_.variables.find("unit");
  if (unit != instance_.variables.end()) incident.unit = unit->second;
  incident.reopened = static_cast<int>(number_of(instance_, "reopened"));
}

Status IncidentCase::attach(const Evidence& evidence, const CaseEvent& event) {
  if (auto done = incident_store::add(host_.db, evidence); !done) return done;
  if (!evidence.personal) ++row_.incident.evidence;
  const auto waits = waiting_for(workflow_->chart, instance_, "evidence");
  const bool counts = !evidence.personal && std::ranges::any_of(waits, [&](auto t) {
    const auto& by = workflow_->chart.transitions[t].by;
    return std::ranges::find(by, event.role) != by.end();
  });
  if (counts) {
    const auto moved = send(event);
    if (!moved) return fail(moved.error());
    if (moved->refusal.empty()) return {};
  }
  Entry entry;
  entry.kind = Entry::Kind::evidence;
  entry.at = at();
  entry.actor = event.actor;
  entry.role = event.role;
  entry.handled = event.role == "unit";
  entry.reason = event.reason;
  entry.fields = event.fields;
  entry.from = entry.to = row_.incident.states;
  if (auto added = add(std::move(entry)); !added) return fail(added.error());
  return {};
}

Status IncidentCase::perform(const flow::Effect& effect, std::uint64_t entry) {
  const std::string& id = row_.incident.id;
  switch (effect.kind) {
    case flow::Effect::Kind::send:
      return incident_store::put_send(host_.db, id,
                                      {effect.id, effect.name, effect.due, effect.arguments});
    case flow::Effect::Kind::cancel:
      return incident_store::remove_send(host_.db, id, effect.name);
    case flow::Effect::Kind::call:
      break;
  }
  return call(effect.name, effect.arguments, entry, std::to_string(entry), row_.last);
}

Status IncidentCase::call(std::string_view name, const flow::Fields& arguments, std::uint64_t entry,
                          std::string_view key, Instant at) {
  if (name == "answer-reporter") return answer_reporters(entry, name);
  if (name == "event") {
    const auto event = arguments.find("event");
    if (event == arguments.end() ||
        waiting_for(workflow_->chart, instance_, event->second).empty()) {
      return {};
    }
    const auto moved = send_at(
        {event->second, {}, "已超时限 the deadline has passed", std::string(clock_actor), "system"},
        at);
    if (!moved) return fail(moved.error());
    return {};
  }
  if (auto done = lights(at); !done) return done;  // messages name the deadline
  Posting posting = work_message(host_.book, row_.incident, name, arguments);
  const auto role = arguments.find("role");
  const std::string to = role != arguments.end() ? role->second : row_.incident.unit;
  posting.key = format("incident/{}/{}/{}/{}", row_.incident.id, key, name, to);
  return post(std::move(posting), to, name, at);
}

Status IncidentCase::post(Posting posting, std::string_view to, std::string_view what, Instant at) {
  const auto posted = host_.outbox.post(host_.write, posting, host_.now);
  if (!posted) return fail(posted.error());
  Entry entry;
  entry.kind = Entry::Kind::message;
  entry.at = at;
  entry.actor = desk_actor;
  entry.role = "system";
  entry.event = what;
  entry.from = entry.to = row_.incident.states;
  entry.reason = posting.title;
  entry.fields = {{"topic", to_string(posting.topic)},
                  {"to", std::string(to)},
                  {"deliveries", std::to_string(*posted)}};
  const auto added = add(std::move(entry));
  if (!added) return fail(added.error());
  return {};
}

Status IncidentCase::answer_reporters(std::uint64_t entry, std::string_view what) {
  std::vector<std::string> reports{row_.incident.id};
  reports.insert(reports.end(), row_.incident.duplicates.begin(), row_.incident.duplicates.end());
  for (const std::string& report : reports) {
    const auto reporter = incident_store::reporter(host_.db, report);
    if (!reporter) return fail(reporter.error());
    const std::string& address = reporter->mail.empty() ? reporter->phone : reporter->mail;
    if (address.empty()) continue;
    Posting posting = answer_message(host_.book, row_.incident, report, address);
    posting.key = format("incident/{}/{}/answer/{}", row_.incident.id, entry, report);
    if (auto done = post(std::move(posting), "reporter/" + report, what, row_.last); !done) {
      return done;
    }
  }
  return {};
}

// A duplicate ends with what it is a duplicate of, and is open again with it.
Status IncidentCase::close_duplicates() {
  for (const std::string& id : row_.incident.duplicates) {
    auto row = incident_store::find(host_.db, id);
    if (!row) return fail(row.error());
    if (!*row) continue;
    IncidentRow& linked = **row;
    linked.incident.closed = row_.incident.closed;
    Entry entry;
    entry.incident = id;
    entry.number = ++linked.incident.version;
    entry.kind = Entry::Kind::link;
    entry.at = std::max(row_.last, linked.last);
    entry.actor = desk_actor;
    entry.role = "system";
    entry.reason = row_.incident.closed ? "主案已结 what it is a duplicate of is closed"
                                        : "主案重办 what it is a duplicate of is open again";
    entry.from = entry.to = linked.incident.states;
    entry.fields = {{"of", row_.incident.id}};
    linked.last = entry.at;
    if (auto done = incident_store::add(host_.db, entry); !done) return done;
    if (auto done = incident_store::put(host_.db, linked); !done) return done;
  }
  return {};
}

Status IncidentCase::guard_loop(const CaseEvent& event, std::uint64_t entry, Instant at) {
  if (event.name != "return") return {};
  const auto entries = incident_store::entries(host_.db, row_.incident.id, 0);
  if (!entries) return fail(entries.error());
  const auto returns = static_cast<std::size_t>(std::ranges::count_if(
      *entries, [](const Entry& e) { return e.kind == Entry::Kind::step && e.event == "return"; }));
  if (returns < returns_before_supervisor) return {};
  const std::string id = format("returns/{}", returns);
  if (auto done = incident_store::mark_fired(host_.db, row_.incident.id, id, at); !done) {
    return done;
  }
  Entry note;
  note.kind = Entry::Kind::escalation;
  note.at = at;
  note.actor = desk_actor;
  note.role = "system";
  note.event = "notify";
  note.from = note.to = row_.incident.states;
  note.reason = format("已被退回 {0} 次 returned {0} times", returns);
  note.fields = {{"role", "supervisor"}, {"id", id}};
  if (auto added = add(std::move(note)); !added) return fail(added.error());
  return call("notify", {{"role", "supervisor"}}, entry, id, at);
}

Status IncidentCase::lights(Instant now) {
  Incident& incident = row_.incident;
  incident.light = flow::Light::green;
  incident.due = std::nullopt;
  incident.due_state.clear();
  incident.paused = false;
  for (const flow::Stay& stay : stays_) {
    if (stay.end) continue;
    const std::string& id = workflow_->chart.states[stay.state].id;
    for (const flow::DeadlineRule& rule : workflow_->deadlines) {
      if (rule.state != id) continue;
      const auto status = flow::status(rule, calendar(rule), stay, now);
      if (!status) return fail(status.error());
      incident.light = std::max(incident.light, status->light);
      incident.paused = incident.paused || status->paused;
      if (status->due && (!incident.due || *status->due < *incident.due)) {
        incident.due = status->due;
        incident.due_state = id;
      }
      for (const auto& change : {status->yellow_at, status->red_at, status->due}) {
        if (!change) continue;
        const Instant turns = change == status->due ? *change + 1 : *change;
        if (turns > now) row_.next = std::min(row_.next, turns);
      }
    }
  }
  return {};
}

Status IncidentCase::save() {
  const Instant now = at();
  row_.next = Instant::max();
  if (auto done = lights(now); !done) return done;
  const auto sends = incident_store::sends(host_.db, row_.incident.id);
  if (!sends) return fail(sends.error());
  const auto fired = incident_store::fired(host_.db, row_.incident.id);
  if (!fired) return fail(fired.error());
  const auto timer = next_timer(*sends, *fired, Instant::min(), Instant::max());
  if (!timer) return fail(timer.error());
  if (*timer) row_.next = std::min(row_.next, (*timer)->due);
  row_.instance = flow::to_text(workflow_->chart, instance_);
  row_.stays = stays_text(workflow_->chart, stays_);
  return incident_store::put(host_.db, row_);
}

}  // namespace cairn::respond
