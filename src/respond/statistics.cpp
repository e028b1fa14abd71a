// SPDX-License-Identifier: Apache-2.0
#include "respond/statistics.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "core/text.hpp"
#include "model/response_things.hpp"
#include "respond/group_store.hpp"

namespace cairn::respond {
namespace {

using std::int64_t;

constexpr std::array<const char*, 1> steps{R"sql(
CREATE TABLE stat_reading (
  number INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, thing TEXT NOT NULL,
  property TEXT NOT NULL, time INTEGER NOT NULL, value REAL NOT NULL);
CREATE INDEX stat_reading_time ON stat_reading (thing, property, time);
CREATE TABLE stat_place (
  one INTEGER PRIMARY KEY CHECK (one = 1), handed_over INTEGER NOT NULL,
  incidents INTEGER NOT NULL);
INSERT INTO stat_place VALUES (1, 0, 0);
)sql"};

struct Said {
  std::string name;  // of what: the same again corrects it
  std::string thing;
  std::string property;
  double value = 0;
};

// The time it was said at first; else the stamp, or just after the newest of the series: one time
// of a series has one value.
Result<Instant> time_of(store::Database& db, const Said& said, Instant stamp) {
  auto known = db.prepare("SELECT time FROM stat_reading WHERE name = ?");
  if (!known) return fail(known.error());
  known->bind(1, said.name);
  const auto found = known->step();
  if (!found) return fail(found.error());
  if (*found) return Instant{known->integer(0)};
  auto newest = db.prepare(
      "SELECT coalesce(max(time), ?3) FROM stat_reading WHERE thing = ?1 AND property = ?2");
  if (!newest) return fail(newest.error());
  newest->bind(1, said.thing).bind(2, said.property).bind(3, INT64_MIN);
  const auto row = newest->step();
  if (!row) return fail(row.error());
  // Whole milliseconds: what every format of readings keeps.
  constexpr int64_t ms = 1'000'000;
  const Instant whole{stamp.ns / ms * ms};
  return std::max(whole, Instant{newest->integer(0)} + ms);
}

Status say(store::Database& db, const Said& said, Instant stamp) {
  const auto time = time_of(db, said, stamp);
  if (!time) return fail(time.error());
  auto put = db.prepare(
      "INSERT INTO stat_reading (name, thing, property, time, value) SELECT ?1, ?2, ?3, ?4, ?5 "
      "WHERE NOT EXISTS (SELECT 1 FROM stat_reading WHERE name = ?1 AND thing = ?2 AND value = ?5) "
      "ON CONFLICT (name) DO UPDATE SET number = (SELECT max(number) + 1 FROM stat_reading), "
      "thing = excluded.thing, value = excluded.value");
  if (!put) return fail(put.error());
  put->bind(1, said.name).bind(2, said.thing).bind(3, said.property).bind(4, time->ns);
  put->bind(5, said.value);
  return put->run();
}

double hours(Instant from, Instant to) {
  return static_cast<double>(std::max<int64_t>(to.ns - from.ns, 0)) / (3600.0 * ns_per_second);
}

Result<int64_t> place(const store::Database& db, const char* column) {
  auto select = db.prepare(format("SELECT {} FROM stat_place", column));
  if (!select) return fail(select.error());
  const auto row = select->step();
  if (!row) return fail(row.error());
  return select->integer(0);
}

Status set_place(store::Database& db, const char* column, std::uint64_t value) {
  auto update = db.prepare(format("UPDATE stat_place SET {0} = max({0}, ?)", column));
  if (!update) return fail(update.error());
  update->bind(1, static_cast<int64_t>(value));
  return update->run();
}

// What a change says of one county's group.
std::optional<Said> said_of(const GroupChange& change, const AlertGroup& group) {
  const std::string thing = model::rule_watch_id(group.lead_rule, group.region);
  if (change.kind == GroupChange::Kind::judged && change.group.verdict != Verdict::test) {
    return Said{"verdict/" + group.id, thing, "false_alarm",
                change.group.verdict == Verdict::false_alarm ? 1.0 : 0.0};
  }
  if (change.kind == GroupChange::Kind::acknowledged) {
    return Said{format("acknowledged/{}/{}", group.id, change.at.ns), thing, "acknowledge_time",
                hours(change.group.opened, change.at) * 60};
  }
  return std::nullopt;
}

}  // namespace

Result<std::unique_ptr<Statistics>> Statistics::open(store::Ledger& ledger) {
  if (auto done = ledger.ensure({"statistics", steps}); !done) return fail(done.error());
  return std::unique_ptr<Statistics>(new Statistics(ledger));
}

Status Statistics::on_groups(store::Ledger::Write& write, std::span<const GroupChange> changes,
                             Instant stamp) {
  for (const GroupChange& change : changes) {
    const auto children = read_children(write.db(), change.group.id);
    if (!children) return fail(children.error());
    const std::span<const AlertGroup> itself(&change.group, 1);
    for (const AlertGroup& group :
         children->empty() ? itself : std::span<const AlertGroup>(*children)) {
      const auto said = said_of(change, group);
      if (!said) continue;
      if (auto done = say(write.db(), *said, stamp); !done) return done;
    }
  }
  return {};
}

Status Statistics::on_incident(store::Ledger::Write& write, const Incident& incident,
                               std::span<const Entry> entries, Instant stamp) {
  if (!incident.closed || incident.unit.empty() || !incident.duplicate_of.empty()) return {};
  const std::string thing = model::response_unit_id(incident.unit);
  std::optional<Instant> accepted;
  bool late = false;
  for (const Entry& entry : entries) {
    if (entry.kind == Entry::Kind::step && entry.event == "accept" && !accepted) {
      accepted = entry.at;
    }
    // As the desk words a deadline that has passed; one that comes near begins otherwise.
    late = late || (entry.kind == Entry::Kind::escalation && entry.reason.starts_with("已超时限"));
  }
  std::vector<Said> all{
      {"handling/" + incident.id, thing, "handling_time", hours(incident.opened, *incident.closed)},
      {"on-time/" + incident.id, thing, "on_time", late ? 0.0 : 1.0},
      {"reopened/" + incident.id, thing, "reopened", static_cast<double>(incident.reopened)}};
  if (accepted) {
    all.push_back(
        {"response/" + incident.id, thing, "response_time", hours(incident.opened, *accepted)});
  }
  for (const Said& said : all) {
    if (auto done = say(write.db(), said, stamp); !done) return done;
  }
  return {};
}

Result<std::uint64_t> Statistics::incidents() const {
  const auto found = place(ledger_.read().db(), "incidents");
  if (!found) return fail(found.error());
  return static_cast<std::uint64_t>(*found);
}

Status Statistics::incidents(store::Ledger::Write& write, std::uint64_t cursor) {
  return set_place(write.db(), "incidents", cursor);
}

Result<std::vector<StatReading>> Statistics::waiting(std::size_t most) const {
  const auto read = ledger_.read();
  auto select = read.db().prepare(
      "SELECT number, thing, property, time, value FROM stat_reading "
      "WHERE number > (SELECT handed_over FROM stat_place) ORDER BY number LIMIT ?");
  if (!select) return fail(select.error());
  select->bind(1, static_cast<int64_t>(most));
  std::vector<StatReading> out;
  for (;;) {
    const auto more = select->step();
    if (!more) return fail(more.error());
    if (!*more) return out;
    out.push_back({static_cast<std::uint64_t>(select->integer(0)), select->text(1), select->text(2),
                   Instant{select->integer(3)}, select->number(4)});
  }
}

Status Statistics::handed_over(store::Ledger::Write& write, std::uint64_t up_to) {
  return set_place(write.db(), "handed_over", up_to);
}

}  // namespace cairn::respond
