// SPDX-License-Identifier: Apache-2.0
// Puts alerts together (group.hpp): reads the journal's feed, keeps the groups in the ledger and
// says what of them a person should hear. docs/alerts.md tells the rules it goes by.
//
//   auto write = ledger.begin();
//   auto feed = journal.changes(grouping.cursor(), 5000);
//   auto changes = grouping.take(*write, *feed, now);   // and tick(*write, now), every second
//   … desks.on_groups(*write, *changes, now);
//   write->commit();                                     // the cursor goes with it
//
// What is not committed has not happened: the next call finds that out and reads the ledger again.
// Queries see what was committed. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/time.hpp"
#include "model/alert.hpp"
#include "model/workspace.hpp"
#include "respond/group.hpp"
#include "store/journal.hpp"
#include "store/ledger.hpp"

namespace cairn::respond {

struct GroupingOptions {
  std::int64_t gather_ns = 5 * ns_per_second;  // before it calls; none for extreme and immediate
  std::int64_t eased_after_ns = 60 * ns_per_second;     // so long lower before it is said
  std::int64_t clear_after_ns = 60 * ns_per_second;     // so long nothing firing
  std::int64_t flapping_ns = 600 * ns_per_second;       // likewise, when one of it flaps
  std::int64_t reopen_within_ns = 600 * ns_per_second;  // of its end: the same group again
  std::int64_t grew_every_ns = 300 * ns_per_second;
  double grew_factor = 1.5;  // of the things that were told last
  std::size_t counties = 3;  // with one hazard at once: their prefecture has it
  std::int64_t counties_within_ns = 3600 * ns_per_second;  // first and last of them to begin
  std::int64_t cause_lead_ns = 120 * ns_per_second;  // what came so long before its cause moves
  std::int64_t cause_delay_ns = 60 * ns_per_second;  // what outlives its cause so long calls
  std::int64_t longest_maintenance_ns = 30 * ns_per_day;
  // A text property of a thing, for causes that share one; empty: it has none.
  std::function<std::string(std::string_view thing, std::string_view property)> text_property;
};

struct GroupQuery {
  std::optional<bool> open = {};  // not cleared, or cleared; nothing: all
  std::string region = {};        // code or zone; empty: anywhere
  std::string hazard = {};        // empty: any
  std::size_t limit = 100;
  std::size_t offset = 0;
};
struct GroupPage {
  std::vector<AlertGroup> groups;
  std::size_t total = 0;
};

// An alert as it stands in its group. Each alert of the journal that ever fired is in exactly one.
struct GroupMember {
  std::string alert;
  std::string group;
  std::string rule;
  std::string thing;
  std::string type;
  std::string region;  // code, of the alert
  model::AlertState state = model::AlertState::firing;
  bool flapping = false;
  bool quiet = false;        // in maintenance, suppressed or shelved
  bool consequence = false;  // of an alert of the group
  std::string cause;         // that alert
  std::string maintenance;   // the window that covers it; empty: none
  Instant began;
  std::optional<Instant> ended;
  Instant seen;  // first, by the clock on the wall
  bool operator==(const GroupMember&) const = default;
};
struct MemberPage {
  std::vector<GroupMember> members;  // firing first, then the newest
  std::size_t total = 0;
};

// One line of a group's history.
struct GroupEvent {
  int revision = 0;  // of the group, from 1
  GroupChange::Kind kind = GroupChange::Kind::opened;
  Instant at;
  Level before = Level::blue;
  Level level = Level::blue;
  std::uint64_t firing = 0;  // then; as the next
  std::uint64_t total = 0;
  std::uint64_t things = 0;
  std::string actor;  // of acknowledged and judged
  std::string note;   // likewise; of joined the parent, of silenced by a cause that group
  bool operator==(const GroupEvent&) const = default;
};

// What of a group lies in one county.
struct CountyShare {
  std::string region;  // code
  std::uint64_t firing = 0;
  std::uint64_t total = 0;
  std::uint64_t things = 0;
  bool operator==(const CountyShare&) const = default;
};

// By CAP severity, from Minor; blue where it is unknown or the rule is gone.
Level level_of_rule(const model::RuleDef* rule);

class Grouping {
 public:
  using Options = GroupingOptions;

  static Result<std::unique_ptr<Grouping>> open(store::Ledger& ledger,
                                                std::shared_ptr<const model::Workspace> workspace,
                                                Options options = {});
  ~Grouping();
  // Other rules and regions, from the next change on. Alerts stay where they are.
  void rebind(std::shared_ptr<const model::Workspace> workspace);

  // Number of the newest change of the feed that was taken and committed.
  std::uint64_t cursor() const;
  // Changes with numbers at or below the cursor are passed over.
  Result<std::vector<GroupChange>> take(store::Ledger::Write& write,
                                        std::span<const store::AlertChange> changes, Instant now);
  // What time brings: gathering that ends, easing, clearing, maintenance that begins or ends; with
  // it what persons did since (acknowledged, judged).
  Result<std::vector<GroupChange>> tick(store::Ledger::Write& write, Instant now);

  // By persons; tick() returns the change. A prefecture's acknowledgement is of its counties too.
  // Errors: not_found; conflict when it is so already.
  Result<AlertGroup> acknowledge(store::Ledger::Write& write, std::string_view id,
                                 const model::Actor& actor, std::string_view note, Instant now);
  Result<AlertGroup> judge(store::Ledger::Write& write, std::string_view id, Verdict verdict,
                           const model::Actor& actor, std::string_view note, Instant now);
  // `window`: region, thing, type, rule, begin, end, reason; a begin before now means now. tick()
  // brings what follows. Errors: invalid with the member's name as place.
  Result<Maintenance> declare(store::Ledger::Write& write, Maintenance window,
                              const model::Actor& actor, Instant now);
  Result<Maintenance> end_maintenance(store::Ledger::Write& write, std::string_view id,
                                      const model::Actor& actor, std::string_view reason,
                                      Instant now);

  // Top-level groups: those that call first, the gravest and then the newest of them.
  Result<GroupPage> groups(const GroupQuery& query) const;
  Result<std::optional<AlertGroup>> group(std::string_view id) const;
  Result<std::vector<AlertGroup>> children(std::string_view id) const;  // by region, then id
  Result<std::vector<AlertGroup>> consequences(std::string_view id) const;
  Result<std::vector<CountyShare>> counties(std::string_view id) const;  // gravest first
  Result<std::vector<GroupEvent>> history(std::string_view id) const;    // oldest first
  // With those of its children.
  Result<MemberPage> members(std::string_view id, std::size_t limit, std::size_t offset) const;
  // Where the alert is; nothing when it never fired.
  Result<std::optional<GroupMember>> member(std::string_view alert) const;
  // Newest first; `past`: also those that are over at `now`.
  Result<std::vector<Maintenance>> maintenance(bool past, Instant now) const;

  // Groups whose content has changed since this was asked last, as they are in the ledger: for
  // pages. Call it after a commit.
  Result<std::vector<AlertGroup>> touched();

 private:
  struct Impl;
  explicit Grouping(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace cairn::respond
