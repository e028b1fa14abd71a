// SPDX-License-Identifier: Apache-2.0
// One incident in the hands of a transaction: what has fallen due is done first, then what is
// asked.
//
//   auto in = IncidentCase::load(host, id);      // with all that fell due until host.now
//   auto moved = in->send(…);
//   in->save();
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "respond/incident_book.hpp"
#include "respond/incident_store.hpp"
#include "respond/outbox.hpp"

namespace cairn::respond {

struct CaseHost {
  const IncidentBook& book;
  store::Database& db;
  store::Ledger::Write& write;
  Outbox& outbox;
  Instant now;
};

// An event with who sends it and why.
struct CaseEvent {
  std::string name;
  flow::Fields fields;  // without reason, actor and role
  std::string reason;
  std::string actor;
  std::string role;
  bool personal = false;
};

// What an event did.
struct Moved {
  std::uint64_t entry = 0;
  std::string refusal;  // empty: it moved
};

// An incident as it lies in the tables.
struct LoadedIncident {
  IncidentRow row;
  const flow::Workflow* workflow = nullptr;
  flow::Instance instance;
  std::vector<flow::Stay> stays;
};
Result<LoadedIncident> load_incident(const store::Database& db, const IncidentBook& book,
                                     std::string_view id);

// Why a step that the workflow allows must not be: it is not for this role, one would check one's
// own work, or it would close unchecked or with nothing to show. Empty: it may be. `entries` are
// those of the incident, `round` the one with which the present work began.
std::string forbids(const flow::Chart& chart, const flow::Instance& before,
                    const flow::Instance& after, const flow::Step& step, const CaseEvent& event,
                    std::span<const Entry> entries, std::uint64_t round);

class IncidentCase {
 public:
  static Result<IncidentCase> load(const CaseHost& host, std::string_view id);
  // Starts the workflow. `fresh` is complete but for what follows from it.
  static Result<IncidentCase> begin(const CaseHost& host, Incident fresh,
                                    const flow::Workflow& workflow, Entry opened);

  // What has fallen due, each at its time.
  Status catch_up();
  // One event; a refusal becomes an entry too.
  Result<Moved> send(const CaseEvent& event);
  Result<std::uint64_t> add(Entry entry);
  Status attach(const Evidence& evidence, const CaseEvent& event);
  // Lights, deadlines and when to look again; then the row is written.
  Status save();

  Incident& incident() { return row_.incident; }
  const flow::Workflow& workflow() const { return *workflow_; }
  const flow::Instance& instance() const { return instance_; }
  std::uint64_t round() const { return row_.round; }
  // Now, or the last entry where the clock has gone back.
  Instant at() const { return std::max(host_.now, row_.last); }
  // Tells those who wait for the end of this or of what is linked to it.
  Status answer_reporters(std::uint64_t entry, std::string_view what);

 private:
  IncidentCase(const CaseHost& host, LoadedIncident loaded)
      : host_(host),
        row_(std::move(loaded.row)),
        workflow_(loaded.workflow),
        instance_(std::move(loaded.instance)),
        stays_(std::move(loaded.stays)) {}

  struct Timer {
    Instant due;
    std::optional<PendingSend> send;
    std::string escalation;  // id
    const flow::DeadlineRule* rule = nullptr;
    std::size_t index = 0;
  };
  Result<std::optional<Timer>> next_timer(const std::vector<PendingSend>& sends,
                                          const std::set<std::string>& fired, Instant after,
                                          Instant until) const;
  Status fire(const Timer& timer);
  Result<Moved> send_at(const CaseEvent& event, Instant at);
  // Why not; empty: `after` is where it leads.
  Result<std::string> attempt(const CaseEvent& event, const flow::Event& external,
                              flow::Instance& after, flow::Step& step) const;
  Status follow_up(const CaseEvent& event, const flow::Step& step, bool was_closed,
                   std::uint64_t entry, Instant at);
  void settle();
  Status perform(const flow::Effect& effect, std::uint64_t entry);
  Status call(std::string_view name, const flow::Fields& arguments, std::uint64_t entry,
              std::string_view key, Instant at);
  Status post(Posting posting, std::string_view to, std::string_view what, Instant at);
  Status close_duplicates();
  Status guard_loop(const CaseEvent& event, std::uint64_t entry, Instant at);
  const flow::Calendar& calendar(const flow::DeadlineRule& rule) const {
    return host_.book.calendar_of(*workflow_, rule, row_.incident.urgent);
  }
  Status lights(Instant now);

  CaseHost host_;
  IncidentRow row_;
  const flow::Workflow* workflow_;
  flow::Instance instance_;
  std::vector<flow::Stay> stays_;
};

// Those who have worked on the matter, whatever the round: none of them checks it.
std::set<std::string> handlers(const std::vector<Entry>& entries);

}  // namespace cairn::respond
