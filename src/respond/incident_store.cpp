// SPDX-License-Identifier: Apache-2.0
#include "respond/incident_store.hpp"

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/text.hpp"

namespace cairn::respond {
namespace {

using Json = nlohmann::json;
using store::Database;
using store::Statement;

constexpr std::array steps{
    "CREATE TABLE incident (id TEXT PRIMARY KEY, kind TEXT NOT NULL, workflow TEXT NOT NULL,"
    " workflow_version INTEGER NOT NULL, origin TEXT NOT NULL, title TEXT NOT NULL,"
    " text TEXT NOT NULL, region TEXT NOT NULL, lon REAL, lat REAL, estimated INTEGER NOT NULL,"
    " grp TEXT NOT NULL, unit TEXT NOT NULL, fallback INTEGER NOT NULL, route_zh TEXT NOT NULL,"
    " route_en TEXT NOT NULL, states TEXT NOT NULL, opened INTEGER NOT NULL,"
    " changed INTEGER NOT NULL, closed INTEGER, duplicate_of TEXT NOT NULL,"
    " duplicates TEXT NOT NULL, level INTEGER, light INTEGER NOT NULL, due INTEGER,"
    " due_state TEXT NOT NULL, paused INTEGER NOT NULL, urgent INTEGER NOT NULL,"
    " evidence INTEGER NOT NULL, reopened INTEGER NOT NULL, version INTEGER NOT NULL,"
    " instance TEXT NOT NULL, stays TEXT NOT NULL, round INTEGER NOT NULL, last INTEGER NOT NULL,"
    " next INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX incident_next ON incident (next);"
    "CREATE UNIQUE INDEX incident_group ON incident (grp) WHERE grp <> '';"
    "CREATE INDEX incident_open ON incident (opened) WHERE closed IS NULL;"
    "CREATE TABLE incident_day (day TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE incident_entry (seq INTEGER PRIMARY KEY AUTOINCREMENT, incident TEXT NOT NULL,"
    " number INTEGER NOT NULL, kind TEXT NOT NULL, at INTEGER NOT NULL,"
    " actor TEXT NOT NULL CHECK (actor <> ''), event TEXT NOT NULL, before TEXT NOT NULL,"
    " after TEXT NOT NULL, reason TEXT NOT NULL CHECK (kind <> 'step' OR reason <> ''),"
    " fields TEXT NOT NULL, role TEXT NOT NULL, handled INTEGER NOT NULL,"
    " personal INTEGER NOT NULL, UNIQUE (incident, number));"
    "CREATE TRIGGER incident_entry_kept BEFORE UPDATE ON incident_entry"
    " BEGIN SELECT RAISE(ABORT, 'entries are never changed'); END;"
    "CREATE TRIGGER incident_entry_stays BEFORE DELETE ON incident_entry"
    " BEGIN SELECT RAISE(ABORT, 'entries are never deleted'); END;"
    "CREATE TABLE incident_evidence (incident TEXT NOT NULL, sha256 TEXT NOT NULL,"
    " name TEXT NOT NULL, type TEXT NOT NULL, size_bytes INTEGER NOT NULL, at INTEGER NOT NULL,"
    " actor TEXT NOT NULL, personal INTEGER NOT NULL, PRIMARY KEY (incident, sha256));"
    "CREATE TRIGGER incident_evidence_kept BEFORE UPDATE ON incident_evidence"
    " BEGIN SELECT RAISE(ABORT, 'evidence is never changed'); END;"
    "CREATE TRIGGER incident_evidence_stays BEFORE DELETE ON incident_evidence"
    " BEGIN SELECT RAISE(ABORT, 'evidence is never deleted'); END;"
    "CREATE TRIGGER incident_stays BEFORE DELETE ON incident"
    " BEGIN SELECT RAISE(ABORT, 'incidents are never deleted'); END;"
    "CREATE TABLE incident_reporter (incident TEXT PRIMARY KEY, name TEXT NOT NULL,"
    " phone TEXT NOT NULL, mail TEXT NOT NULL, words TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE incident_send (incident TEXT NOT NULL, id TEXT NOT NULL, event TEXT NOT NULL,"
    " due INTEGER NOT NULL, fields TEXT NOT NULL, PRIMARY KEY (incident, id)) WITHOUT ROWID;"
    "CREATE TABLE incident_escalation (incident TEXT NOT NULL, id TEXT NOT NULL,"
    " at INTEGER NOT NULL, PRIMARY KEY (incident, id)) WITHOUT ROWID;"
    "CREATE TABLE incident_key (actor TEXT NOT NULL, key TEXT NOT NULL, digest TEXT NOT NULL,"
    " incident TEXT NOT NULL, entry INTEGER NOT NULL, refusal TEXT NOT NULL,"
    " PRIMARY KEY (actor, key)) WITHOUT ROWID;",
    // A group that grows worse after its incident was closed has another one.
    "DROP INDEX incident_group;"
    "CREATE INDEX incident_group ON incident (grp) WHERE grp <> '';"};

std::string words_text(const std::vector<std::string>& words) {
  return join(words, " ");
}
std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> out;
  for (const std::string_view part : split(text, ' ')) {
    if (!part.empty()) out.emplace_back(part);
  }
  return out;
}

std::string fields_text(const flow::Fields& fields) {
  return Json(fields).dump(-1, ' ', false, Json::error_handler_t::replace);
}
flow::Fields parse_fields(const std::string& text) {
  const Json json = Json::parse(text, nullptr, false);
  flow::Fields out;
  if (!json.is_object()) return out;
  for (const auto& [name, value] : json.items()) {
    if (value.is_string()) out[name] = value.get<std::string>();
  }
  return out;
}

// Binds one after the other.
class Binder {
 public:
  explicit Binder(Statement& statement) : statement_(statement) {}
  Binder& operator<<(std::string_view text) {
    statement_.bind(++index_, text);
    return *this;
  }
  Binder& operator<<(std::int64_t number) {
    statement_.bind(++index_, number);
    return *this;
  }
  Binder& operator<<(Instant t) { return *this << t.ns; }
  Binder& operator<<(const std::optional<Instant>& t) {
    if (t) return *this << t->ns;
    statement_.bind_null(++index_);
    return *this;
  }
  Binder& coordinate(std::optional<double> degrees) {
    if (degrees) {
      statement_.bind(++index_, *degrees);
    } else {
      statement_.bind_null(++index_);
    }
    return *this;
  }

 private:
  Statement& statement_;
  int index_ = 0;
};

constexpr std::string_view incident_columns =
    "id, kind, workflow, workflow_version, origin, title, text, region, lon, lat, estimated, grp,"
    " unit, fallback, route_zh, route_en, states, opened, changed, closed, duplicate_of,"
    " duplicates, level, light, due, due_state, paused, urgent, evidence, reopened, version";

std::optional<Instant> instant_or_none(const Statement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return Instant{row.integer(column)};
}

Incident read_incident(const Statement& row) {
  Incident out;
  out.id = row.text(0);
  out.kind = row.text(1);
  out.workflow = row.text(2);
  out.workflow_version = static_cast<int>(row.integer(3));
  out.origin = parse_origin(row.text(4)).value_or(Origin::officer);
  out.title = row.text(5);
  out.text = row.text(6);
  out.region = row.text(7);
  if (!row.is_null(8)) out.position = geo::Point{row.number(8), row.number(9)};
  out.estimated = row.integer(10) != 0;
  out.group = row.text(11);
  out.unit = row.text(12);
  out.fallback = row.integer(13) != 0;
  out.route_reason = {row.text(14), row.text(15)};
  out.states = words_of(row.text(16));
  out.opened = {row.integer(17)};
  out.changed = {row.integer(18)};
  out.closed = instant_or_none(row, 19);
  out.duplicate_of = row.text(20);
  out.duplicates = words_of(row.text(21));
  if (!row.is_null(22)) out.level = static_cast<Level>(row.integer(22));
  out.light = static_cast<flow::Light>(row.integer(23));
  out.due = instant_or_none(row, 24);
  out.due_state = row.text(25);
  out.paused = row.integer(26) != 0;
  out.urgent = row.integer(27) != 0;
  out.evidence = static_cast<int>(row.integer(28));
  out.reopened = static_cast<int>(row.integer(29));
  out.version = static_cast<std::uint64_t>(row.integer(30));
  return out;
}

Json stay_json(const flow::Chart& chart, const flow::Stay& stay) {
  Json pauses = Json::array();
  for (const flow::Pause& pause : stay.pauses) {
    pauses.push_back({pause.begin.ns, pause.end ? Json(pause.end->ns) : Json(), pause.reason});
  }
  return {{"state", chart.states[stay.state].id},
          {"begin", stay.begin.ns},
          {"end", stay.end ? Json(stay.end->ns) : Json()},
          {"pauses", std::move(pauses)}};
}

Error damaged(std::string_view what) {
  return {Code::io, format("{} of an incident cannot be read back", what), "respond.sqlite"};
}

}  // namespace

store::LedgerPart incident_part() {
  return {"incidents", steps};
}

std::string stays_text(const flow::Chart& chart, const std::vector<flow::Stay>& stays) {
  Json out = Json::array();
  for (const flow::Stay& stay : stays) out.push_back(stay_json(chart, stay));
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<std::vector<flow::Stay>> parse_stays(std::string_view text, const flow::Chart& chart) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_array()) return fail(damaged("the stays"));
  std::vector<flow::Stay> out;
  const auto instant = [](const Json& value) -> std::optional<Instant> {
    if (!value.is_number_integer()) return std::nullopt;
    return Instant{value.get<std::int64_t>()};
  };
  for (const Json& item : json) {
    const flow::State* state =
        item.is_object() && item.contains("state") ? chart.find(item.value("state", "")) : nullptr;
    const auto begin = item.is_object() ? instant(item.value("begin", Json())) : std::nullopt;
    if (!begin) return fail(damaged("the stays"));
    const auto end = instant(item.value("end", Json()));
    // A state that a later version of the workflow has no more: what has ended there is past.
    if (state == nullptr && end) continue;
    if (state == nullptr && item.value("state", "?") != "") return fail(damaged("the stays"));
    const auto index = state == nullptr
                           ? flow::StateIndex{0}
                           : static_cast<flow::StateIndex>(state - chart.states.data());
    flow::Stay stay{index, *begin, end, {}};
    for (const Json& pause : item.value("pauses", Json::array())) {
      if (!pause.is_array() || pause.size() != 3 || !pause[2].is_string() || !instant(pause[0])) {
        return fail(damaged("the stays"));
      }
      stay.pauses.push_back({*instant(pause[0]), instant(pause[1]), pause[2].get<std::string>()});
    }
    out.push_back(std::move(stay));
  }
  return out;
}

namespace incident_store {

Result<std::string> next_id(Database& db, Date day) {
  const std::string text = format("{:04}{:02}{:02}", day.year, day.month, day.day);
  auto bump = db.prepare(
      "INSERT INTO incident_day (day, last) VALUES (?1, 1) ON CONFLICT (day) DO UPDATE SET last ="
      " last + 1 RETURNING last");
  if (!bump) return fail(bump.error());
  const auto row = bump->bind(1, text).step();
  if (!row) return fail(row.error());
  const std::int64_t number = bump->integer(0);
  const auto end = bump->step();
  if (!end) return fail(end.error());
  return format("I-{}-{:04}", text, number);
}

Result<std::optional<IncidentRow>> find(const Database& db, std::string_view id) {
  auto rows =
      db.prepare(format("SELECT {}, instance, stays, round, last, next FROM incident"
                        " WHERE id = ?",
                        incident_columns));
  if (!rows) return fail(rows.error());
  const auto found = rows->bind(1, id).step();
  if (!found) return fail(found.error());
  if (!*found) return std::optional<IncidentRow>();
  IncidentRow out;
  out.incident = read_incident(*rows);
  out.instance = rows->text(31);
  out.stays = rows->text(32);
  out.round = static_cast<std::uint64_t>(rows->integer(33));
  out.last = {rows->integer(34)};
  out.next = {rows->integer(35)};
  return std::optional<IncidentRow>(std::move(out));
}

Status put(Database& db, const IncidentRow& row) {
  static const std::string sql = [] {
    std::string set;
    for (const std::string_view part : split(incident_columns, ',')) {
      const std::string name(trim(part));
      if (name != "id") set += format("{0} = excluded.{0}, ", name);
    }
    return format(
        "INSERT INTO incident ({}, instance, stays, round, last, next) VALUES ({}?)"
        " ON CONFLICT (id) DO UPDATE SET {}instance = excluded.instance, stays ="
        " excluded.stays, round = excluded.round, last = excluded.last, next ="
        " excluded.next",
        incident_columns,
        [] {
          std::string marks;
          for (int i = 0; i < 35; ++i) marks += "?, ";
          return marks;
        }(),
        set);
  }();
  auto statement = db.prepare(sql);
  if (!statement) return fail(statement.error());
  const Incident& i = row.incident;
  Binder bind(*statement);
  bind << i.id << i.kind << i.workflow << std::int64_t{i.workflow_version} << to_string(i.origin)
       << i.title << i.text << i.region;
  bind.coordinate(i.position ? std::optional(i.position->x) : std::nullopt);
  bind.coordinate(i.position ? std::optional(i.position->y) : std::nullopt);
  bind << std::int64_t{i.estimated} << i.group << i.unit << std::int64_t{i.fallback}
       << i.route_reason.zh << i.route_reason.en << words_text(i.states) << i.opened << i.changed
       << i.closed << i.duplicate_of << words_text(i.duplicates);
  bind << (i.level ? std::optional(Instant{static_cast<std::int64_t>(*i.level)}) : std::nullopt);
  bind << static_cast<std::int64_t>(i.light) << i.due << i.due_state << std::int64_t{i.paused}
       << std::int64_t{i.urgent} << std::int64_t{i.evidence} << std::int64_t{i.reopened}
       << static_cast<std::int64_t>(i.version) << row.instance << row.stays
       << static_cast<std::int64_t>(row.round) << row.last << row.next;
  return statement->run();
}

Result<std::string> of_group(const Database& db, std::string_view group) {
  if (group.empty()) return std::string();
  auto rows = db.prepare(
      "SELECT id FROM incident WHERE grp = ? ORDER BY closed IS NOT NULL, opened DESC, id DESC"
      " LIMIT 1");
  if (!rows) return fail(rows.error());
  const auto found = rows->bind(1, group).step();
  if (!found) return fail(found.error());
  return *found ? rows->text(0) : std::string();
}

namespace {

// The first column of all rows.
Result<std::vector<std::string>> texts(Statement& rows) {
  std::vector<std::string> out;
  for (;;) {
    const auto more = rows.step();
    if (!more) return fail(more.error());
    if (!*more) return out;
    out.push_back(rows.text(0));
  }
}

}  // namespace

Result<std::vector<std::string>> due(const Database& db, Instant now, std::size_t most) {
  auto rows = db.prepare("SELECT id FROM incident WHERE next <= ? ORDER BY next, id LIMIT ?");
  if (!rows) return fail(rows.error());
  rows->bind(1, now.ns).bind(2, static_cast<std::int64_t>(most));
  return texts(*rows);
}

Status each(const Database& db, std::optional<bool> open,
            const std::function<void(Incident&&)>& take) {
  auto rows = db.prepare(format("SELECT {} FROM incident {} ORDER BY opened DESC, id DESC",
                                incident_columns,
                                !open   ? ""
                                : *open ? "WHERE closed IS NULL AND duplicate_of = ''"
                                        : "WHERE closed IS NOT NULL OR duplicate_of <> ''"));
  if (!rows) return fail(rows.error());
  for (;;) {
    const auto more = rows->step();
    if (!more) return fail(more.error());
    if (!*more) return {};
    take(read_incident(*rows));
  }
}

Status add(Database& db, const Entry& entry) {
  auto insert = db.prepare(
      "INSERT INTO incident_entry (incident, number, kind, at, actor, event, before, after, reason,"
      " fields, role, handled, personal) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)");
  if (!insert) return fail(insert.error());
  Binder bind(*insert);
  bind << entry.incident << static_cast<std::int64_t>(entry.number) << to_string(entry.kind)
       << entry.at << entry.actor << entry.event << words_text(entry.from) << words_text(entry.to)
       << entry.reason << fields_text(entry.fields) << entry.role << std::int64_t{entry.handled}
       << std::int64_t{entry.personal};
  return insert->run();
}

Result<std::vector<Entry>> entries(const Database& db, std::string_view incident,
                                   std::uint64_t after) {
  auto rows = db.prepare(
      "SELECT number, kind, at, actor, event, before, after, reason, fields, role, handled,"
      " personal FROM incident_entry WHERE incident = ? AND number > ? ORDER BY number");
  if (!rows) return fail(rows.error());
  rows->bind(1, incident).bind(2, static_cast<std::int64_t>(after));
  std::vector<Entry> out;
  for (;;) {
    const auto more = rows->step();
    if (!more) return fail(more.error());
    if (!*more) return out;
    Entry entry;
    entry.number = static_cast<std::uint64_t>(rows->integer(0));
    entry.incident = std::string(incident);
    entry.kind = parse_entry_kind(rows->text(1)).value_or(Entry::Kind::note);
    entry.at = {rows->integer(2)};
    entry.actor = rows->text(3);
    entry.event = rows->text(4);
    entry.from = words_of(rows->text(5));
    entry.to = words_of(rows->text(6));
    entry.reason = rows->text(7);
    entry.fields = parse_fields(rows->text(8));
    entry.role = rows->text(9);
    entry.handled = rows->integer(10) != 0;
    entry.personal = rows->integer(11) != 0;
    out.push_back(std::move(entry));
  }
}

Result<std::vector<std::string>> changed(const Database& db, std::uint64_t& cursor,
                                         std::size_t most) {
  auto rows = db.prepare(
      "SELECT incident, max(seq) FROM (SELECT incident, seq FROM incident_entry WHERE seq > ?"
      " ORDER BY seq LIMIT ?) GROUP BY incident ORDER BY 2");
  if (!rows) return fail(rows.error());
  rows->bind(1, static_cast<std::int64_t>(cursor)).bind(2, static_cast<std::int64_t>(most));
  std::vector<std::string> out;
  for (;;) {
    const auto more = rows->step();
    if (!more) return fail(more.error());
    if (!*more) return out;
    out.push_back(rows->text(0));
    cursor = static_cast<std::uint64_t>(rows->integer(1));
  }
}

Result<std::uint64_t> newest_change(const Database& db) {
  auto rows = db.prepare("SELECT coalesce(max(seq), 0) FROM incident_entry");
  if (!rows) return fail(rows.error());
  const auto found = rows->step();
  if (!found) return fail(found.error());
  return static_cast<std::uint64_t>(rows->integer(0));
}

Status add(Database& db, const Evidence& evidence) {
  auto insert = db.prepare(
      "INSERT INTO incident_evidence (incident, sha256, name, type, size_bytes, at, actor, "
      "personal)"
      " VALUES (?,?,?,?,?,?,?,?)");
  if (!insert) return fail(insert.error());
  Binder bind(*insert);
  bind << evidence.incident << evidence.id << evidence.name << evidence.type
       << static_cast<std::int64_t>(evidence.size_bytes) << evidence.at << evidence.actor
       << std::int64_t{evidence.personal};
  return insert->run();
}

Result<std::vector<Evidence>> evidence(const Database& db, std::string_view incident) {
  auto rows = db.prepare(
      "SELECT sha256, name, type, size_bytes, at, actor, personal FROM incident_evidence WHERE"
      " incident = ? ORDER BY at, rowid");
  if (!rows) return fail(rows.error());
  rows->bind(1, incident);
  std::vector<Evidence> out;
  for (;;) {
    const auto more = rows->step();
    if (!more) return fail(more.error());
    if (!*more) return out;
    out.push_back({rows->text(0), std::string(incident), rows->text(1), rows->text(2),
                   static_cast<std::uint64_t>(rows->integer(3)), Instant{rows->integer(4)},
                   rows->text(5), rows->integer(6) != 0});
  }
}

Status put_reporter(Database& db, std::string_view incident, const Reporter& reporter) {
  auto insert = db.prepare(
      "INSERT INTO incident_reporter (incident, name, phone, mail, words) VALUES (?,?,?,?,?)");
  if (!insert) return fail(insert.error());
  Binder(*insert) << incident << reporter.name << reporter.phone << reporter.mail << reporter.words;
  return insert->run();
}

Result<Reporter> reporter(const Database& db, std::string_view incident) {
  auto rows = db.prepare("SELECT name, phone, mail, words FROM incident_reporter WHERE incident=?");
  if (!rows) return fail(rows.error());
  const auto found = rows->bind(1, incident).step();
  if (!found) return fail(found.error());
  if (!*found) return Reporter{};
  return Reporter{rows->text(0), rows->text(1), rows->text(2), rows->text(3)};
}

Status forget_reporter(Database& db, std::string_view incident) {
  auto erase = db.prepare(
      "UPDATE incident_reporter SET name = '', phone = '', mail = '' WHERE incident = ?");
  if (!erase) return fail(erase.error());
  return erase->bind(1, incident).run();
}

Status look_again(Database& db, std::string_view incident, Instant at) {
  auto update = db.prepare("UPDATE incident SET next = ? WHERE id = ?");
  if (!update) return fail(update.error());
  return update->bind(1, at.ns).bind(2, incident).run();
}

Status put_send(Database& db, std::string_view incident, const PendingSend& send) {
  auto insert = db.prepare(
      "INSERT OR REPLACE INTO incident_send (incident, id, event, due, fields) VALUES (?,?,?,?,?)");
  if (!insert) return fail(insert.error());
  Binder(*insert) << incident << send.id << send.event << send.due << fields_text(send.arguments);
  return insert->run();
}

Status remove_send(Database& db, std::string_view incident, std::string_view id) {
  auto remove = db.prepare("DELETE FROM incident_send WHERE incident = ? AND id = ?");
  if (!remove) return fail(remove.error());
  return remove->bind(1, incident).bind(2, id).run();
}

Status remove_sends(Database& db, std::string_view incident) {
  auto remove = db.prepare("DELETE FROM incident_send WHERE incident = ?");
  if (!remove) return fail(remove.error());
  return remove->bind(1, incident).run();
}

Result<std::vector<PendingSend>> sends(const Database& db, std::string_view incident) {
  auto rows = db.prepare(
      "SELECT id, event, due, fields FROM incident_send WHERE incident = ? ORDER BY due, id");
  if (!rows) return fail(rows.error());
  rows->bind(1, incident);
  std::vector<PendingSend> out;
  for (;;) {
    const auto more = rows->step();
    if (!more) return fail(more.error());
    if (!*more) return out;
    out.push_back(
        {rows->text(0), rows->text(1), Instant{rows->integer(2)}, parse_fields(rows->text(3))});
  }
}

Result<std::set<std::string>> fired(const Database& db, std::string_view incident) {
  auto rows = db.prepare("SELECT id FROM incident_escalation WHERE incident = ?");
  if (!rows) return fail(rows.error());
  rows->bind(1, incident);
  auto found = texts(*rows);
  if (!found) return fail(found.error());
  return std::set<std::string>(found->begin(), found->end());
}

Status mark_fired(Database& db, std::string_view incident, std::string_view escalation,
                  Instant at) {
  auto insert = db.prepare("INSERT INTO incident_escalation (incident, id, at) VALUES (?,?,?)");
  if (!insert) return fail(insert.error());
  return insert->bind(1, incident).bind(2, escalation).bind(3, at.ns).run();
}

Result<std::optional<KeyRow>> find_key(const Database& db, std::string_view actor,
                                       std::string_view key) {
  auto rows = db.prepare(
      "SELECT digest, incident, entry, refusal FROM incident_key WHERE actor = ? AND key = ?");
  if (!rows) return fail(rows.error());
  const auto found = rows->bind(1, actor).bind(2, key).step();
  if (!found) return fail(found.error());
  if (!*found) return std::optional<KeyRow>();
  return std::optional<KeyRow>(KeyRow{rows->text(0), rows->text(1),
                                      static_cast<std::uint64_t>(rows->integer(2)), rows->text(3)});
}

Status put_key(Database& db, std::string_view actor, std::string_view key, const KeyRow& row) {
  auto insert = db.prepare(
      "INSERT INTO incident_key (actor, key, digest, incident, entry, refusal) VALUES "
      "(?,?,?,?,?,?)");
  if (!insert) return fail(insert.error());
  Binder(*insert) << actor << key << row.digest << row.incident
                  << static_cast<std::int64_t>(row.entry) << row.refusal;
  return insert->run();
}

}  // namespace incident_store
}  // namespace cairn::respond
