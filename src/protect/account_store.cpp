// SPDX-License-Identifier: Apache-2.0
#include "protect/account_store.hpp"

#include <array>
#include <nlohmann/json.hpp>

#include "core/text.hpp"

namespace cairn::protect {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array steps{
    "CREATE TABLE account (id TEXT PRIMARY KEY, name_zh TEXT NOT NULL, name_en TEXT NOT NULL,"
    " grants TEXT NOT NULL, disabled INTEGER NOT NULL, must_change INTEGER NOT NULL,"
    " password TEXT NOT NULL, oidc TEXT NOT NULL, created INTEGER NOT NULL,"
    " changed INTEGER NOT NULL, signed_in INTEGER) WITHOUT ROWID;"
    "CREATE UNIQUE INDEX account_oidc ON account (oidc) WHERE oidc <> '';"
    "CREATE TABLE account_session (key TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES account,"
    " begun INTEGER NOT NULL, used INTEGER NOT NULL, peer TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE account_token (id TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES account,"
    " key TEXT NOT NULL UNIQUE, label TEXT NOT NULL, grants TEXT NOT NULL,"
    " created INTEGER NOT NULL, expires INTEGER NOT NULL, used INTEGER) WITHOUT ROWID;"
    "CREATE TABLE account_stamp (id INTEGER PRIMARY KEY CHECK (id = 1), number INTEGER NOT NULL);"
    "INSERT INTO account_stamp VALUES (1, 0);"};

std::string grants_text(const std::vector<model::Grant>& grants) {
  Json list = Json::array();
  for (const model::Grant& grant : grants) {
    list.push_back({to_string(grant.role), grant.region, grant.unit});
  }
  return list.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// Roles that this program does not know count for nothing.
std::vector<model::Grant> read_grants(const std::string& text) {
  std::vector<model::Grant> out;
  const Json list = Json::parse(text, nullptr, false);
  if (!list.is_array()) return out;
  for (const Json& item : list) {
    if (!item.is_array() || item.size() != 3) continue;
    const bool texts = item[0].is_string() && item[1].is_string() && item[2].is_string();
    const auto role = texts ? model::parse_role(item[0].get<std::string>()) : std::nullopt;
    if (role) out.push_back({*role, item[1].get<std::string>(), item[2].get<std::string>()});
  }
  return out;
}

std::optional<Instant> time_or_none(const store::Statement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return Instant{row.integer(column)};
}
void bind_or_null(store::Statement& row, int index, const std::optional<Instant>& t) {
  if (t) {
    row.bind(index, t->ns);
  } else {
    row.bind_null(index);
  }
}

Account read_account(const store::Statement& row) {
  Account out;
  out.id = row.text(0);
  out.name = {row.text(1), row.text(2)};
  out.grants = read_grants(row.text(3));
  out.disabled = row.integer(4) != 0;
  out.must_change = row.integer(5) != 0;
  out.password = row.text(6);
  out.oidc = row.text(7);
  out.created = {row.integer(8)};
  out.changed = {row.integer(9)};
  out.signed_in = time_or_none(row, 10);
  return out;
}
Session read_session(const store::Statement& row) {
  return {row.text(0), row.text(1), {row.integer(2)}, {row.integer(3)}, row.text(4)};
}
ApiToken read_token(const store::Statement& row) {
  return {row.text(0),
          row.text(1),
          row.text(2),
          row.text(3),
          read_grants(row.text(4)),
          {row.integer(5)},
          {row.integer(6)},
          time_or_none(row, 7)};
}

template <class T>
Status read_all(const store::Database& db, const char* sql, std::vector<T>& out,
                T (*read)(const store::Statement&)) {
  auto rows = db.prepare(sql);
  if (!rows) return fail(rows.error());
  while (true) {
    const auto row = rows->step();
    if (!row) return fail(row.error());
    if (!*row) return {};
    out.push_back(read(*rows));
  }
}

// A statement with texts and numbers in order.
template <class... Values>
Status run(const store::Database& db, const char* sql, const Values&... values) {
  auto statement = db.prepare(sql);
  if (!statement) return fail(statement.error());
  int index = 0;
  (statement->bind(++index, values), ...);
  return statement->run();
}

}  // namespace

Status make_account_tables(store::Ledger& ledger) {
  return ledger.ensure({"accounts", steps});
}

Result<std::int64_t> read_stamp(const store::Database& db) {
  auto found = db.prepare("SELECT number FROM account_stamp WHERE id = 1");
  if (!found) return fail(found.error());
  const auto row = found->step();
  if (!row) return fail(row.error());
  return *row ? found->integer(0) : 0;
}

Result<AccountRows> read_accounts(const store::Database& db) {
  AccountRows out;
  const auto stamp = read_stamp(db);
  if (!stamp) return fail(stamp.error());
  out.stamp = *stamp;  // before the rows: what changes meanwhile is read again
  if (auto done = read_all(db,
                           "SELECT id, name_zh, name_en, grants, disabled, must_change, password,"
                           " oidc, created, changed, signed_in FROM account ORDER BY id",
                           out.accounts, read_account);
      !done) {
    return fail(done.error());
  }
  if (auto done = read_all(db,
                           "SELECT key, account, begun, used, peer FROM account_session"
                           " ORDER BY begun DESC, key",
                           out.sessions, read_session);
      !done) {
    return fail(done.error());
  }
  if (auto done = read_all(db,
                           "SELECT id, account, key, label, grants, created, expires, used"
                           " FROM account_token ORDER BY created, id",
                           out.tokens, read_token);
      !done) {
    return fail(done.error());
  }
  return out;
}

Status put_account(store::Database& db, const Account& account) {
  auto put = db.prepare(
      "INSERT INTO account VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11) ON CONFLICT (id) DO UPDATE"
      " SET name_zh = ?2, name_en = ?3, grants = ?4, disabled = ?5, must_change = ?6,"
      " password = ?7, oidc = ?8, changed = ?10, signed_in = ?11");
  if (!put) return fail(put.error());
  put->bind(1, account.id).bind(2, account.name.zh).bind(3, account.name.en);
  put->bind(4, grants_text(account.grants));
  put->bind(5, std::int64_t{account.disabled}).bind(6, std::int64_t{account.must_change});
  put->bind(7, account.password).bind(8, account.oidc);
  put->bind(9, account.created.ns).bind(10, account.changed.ns);
  bind_or_null(*put, 11, account.signed_in);
  return put->run();
}

Status put_session(store::Database& db, const Session& session) {
  return run(db, "INSERT INTO account_session VALUES (?,?,?,?,?)", session.key, session.account,
             session.begun.ns, session.used.ns, session.peer);
}

Status put_token(store::Database& db, const ApiToken& token) {
  return run(db, "INSERT INTO account_token VALUES (?,?,?,?,?,?,?,NULL)", token.id, token.account,
             token.key, token.label, grants_text(token.grants), token.created.ns, token.expires.ns);
}

Status erase_sessions(store::Database& db, const std::string& account, const std::string& but) {
  return run(db, "DELETE FROM account_session WHERE account = ? AND key <> ?", account, but);
}
Status erase_session(store::Database& db, const std::string& key) {
  return run(db, "DELETE FROM account_session WHERE key = ?", key);
}
Status erase_old_sessions(store::Database& db, Instant begun_before, Instant used_before) {
  return run(db, "DELETE FROM account_session WHERE begun < ? OR used < ?", begun_before.ns,
             used_before.ns);
}
Status erase_token(store::Database& db, const std::string& id) {
  return run(db, "DELETE FROM account_token WHERE id = ?", id);
}
Status erase_tokens(store::Database& db, const std::string& account) {
  return run(db, "DELETE FROM account_token WHERE account = ?", account);
}
Status raise_stamp(store::Database& db) {
  return run(db, "UPDATE account_stamp SET number = number + 1 WHERE id = 1");
}
Status note_session_used(store::Database& db, const std::string& key, Instant used) {
  return run(db, "UPDATE account_session SET used = ? WHERE key = ?", used.ns, key);
}
Status note_token_used(store::Database& db, const std::string& id, Instant used) {
  return run(db, "UPDATE account_token SET used = ? WHERE id = ?", used.ns, id);
}

}  // namespace cairn::protect
