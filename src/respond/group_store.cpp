// SPDX-License-Identifier: Apache-2.0
#include "respond/group_store.hpp"

#include <array>
#include <set>
#include <utility>

#include "core/text.hpp"

namespace cairn::respond {
namespace {

using std::int64_t;
using store::Database;
using store::Statement;

constexpr std::array<const char*, 1> steps{R"sql(
CREATE TABLE alert_group (
  id TEXT PRIMARY KEY, hazard TEXT NOT NULL, pack TEXT NOT NULL, region TEXT NOT NULL,
  parent TEXT NOT NULL, cause TEXT NOT NULL, state INTEGER NOT NULL, level INTEGER NOT NULL,
  highest INTEGER NOT NULL, lead TEXT NOT NULL, lead_rule TEXT NOT NULL, lead_thing TEXT NOT NULL,
  since INTEGER NOT NULL, opened INTEGER NOT NULL, changed INTEGER NOT NULL, cleared INTEGER,
  firing INTEGER NOT NULL, total INTEGER NOT NULL, things INTEGER NOT NULL, quiet INTEGER NOT NULL,
  consequences INTEGER NOT NULL, retracted INTEGER NOT NULL, maintenance TEXT NOT NULL,
  acknowledged_by TEXT NOT NULL, acknowledged INTEGER, verdict INTEGER NOT NULL,
  verdict_by TEXT NOT NULL, note TEXT NOT NULL, revision INTEGER NOT NULL,
  upper INTEGER NOT NULL, called INTEGER NOT NULL, gather_at INTEGER, ease_at INTEGER,
  clear_at INTEGER, told_at INTEGER NOT NULL, told_things INTEGER NOT NULL,
  flapped_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX alert_group_open ON alert_group (id) WHERE state <> 3;
CREATE INDEX alert_group_cleared ON alert_group (cleared) WHERE cleared IS NOT NULL;
CREATE INDEX alert_group_parent ON alert_group (parent) WHERE parent <> '';
CREATE INDEX alert_group_cause ON alert_group (cause) WHERE cause <> '';
CREATE TABLE group_alert (
  alert TEXT PRIMARY KEY, grp TEXT NOT NULL, rule TEXT NOT NULL, thing TEXT NOT NULL,
  type TEXT NOT NULL, region TEXT NOT NULL, state INTEGER NOT NULL, flapping INTEGER NOT NULL,
  quiet INTEGER NOT NULL, consequence INTEGER NOT NULL, cause TEXT NOT NULL,
  maintenance TEXT NOT NULL, began INTEGER NOT NULL, ended INTEGER, seen INTEGER NOT NULL,
  aside INTEGER NOT NULL, release INTEGER) WITHOUT ROWID;
CREATE INDEX group_alert_group ON group_alert (grp);
CREATE TABLE group_event (
  grp TEXT NOT NULL, revision INTEGER NOT NULL, kind INTEGER NOT NULL, at INTEGER NOT NULL,
  before INTEGER NOT NULL, level INTEGER NOT NULL, firing INTEGER NOT NULL, total INTEGER NOT NULL,
  things INTEGER NOT NULL, actor TEXT NOT NULL, note TEXT NOT NULL, told INTEGER NOT NULL,
  PRIMARY KEY (grp, revision)) WITHOUT ROWID;
CREATE INDEX group_event_untold ON group_event (at) WHERE told = 0;
CREATE TABLE maintenance (
  id TEXT PRIMARY KEY, region TEXT NOT NULL, thing TEXT NOT NULL, type TEXT NOT NULL,
  rule TEXT NOT NULL, begin INTEGER NOT NULL, end INTEGER NOT NULL, reason TEXT NOT NULL,
  by TEXT NOT NULL, ended INTEGER, ended_by TEXT NOT NULL, ended_reason TEXT NOT NULL)
  WITHOUT ROWID;
CREATE INDEX maintenance_end ON maintenance (end);
CREATE TABLE group_meta (
  one INTEGER PRIMARY KEY CHECK (one = 1), cursor INTEGER NOT NULL, generation INTEGER NOT NULL);
INSERT INTO group_meta VALUES (1, 0, 0);
)sql"};

constexpr const char* group_columns =
    "id, hazard, pack, region, parent, cause, state, level, highest, lead, lead_rule, lead_thing, "
    "since, opened, changed, cleared, firing, total, things, quiet, consequences, retracted, "
    "maintenance, acknowledged_by, acknowledged, verdict, verdict_by, note, revision, upper, "
    "called, gather_at, ease_at, clear_at, told_at, told_things, flapped_at";
constexpr const char* member_columns =
    "alert, grp, rule, thing, type, region, state, flapping, quiet, consequence, cause, "
    "maintenance, began, ended, seen, aside, release";
constexpr const char* event_columns =
    "grp, revision, kind, at, before, level, firing, total, things, actor, note";
constexpr const char* window_columns =
    "id, region, thing, type, rule, begin, end, reason, by, ended, ended_by, ended_reason";

// Binds one column after the other.
class Binder {
 public:
  explicit Binder(Statement& statement) : statement_(statement) {}
  Binder& operator<<(std::string_view text) { return statement_.bind(++index_, text), *this; }
  Binder& operator<<(const std::string& text) { return *this << std::string_view(text); }
  Binder& operator<<(std::uint64_t number) {
    return statement_.bind(++index_, static_cast<int64_t>(number)), *this;
  }
  Binder& operator<<(int number) { return statement_.bind(++index_, int64_t{number}), *this; }
  Binder& operator<<(bool flag) { return *this << (flag ? 1 : 0); }
  Binder& operator<<(Instant t) { return statement_.bind(++index_, t.ns), *this; }
  Binder& operator<<(const std::optional<Instant>& t) {
    if (t) return *this << *t;
    return statement_.bind_null(++index_), *this;
  }
  template <class E>
  requires std::is_enum_v<E> Binder& operator<<(E word) { return *this << static_cast<int>(word); }

 private:
  Statement& statement_;
  int index_ = 0;
};

// Reads them likewise.
class Columns {
 public:
  explicit Columns(const Statement& row) : row_(row) {}
  Columns& operator>>(std::string& text) { return text = row_.text(at_++), *this; }
  Columns& operator>>(std::uint64_t& number) {
    return number = static_cast<std::uint64_t>(row_.integer(at_++)), *this;
  }
  Columns& operator>>(int& number) { return number = static_cast<int>(row_.integer(at_++)), *this; }
  Columns& operator>>(bool& flag) { return flag = row_.integer(at_++) != 0, *this; }
  Columns& operator>>(Instant& t) { return t = {row_.integer(at_++)}, *this; }
  Columns& operator>>(std::optional<Instant>& t) {
    t = row_.is_null(at_) ? std::nullopt : std::optional(Instant{row_.integer(at_)});
    ++at_;
    return *this;
  }
  template <class E>
  requires std::is_enum_v<E> Columns& operator>>(E& word) {
    return word = static_cast<E>(row_.integer(at_++)), *this;
  }

 private:
  const Statement& row_;
  int at_ = 0;
};

template <class Stream, class Stored>
void group_row(Stream&& stream, Stored& stored) {
  auto& g = stored.group;
  const auto all = [&](auto&... member) {
    if constexpr (std::is_same_v<std::decay_t<Stream>, Binder>) {
      (stream << ... << member);
    } else {
      (stream >> ... >> member);
    }
  };
  all(g.id, g.hazard, g.pack, g.region, g.parent, g.cause, g.state, g.level, g.highest, g.lead,
      g.lead_rule, g.lead_thing, g.since, g.opened, g.changed, g.cleared, g.firing, g.total,
      g.things, g.quiet, g.consequences, g.retracted, g.maintenance, g.acknowledged_by,
      g.acknowledged, g.verdict, g.verdict_by, g.note, g.revision, stored.upper, stored.called,
      stored.gather_at, stored.ease_at, stored.clear_at, stored.told_at, stored.told_things,
      stored.flapped_at);
}

StoredMember member_of(const Statement& row) {
  StoredMember out;
  GroupMember& m = out.member;
  Columns(row) >> m.alert >> m.group >> m.rule >> m.thing >> m.type >> m.region >> m.state >>
      m.flapping >> m.quiet >> m.consequence >> m.cause >> m.maintenance >> m.began >> m.ended >>
      m.seen >> out.aside >> out.release;
  return out;
}

std::pair<std::string, GroupEvent> event_of(const Statement& row) {
  std::pair<std::string, GroupEvent> out;
  GroupEvent& e = out.second;
  Columns(row) >> out.first >> e.revision >> e.kind >> e.at >> e.before >> e.level >> e.firing >>
      e.total >> e.things >> e.actor >> e.note;
  return out;
}

Maintenance window_of(const Statement& row) {
  Maintenance w;
  Columns(row) >> w.id >> w.region >> w.thing >> w.type >> w.rule >> w.begin >> w.end >> w.reason >>
      w.by >> w.ended >> w.ended_by >> w.ended_reason;
  return w;
}

// All rows of a query.
template <class Bind, class Read>
auto rows(const Database& db, std::string_view sql, Bind bind, Read read)
    -> Result<std::vector<decltype(read(std::declval<const Statement&>()))>> {
  auto select = db.prepare(sql);
  if (!select) return fail(select.error());
  bind(Binder(*select));
  std::vector<decltype(read(std::declval<const Statement&>()))> out;
  for (;;) {
    const auto more = select->step();
    if (!more) return fail(more.error());
    if (!*more) return out;
    out.push_back(read(*select));
  }
}

std::string places(std::size_t columns) {
  std::string out = "?";
  for (std::size_t i = 1; i < columns; ++i) out += ",?";
  return out;
}

StoredGroup group_of_row(const Statement& row) {
  StoredGroup out;
  group_row(Columns(row), out);
  return out;
}

Result<StoredFamily> with_relatives(const Database& db, std::vector<StoredGroup> groups) {
  StoredFamily out;
  std::set<std::string> known;
  std::set<std::string> uppers;
  for (const StoredGroup& each : groups) {
    if (each.upper) uppers.insert(each.group.id);
    if (!each.group.parent.empty()) uppers.insert(each.group.parent);
  }
  for (const std::string& upper : uppers) {
    auto family = read_groups(db, {"id = ? OR parent = ?", {upper, upper}});
    if (!family) return fail(family.error());
    for (StoredGroup& each : *family) groups.push_back(std::move(each));
  }
  std::vector<std::string> ids;
  for (StoredGroup& each : groups) {
    if (!known.insert(each.group.id).second) continue;
    ids.push_back(each.group.id);
    out.groups.push_back(std::move(each));
  }
  auto members = read_members(db, ids);
  if (!members) return fail(members.error());
  out.members = std::move(*members);
  return out;
}

}  // namespace

Status ensure_group_tables(store::Ledger& ledger) {
  return ledger.ensure({"groups", steps});
}

Result<Statement*> GroupWriter::ready(std::optional<Statement>& statement, const char* sql) {
  if (!statement) {
    auto made = db_.prepare(sql);
    if (!made) return fail(made.error());
    statement.emplace(std::move(*made));
  }
  return &*statement;
}

Status GroupWriter::put(const StoredGroup& group) {
  static const std::string sql =
      format("INSERT OR REPLACE INTO alert_group ({}) VALUES ({})", group_columns, places(37));
  auto statement = ready(group_, sql.c_str());
  if (!statement) return fail(statement.error());
  group_row(Binder(**statement), group);
  return (*statement)->run();
}

Status GroupWriter::put(const StoredMember& stored) {
  static const std::string sql =
      format("INSERT OR REPLACE INTO group_alert ({}) VALUES ({})", member_columns, places(17));
  auto statement = ready(member_, sql.c_str());
  if (!statement) return fail(statement.error());
  const GroupMember& m = stored.member;
  Binder(**statement) << m.alert << m.group << m.rule << m.thing << m.type << m.region << m.state
                      << m.flapping << m.quiet << m.consequence << m.cause << m.maintenance
                      << m.began << m.ended << m.seen << stored.aside << stored.release;
  return (*statement)->run();
}

Status GroupWriter::put(const std::string& group, const GroupEvent& e, bool told) {
  static const std::string sql =
      format("INSERT INTO group_event ({}, told) VALUES ({})", event_columns, places(12));
  auto statement = ready(event_, sql.c_str());
  if (!statement) return fail(statement.error());
  Binder(**statement) << group << e.revision << e.kind << e.at << e.before << e.level << e.firing
                      << e.total << e.things << e.actor << e.note << told;
  return (*statement)->run();
}

Status GroupWriter::drop(const std::string& group) {
  auto statement = db_.prepare("DELETE FROM alert_group WHERE id = ?");
  if (!statement) return fail(statement.error());
  Binder(*statement) << group;
  return statement->run();
}

Status GroupWriter::put(const GroupMeta& meta) {
  auto statement = db_.prepare("UPDATE group_meta SET cursor = ?, generation = ?");
  if (!statement) return fail(statement.error());
  Binder(*statement) << meta.cursor << meta.generation;
  return statement->run();
}

Status GroupWriter::put(const Maintenance& w) {
  auto statement = db_.prepare(
      format("INSERT OR REPLACE INTO maintenance ({}) VALUES ({})", window_columns, places(12)));
  if (!statement) return fail(statement.error());
  Binder(*statement) << w.id << w.region << w.thing << w.type << w.rule << w.begin << w.end
                     << w.reason << w.by << w.ended << w.ended_by << w.ended_reason;
  return statement->run();
}

Result<std::string> GroupWriter::group_of(std::string_view alert) {
  // One row in any case: what comes after it makes the statement ready again.
  auto statement = ready(find_, "SELECT (SELECT grp FROM group_alert WHERE alert = ?)");
  if (!statement) return fail(statement.error());
  (*statement)->bind(1, alert);
  const auto row = (*statement)->step();
  if (!row) return fail(row.error());
  std::string out = (*statement)->text(0);
  if (auto done = (*statement)->run(); !done) return fail(done.error());
  return out;
}

Result<GroupMeta> read_meta(const Database& db) {
  auto found = rows(
      db, "SELECT cursor, generation FROM group_meta", [](Binder) {},
      [](const Statement& row) {
        GroupMeta out;
        Columns(row) >> out.cursor >> out.generation;
        return out;
      });
  if (!found) return fail(found.error());
  if (found->size() != 1) return fail(Code::io, "the table group_meta has no row");
  return found->front();
}

Result<std::vector<StoredGroup>> read_groups(const Database& db, const GroupFilter& filter) {
  std::string sql = format("SELECT {} FROM alert_group", group_columns);
  if (!filter.where.empty()) sql += " WHERE " + filter.where;
  sql += format(" ORDER BY {} LIMIT {} OFFSET {}", filter.order, filter.limit, filter.offset);
  return rows(
      db, sql,
      [&](Binder binder) {
        for (const std::string& value : filter.values) binder << value;
      },
      group_of_row);
}

Result<std::size_t> count_groups(const Database& db, const GroupFilter& filter) {
  std::string sql = "SELECT count(*) FROM alert_group";
  if (!filter.where.empty()) sql += " WHERE " + filter.where;
  auto found = rows(
      db, sql,
      [&](Binder binder) {
        for (const std::string& value : filter.values) binder << value;
      },
      [](const Statement& row) { return static_cast<std::size_t>(row.integer(0)); });
  if (!found) return fail(found.error());
  return found->front();
}

Result<std::vector<AlertGroup>> read_children(const Database& db, std::string_view id) {
  auto found = read_groups(db, {"parent = ? AND parent <> ''", {std::string(id)}, "region, id"});
  if (!found) return fail(found.error());
  std::vector<AlertGroup> out;
  for (StoredGroup& each : *found) out.push_back(std::move(each.group));
  return out;
}

Result<std::vector<StoredMember>> read_members(const Database& db,
                                               std::span<const std::string> groups) {
  const std::string sql =
      format("SELECT {} FROM group_alert WHERE grp = ? ORDER BY alert", member_columns);
  std::vector<StoredMember> out;
  for (const std::string& group : groups) {
    auto found = rows(
        db, sql, [&](Binder binder) { binder << group; }, member_of);
    if (!found) return fail(found.error());
    out.insert(out.end(), std::make_move_iterator(found->begin()),
               std::make_move_iterator(found->end()));
  }
  return out;
}

Result<MemberPage> read_member_page(const Database& db, std::string_view group, std::size_t limit,
                                    std::size_t offset) {
  constexpr const char* of_group =
      "FROM group_alert WHERE grp IN (SELECT ?1 UNION ALL SELECT id FROM alert_group WHERE parent "
      "= ?1 AND parent <> '')";
  MemberPage page;
  const auto count = rows(
      db, format("SELECT count(*) {}", of_group), [&](Binder binder) { binder << group; },
      [](const Statement& row) { return row.integer(0); });
  if (!count) return fail(count.error());
  page.total = static_cast<std::size_t>(count->front());
  auto found = rows(
      db,
      format("SELECT {} {} ORDER BY (state IN (1, 2)) DESC, began DESC, alert LIMIT ?2 OFFSET ?3",
             member_columns, of_group),
      [&](Binder binder) {
        binder << group << static_cast<std::uint64_t>(limit) << static_cast<std::uint64_t>(offset);
      },
      [](const Statement& row) { return member_of(row).member; });
  if (!found) return fail(found.error());
  page.members = std::move(*found);
  return page;
}

Result<std::optional<GroupMember>> read_member(const Database& db, std::string_view alert) {
  auto found = rows(
      db, format("SELECT {} FROM group_alert WHERE alert = ?", member_columns),
      [&](Binder binder) { binder << alert; },
      [](const Statement& row) { return member_of(row).member; });
  if (!found) return fail(found.error());
  return found->empty() ? std::nullopt : std::optional(std::move(found->front()));
}

Result<std::vector<GroupEvent>> read_events(const Database& db, std::string_view group) {
  return rows(
      db, format("SELECT {} FROM group_event WHERE grp = ? ORDER BY revision", event_columns),
      [&](Binder binder) { binder << group; },
      [](const Statement& row) { return event_of(row).second; });
}

Result<std::vector<std::pair<std::string, GroupEvent>>> read_untold(const Database& db) {
  return rows(
      db,
      format("SELECT {} FROM group_event WHERE told = 0 ORDER BY at, grp, revision", event_columns),
      [](Binder) {}, event_of);
}

Status mark_told(Database& db) {
  return db.execute("UPDATE group_event SET told = 1 WHERE told = 0");
}

Result<std::vector<Maintenance>> read_maintenance(const Database& db,
                                                  std::optional<Instant> not_over_at) {
  return rows(
      db,
      format("SELECT {} FROM maintenance WHERE end > ?1 AND coalesce(ended, end) > ?1 "
             "ORDER BY begin DESC, id",
             window_columns),
      [&](Binder binder) { binder << not_over_at.value_or(Instant::min()); }, window_of);
}

Result<std::optional<Maintenance>> read_window(const Database& db, std::string_view id) {
  auto found = rows(
      db, format("SELECT {} FROM maintenance WHERE id = ?", window_columns),
      [&](Binder binder) { binder << id; }, window_of);
  if (!found) return fail(found.error());
  return found->empty() ? std::nullopt : std::optional(std::move(found->front()));
}

Result<StoredFamily> read_living(const Database& db, std::int64_t reopen_within_ns) {
  auto groups = read_groups(
      db, {format("state <> 3 OR cleared >= (SELECT max(cleared) FROM alert_group) - {}",
                  reopen_within_ns),
           {}});
  if (!groups) return fail(groups.error());
  return with_relatives(db, std::move(*groups));
}

Result<StoredFamily> read_family(const Database& db, const std::string& group) {
  auto groups = read_groups(db, {"id = ?", {group}});
  if (!groups) return fail(groups.error());
  return with_relatives(db, std::move(*groups));
}

}  // namespace cairn::respond
