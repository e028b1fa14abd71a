// SPDX-License-Identifier: Apache-2.0
// What leaves the house about an incident, in both languages. Nothing of a reporter is in it.
#pragma once

#include <string>
#include <string_view>

#include "flow/statechart.hpp"
#include "respond/incident_book.hpp"
#include "respond/outbox.hpp"

namespace cairn::respond {

// For those who work on it: "assign-task", "remind", "notify" (with the role that is to hear it).
// To its unit or, for a role, to whoever listens. Without a key.
Posting work_message(const IncidentBook& book, const Incident& incident, std::string_view what,
                     const flow::Fields& arguments);
// For the reporter of `report`, which is the incident or a duplicate of it.
Posting answer_message(const IncidentBook& book, const Incident& incident, std::string_view report,
                       std::string_view address);

}  // namespace cairn::respond
