// SPDX-License-Identifier: Apache-2.0
// Incidents as the JSON of docs/api/openapi.yaml.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "respond/incident_book.hpp"
#include "respond/incident_desk.hpp"
#include "server/detail/json.hpp"

namespace cairn::server {

using NameOf = std::function<Label(const std::string& account)>;

Json incident_json(const respond::Incident& incident, const respond::IncidentBook& book);
// For everybody's pages: nothing that a person wrote or that names one.
Json incident_event_json(const respond::Incident& incident, const respond::IncidentBook& book);
Json outcome_json(const respond::Outcome& outcome, const respond::Incident& incident,
                  const respond::IncidentBook& book);
// `personal`: a reporter's words and files are shown.
Json entry_json(const respond::Entry& entry, const respond::Incident& incident,
                const respond::IncidentBook& book, const NameOf& name_of, bool personal);
Json evidence_json(const respond::Evidence& evidence, Zone zone);
Json deadline_json(const respond::DeadlineLine& line, Zone zone);
Json choice_json(const respond::Choice& choice, bool allowed);
Json unit_json(const model::UnitDef& unit, const model::RegionTree& regions);
Json kind_json(const model::IncidentKind& kind);
Json workflow_json(const flow::Workflow& workflow);
Json load_json(const respond::UnitLoad& load, const respond::IncidentBook& book);

}  // namespace cairn::server
