// SPDX-License-Identifier: Apache-2.0
#include "respond/warning_store.hpp"

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

namespace cairn::respond {
namespace {

using Json = nlohmann::json;
using std::int64_t;
using store::Statement;

constexpr const char* schema = R"sql(
CREATE TABLE warning (
  id TEXT PRIMARY KEY, kind INTEGER NOT NULL, grp TEXT NOT NULL, incident TEXT NOT NULL,
  region TEXT NOT NULL, level INTEGER NOT NULL, headline_zh TEXT NOT NULL,
  headline_en TEXT NOT NULL, sent INTEGER NOT NULL, expires INTEGER NOT NULL, ended INTEGER,
  newest TEXT NOT NULL, messages INTEGER NOT NULL, actor TEXT NOT NULL, status TEXT NOT NULL,
  sender TEXT NOT NULL, pending INTEGER, joined_to TEXT NOT NULL, more TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX warning_sent ON warning (sent);
CREATE INDEX warning_open ON warning (kind, expires) WHERE ended IS NULL;
CREATE INDEX warning_group ON warning (grp) WHERE grp <> '';
CREATE INDEX warning_incident ON warning (incident) WHERE incident <> '';
CREATE INDEX warning_joined ON warning (joined_to) WHERE joined_to <> '';
CREATE TABLE warning_message (
  sender TEXT NOT NULL, identifier TEXT NOT NULL, warning TEXT NOT NULL, number INTEGER NOT NULL,
  kind INTEGER NOT NULL, type TEXT NOT NULL, sent INTEGER NOT NULL, expires INTEGER NOT NULL,
  actor TEXT NOT NULL, reason TEXT NOT NULL, source TEXT NOT NULL, findings TEXT NOT NULL,
  xml TEXT NOT NULL, PRIMARY KEY (sender, identifier)) WITHOUT ROWID;
CREATE UNIQUE INDEX warning_message_chain ON warning_message (warning, number);
CREATE INDEX warning_message_identifier ON warning_message (identifier);
CREATE INDEX warning_message_sent ON warning_message (kind, sent);
CREATE TABLE warning_reference (
  sender TEXT NOT NULL, identifier TEXT NOT NULL, warning TEXT NOT NULL,
  PRIMARY KEY (sender, identifier)) WITHOUT ROWID;
CREATE TABLE warning_key (
  key TEXT PRIMARY KEY, digest TEXT NOT NULL, warning TEXT NOT NULL, identifier TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE warning_awaiting (
  id TEXT PRIMARY KEY, wish TEXT NOT NULL, digest TEXT NOT NULL, key TEXT NOT NULL,
  actor TEXT NOT NULL, headline_zh TEXT NOT NULL, headline_en TEXT NOT NULL,
  level INTEGER NOT NULL, at INTEGER NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE warning_refused (
  number INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, source TEXT NOT NULL,
  text TEXT NOT NULL, place TEXT NOT NULL, reason TEXT NOT NULL, findings TEXT NOT NULL);
)sql";

constexpr std::array<const char*, 1> steps{schema};

constexpr const char* chain_columns =
    "id, kind, grp, incident, region, level, headline_zh, headline_en, sent, expires, ended, "
    "newest, messages, actor, status, sender, pending, joined_to, more";
constexpr const char* message_columns =
    "sender, identifier, warning, number, type, sent, expires, actor, reason, source, findings";

void bind_maybe(Statement& s, int index, const std::optional<Instant>& at) {
  if (at) {
    s.bind(index, at->ns);
  } else {
    s.bind_null(index);
  }
}
std::optional<Instant> maybe(const Statement& s, int column) {
  if (s.is_null(column)) return std::nullopt;
  return Instant{s.integer(column)};
}

std::string list_text(const std::vector<std::string>& list) {
  return Json(list).dump();
}
std::vector<std::string> list_of(const std::string& text) {
  const Json list = Json::parse(text, nullptr, false);
  std::vector<std::string> out;
  if (!list.is_array()) return out;
  for (const Json& item : list) {
    if (item.is_string()) out.push_back(item);
  }
  return out;
}

Json group_json(const AlertGroup& g) {
  return {{"id", g.id},
          {"hazard", g.hazard},
          {"pack", g.pack},
          {"region", g.region},
          {"parent", g.parent},
          {"cause", g.cause},
          {"state", static_cast<int>(g.state)},
          {"level", static_cast<int>(g.level)},
          {"highest", static_cast<int>(g.highest)},
          {"lead", g.lead},
          {"lead_rule", g.lead_rule},
          {"lead_thing", g.lead_thing},
          {"since", g.since.ns},
          {"opened", g.opened.ns},
          {"changed", g.changed.ns},
          {"firing", g.firing},
          {"total", g.total},
          {"things", g.things},
          {"consequences", g.consequences},
          {"maintenance", g.maintenance},
          {"note", g.note},
          {"revision", g.revision}};
}
AlertGroup group_of(const Json& json) {
  AlertGroup g;
  g.id = json.value("id", "");
  g.hazard = json.value("hazard", "");
  g.pack = json.value("pack", "");
  g.region = json.value("region", "");
  g.parent = json.value("parent", "");
  g.cause = json.value("cause", "");
  g.state = static_cast<GroupState>(json.value("state", 0));
  g.level = static_cast<Level>(json.value("level", 0));
  g.highest = static_cast<Level>(json.value("highest", 0));
  g.lead = json.value("lead", "");
  g.lead_rule = json.value("lead_rule", "");
  g.lead_thing = json.value("lead_thing", "");
  g.since.ns = json.value("since", int64_t{0});
  g.opened.ns = json.value("opened", int64_t{0});
  g.changed.ns = json.value("changed", int64_t{0});
  g.firing = json.value("firing", std::uint64_t{0});
  g.total = json.value("total", std::uint64_t{0});
  g.things = json.value("things", std::uint64_t{0});
  g.consequences = json.value("consequences", std::uint64_t{0});
  g.maintenance = json.value("maintenance", "");
  g.note = json.value("note", "");
  g.revision = json.value("revision", 0);
  return g;
}

Chain chain_of(const Statement& s) {
  Chain out;
  Warning& w = out.warning;
  w.id = s.text(0);
  w.kind = static_cast<WarningKind>(s.integer(1));
  w.group = s.text(2);
  w.incident = s.text(3);
  w.region = s.text(4);
  w.level = static_cast<Level>(s.integer(5));
  w.headline = {s.text(6), s.text(7)};
  w.sent = {s.integer(8)};
  w.expires = {s.integer(9)};
  w.ended = maybe(s, 10);
  w.newest = s.text(11);
  w.messages = static_cast<int>(s.integer(12));
  w.by = s.text(13);
  w.status = s.text(14);
  out.sender = s.text(15);
  out.pending = maybe(s, 16);
  out.joined_to = s.text(17);
  const Json more = Json::parse(s.text(18), nullptr, false);
  if (!more.is_object()) return out;
  out.group = group_of(more.value("group", Json::object()));
  out.told_level = static_cast<Level>(more.value("told_level", 0));
  out.told_things = more.value("told_things", std::uint64_t{0});
  out.told_at.ns = more.value("told_at", int64_t{0});
  out.told_sent.ns = more.value("told_sent", int64_t{0});
  out.run_from = more.value("run_from", 1);
  return out;
}

Message message_of(const Statement& s, bool xml) {
  Message out;
  out.sender = s.text(0);
  out.identifier = s.text(1);
  out.warning = s.text(2);
  out.number = static_cast<int>(s.integer(3));
  out.type = s.text(4);
  out.sent = {s.integer(5)};
  out.expires = {s.integer(6)};
  out.by = s.text(7);
  out.reason = s.text(8);
  out.source = s.text(9);
  out.findings = list_of(s.text(10));
  if (xml) out.xml = s.text(11);
  return out;
}

// Every row of a statement that is bound already.
template <class T, class Make>
Result<std::vector<T>> rows(Result<Statement>& statement, Make&& make) {
  std::vector<T> out;
  for (;;) {
    const auto row = statement->step();
    if (!row) return fail(row.error());
    if (!*row) return out;
    out.push_back(make(*statement));
  }
}
template <class T>
Result<std::optional<T>> first(Result<std::vector<T>> list) {
  if (!list) return fail(list.error());
  return list->empty() ? std::optional<T>() : std::optional<T>(std::move(list->front()));
}

}  // namespace

const store::LedgerPart& warnings_part() {
  static const store::LedgerPart part{"warnings", steps};
  return part;
}

Status put_chain(Database& db, const Chain& chain) {
  const Warning& w = chain.warning;
  auto s = db.prepare(std::string("INSERT OR REPLACE INTO warning (") + chain_columns +
                      ") VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
  if (!s) return fail(s.error());
  s->bind(1, w.id).bind(2, static_cast<int64_t>(w.kind)).bind(3, w.group).bind(4, w.incident);
  s->bind(5, w.region).bind(6, static_cast<int64_t>(w.level));
  s->bind(7, w.headline.zh).bind(8, w.headline.en).bind(9, w.sent.ns).bind(10, w.expires.ns);
  bind_maybe(*s, 11, w.ended);
  s->bind(12, w.newest).bind(13, static_cast<int64_t>(w.messages)).bind(14, w.by);
  s->bind(15, w.status).bind(16, chain.sender);
  bind_maybe(*s, 17, chain.pending);
  const Json more{
      {"group", group_json(chain.group)}, {"told_level", static_cast<int>(chain.told_level)},
      {"told_things", chain.told_things}, {"told_at", chain.told_at.ns},
      {"told_sent", chain.told_sent.ns},  {"run_from", chain.run_from}};
  s->bind(18, chain.joined_to).bind(19, more.dump(-1, ' ', false, Json::error_handler_t::replace));
  return s->run();
}

Result<std::optional<Chain>> find_chain(const Database& db, std::string_view id) {
  auto s = db.prepare(std::string("SELECT ") + chain_columns + " FROM warning WHERE id = ?");
  if (!s) return fail(s.error());
  s->bind(1, id);
  return first(rows<Chain>(s, chain_of));
}

Result<std::vector<Chain>> due_chains(const Database& db, Instant now, Instant renew) {
  auto s = db.prepare(std::string("SELECT ") + chain_columns +
                      " FROM warning WHERE kind = 0 AND ended IS NULL AND (pending <= ? OR "
                      "expires <= ?) ORDER BY id");
  if (!s) return fail(s.error());
  s->bind(1, now.ns).bind(2, renew.ns);
  return rows<Chain>(s, chain_of);
}

Result<std::vector<std::string>> joined_chains(const Database& db, std::string_view group) {
  auto s = db.prepare("SELECT id FROM warning WHERE joined_to = ? AND joined_to <> '' ORDER BY id");
  if (!s) return fail(s.error());
  s->bind(1, group);
  return rows<std::string>(s, [](const Statement& row) { return row.text(0); });
}

Result<std::size_t> count_chains(const Database& db, std::string_view prefix) {
  auto s = db.prepare("SELECT count(*) FROM warning WHERE substr(id, 1, ?) = ?");
  if (!s) return fail(s.error());
  s->bind(1, static_cast<int64_t>(prefix.size())).bind(2, prefix);
  const auto row = s->step();
  if (!row) return fail(row.error());
  return static_cast<std::size_t>(s->integer(0));
}

Status put_message(Database& db, const Message& m) {
  auto s = db.prepare(std::string("INSERT INTO warning_message (") + message_columns +
                      ", xml, kind) SELECT ?,?,?,?,?,?,?,?,?,?,?,?, kind FROM warning "
                      "WHERE id = ?");
  if (!s) return fail(s.error());
  s->bind(1, m.sender).bind(2, m.identifier).bind(3, m.warning);
  s->bind(4, static_cast<int64_t>(m.number)).bind(5, m.type).bind(6, m.sent.ns);
  s->bind(7, m.expires.ns).bind(8, m.by).bind(9, m.reason).bind(10, m.source);
  s->bind(11, list_text(m.findings)).bind(12, m.xml).bind(13, m.warning);
  if (auto done = s->run(); !done) return done;
  if (db.changes() != 1) return fail(Code::internal, "a message without its chain");
  return {};
}

Result<std::vector<Message>> messages_of(const Database& db, std::string_view warning, bool xml) {
  auto s = db.prepare(std::string("SELECT ") + message_columns + (xml ? ", xml" : "") +
                      " FROM warning_message WHERE warning = ? ORDER BY number");
  if (!s) return fail(s.error());
  s->bind(1, warning);
  return rows<Message>(s, [xml](const Statement& row) { return message_of(row, xml); });
}

Result<std::optional<Message>> find_message(const Database& db, std::string_view sender,
                                            std::string_view identifier) {
  auto s = db.prepare(std::string("SELECT ") + message_columns +
                      ", xml FROM warning_message WHERE sender = ? AND identifier = ?");
  if (!s) return fail(s.error());
  s->bind(1, sender).bind(2, identifier);
  return first(rows<Message>(s, [](const Statement& row) { return message_of(row, true); }));
}

Result<std::optional<Message>> find_own(const Database& db, std::string_view identifier) {
  auto s = db.prepare(std::string("SELECT ") + message_columns +
                      ", xml FROM warning_message WHERE identifier = ? AND kind < 2");
  if (!s) return fail(s.error());
  s->bind(1, identifier);
  return first(rows<Message>(s, [](const Statement& row) { return message_of(row, true); }));
}

Result<std::vector<Message>> newest_messages(const Database& db, WarningKind kind,
                                             std::size_t limit) {
  auto s = db.prepare(std::string("SELECT ") + message_columns +
                      ", xml FROM warning_message WHERE kind = ? "
                      "ORDER BY sent DESC, identifier DESC LIMIT ?");
  if (!s) return fail(s.error());
  s->bind(1, static_cast<int64_t>(kind)).bind(2, static_cast<int64_t>(limit));
  return rows<Message>(s, [](const Statement& row) { return message_of(row, true); });
}

Status put_reference(Database& db, const codec::CapReference& reference, std::string_view warning) {
  auto s = db.prepare(
      "INSERT OR IGNORE INTO warning_reference (sender, identifier, warning) VALUES (?,?,?)");
  if (!s) return fail(s.error());
  return s->bind(1, reference.sender).bind(2, reference.identifier).bind(3, warning).run();
}

Result<std::string> referring(const Database& db, std::string_view sender,
                              std::string_view identifier) {
  auto s = db.prepare("SELECT warning FROM warning_reference WHERE sender = ? AND identifier = ?");
  if (!s) return fail(s.error());
  s->bind(1, sender).bind(2, identifier);
  const auto row = s->step();
  if (!row) return fail(row.error());
  return *row ? s->text(0) : std::string();
}

Status put_key(Database& db, std::string_view key, const KeyRow& row) {
  auto s = db.prepare(
      "INSERT OR REPLACE INTO warning_key (key, digest, warning, identifier) VALUES (?,?,?,?)");
  if (!s) return fail(s.error());
  return s->bind(1, key).bind(2, row.digest).bind(3, row.warning).bind(4, row.identifier).run();
}

Result<std::optional<KeyRow>> find_key(const Database& db, std::string_view key) {
  auto s = db.prepare("SELECT digest, warning, identifier FROM warning_key WHERE key = ?");
  if (!s) return fail(s.error());
  s->bind(1, key);
  return first(rows<KeyRow>(s, [](const Statement& row) {
    return KeyRow{row.text(0), row.text(1), row.text(2)};
  }));
}

Status put_awaiting(Database& db, const Awaiting& a) {
  auto s = db.prepare(
      "INSERT INTO warning_awaiting (id, wish, digest, key, actor, headline_zh, headline_en, "
      "level, at, until) VALUES (?,?,?,?,?,?,?,?,?,?)");
  if (!s) return fail(s.error());
  s->bind(1, a.id).bind(2, wish_json(a.wish)).bind(3, a.digest).bind(4, a.key).bind(5, a.by);
  s->bind(6, a.headline.zh).bind(7, a.headline.en).bind(8, static_cast<int64_t>(a.level));
  return s->bind(9, a.at.ns).bind(10, a.until.ns).run();
}

Result<std::vector<Awaiting>> all_awaiting(const Database& db) {
  auto s = db.prepare(
      "SELECT id, wish, digest, key, actor, headline_zh, headline_en, level, at, until FROM "
      "warning_awaiting ORDER BY at, id");
  if (!s) return fail(s.error());
  return rows<Awaiting>(s, [](const Statement& row) {
    Awaiting out;
    out.id = row.text(0);
    if (auto wish = read_wish(row.text(1))) out.wish = std::move(*wish);
    out.digest = row.text(2);
    out.key = row.text(3);
    out.by = row.text(4);
    out.headline = {row.text(5), row.text(6)};
    out.level = static_cast<Level>(row.integer(7));
    out.at = {row.integer(8)};
    out.until = {row.integer(9)};
    return out;
  });
}

Status drop_awaiting(Database& db, std::string_view id) {
  auto s = db.prepare("DELETE FROM warning_awaiting WHERE id = ?");
  if (!s) return fail(s.error());
  return s->bind(1, id).run();
}

Status put_refused(Database& db, const Refused& refused, std::size_t kept) {
  auto s = db.prepare(
      "INSERT INTO warning_refused (at, source, text, place, reason, findings) VALUES "
      "(?,?,?,?,?,?)");
  if (!s) return fail(s.error());
  s->bind(1, refused.at.ns).bind(2, refused.source).bind(3, refused.text);
  s->bind(4, refused.place).bind(5, refused.reason).bind(6, list_text(refused.findings));
  if (auto done = s->run(); !done) return done;
  auto cut = db.prepare("DELETE FROM warning_refused WHERE number <= ?");
  if (!cut) return fail(cut.error());
  return cut->bind(1, db.last_id() - static_cast<int64_t>(kept)).run();
}

Result<std::vector<Refused>> refused_messages(const Database& db, std::uint64_t before,
                                              std::size_t limit) {
  auto s = db.prepare(
      "SELECT number, at, source, text, place, reason, findings FROM warning_refused WHERE "
      "number < ? ORDER BY number DESC LIMIT ?");
  if (!s) return fail(s.error());
  const auto below = before == 0 ? INT64_MAX : static_cast<int64_t>(before);
  s->bind(1, below).bind(2, static_cast<int64_t>(limit));
  return rows<Refused>(s, [](const Statement& row) {
    return Refused{static_cast<std::uint64_t>(row.integer(0)),
                   {row.integer(1)},
                   row.text(2),
                   row.text(3),
                   row.text(4),
                   row.text(5),
                   list_of(row.text(6))};
  });
}

Result<std::vector<ChainKey>> chain_keys(const Database& db, const WarningQuery& query,
                                         Instant now) {
  std::string sql = "SELECT id, region FROM warning WHERE 1 = 1";
  if (query.open) sql += " AND ended IS NULL AND expires > ?1";
  if (query.kind) sql += " AND kind = ?2";
  if (!query.group.empty()) sql += " AND grp = ?3";
  if (!query.incident.empty()) sql += " AND incident = ?4";
  auto s = db.prepare(sql + " ORDER BY sent DESC, id DESC");
  if (!s) return fail(s.error());
  if (query.open) s->bind(1, now.ns);
  if (query.kind) s->bind(2, static_cast<int64_t>(*query.kind));
  if (!query.group.empty()) s->bind(3, query.group);
  if (!query.incident.empty()) s->bind(4, query.incident);
  return rows<ChainKey>(s, [](const Statement& row) { return ChainKey{row.text(0), row.text(1)}; });
}

}  // namespace cairn::respond
