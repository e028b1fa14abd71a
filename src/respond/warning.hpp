// SPDX-License-Identifier: Apache-2.0
// Warnings: what leaves as CAP. Each group of alerts has a chain of messages for those on duty
// (scope Restricted), made by the program. A warning for the public (scope Public) is prepared by
// the program and released by a person, once, with all channels; updates and the end likewise.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codec/cap.hpp"
#include "core/time.hpp"
#include "respond/group.hpp"
#include "respond/spot.hpp"

namespace cairn::respond {

enum class WarningKind : std::uint8_t {
  duty,
  open_to_all,
  received
};  // Restricted, Public, of others
const char* to_string(WarningKind kind);
std::optional<WarningKind> parse_warning_kind(std::string_view text);

// A chain of messages about one thing.
struct Warning {
  std::string id;
  WarningKind kind = WarningKind::duty;
  std::string group;     // the alerts behind it; empty: none
  std::string incident;  // likewise
  std::string region;    // code: the nearest division that holds all its areas
  Level level = Level::blue;
  Label headline;
  Instant sent;                  // of its first message
  Instant expires;               // of its newest
  std::optional<Instant> ended;  // cancelled or all clear
  std::string newest;            // identifier of its newest message
  int messages = 0;
  std::string by;                 // actor who released the newest
  std::string status = "Actual";  // Actual, Exercise, Test
};

// One CAP document, as it left or came in. Never changed.
struct Message {
  std::string identifier;
  std::string warning;
  int number = 1;    // in its chain
  std::string type;  // Alert, Update, Cancel
  Instant sent;
  std::string by;      // actor
  std::string reason;  // of an update or cancel
  std::string xml;
  Instant expires;                    // nothing counts longer
  std::string sender;                 // of CAP
  std::string source;                 // of a received one: who brought it
  std::vector<std::string> findings;  // likewise: what is odd about it
};

// Who is in the area: what is known of it, and from when.
struct Reach {
  std::uint64_t villages = 0;
  std::optional<double> people;      // of the newest census; none: not known
  bool estimated = false;            // positions of villages are estimates
  std::string people_as_of;          // "2020"
  std::vector<std::string> regions;  // codes of the counties it touches
  Label words;                       // the same in a sentence, with what is not known
};

// Before a person releases it.
struct Draft {
  codec::CapAlert alert;  // complete but for identifier and sent
  std::string warning;    // that it updates or ends; empty: a new one
  std::string group;
  std::string incident;
  Reach reach;
  std::vector<std::string> findings;  // of the check; errors forbid sending
  bool sendable = true;
  std::string digest;  // of what was shown: sending wants the same
  std::string region;  // the nearest division that holds all its areas
  Level level = Level::blue;
  int expires_minutes = 0;
  Simulated simulated = Simulated::none;  // of the things behind it
};

}  // namespace cairn::respond
