// SPDX-License-Identifier: Apache-2.0
// Who acts, and what he may do where. Plain values; accounts, passwords and tokens are of
// `protect`. A grant counts in its region and all that lies in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/label.hpp"
#include "model/region.hpp"

namespace cairn::model {

enum class Role : std::uint8_t {
  reporter,       // of the public; needs no account
  unit,           // handles what was given to its unit
  checker,        // checks what others have handled
  duty_officer,   // acknowledges, warns, opens and routes
  administrator,  // accounts, channels, maintenance of all
};
const char* to_string(Role role);  // "duty_officer"
std::optional<Role> parse_role(std::string_view text);
Label label_of(Role role);

struct Grant {
  Role role = Role::reporter;
  std::string region;  // code or zone; empty: everywhere
  std::string unit;    // of `unit`: which one; of others empty
  bool operator==(const Grant&) const = default;
};

enum class ActorKind : std::uint8_t { nobody, person, token, system };

struct Actor {
  std::string id;  // of the account or token; "system/…" of the program itself; empty: nobody
  Label name;
  ActorKind kind = ActorKind::nobody;
  std::vector<Grant> grants;
  bool operator==(const Actor&) const = default;
};
// The program itself: rules, deadlines, escalations. `part` names it: "system/deadlines".
Actor system_actor(std::string_view part);

enum class Action : std::uint8_t {
  read_incidents,  // without the reporter
  read_reporter,   // name, phone and words of whom a report came from
  open_incident,
  route_incident,   // dispatch, hand over, link as duplicate
  handle_incident,  // of one's own unit
  check_incident,
  acknowledge_alert,
  judge_alert,  // true, false, test
  shelve_alert,
  declare_maintenance,
  prepare_warning,
  send_warning,  // with update and cancel
  receive_warning,
  read_channels,
  test_channel,
  manage_channels,
  manage_services,  // register, measure and withdraw what the probe measures
  confirm_service,  // write down that an owner has agreed
  manage_accounts,
  read_audit,
  import_data,
  read_devices,
  manage_devices,  // approve, block, give secrets
};
inline constexpr std::size_t action_count = 23;
const char* to_string(Action action);  // "send_warning"
std::optional<Action> parse_action(std::string_view text);
Label label_of(Action action);
// What a role may do where it was granted; docs/access.md shows it as a table.
bool allows(Role role, Action action);

// The grant's region holds `region`: "" wants a grant for everywhere.
bool covers(const Grant& grant, std::string_view region, const RegionTree& regions);
// In `region` (code; empty: of no region, wants a grant for everywhere) and, for actions of units,
// towards `unit` (empty: any). The system may do everything; nobody nothing.
bool may(const Actor& actor, Action action, std::string_view region, std::string_view unit,
         const RegionTree& regions);
// Anywhere at all: whether a page offers it.
bool may_somewhere(const Actor& actor, Action action);
// Every grant of `inner` lies in one of `outer`: what a token may have of its account's.
bool contains(const std::vector<Grant>& outer, const Grant& inner, const RegionTree& regions);

}  // namespace cairn::model
