// SPDX-License-Identifier: Apache-2.0
// The tables of groups: groups with their timers, alerts with their group, history, maintenance.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "respond/group.hpp"
#include "respond/grouping.hpp"
#include "store/ledger.hpp"

namespace cairn::respond {

// A group with what decides when it speaks next. Times are of the clock on the wall.
struct StoredGroup {
  AlertGroup group;
  bool upper = false;                // of a prefecture: made of its children
  bool called = false;               // it was opened, and its end was not told yet
  std::optional<Instant> gather_at;  // gathering ends
  std::optional<Instant> ease_at;    // the lower level is told
  std::optional<Instant> clear_at;   // its end is told
  Instant told_at;                   // opened, worsened or grew
  std::uint64_t told_things = 0;     // then
  Instant flapped_at;                // a flapping alert of it changed
  bool operator==(const StoredGroup&) const = default;
};

struct StoredMember {
  GroupMember member;
  bool aside = false;              // suppressed or shelved
  std::optional<Instant> release;  // its cause has ended: from then on it stands by itself
  bool operator==(const StoredMember&) const = default;
};

// Groups that belong together, with their alerts.
struct StoredFamily {
  std::vector<StoredGroup> groups;
  std::vector<StoredMember> members;
};

struct GroupMeta {
  std::uint64_t cursor = 0;
  std::uint64_t generation = 0;  // counts the transactions of the grouping
};

Status ensure_group_tables(store::Ledger& ledger);

// Statements of one transaction, prepared when they are first needed.
class GroupWriter {
 public:
  explicit GroupWriter(store::Database& db) : db_(db) {}

  Status put(const StoredGroup& group);
  Status put(const StoredMember& member);
  Status put(const std::string& group, const GroupEvent& event, bool told);
  Status drop(const std::string& group);
  Status put(const GroupMeta& meta);
  Status put(const Maintenance& window);
  // The group of an alert; empty: none.
  Result<std::string> group_of(std::string_view alert);

 private:
  Result<store::Statement*> ready(std::optional<store::Statement>& statement, const char* sql);

  store::Database& db_;
  std::optional<store::Statement> group_;
  std::optional<store::Statement> member_;
  std::optional<store::Statement> event_;
  std::optional<store::Statement> find_;
};

// Where a query's groups come from: conditions of SQL over alert_group, with values for its `?`.
struct GroupFilter {
  std::string where;  // "parent = ? AND …"; empty: all
  std::vector<std::string> values;
  std::string order = "id";
  std::size_t limit = SIZE_MAX / 2;
  std::size_t offset = 0;
};

Result<GroupMeta> read_meta(const store::Database& db);
Result<std::vector<StoredGroup>> read_groups(const store::Database& db, const GroupFilter& filter);
Result<std::size_t> count_groups(const store::Database& db, const GroupFilter& filter);
Result<std::vector<AlertGroup>> read_children(const store::Database& db, std::string_view id);
// Of these groups.
Result<std::vector<StoredMember>> read_members(const store::Database& db,
                                               std::span<const std::string> groups);
Result<MemberPage> read_member_page(const store::Database& db, std::string_view group,
                                    std::size_t limit, std::size_t offset);
Result<std::optional<GroupMember>> read_member(const store::Database& db, std::string_view alert);
Result<std::vector<GroupEvent>> read_events(const store::Database& db, std::string_view group);
// Events that tick() has not returned yet, and that it has.
Result<std::vector<std::pair<std::string, GroupEvent>>> read_untold(const store::Database& db);
Status mark_told(store::Database& db);
Result<std::vector<Maintenance>> read_maintenance(const store::Database& db,
                                                  std::optional<Instant> not_over_at);
Result<std::optional<Maintenance>> read_window(const store::Database& db, std::string_view id);
// What may still change: not cleared, or cleared so shortly before the newest that it may reopen.
Result<StoredFamily> read_living(const store::Database& db, std::int64_t reopen_within_ns);
// A group with its parent and all children of that.
Result<StoredFamily> read_family(const store::Database& db, const std::string& group);

}  // namespace cairn::respond
