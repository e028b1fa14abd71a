// SPDX-License-Identifier: Apache-2.0
#include "respond/incident_message.hpp"

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/text.hpp"

namespace cairn::respond {
namespace {

struct RoleName {
  std::string_view role;
  Label label;
};
Label role_label(const std::string& role) {
  static const std::array<RoleName, 6> names{
      {{"duty-officer", {"值班员", "duty officer"}},
       {"shift-leader", {"值班长", "shift leader"}},
       {"supervisor", {"督办人员", "supervisor"}},
       {"leader", {"分管领导", "leader in charge"}},
       {"checker", {"核查员", "checker"}},
       {"unit-leader", {"单位负责人", "leader of the unit"}}}};
  for (const RoleName& name : names) {
    if (name.role == role) return name.label;
  }
  return {role, role};
}

Label place_name(const IncidentBook& book, const Incident& incident) {
  const model::RegionTree& regions = *book.workspace().regions;
  const auto index = regions.find(incident.region);
  return index == model::no_region ? Label{incident.region, incident.region} : regions[index].name;
}

Label kind_name(const IncidentBook& book, const Incident& incident) {
  const model::IncidentKind* kind = book.workspace().response.kind(incident.kind);
  return kind == nullptr ? Label{incident.kind, incident.kind} : kind->label;
}

Label unit_name(const IncidentBook& book, const Incident& incident) {
  const model::UnitDef* unit = book.workspace().response.unit(incident.unit);
  if (unit != nullptr) return unit->label;
  return incident.unit.empty() ? Label{"（尚未派遣）", "(nobody yet)"}
                               : Label{incident.unit, incident.unit};
}

// "2026-11-21 18:00".
std::string clock_text(Instant t, Zone zone) {
  std::string out = to_string(t, zone).substr(0, 16);
  out[10] = ' ';
  return out;
}

Label heading(std::string_view what, const flow::Fields& arguments) {
  if (what == "assign-task") return {"新任务", "New task"};
  if (what == "remind") return {"催办", "Reminder"};
  const auto role = arguments.find("role");
  if (role == arguments.end()) return {"督办", "Escalation"};
  const Label name = role_label(role->second);
  return {"督办（" + name.zh + "）", "Escalation (" + name.en + ")"};
}

}  // namespace

Posting work_message(const IncidentBook& book, const Incident& incident, std::string_view what,
                     const flow::Fields& arguments) {
  const Label head = heading(what, arguments);
  const Label place = place_name(book, incident);
  const Label kind = kind_name(book, incident);
  const Label unit = unit_name(book, incident);
  const std::string due =
      incident.due ? clock_text(*incident.due, book.workspace().zone) : std::string();
  Posting out;
  out.topic = Topic::incident;
  out.subject = incident.id;
  out.region = incident.region;
  if (what != "notify") {
    const model::UnitDef* def = book.workspace().response.unit(incident.unit);
    out.to = def != nullptr && !def->contact.empty() ? def->contact : incident.unit;
  }
  out.title = format("【{}】{} {} {}", head.zh, incident.id, kind.zh, place.zh);
  out.text =
      format("{}：{}，{}，{}\n承办单位：{}\n", head.zh, incident.id, kind.zh, place.zh, unit.zh);
  if (!due.empty()) out.text += format("时限：{}\n", due);
  if (!incident.text.empty()) out.text += incident.text + "\n";
  out.text +=
      format("\n{}: {}, {}, {}\nUnit: {}\n", head.en, incident.id, kind.en, place.en, unit.en);
  if (!due.empty()) out.text += format("Due: {}\n", due);
  out.urgent = incident.urgent;
  nlohmann::json json{{"what", what},
                      {"incident", incident.id},
                      {"kind", incident.kind},
                      {"region", incident.region},
                      {"unit", incident.unit},
                      {"states", incident.states},
                      {"urgent", incident.urgent}};
  if (!due.empty()) json["due"] = to_string(*incident.due, book.workspace().zone);
  for (const auto& [name, value] : arguments) json["with"][name] = value;
  out.json = json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return out;
}

Posting answer_message(const IncidentBook& book, const Incident& incident, std::string_view report,
                       std::string_view address) {
  const Label kind = kind_name(book, incident);
  const bool closed = incident.closed.has_value();
  Posting out;
  out.topic = Topic::answer;
  out.subject = incident.id;
  out.region = incident.region;
  out.to = address;
  out.title = format("您反映的“{}”{}（{}）", kind.zh, closed ? "已办结" : "已有答复", report);
  out.text = format(
      "您反映的“{}”（编号 {}）{}。如不满意，可在期限内凭编号和查询码要求重办。\n\n"
      "What you reported ('{}', number {}) has been {}. If it is not settled, you can ask for it "
      "to "
      "be taken up again with its number and secret.\n",
      kind.zh, report, closed ? "已办结" : "已有答复", kind.en, report,
      closed ? "closed" : "answered");
  return out;
}

}  // namespace cairn::respond
