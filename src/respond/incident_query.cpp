// SPDX-License-Identifier: Apache-2.0
// What is asked of the incidents without changing any.
#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "core/text.hpp"
#include "flow/expression.hpp"
#include "respond/incident_case.hpp"
#include "respond/incident_check.hpp"
#include "respond/incident_desk.hpp"
#include "respond/incident_refusal.hpp"

namespace cairn::respond {
namespace {

// Stands for whatever a person will write.
constexpr std::string_view anything = "\x01";

class Filter {
 public:
  Filter(const IncidentQuery& query, const model::RegionTree& regions)
      : query_(query), regions_(regions), region_(regions.find(query.region)) {}

  bool takes(const Incident& incident) const {
    if (!query_.region.empty()) {
      const auto place = regions_.find(incident.region);
      const bool inside = region_ != model::no_region && place != model::no_region &&
                          regions_.within(place, region_);
      if (!inside) return false;
    }
    if (!query_.unit.empty() && incident.unit != query_.unit) return false;
    if (!query_.units.empty() &&
        std::ranges::find(query_.units, incident.unit) == query_.units.end()) {
      return false;
    }
    if (!query_.kind.empty() && incident.kind != query_.kind) return false;
    if (!query_.group.empty() && incident.group != query_.group) return false;
    if (query_.light && incident.light < *query_.light) return false;
    if (!query_.words.empty() && incident.id.find(query_.words) == std::string::npos &&
        incident.title.find(query_.words) == std::string::npos &&
        incident.text.find(query_.words) == std::string::npos) {
      return false;
    }
    return !query_.visible || query_.visible(incident);
  }

 private:
  const IncidentQuery& query_;
  const model::RegionTree& regions_;
  model::RegionIndex region_;
};

Result<std::vector<Incident>> matching(const store::Database& db, const IncidentQuery& query,
                                       const model::RegionTree& regions) {
  const Filter filter(query, regions);
  std::vector<Incident> out;
  auto done = incident_store::each(db, query.open, [&](Incident&& incident) {
    if (filter.takes(incident)) out.push_back(std::move(incident));
  });
  if (!done) return fail(done.error());
  return out;
}

Result<std::vector<DeadlineLine>> deadlines_of(const LoadedIncident& in, const IncidentBook& book,
                                               Instant now) {
  std::vector<DeadlineLine> out;
  for (const flow::Stay& stay : in.stays) {
    if (stay.end) continue;
    const flow::State& state = in.workflow->chart.states[stay.state];
    for (const flow::DeadlineRule& rule : in.workflow->deadlines) {
      if (rule.state != state.id) continue;
      const auto& calendar = book.calendar_of(*in.workflow, rule, in.row.incident.urgent);
      auto status = flow::status(rule, calendar, stay, std::max(now, stay.begin));
      if (!status) return fail(status.error());
      out.push_back({state.id, state.label, allowance_label(rule.within), calendar.id,
                     calendar.label, *std::move(status)});
    }
  }
  return out;
}

// Another unit than the present one, to try a step with.
std::string other_unit(const model::Workspace& workspace, const std::string& unit) {
  for (const model::UnitDef& def : workspace.response.units) {
    if (def.id != unit) return def.id;
  }
  return std::string(anything);
}

Label label_of_line(const std::string& line) {
  const std::size_t middle = line.find(" · ");
  if (middle == std::string::npos) return {line, line};
  return {line.substr(0, middle), line.substr(middle + std::string_view(" · ").size())};
}

// Why the choice cannot be taken now, given what it wants.
Result<Label> refusal_of(const LoadedIncident& in, const EventForm& form, const Choice& choice,
                         const std::string& role, const model::Actor& actor,
                         std::span<const Entry> entries, const model::Workspace& workspace) {
  if (role.empty()) return label_of_line(refusal::not_by(choice.by));
  if (role == "checker" && belongs_to(actor, in.row.incident.unit)) {
    return label_of_line(refusal_own_unit());
  }
  const flow::Chart& chart = in.workflow->chart;
  flow::Event event{choice.event, {}, in.row.last};
  for (const std::string& field : form.fields) event.data[field] = anything;
  if (form.asks("unit")) event.data["unit"] = other_unit(workspace, in.row.incident.unit);
  event.data["actor"] = actor.id;
  event.data["role"] = role;
  event.data["reason"] = anything;
  flow::Expressions guards;
  flow::Instance after = in.instance;
  const auto step = flow::step(chart, after, event, guards);
  if (!step) return fail(step.error());
  if (step->taken.empty()) return refusal::explain_label(chart, in.instance, *step, event);
  const CaseEvent attempt{choice.event, {}, std::string(anything), actor.id, role};
  const std::string forbidden =
      forbids(chart, in.instance, after, *step, attempt, entries, in.row.round);
  return forbidden.empty() ? Label{} : label_of_line(forbidden);
}

Result<std::vector<Choice>> choices_of(const LoadedIncident& in, const model::Actor& actor,
                                       std::span<const Entry> entries,
                                       const model::Workspace& workspace) {
  std::vector<Choice> out;
  std::set<std::string> seen{"evidence"};
  if (!in.instance.running) return out;
  const flow::Chart& chart = in.workflow->chart;
  for (auto state = in.instance.active.rbegin(); state != in.instance.active.rend(); ++state) {
    for (const flow::TransitionIndex t : chart.states[*state].transitions) {
      for (const std::string& event : chart.transitions[t].events) {
        if (event.find('*') != std::string::npos || !seen.insert(event).second) continue;
        const EventForm form = form_of(chart, in.instance, event);
        Choice choice = choice_of(form, event);
        if (choice.by.empty()) continue;
        const std::string role = role_of(actor, choice.by, in.row.incident, workspace);
        auto refusal = refusal_of(in, form, choice, role, actor, entries, workspace);
        if (!refusal) return fail(refusal.error());
        choice.refusal = *std::move(refusal);
        out.push_back(std::move(choice));
      }
    }
  }
  return out;
}

}  // namespace

Label allowance_label(flow::Allowance allowance) {
  const std::string en = flow::to_string(allowance);
  if (en == "same day") return {"当日", en};
  const std::size_t blank = en.find(' ');
  const std::string number = en.substr(0, blank);
  const bool working = en.find("working") != std::string::npos;
  const std::string unit = en.find("minute") != std::string::npos ? "分钟"
                           : en.find("hour") != std::string::npos ? "小时"
                           : working                              ? "日"
                                                                  : "天";
  return {number + (working ? " 个工作" : " ") + unit, en};
}

Result<Incident> IncidentDesk::find(std::string_view incident) const {
  const auto read = ledger_.read();
  auto row = incident_store::find(read.db(), incident);
  if (!row) return fail(row.error());
  if (!*row) return fail(Code::not_found, format("there is no incident '{}'", incident), "path:id");
  return std::move((*row)->incident);
}

Result<IncidentView> IncidentDesk::view(std::string_view incident, const model::Actor& actor,
                                        Instant now) const {
  const auto book = this->book();
  const auto read = ledger_.read();
  auto in = load_incident(read.db(), *book, incident);
  if (!in) return fail(in.error());
  IncidentView out;
  auto entries = incident_store::entries(read.db(), incident, 0);
  if (!entries) return fail(entries.error());
  auto evidence = incident_store::evidence(read.db(), incident);
  if (!evidence) return fail(evidence.error());
  auto reporter = incident_store::reporter(read.db(), incident);
  if (!reporter) return fail(reporter.error());
  auto deadlines = deadlines_of(*in, *book, now);
  if (!deadlines) return fail(deadlines.error());
  for (const DeadlineLine& line : *deadlines) {
    in->row.incident.light = std::max(in->row.incident.light, line.status.light);
  }
  const std::string& main = in->row.incident.duplicate_of;
  auto choices = choices_of(*in, actor, *entries, book->workspace());
  if (!main.empty() && actor.id == reporter_of(incident).id) {
    // What he reported goes on under another number.
    auto other = load_incident(read.db(), *book, main);
    if (!other) return fail(other.error());
    auto others = incident_store::entries(read.db(), main, 0);
    if (!others) return fail(others.error());
    choices = choices_of(*other, actor, *others, book->workspace());
  }
  if (!choices) return fail(choices.error());
  out.incident = std::move(in->row.incident);
  out.entries = *std::move(entries);
  out.evidence = *std::move(evidence);
  out.reporter = *std::move(reporter);
  out.deadlines = *std::move(deadlines);
  out.choices = *std::move(choices);
  return out;
}

Result<IncidentPage> IncidentDesk::list(const IncidentQuery& query) const {
  const auto book = this->book();
  const auto read = ledger_.read();
  auto found = matching(read.db(), query, *book->workspace().regions);
  if (!found) return fail(found.error());
  const auto rank = [](const Incident& i) {
    return std::tuple(i.closed.has_value(), -static_cast<int>(i.light),
                      i.closed ? -i.closed->ns : i.due.value_or(Instant::max()).ns);
  };
  std::ranges::stable_sort(*found, {}, rank);
  IncidentPage out;
  out.total = found->size();
  for (std::size_t i = query.offset; i < found->size() && out.incidents.size() < query.limit; ++i) {
    out.incidents.push_back(std::move((*found)[i]));
  }
  return out;
}

Result<std::vector<UnitLoad>> IncidentDesk::board(const IncidentQuery& query) const {
  const auto book = this->book();
  const auto read = ledger_.read();
  IncidentQuery open = query;
  open.open = true;
  const auto found = matching(read.db(), open, *book->workspace().regions);
  if (!found) return fail(found.error());
  std::map<std::string, UnitLoad> loads;
  for (const Incident& incident : *found) {
    UnitLoad& load = loads[incident.unit];
    load.unit = incident.unit;
    ++load.open;
    if (incident.light == flow::Light::yellow) ++load.yellow;
    if (incident.light == flow::Light::red) ++load.red;
    if (incident.light == flow::Light::overdue) ++load.overdue;
    if (incident.paused) ++load.paused;
    if (!load.oldest || incident.opened < *load.oldest) load.oldest = incident.opened;
  }
  std::vector<UnitLoad> out;
  for (auto& [unit, load] : loads) out.push_back(std::move(load));
  std::ranges::stable_sort(out, std::greater<>(), [](const UnitLoad& load) {
    return std::tuple(load.overdue, load.red, load.yellow, load.open);
  });
  return out;
}

Result<std::vector<Entry>> IncidentDesk::entries_after(std::string_view incident,
                                                       std::uint64_t number) const {
  const auto read = ledger_.read();
  return incident_store::entries(read.db(), incident, number);
}

Result<EventRight> IncidentDesk::rights(std::string_view incident, std::string_view event) const {
  const auto book = this->book();
  const auto read = ledger_.read();
  const auto in = load_incident(read.db(), *book, incident);
  if (!in) return fail(in.error());
  EventRight out;
  out.region = in->row.incident.region;
  out.unit = in->row.incident.unit;
  for (const std::string& by : form_of(in->workflow->chart, in->instance, event).by) {
    if (const auto action = action_of(by)) out.actions.push_back(*action);
    out.reporter = out.reporter || by == "reporter";
  }
  return out;
}

Result<std::string> IncidentDesk::of_group(std::string_view group) const {
  const auto read = ledger_.read();
  return incident_store::of_group(read.db(), group);
}

Result<std::string> IncidentDesk::of_group(store::Ledger::Write& write,
                                           std::string_view group) const {
  return incident_store::of_group(write.db(), group);
}

Result<IncidentDesk::FileBytes> IncidentDesk::file(std::string_view incident,
                                                   std::string_view sha256) const {
  FileBytes out;
  {
    const auto read = ledger_.read();
    const auto all = incident_store::evidence(read.db(), incident);
    if (!all) return fail(all.error());
    const auto found = std::ranges::find(*all, sha256, &Evidence::id);
    if (found == all->end()) {
      return fail(Code::not_found, "this incident has no such file", "path:sha256");
    }
    out.evidence = *found;
  }
  auto bytes = files_.read(format("{}/files/{}", ledger_.directory(), out.evidence.id));
  if (!bytes) return fail(bytes.error());
  out.bytes = *std::move(bytes);
  return out;
}

Result<std::vector<Incident>> IncidentDesk::changed(std::uint64_t& cursor, std::size_t most) const {
  const auto read = ledger_.read();
  const auto ids = incident_store::changed(read.db(), cursor, most);
  if (!ids) return fail(ids.error());
  std::vector<Incident> out;
  for (const std::string& id : *ids) {
    auto row = incident_store::find(read.db(), id);
    if (!row) return fail(row.error());
    if (*row) out.push_back(std::move((*row)->incident));
  }
  return out;
}

Result<std::uint64_t> IncidentDesk::newest_change() const {
  const auto read = ledger_.read();
  return incident_store::newest_change(read.db());
}

}  // namespace cairn::respond
