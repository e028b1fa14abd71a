// SPDX-License-Identifier: Apache-2.0
// Who answers for what: units of regions, kinds of incidents, and the way from one to the other.
// docs/formats/response.md tells the files.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/label.hpp"
#include "core/result.hpp"
#include "core/seams.hpp"
#include "model/region.hpp"

namespace cairn::model {

// A unit that can be given work: an office, a company's crew, a desk.
struct UnitDef {
  std::string id;  // unique over all regions: "513428-emergency"
  Label label;
  std::string region;   // code: it answers for all that lies in it
  std::string kind;     // "emergency", "water", "transport", "communications", "desk", …
  bool desk = false;    // takes what nobody else takes, in its region
  bool sample = false;  // made up for the demonstration
  std::string contact;  // a mail address; empty: none
  std::string place;
};

// What can be wrong: the category of an incident.
struct IncidentKind {
  std::string id;  // ASCII: "slope_movement"
  Label label;
  Label group;                  // heading in the form: "Roads"
  std::vector<std::string> to;  // kinds of units, the first that answers for the place
  std::string workflow = "grid-event";
  std::string category = "Safety";  // of CAP
  bool citizens = false;            // the public may report it
  bool urgent = false;              // cannot wait for office hours, whoever reports it
  Label hint;                       // what a reporter should say
  std::string place;
};

// A file of a pack that a higher module reads (statecharts, calendars).
struct PackFile {
  std::string path;
  std::string text;
};

struct ResponseDef {
  std::vector<UnitDef> units;
  std::vector<IncidentKind> kinds;
  std::vector<PackFile> workflows;  // flow/chart_load.hpp
  std::vector<PackFile> calendars;  // flow/calendar.hpp
  std::vector<PackFile> holidays;   // laid over every calendar

  const UnitDef* unit(std::string_view id) const;
  const IncidentKind* kind(std::string_view id) const;
};

// Why this unit, in words: "the emergency office of the county".
struct Route {
  std::string unit;
  bool fallback = false;  // nobody answers for this kind here
  Label reason;
};
// The unit of the first of the kind's `to` that is nearest above the place; else the nearest desk.
// Error: not_found when there is not even a desk (the loader refuses such regions).
Result<Route> route(const ResponseDef& response, const RegionTree& regions, std::string_view kind,
                    std::string_view region);

}  // namespace cairn::model
