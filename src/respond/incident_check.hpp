// SPDX-License-Identifier: Apache-2.0
// What is asked of those who open or move incidents: words without tricks, units that can take the
// work, the newest version, an event that is there.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/label.hpp"
#include "core/result.hpp"
#include "flow/statechart.hpp"
#include "model/workspace.hpp"
#include "respond/incident_desk.hpp"
#include "store/sqlite.hpp"

namespace cairn::respond {

inline constexpr std::size_t words_most = 4'000;  // code points
inline constexpr std::size_t title_most = 200;    // likewise

// What an event asks for, in the present state.
struct EventForm {
  std::vector<flow::TransitionIndex> transitions;  // that wait for it, innermost first
  Label label;
  std::vector<std::string> fields;  // that their guards look at
  std::vector<std::string> by;
  bool needs_reason = false;
  bool routes = false;  // the desk finds the unit when none is named

  bool asks(std::string_view field) const;
  bool may_be_by(std::string_view role) const;
  std::string reason() const;  // when nobody gives one: what the workflow calls it
};
EventForm form_of(const flow::Chart& chart, const flow::Instance& instance, std::string_view event);
// The choice that a page makes of it.
Choice choice_of(const EventForm& form, std::string_view event);

Status check_actor(const model::Actor& actor);
// Trimmed. Error: no UTF-8, control characters, too long.
Result<std::string> check_words(std::string_view text, std::string_view place,
                                std::size_t most = words_most);
Result<std::map<std::string, std::string>> check_fields(
    const std::map<std::string, std::string>& fields);
// The incident as far as it is known before it has a number.
Result<Incident> check_new(const NewIncident& what, const model::Workspace& workspace);
// Error: conflict when somebody has done something since.
Status check_version(const store::Database& db, const Incident& incident, std::uint64_t version);
// Error: invalid (nobody ever does that here), conflict (not now), denied (only the program does).
Status check_event(const EventForm& form, const flow::Chart& chart, const std::string& event);
// The fields that the event wants, and that what they name is there.
Status check_given(const store::Database& db, const EventForm& form, const flow::Fields& fields,
                   const Incident& incident, const model::Workspace& workspace);

// The first of `by` that the actor is for this incident; empty: none.
std::string role_of(const model::Actor& actor, const std::vector<std::string>& by,
                    const Incident& incident, const model::Workspace& workspace);
std::string any_role_of(const model::Actor& actor, const Incident& incident,
                        const model::Workspace& workspace);
// Whether he is of the unit.
bool belongs_to(const model::Actor& actor, const std::string& unit);
// The right that a word of `by` stands for; nothing for reporter and system.
std::optional<model::Action> action_of(std::string_view role);

// A name for a file that is nothing but a name, with the ending of its type.
std::string file_name(std::string_view name, std::string_view type);

Label origin_label(Origin origin);
Label change_label(GroupChange::Kind kind);
std::string refusal_free_text(const Label& label);  // "中文 English"
std::string refusal_not_by(const std::vector<std::string>& roles);
std::string refusal_own_unit();

}  // namespace cairn::respond
