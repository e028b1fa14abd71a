// SPDX-License-Identifier: Apache-2.0
#include "model/actor.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace cairn::model {
namespace {

struct RoleRow {
  Role role;
  const char* name;
  Label label;
};
const std::array<RoleRow, 5>& role_rows() {
  static const std::array<RoleRow, 5> rows{{
      {Role::reporter, "reporter", {"上报人", "Reporter"}},
      {Role::unit, "unit", {"处置单位", "Unit"}},
      {Role::checker, "checker", {"核查员", "Checker"}},
      {Role::duty_officer, "duty_officer", {"值班员", "Duty officer"}},
      {Role::administrator, "administrator", {"管理员", "Administrator"}},
  }};
  return rows;
}

// One letter a role: u unit, c checker, d duty officer, a administrator. Administrators manage;
// that alone lets nobody warn the public or read whom a report came from.
struct ActionRow {
  Action action;
  const char* name;
  std::string_view roles;
  Label label;
};
const std::array<ActionRow, action_count>& action_rows() {
  static const std::array<ActionRow, action_count> rows{{
      {Action::read_incidents, "read_incidents", "ucd", {"查看事件", "read incidents"}},
      {Action::read_reporter, "read_reporter", "d", {"查看上报人信息", "read a reporter"}},
      {Action::open_incident, "open_incident", "ud", {"立案", "open an incident"}},
      {Action::route_incident, "route_incident", "d", {"派遣事件", "route an incident"}},
      {Action::handle_incident, "handle_incident", "u", {"处置事件", "handle an incident"}},
      {Action::check_incident, "check_incident", "c", {"核查事件", "check an incident"}},
      {Action::acknowledge_alert, "acknowledge_alert", "d", {"确认告警", "acknowledge an alert"}},
      {Action::judge_alert, "judge_alert", "d", {"研判告警", "judge an alert"}},
      {Action::shelve_alert, "shelve_alert", "d", {"搁置告警", "put alerts aside"}},
      {Action::declare_maintenance,
       "declare_maintenance",
       "da",
       {"申报检修", "declare maintenance"}},
      {Action::prepare_warning, "prepare_warning", "d", {"拟制预警", "prepare a warning"}},
      {Action::send_warning, "send_warning", "d", {"发布预警", "send a warning"}},
      {Action::receive_warning, "receive_warning", "d", {"接收外部预警", "take in a warning"}},
      {Action::read_channels, "read_channels", "da", {"查看发布渠道", "read the channels"}},
      {Action::test_channel, "test_channel", "da", {"测试发布渠道", "test a channel"}},
      {Action::manage_channels, "manage_channels", "a", {"管理发布渠道", "manage channels"}},
      {Action::manage_services, "manage_services", "da", {"管理被测服务", "manage services"}},
      {Action::confirm_service, "confirm_service", "a", {"代业主确认服务", "confirm a service"}},
      {Action::manage_accounts, "manage_accounts", "a", {"管理账号", "manage accounts"}},
      {Action::read_audit, "read_audit", "a", {"查看审计记录", "read the audit trail"}},
      {Action::import_data, "import_data", "a", {"导入数据", "import data"}},
      {Action::read_devices, "read_devices", "ucda", {"查看设备", "read devices"}},
      {Action::manage_devices, "manage_devices", "da", {"管理设备", "manage devices"}},
  }};
  return rows;
}
const ActionRow& row_of(Action action) {
  return action_rows()[static_cast<std::size_t>(action)];
}

char letter_of(Role role) {
  switch (role) {
    case Role::reporter:
      return '-';
    case Role::unit:
      return 'u';
    case Role::checker:
      return 'c';
    case Role::duty_officer:
      return 'd';
    case Role::administrator:
      return 'a';
  }
  return '-';
}

// Only handling is done for a unit; the other actions do not ask whose the incident is.
bool fits_unit(const Grant& grant, Action action, std::string_view unit) {
  if (action != Action::handle_incident) return true;
  return unit.empty() || grant.unit.empty() || grant.unit == unit;
}

}  // namespace

const char* to_string(Role role) {
  return role_rows()[static_cast<std::size_t>(role)].name;
}
std::optional<Role> parse_role(std::string_view text) {
  for (const RoleRow& row : role_rows()) {
    if (row.name == text) return row.role;
  }
  return std::nullopt;
}
Label label_of(Role role) {
  return role_rows()[static_cast<std::size_t>(role)].label;
}

const char* to_string(Action action) {
  return row_of(action).name;
}
std::optional<Action> parse_action(std::string_view text) {
  for (const ActionRow& row : action_rows()) {
    if (row.name == text) return row.action;
  }
  return std::nullopt;
}
Label label_of(Action action) {
  return row_of(action).label;
}

Actor system_actor(std::string_view part) {
  return {"system/" + std::string(part), {"系统", "System"}, ActorKind::system, {}};
}

bool allows(Role role, Action action) {
  return row_of(action).roles.find(letter_of(role)) != std::string_view::npos;
}

bool covers(const Grant& grant, std::string_view region, const RegionTree& regions) {
  if (grant.region.empty()) return true;
  if (region.empty()) return false;
  const RegionIndex outer = regions.find(grant.region);
  const RegionIndex inner = regions.find(region);
  if (outer == no_region || inner == no_region) return false;
  if (regions.within(inner, outer)) return true;
  // A zone lies in what holds all its members.
  const auto& members = regions[inner].members;
  return !members.empty() && std::all_of(members.begin(), members.end(), [&](RegionIndex member) {
    return regions.within(member, outer);
  });
}

bool may(const Actor& actor, Action action, std::string_view region, std::string_view unit,
         const RegionTree& regions) {
  if (actor.kind == ActorKind::system) return true;
  if (actor.kind == ActorKind::nobody) return false;
  return std::any_of(actor.grants.begin(), actor.grants.end(), [&](const Grant& grant) {
    return allows(grant.role, action) && fits_unit(grant, action, unit) &&
           covers(grant, region, regions);
  });
}

bool may_somewhere(const Actor& actor, Action action) {
  if (actor.kind == ActorKind::system) return true;
  if (actor.kind == ActorKind::nobody) return false;
  return std::any_of(actor.grants.begin(), actor.grants.end(),
                     [&](const Grant& grant) { return allows(grant.role, action); });
}

bool contains(const std::vector<Grant>& outer, const Grant& inner, const RegionTree& regions) {
  return std::any_of(outer.begin(), outer.end(), [&](const Grant& grant) {
    return grant.role == inner.role && (grant.unit.empty() || grant.unit == inner.unit) &&
           covers(grant, inner.region, regions);
  });
}

}  // namespace cairn::model
