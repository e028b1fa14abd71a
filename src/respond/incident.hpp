// SPDX-License-Identifier: Apache-2.0
// Incidents: the piece of work that closes what an alert, a citizen or an officer has found. Each
// runs through a workflow (flow/statechart.hpp); its record only grows.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/label.hpp"
#include "core/time.hpp"
#include "flow/sla.hpp"
#include "geo/geometry.hpp"
#include "respond/group.hpp"

namespace cairn::respond {

enum class Origin : std::uint8_t { alert, report, officer, partner };  // partner: by Open311
const char* to_string(Origin origin);
std::optional<Origin> parse_origin(std::string_view text);

// Whom a report came from: only for those who may read it.
struct Reporter {
  std::string name;
  std::string phone;
  std::string mail;
  std::string words;  // what was reported, as it was written
  bool empty() const { return name.empty() && phone.empty() && mail.empty() && words.empty(); }
  bool operator==(const Reporter&) const = default;
};

struct Incident {
  std::string id;    // "I-20261121-0007": readable over the phone
  std::string kind;  // model::IncidentKind
  std::string workflow;
  int workflow_version = 1;
  Origin origin = Origin::officer;
  std::string title;
  std::string text;    // of officers and the program; a reporter's words are in Reporter
  std::string region;  // code of the smallest division known
  std::optional<geo::Point> position;
  bool estimated = false;  // the position is
  std::string group;       // of alerts; empty: none
  std::string unit;        // who has it; empty: nobody yet
  bool fallback = false;   // it went to the desk because nobody else answers for it
  Label route_reason;
  std::vector<std::string> states;  // the active leaves of the workflow
  Instant opened;
  Instant changed;
  std::optional<Instant> closed;
  std::string duplicate_of;                // linked to it
  std::vector<std::string> duplicates;     // that are linked to this one
  std::optional<Level> level;              // of the group
  flow::Light light = flow::Light::green;  // the worst of its deadlines
  std::optional<Instant> due;              // the next deadline
  std::string due_state;                   // whose it is
  bool paused = false;
  bool urgent = false;  // runs by the clock around the day: it was orange or red
  int evidence = 0;     // files of those who handle it
  int reopened = 0;
  std::uint64_t version = 0;  // counts its entries: what a command was decided upon
};

// One line of its record: never changed, never deleted.
struct Entry {
  enum class Kind : std::uint8_t {
    opened,
    step,     // a transition of the workflow
    refused,  // an event that moved nothing, with the reason
    note,
    evidence,    // a file
    escalation,  // a deadline that came near or passed
    message,     // of the outbox: what was sent to whom
    alert,       // its group changed
    warning,     // a message of a warning about it
    link,        // a duplicate
  };
  std::uint64_t number = 0;  // of the incident, from 1
  std::string incident;
  Kind kind = Kind::note;
  Instant at;
  std::string actor;              // id; "system/…" of the program
  std::string event;              // of the workflow
  std::vector<std::string> from;  // leaves before and after
  std::vector<std::string> to;
  std::string reason;  // why; a step without one says what the workflow says
  std::map<std::string, std::string> fields;
  std::string role;       // in which the actor did it: duty, unit, checker, reporter, system
  bool handled = false;   // it was work on the matter: who did it may not check it
  bool personal = false;  // its reason is a reporter's words: only for those who may read them
};
const char* to_string(Entry::Kind kind);
std::optional<Entry::Kind> parse_entry_kind(std::string_view text);

// A picture or paper of an incident. Bytes lie in files/<sha256>.
struct Evidence {
  std::string id;  // sha256 of the bytes
  std::string incident;
  std::string name;
  std::string type;  // media type, found out from the bytes
  std::uint64_t size_bytes = 0;
  Instant at;
  std::string actor;
  bool personal = false;  // of a report: only for those who may read the reporter
};

// What a person may do next, as the workflow says.
struct Choice {
  std::string event;
  Label label;
  std::vector<std::string> wants;  // fields that must be given: reason, unit, text, of, place
  std::vector<std::string> takes;  // and that may be
  std::vector<std::string> by;     // any of: duty, unit, checker, reporter
  Label refusal;                   // why not now; empty: it can be done
};

}  // namespace cairn::respond
