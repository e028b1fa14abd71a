// SPDX-License-Identifier: Apache-2.0
#include "respond/incident_check.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "core/text.hpp"
#include "flow/expression.hpp"
#include "model/actor.hpp"
#include "respond/incident_book.hpp"
#include "respond/incident_refusal.hpp"
#include "respond/incident_store.hpp"

namespace cairn::respond {
namespace {

constexpr std::array<std::string_view, 6> known_fields{"reason", "unit", "text",
                                                       "answer", "of",   "place"};

bool holds(const std::vector<std::string>& list, std::string_view word) {
  return std::ranges::find(list, word) != list.end();
}
void add_new(std::vector<std::string>& list, const std::string& word) {
  if (!holds(list, word)) list.push_back(word);
}

std::size_t code_points(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++count) next_code_point(text, i);
  return count;
}

// Bytes that no line of a record needs; "\r\n" becomes "\n".
Result<std::string> plain(std::string_view text, std::string_view place) {
  if (!is_valid_utf8(text)) return fail(Code::invalid, "it is not UTF-8", std::string(place));
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\r') continue;
    if ((byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7F) {
      return fail(Code::invalid, "control characters are not taken", std::string(place));
    }
    out += c;
  }
  return std::string(trim(out));
}

Status unit_fits(const std::string& id, const Incident& incident,
                 const model::Workspace& workspace) {
  const model::UnitDef* unit = workspace.response.unit(id);
  if (unit == nullptr) {
    return fail(Code::invalid, format("there is no unit '{}'", id), "/fields/unit");
  }
  const model::RegionTree& regions = *workspace.regions;
  const auto place = regions.find(incident.region);
  const auto area = regions.find(unit->region);
  const bool answers = place != model::no_region && area != model::no_region &&
                       regions.is_ancestor_or_self(area, place);
  if (answers || unit->desk) return {};
  return fail(Code::invalid, format("{} does not answer for {}", unit->label.zh, incident.region),
              "/fields/unit");
}

// The other incident of a link: no circles, no chains, nothing that has ended.
Status main_fits(const store::Database& db, const std::string& of, const Incident& incident) {
  const auto wrong = [](std::string message) {
    return fail(Code::conflict, std::move(message), "/fields/of");
  };
  if (of == incident.id) return wrong("an incident is no duplicate of itself");
  if (!incident.duplicates.empty()) {
    return wrong(format("{} is linked to this one: link that way round", incident.duplicates[0]));
  }
  const auto main = incident_store::find(db, of);
  if (!main) return fail(main.error());
  if (!*main) return fail(Code::invalid, format("there is no incident '{}'", of), "/fields/of");
  const Incident& other = (*main)->incident;
  if (!other.duplicate_of.empty()) {
    return wrong(format("{} is a duplicate itself: link to {}", of, other.duplicate_of));
  }
  if (other.closed) return wrong(format("{} is closed: reopen it first", of));
  return {};
}

}  // namespace

bool EventForm::asks(std::string_view field) const {
  return holds(fields, field);
}
bool EventForm::may_be_by(std::string_view role) const {
  return holds(by, role);
}
std::string EventForm::reason() const {
  return refusal_free_text(label);
}

EventForm form_of(const flow::Chart& chart, const flow::Instance& instance,
                  std::string_view event) {
  EventForm out;
  out.transitions = waiting_for(chart, instance, event);
  out.needs_reason = needs_reason(event);
  for (const flow::TransitionIndex t : out.transitions) {
    const flow::Transition& transition = chart.transitions[t];
    if (out.label.empty()) out.label = transition.label;
    for (const std::string& by : transition.by) add_new(out.by, by);
    const auto names = flow::check_expression(transition.guard.empty() ? "true" : transition.guard);
    if (!names) continue;
    for (const std::string& field : names->fields) add_new(out.fields, field);
    const bool pauses = std::ranges::any_of(
        transition.targets, [&](flow::StateIndex s) { return chart.states[s].pauses; });
    out.needs_reason = out.needs_reason || pauses || transition.again;
  }
  out.needs_reason = out.needs_reason || out.asks("reason");
  if (out.label.empty()) out.label = {std::string(event), std::string(event)};
  out.routes = (event == "dispatch" || event == "assign") && out.asks("unit");
  return out;
}

Choice choice_of(const EventForm& form, std::string_view event) {
  Choice out;
  out.event = event;
  out.label = form.label;
  out.by = form.by;
  std::erase(out.by, "system");
  for (const std::string_view field : known_fields) {
    const bool wanted = field == "reason" ? form.needs_reason : form.asks(field);
    const bool by_desk = field == "place" || (field == "unit" && form.routes);
    if (wanted && !by_desk) out.wants.emplace_back(field);
    if ((wanted && by_desk) || (!wanted && field == "reason")) out.takes.emplace_back(field);
  }
  if (event == "file") out.takes.emplace_back("text");
  if (!holds(out.wants, "answer") && (event == "done" || event == "passed" || event == "reject")) {
    out.takes.emplace_back("answer");
  }
  return out;
}

Status check_actor(const model::Actor& actor) {
  if (actor.kind != model::ActorKind::nobody && !actor.id.empty()) return {};
  return fail(Code::denied, "nobody does nothing: an incident moves by a known actor only");
}

Result<std::string> check_words(std::string_view text, std::string_view place, std::size_t most) {
  auto out = plain(text, place);
  if (out && code_points(*out) > most) {
    return fail(Code::too_large, format("at most {} characters", most), std::string(place));
  }
  return out;
}

Result<std::map<std::string, std::string>> check_fields(
    const std::map<std::string, std::string>& fields) {
  std::map<std::string, std::string> out;
  for (const auto& [name, value] : fields) {
    const std::string place = "/fields/" + name.substr(0, 50);
    if (std::ranges::find(known_fields, name) == known_fields.end()) {
      return fail(Code::invalid, "there are the fields reason, unit, text, answer, of and place",
                  is_valid_utf8(place) ? place : "/fields");
    }
    auto words = check_words(value, place);
    if (!words) return fail(words.error());
    if (!words->empty()) out[name] = *std::move(words);
  }
  return out;
}

Result<Incident> check_new(const NewIncident& what, const model::Workspace& workspace) {
  Incident out;
  const model::IncidentKind* kind = workspace.response.kind(what.kind);
  if (kind == nullptr) {
    return fail(Code::invalid, "there is no such kind of incident: see /v1/incident-kinds",
                "/kind");
  }
  const auto region = workspace.regions->require(what.region);
  if (!region) return fail(Code::invalid, region.error().message, "/region");
  const model::Region& place = (*workspace.regions)[*region];
  if (place.level == model::Level::zone) {
    return fail(Code::invalid, "name a division, not a zone of several", "/region");
  }
  auto title = check_words(what.title, "/title", title_most);
  if (!title) return fail(title.error());
  auto text = check_words(what.text, "/text");
  if (!text) return fail(text.error());
  if (what.position && !(std::abs(what.position->x) <= 180 && std::abs(what.position->y) <= 90)) {
    return fail(Code::invalid, "that is no place on Earth", "/position");
  }
  out.kind = what.kind;
  out.origin = what.origin;
  out.title = title->empty() ? format("{} · {}", kind->label.zh, place.name.zh) : *std::move(title);
  std::ranges::replace(out.title, '\n', ' ');
  out.text = *std::move(text);
  out.region = place.code;
  out.position = what.position;
  out.estimated = what.estimated;
  out.group = what.group;
  out.level = what.level;
  return out;
}

Status check_version(const store::Database& db, const Incident& incident, std::uint64_t version) {
  if (version > incident.version) {
    return fail(Code::invalid, format("it has {} entries, not {}", incident.version, version),
                "/version");
  }
  const auto since = incident_store::entries(db, incident.id, version);
  if (!since) return fail(since.error());
  for (const Entry& entry : *since) {
    // What the clock has done meanwhile is met by what the workflow then says.
    const bool moved = entry.kind == Entry::Kind::step || entry.kind == Entry::Kind::link ||
                       entry.kind == Entry::Kind::note;
    if (!moved || entry.role == "system") continue;
    return fail(
        Code::conflict,
        format("others were first: entry {} came after {}; look again", entry.number, version),
        "/version");
  }
  return {};
}

Status check_event(const EventForm& form, const flow::Chart& chart, const std::string& event) {
  const auto ever = std::ranges::any_of(chart.transitions, [&](const flow::Transition& t) {
    return !t.by.empty() && std::ranges::find(t.events, event) != t.events.end();
  });
  if (!ever || event == "evidence") {
    return fail(Code::invalid, "the workflow has no such event: see its choices", "/event");
  }
  if (form.transitions.empty()) {
    return fail(Code::conflict, format("现在不能“{0}” · '{0}' is not possible now", event),
                "/event");
  }
  if (form.by.empty()) return fail(Code::denied, "only the program does that", "/event");
  return {};
}

Status check_given(const store::Database& db, const EventForm& form, const flow::Fields& fields,
                   const Incident& incident, const model::Workspace& workspace) {
  for (const std::string_view name : known_fields) {
    const bool wanted = name == "reason" ? form.needs_reason : form.asks(name);
    if (wanted && !fields.contains(std::string(name))) {
      return fail(Code::invalid, format("'{}' must be given", name), format("/fields/{}", name));
    }
  }
  if (const auto unit = fields.find("unit"); unit != fields.end()) {
    if (!form.asks("unit")) {
      return fail(Code::invalid, "this step names no unit", "/fields/unit");
    }
    if (auto fits = unit_fits(unit->second, incident, workspace); !fits) return fits;
  }
  if (const auto of = fields.find("of"); of != fields.end()) {
    if (!form.asks("of")) return fail(Code::invalid, "this step links nothing", "/fields/of");
    return main_fits(db, of->second, incident);
  }
  return {};
}

std::optional<model::Action> action_of(std::string_view role) {
  if (role == "duty") return model::Action::route_incident;
  if (role == "unit") return model::Action::handle_incident;
  if (role == "checker") return model::Action::check_incident;
  return std::nullopt;
}

std::string role_of(const model::Actor& actor, const std::vector<std::string>& by,
                    const Incident& incident, const model::Workspace& workspace) {
  for (const std::string& role : by) {
    bool is = false;
    if (actor.kind == model::ActorKind::system) {
      is = role == "system";
    } else if (const auto action = action_of(role)) {
      is = model::may(actor, *action, incident.region,
                      role == "unit" ? incident.unit : std::string(), *workspace.regions) &&
           (role != "unit" || !incident.unit.empty());
    } else if (role == "reporter") {
      const auto& others = incident.duplicates;
      is = actor.id == reporter_of(incident.id).id ||
           std::ranges::any_of(others,
                               [&](const auto& id) { return actor.id == reporter_of(id).id; });
    }
    if (is) return role;
  }
  return {};
}

std::string any_role_of(const model::Actor& actor, const Incident& incident,
                        const model::Workspace& workspace) {
  static const std::vector<std::string> all{"unit", "duty", "checker", "reporter", "system"};
  return role_of(actor, all, incident, workspace);
}

bool belongs_to(const model::Actor& actor, const std::string& unit) {
  return !unit.empty() && std::ranges::any_of(actor.grants, [&](const model::Grant& grant) {
    return grant.role == model::Role::unit && grant.unit == unit;
  });
}

std::string file_name(std::string_view name, std::string_view type) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 5> endings{
      {{"image/jpeg", ".jpg"},
       {"image/png", ".png"},
       {"image/webp", ".webp"},
       {"application/pdf", ".pdf"},
       {"text/plain", ".txt"}}};
  const std::size_t slash = name.find_last_of("/\\");
  if (slash != std::string_view::npos) name.remove_prefix(slash + 1);
  name = name.substr(0, name.find_last_of('.'));
  std::string out;
  std::size_t count = 0;
  for (std::size_t i = 0; i < name.size() && count < 80; ++count) {
    const char32_t c = next_code_point(name, i);
    // No controls, no marks that turn the direction of writing, nothing that a shell or header
    // reads.
    const bool plain =
        c > 0x20 && c != 0x7F && c != 0xFFFD && !(c >= 0x80 && c < 0xA0) &&
        !(c >= 0x200B && c <= 0x200F) && !(c >= 0x2028 && c <= 0x202E) &&
        !(c >= 0x2066 && c <= 0x2069) && c != 0xFEFF &&
        (c > 0x7F || std::string_view("\"'<>:|?*&;`$%\\/").find(static_cast<char>(c)) ==
                         std::string_view::npos);
    if (plain) append_utf8(out, c);
    if (!plain && c == 0x20) out += '_';
  }
  while (out.starts_with('.')) out.erase(0, 1);
  if (out.empty()) out = "file";
  for (const auto& [known, ending] : endings) {
    if (known == type) out += ending;
  }
  return out;
}

Label origin_label(Origin origin) {
  switch (origin) {
    case Origin::alert:
      return {"由告警立案", "opened by an alert"};
    case Origin::report:
      return {"由公众上报立案", "opened by a report of the public"};
    case Origin::officer:
      return {"人工立案", "opened by an officer"};
    case Origin::partner:
      return {"由外部系统转入", "came from another system"};
  }
  return {};
}

Label change_label(GroupChange::Kind kind) {
  switch (kind) {
    case GroupChange::Kind::opened:
      return {"告警", "the alerts call"};
    case GroupChange::Kind::worsened:
      return {"告警升级", "the alerts have worsened"};
    case GroupChange::Kind::grew:
      return {"告警范围扩大", "the alerts have grown"};
    case GroupChange::Kind::eased:
      return {"告警降级", "the alerts have eased"};
    case GroupChange::Kind::joined:
      return {"并入上级告警", "the alerts became part of larger ones"};
    case GroupChange::Kind::silenced:
      return {"告警静默", "the alerts are silent"};
    case GroupChange::Kind::cleared:
      return {"告警解除", "the alerts have ended"};
    case GroupChange::Kind::acknowledged:
      return {"告警已确认", "the alerts were acknowledged"};
    case GroupChange::Kind::judged:
      return {"告警已研判", "the alerts were judged"};
  }
  return {};
}

std::string refusal_free_text(const Label& label) {
  return label.zh.empty() || label.en.empty() || label.zh == label.en ? label.in(Language::zh)
                                                                      : label.zh + " " + label.en;
}
std::string refusal_not_by(const std::vector<std::string>& roles) {
  return refusal::not_by(roles);
}
std::string refusal_own_unit() {
  return refusal::one_line(
      {"承办单位的人不能核查本单位的处置", "nobody checks the work of his own unit"});
}

}  // namespace cairn::respond
