// SPDX-License-Identifier: Apache-2.0
#include "respond/report_store.hpp"

#include <array>
#include <utility>

namespace cairn::respond {
namespace {

using store::Database;
using store::Statement;

constexpr std::array<const char*, 1> steps{R"sql(
CREATE TABLE report (
  number TEXT PRIMARY KEY, key_hash TEXT NOT NULL UNIQUE, salt TEXT NOT NULL,
  secret_hash TEXT NOT NULL, digest TEXT NOT NULL, kind TEXT NOT NULL,
  region TEXT NOT NULL, unit TEXT NOT NULL, nearby TEXT NOT NULL, photos INTEGER NOT NULL,
  contact INTEGER NOT NULL, reported_ns INTEGER NOT NULL, taken_ns INTEGER) WITHOUT ROWID;
CREATE INDEX report_contact ON report (number) WHERE contact = 1;
CREATE TABLE report_photo (
  number TEXT NOT NULL, k INTEGER NOT NULL, sent TEXT NOT NULL, file TEXT NOT NULL,
  size_bytes INTEGER NOT NULL, at_ns INTEGER NOT NULL, PRIMARY KEY (number, k)) WITHOUT ROWID;
CREATE TABLE report_bytes (id INTEGER PRIMARY KEY CHECK (id = 1), bytes INTEGER NOT NULL);
INSERT INTO report_bytes VALUES (1, 0);
CREATE TABLE report_foreign (
  number TEXT PRIMARY KEY, address TEXT NOT NULL, address_id TEXT NOT NULL,
  media_url TEXT NOT NULL, attributes TEXT NOT NULL, key_hash TEXT NOT NULL UNIQUE,
  digest TEXT NOT NULL, sender TEXT NOT NULL, at_ns INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE report_handed (
  channel TEXT NOT NULL, number TEXT NOT NULL, remote TEXT NOT NULL, token TEXT NOT NULL,
  status TEXT NOT NULL, notes TEXT NOT NULL, at_ns INTEGER NOT NULL,
  PRIMARY KEY (channel, number)) WITHOUT ROWID;
CREATE INDEX report_handed_open ON report_handed (channel, at_ns) WHERE status <> 'closed';
)sql"};

constexpr const char* report_columns =
    "number, key_hash, salt, secret_hash, digest, kind, region, unit, nearby, photos, "
    "contact, reported_ns, taken_ns";

ReportRow report_row(const Statement& s) {
  ReportRow out;
  out.number = s.text(0);
  out.key_hash = s.text(1);
  out.salt = s.text(2);
  out.secret_hash = s.text(3);
  out.digest = s.text(4);
  out.kind = s.text(5);
  out.region = s.text(6);
  out.unit = s.text(7);
  out.nearby = s.text(8);
  out.photos = static_cast<int>(s.integer(9));
  out.contact = s.integer(10) != 0;
  out.reported = {s.integer(11)};
  if (!s.is_null(12)) out.taken_at = Instant{s.integer(12)};
  return out;
}

ForeignRow foreign_row(const Statement& s) {
  return {s.text(0), s.text(1), s.text(2), s.text(3),     s.text(4),
          s.text(5), s.text(6), s.text(7), {s.integer(8)}};
}

HandedRow handed_row(const Statement& s) {
  return {s.text(0), s.text(1), s.text(2), s.text(3), s.text(4), s.text(5), {s.integer(6)}};
}

// The first row of a query with these parameters, if there is one.
template <class Read>
auto first(const Database& db, std::string_view sql, std::initializer_list<std::string_view> with,
           Read read) -> Result<std::optional<decltype(read(std::declval<const Statement&>()))>> {
  auto select = db.prepare(sql);
  if (!select) return fail(select.error());
  int index = 0;
  for (const std::string_view value : with) select->bind(++index, value);
  const auto row = select->step();
  if (!row) return fail(row.error());
  if (!*row) return std::nullopt;
  return std::optional(read(*select));
}

template <class Read>
auto all(Statement& select, Read read)
    -> Result<std::vector<decltype(read(std::declval<const Statement&>()))>> {
  std::vector<decltype(read(std::declval<const Statement&>()))> out;
  for (;;) {
    const auto row = select.step();
    if (!row) return fail(row.error());
    if (!*row) return out;
    out.push_back(read(select));
  }
}

}  // namespace

Status ensure_reports(store::Ledger& ledger) {
  return ledger.ensure({"reports", steps});
}

Status put_report(Database& db, const ReportRow& row) {
  auto insert = db.prepare(std::string("INSERT INTO report (") + report_columns +
                           ") VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)");
  if (!insert) return fail(insert.error());
  insert->bind(1, row.number).bind(2, row.key_hash).bind(3, row.salt).bind(4, row.secret_hash);
  insert->bind(5, row.digest).bind(6, row.kind).bind(7, row.region).bind(8, row.unit);
  insert->bind(9, row.nearby).bind(10, std::int64_t{row.photos});
  insert->bind(11, std::int64_t{row.contact}).bind(12, row.reported.ns);
  row.taken_at ? insert->bind(13, row.taken_at->ns) : insert->bind_null(13);
  return insert->run();
}

Result<std::optional<ReportRow>> report_by_key(const Database& db, std::string_view key_hash) {
  return first(db, std::string("SELECT ") + report_columns + " FROM report WHERE key_hash = ?",
               {key_hash}, report_row);
}

Result<std::optional<ReportRow>> report_by_number(const Database& db, std::string_view number) {
  return first(db, std::string("SELECT ") + report_columns + " FROM report WHERE number = ?",
               {number}, report_row);
}

Result<std::vector<std::string>> reports_with_contact(const Database& db, Instant before,
                                                      std::string_view after, std::size_t most) {
  auto select = db.prepare(
      "SELECT number FROM report WHERE contact = 1 AND reported_ns <= ? AND number > ? "
      "ORDER BY number LIMIT ?");
  if (!select) return fail(select.error());
  select->bind(1, before.ns).bind(2, after).bind(3, static_cast<std::int64_t>(most));
  return all(*select, [](const Statement& s) { return s.text(0); });
}

Status contact_gone(Database& db, std::string_view number) {
  auto update = db.prepare("UPDATE report SET contact = 0, digest = '' WHERE number = ?");
  if (!update) return fail(update.error());
  return update->bind(1, number).run();
}

Status put_photo(Database& db, std::string_view number, const PhotoRow& row, Instant now) {
  auto insert = db.prepare("INSERT INTO report_photo VALUES (?,?,?,?,?,?)");
  if (!insert) return fail(insert.error());
  insert->bind(1, number).bind(2, std::int64_t{row.k}).bind(3, row.sent).bind(4, row.file);
  insert->bind(5, static_cast<std::int64_t>(row.size_bytes)).bind(6, now.ns);
  if (auto done = insert->run(); !done) return done;
  auto count = db.prepare("UPDATE report_bytes SET bytes = bytes + ?");
  if (!count) return fail(count.error());
  return count->bind(1, static_cast<std::int64_t>(row.size_bytes)).run();
}

Result<std::vector<PhotoRow>> photos_of(const Database& db, std::string_view number) {
  auto select =
      db.prepare("SELECT k, sent, file, size_bytes FROM report_photo WHERE number = ? ORDER BY k");
  if (!select) return fail(select.error());
  select->bind(1, number);
  return all(*select, [](const Statement& s) {
    return PhotoRow{static_cast<int>(s.integer(0)), s.text(1), s.text(2),
                    static_cast<std::uint64_t>(s.integer(3))};
  });
}

Result<std::uint64_t> photo_bytes(const Database& db) {
  auto found = first(db, "SELECT bytes FROM report_bytes", {},
                     [](const Statement& s) { return static_cast<std::uint64_t>(s.integer(0)); });
  if (!found) return fail(found.error());
  return found->value_or(0);
}

Status put_foreign(Database& db, const ForeignRow& row) {
  auto insert = db.prepare("INSERT INTO report_foreign VALUES (?,?,?,?,?,?,?,?,?)");
  if (!insert) return fail(insert.error());
  insert->bind(1, row.number).bind(2, row.address).bind(3, row.address_id).bind(4, row.media_url);
  insert->bind(5, row.attributes).bind(6, row.key_hash).bind(7, row.digest);
  insert->bind(8, row.sender).bind(9, row.at.ns);
  return insert->run();
}

Result<std::optional<ForeignRow>> foreign_by_number(const Database& db, std::string_view number) {
  return first(db, "SELECT * FROM report_foreign WHERE number = ?", {number}, foreign_row);
}

Result<std::optional<ForeignRow>> foreign_by_key(const Database& db, std::string_view key_hash) {
  return first(db, "SELECT * FROM report_foreign WHERE key_hash = ?", {key_hash}, foreign_row);
}

Status forget_foreign_key(Database& db, std::string_view number) {
  auto update = db.prepare("UPDATE report_foreign SET key_hash = number WHERE number = ?");
  if (!update) return fail(update.error());
  return update->bind(1, number).run();
}

Status put_handed(Database& db, const HandedRow& row) {
  auto insert = db.prepare("INSERT OR REPLACE INTO report_handed VALUES (?,?,?,?,?,?,?)");
  if (!insert) return fail(insert.error());
  insert->bind(1, row.channel).bind(2, row.number).bind(3, row.remote).bind(4, row.token);
  insert->bind(5, row.status).bind(6, row.notes).bind(7, row.at.ns);
  return insert->run();
}

Status drop_handed(Database& db, std::string_view channel, std::string_view number) {
  auto gone = db.prepare("DELETE FROM report_handed WHERE channel = ? AND number = ?");
  if (!gone) return fail(gone.error());
  return gone->bind(1, channel).bind(2, number).run();
}

Result<std::optional<HandedRow>> handed(const Database& db, std::string_view channel,
                                        std::string_view number) {
  return first(db, "SELECT * FROM report_handed WHERE channel = ? AND number = ?",
               {channel, number}, handed_row);
}

Result<std::vector<HandedRow>> handed_open(const Database& db, std::string_view channel,
                                           std::size_t most) {
  auto select = db.prepare(
      "SELECT * FROM report_handed WHERE channel = ? AND status <> 'closed' AND (remote <> '' OR "
      "token <> '') ORDER "
      "BY at_ns "
      "LIMIT ?");
  if (!select) return fail(select.error());
  select->bind(1, channel).bind(2, static_cast<std::int64_t>(most));
  return all(*select, handed_row);
}

}  // namespace cairn::respond
