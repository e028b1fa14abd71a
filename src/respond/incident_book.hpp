// SPDX-License-Identifier: Apache-2.0
// The workflows and calendars of the packs, ready to run incidents with, and what a workflow may
// ask of the desk. docs/formats/workflow.md tells the words.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "flow/calendar.hpp"
#include "flow/chart_load.hpp"
#include "model/workspace.hpp"
#include "respond/incident.hpp"

namespace cairn::respond {

class IncidentBook {
 public:
  // Error: the first file that does not read, with its place.
  static Result<std::shared_ptr<const IncidentBook>> make(
      std::shared_ptr<const model::Workspace> workspace);

  const flow::Workflow* workflow(std::string_view id) const;
  // Of a new incident: the one that takes all of its origin, else the one of its kind.
  Result<const flow::Workflow*> workflow_for(const model::IncidentKind& kind, Origin origin) const;
  // Whose hours a deadline keeps.
  const flow::Calendar& calendar_of(const flow::Workflow& workflow, const flow::DeadlineRule& rule,
                                    bool urgent) const;
  const model::Workspace& workspace() const { return *workspace_; }
  std::shared_ptr<const model::Workspace> shared_workspace() const { return workspace_; }
  const std::map<std::string, flow::Workflow, std::less<>>& workflows() const { return workflows_; }

 private:
  Status read_calendars(Problems& problems);
  void check(const flow::Workflow& workflow, const std::string& file, Problems& problems) const;

  std::shared_ptr<const model::Workspace> workspace_;  // shared: swapped after an import
  std::map<std::string, flow::Workflow, std::less<>> workflows_;
  std::map<std::string, flow::Calendar, std::less<>> calendars_;
  flow::Calendar always_;  // of packs without calendars
};

// Events that nobody sends without saying why in his own words.
bool needs_reason(std::string_view event);
// Whether the work is done: what follows is a look back, or beginning again.
bool is_closed(const flow::Chart& chart, const flow::Instance& instance);
// Names of the active leaves.
std::vector<std::string> leaf_ids(const flow::Chart& chart, const flow::Instance& instance);
// Those of active states that wait for the event, innermost first.
std::vector<flow::TransitionIndex> waiting_for(const flow::Chart& chart,
                                               const flow::Instance& instance,
                                               std::string_view event);

}  // namespace cairn::respond
