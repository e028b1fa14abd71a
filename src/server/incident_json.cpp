// SPDX-License-Identifier: Apache-2.0
#include "server/detail/incident_json.hpp"

#include <array>

#include "core/text.hpp"
#include "respond/cap_compose.hpp"

namespace cairn::server {
namespace {

using respond::Incident;
using respond::IncidentBook;

Json time_json(const std::optional<Instant>& t, Zone zone) {
  return t ? Json(to_string(*t, zone)) : Json(nullptr);
}

Json state_json(const flow::Chart* chart, const std::string& id) {
  const flow::State* state = chart == nullptr ? nullptr : chart->find(id);
  const Label label = state == nullptr || state->label.empty() ? Label{id, id} : state->label;
  return {{"id", id}, {"label", json_label(label)}};
}
Json states_json(const IncidentBook& book, const std::string& workflow,
                 const std::vector<std::string>& ids) {
  const flow::Workflow* found = book.workflow(workflow);
  Json out = Json::array();
  for (const std::string& id : ids) {
    out.push_back(state_json(found == nullptr ? nullptr : &found->chart, id));
  }
  return out;
}

Json region_label(const model::RegionTree& regions, const std::string& code) {
  const auto index = regions.find(code);
  return json_label(index == model::no_region ? Label{code, code} : regions[index].name);
}

Json unit_ref(const IncidentBook& book, const std::string& id) {
  if (id.empty()) return nullptr;
  const model::UnitDef* unit = book.workspace().response.unit(id);
  return {{"id", id}, {"label", json_label(unit == nullptr ? Label{id, id} : unit->label)}};
}

// What the line says beyond its reason: the button that was pressed, or what it is.
Label entry_label(const respond::Entry& entry, const flow::Workflow* workflow) {
  static const std::array<Label, 10> kinds{{{"立案", "Opened"},
                                            {"流转", "Step"},
                                            {"未执行", "Refused"},
                                            {"备注", "Note"},
                                            {"证据", "Evidence"},
                                            {"时限", "Deadline"},
                                            {"消息", "Message"},
                                            {"告警", "Alerts"},
                                            {"预警", "Warning"},
                                            {"并案", "Link"}}};
  const bool named =
      entry.kind == respond::Entry::Kind::step || entry.kind == respond::Entry::Kind::refused;
  if (named && workflow != nullptr) {
    for (const flow::Transition& t : workflow->chart.transitions) {
      for (const std::string& event : t.events) {
        if (event == entry.event && !t.label.empty()) return t.label;
      }
    }
  }
  return kinds[static_cast<std::size_t>(entry.kind)];
}

Json actor_json(const respond::Entry& entry, const NameOf& name_of) {
  const std::string& id = entry.actor;
  if (id.starts_with("reporter")) {
    return {{"id", "reporter"}, {"name", json_label({"上报人", "Reporter"})}, {"kind", "reporter"}};
  }
  if (id.starts_with("system/")) {
    return {{"id", id}, {"name", json_label({"系统", "System"})}, {"kind", "system"}};
  }
  const Label name = name_of ? name_of(id) : Label{};
  return {{"id", id},
          {"name", json_label(name.empty() ? Label{id, id} : name)},
          {"kind", id.starts_with("token/") ? "token" : "person"}};
}

Json texts_json(const std::vector<std::string>& texts) {
  Json out = Json::array();
  for (const std::string& text : texts) out.push_back(text);
  return out;
}

}  // namespace

Json incident_json(const Incident& i, const IncidentBook& book) {
  const model::Workspace& workspace = book.workspace();
  const Zone zone = workspace.zone;
  const model::IncidentKind* kind = workspace.response.kind(i.kind);
  const flow::Workflow* workflow = book.workflow(i.workflow);
  Json position = nullptr;
  if (i.position) {
    position = {{"lon", json_number(i.position->x)}, {"lat", json_number(i.position->y)}};
  }
  Json due_state = nullptr;
  if (!i.due_state.empty()) {
    due_state = state_json(workflow == nullptr ? nullptr : &workflow->chart, i.due_state);
  }
  return {{"id", i.id},
          {"kind", i.kind},
          {"kind_label", json_label(kind == nullptr ? Label{i.kind, i.kind} : kind->label)},
          {"workflow", i.workflow},
          {"origin", respond::to_string(i.origin)},
          {"title", i.title},
          {"text", i.text},
          {"region", i.region},
          {"region_label", region_label(*workspace.regions, i.region)},
          {"position", std::move(position)},
          {"estimated", i.estimated},
          {"group", json_text_or_null(i.group)},
          {"unit", unit_ref(book, i.unit)},
          {"fallback", i.fallback},
          {"route_reason", json_label(i.route_reason)},
          {"states", states_json(book, i.workflow, i.states)},
          {"opened", to_string(i.opened, zone)},
          {"changed", to_string(i.changed, zone)},
          {"closed", time_json(i.closed, zone)},
          {"duplicate_of", json_text_or_null(i.duplicate_of)},
          {"duplicates", texts_json(i.duplicates)},
          {"level", i.level ? Json(respond::level_word(*i.level)) : Json(nullptr)},
          {"light", flow::to_string(i.light)},
          {"due", time_json(i.due, zone)},
          {"due_state", std::move(due_state)},
          {"paused", i.paused},
          {"urgent", i.urgent},
          {"evidence", i.evidence},
          {"reopened", i.reopened},
          {"version", i.version}};
}

Json incident_event_json(const Incident& i, const IncidentBook& book) {
  Json out = incident_json(i, book);
  for (const char* name : {"title", "text", "position", "route_reason"}) out.erase(name);
  return out;
}

Json outcome_json(const respond::Outcome& outcome, const Incident& incident,
                  const IncidentBook& book) {
  return {{"id", outcome.incident},
          {"entry", outcome.entry},
          {"states", states_json(book, incident.workflow, outcome.states)},
          {"repeated", outcome.repeated}};
}

Json entry_json(const respond::Entry& entry, const Incident& incident, const IncidentBook& book,
                const NameOf& name_of, bool personal) {
  const bool hidden = entry.personal && !personal;
  Json fields = Json::object();
  if (!hidden) {
    for (const auto& [name, value] : entry.fields) fields[name] = value;
  }
  return {{"number", entry.number},
          {"kind", respond::to_string(entry.kind)},
          {"at", to_string(entry.at, book.workspace().zone)},
          {"actor", actor_json(entry, name_of)},
          {"event", entry.event},
          {"label", json_label(entry_label(entry, book.workflow(incident.workflow)))},
          {"from", states_json(book, incident.workflow, entry.from)},
          {"to", states_json(book, incident.workflow, entry.to)},
          {"reason", hidden ? Json(nullptr) : Json(entry.reason)},
          {"fields", std::move(fields)}};
}

Json evidence_json(const respond::Evidence& e, Zone zone) {
  return {{"id", e.id},
          {"name", e.name},
          {"type", e.type},
          {"size_bytes", e.size_bytes},
          {"at", to_string(e.at, zone)},
          {"actor", e.actor.starts_with("reporter") ? "reporter" : e.actor},
          {"personal", e.personal},
          {"url", format("/v1/incidents/{}/files/{}", e.incident, e.id)}};
}

Json deadline_json(const respond::DeadlineLine& line, Zone zone) {
  return {{"state", line.state},
          {"label", json_label(line.label)},
          {"allowance", json_label(line.allowance)},
          {"calendar", {{"id", line.calendar}, {"label", json_label(line.calendar_label)}}},
          {"due", time_json(line.status.due, zone)},
          {"yellow_at", time_json(line.status.yellow_at, zone)},
          {"red_at", time_json(line.status.red_at, zone)},
          {"used_ns", line.status.used_ns},
          {"allowed_ns", line.status.allowed_ns},
          {"light", flow::to_string(line.status.light)},
          {"paused", line.status.paused},
          {"holidays_known", line.status.holidays_known}};
}

Json choice_json(const respond::Choice& choice, bool allowed) {
  return {{"event", choice.event},
          {"label", json_label(choice.label)},
          {"wants", texts_json(choice.wants)},
          {"takes", texts_json(choice.takes)},
          {"by", texts_json(choice.by)},
          {"allowed", allowed},
          {"refusal", json_label_or_null(choice.refusal)}};
}

Json unit_json(const model::UnitDef& unit, const model::RegionTree& regions) {
  return {{"id", unit.id},         {"label", json_label(unit.label)},
          {"region", unit.region}, {"region_label", region_label(regions, unit.region)},
          {"kind", unit.kind},     {"desk", unit.desk},
          {"sample", unit.sample}};
}

Json kind_json(const model::IncidentKind& kind) {
  return {{"id", kind.id},
          {"label", json_label(kind.label)},
          {"group", json_label(kind.group)},
          {"to", texts_json(kind.to)},
          {"workflow", kind.workflow},
          {"citizens", kind.citizens},
          {"hint", json_label(kind.hint)}};
}

Json workflow_json(const flow::Workflow& workflow) {
  const flow::Chart& chart = workflow.chart;
  Json states = Json::array();
  for (std::size_t i = 1; i < chart.states.size(); ++i) {
    const flow::State& state = chart.states[i];
    Json deadline = nullptr;
    for (const flow::DeadlineRule& rule : workflow.deadlines) {
      if (rule.state != state.id) continue;
      const std::string& calendar = rule.calendar.empty() ? workflow.calendar : rule.calendar;
      deadline = {{"within", flow::to_string(rule.within)},
                  {"label", json_label(respond::allowance_label(rule.within))},
                  {"calendar", calendar}};
    }
    states.push_back(
        {{"id", state.id},
         {"label", json_label(state.label.empty() ? Label{state.id, state.id} : state.label)},
         {"kind", flow::to_string(state.kind)},
         {"parent", json_text_or_null(chart.states[state.parent].id)},
         {"pauses", state.pauses},
         {"closed", state.closed},
         {"deadline", std::move(deadline)}});
  }
  Json transitions = Json::array();
  for (const flow::Transition& t : chart.transitions) {
    Json to = Json::array();
    for (const flow::StateIndex target : t.targets) to.push_back(chart.states[target].id);
    transitions.push_back({{"from", chart.states[t.source].id},
                           {"to", std::move(to)},
                           {"events", texts_json(t.events)},
                           {"label", json_label(t.label)},
                           {"by", texts_json(t.by)},
                           {"guard", t.guard}});
  }
  return {{"id", chart.id},
          {"version", chart.version},
          {"label", json_label(chart.label)},
          {"states", std::move(states)},
          {"transitions", std::move(transitions)}};
}

Json load_json(const respond::UnitLoad& load, const IncidentBook& book) {
  return {{"unit", unit_ref(book, load.unit)},
          {"open", load.open},
          {"yellow", load.yellow},
          {"red", load.red},
          {"overdue", load.overdue},
          {"paused", load.paused},
          {"oldest", time_json(load.oldest, book.workspace().zone)}};
}

}  // namespace cairn::server
