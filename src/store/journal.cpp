// SPDX-License-Identifier: Apache-2.0
#include "store/journal.hpp"

#include <filesystem>
#include <mutex>
#include <utility>

#include "core/text.hpp"
#include "store/sqlite.hpp"

namespace cairn::store {
namespace {

using std::int64_t;

constexpr std::int64_t schema_version = 3;
// Published values are compared with what comes late for a week; revisions are kept for a year.
constexpr std::int64_t published_kept_ns = 8 * ns_per_day;
constexpr std::int64_t revisions_kept_ns = 366 * ns_per_day;
constexpr const char* schema = R"sql(
BEGIN;
CREATE TABLE alert (
  id TEXT PRIMARY KEY, rule TEXT NOT NULL, pack TEXT NOT NULL, thing TEXT NOT NULL,
  type TEXT NOT NULL, region TEXT NOT NULL, state INTEGER NOT NULL, flags INTEGER NOT NULL,
  since INTEGER NOT NULL, began INTEGER, ended INTEGER, known INTEGER NOT NULL,
  position INTEGER NOT NULL, revision INTEGER NOT NULL, number INTEGER NOT NULL) WITHOUT ROWID;
CREATE UNIQUE INDEX alert_number ON alert(number);
CREATE INDEX alert_since ON alert(since, id);
CREATE INDEX alert_thing ON alert(thing, rule, since);
CREATE INDEX alert_open ON alert(id) WHERE state < 3;
CREATE TABLE rejected (
  number INTEGER PRIMARY KEY, at INTEGER NOT NULL, sender TEXT NOT NULL, text TEXT NOT NULL,
  place TEXT NOT NULL, reason TEXT NOT NULL);
CREATE TABLE published (
  as_of INTEGER NOT NULL, indicator TEXT NOT NULL, region TEXT NOT NULL,
  revision INTEGER NOT NULL, value REAL, known INTEGER NOT NULL,
  position INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (as_of, indicator, region, revision)) WITHOUT ROWID;
CREATE INDEX published_revised ON published(known) WHERE revision > 0;
PRAGMA user_version = 3;
COMMIT;
)sql";
constexpr const char* schema_from_1 = R"sql(
BEGIN;
ALTER TABLE published ADD COLUMN position INTEGER NOT NULL DEFAULT 0;
PRAGMA user_version = 2;
COMMIT;
)sql";
// What is there was written in the order of the log, as far as can be told.
constexpr const char* schema_from_2 = R"sql(
BEGIN;
ALTER TABLE alert ADD COLUMN number INTEGER NOT NULL DEFAULT 0;
UPDATE alert SET number = o.n FROM (SELECT id, row_number() OVER (ORDER BY position, revision, id)
  AS n FROM alert) o WHERE o.id = alert.id;
CREATE UNIQUE INDEX alert_number ON alert(number);
PRAGMA user_version = 3;
COMMIT;
)sql";
constexpr const char* alert_columns =
    "id, rule, pack, thing, type, region, state, flags, since, began, ended, known, position, "
    "revision";

int64_t flags_of(const model::Alert& alert) {
  return (alert.suppressed ? 1 : 0) | (alert.shelved ? 2 : 0) | (alert.flapping ? 4 : 0) |
         (alert.no_data ? 8 : 0);
}

void bind(Statement& statement, int index, const std::optional<Instant>& t) {
  if (t) {
    statement.bind(index, t->ns);
  } else {
    statement.bind_null(index);
  }
}

std::optional<Instant> instant(const Statement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return Instant{row.integer(column)};
}

model::Alert alert_of(const Statement& row) {
  model::Alert out;
  out.id = row.text(0);
  out.rule = row.text(1);
  out.pack = row.text(2);
  out.thing = row.text(3);
  out.type = row.text(4);
  out.region = row.text(5);
  out.state = static_cast<model::AlertState>(row.integer(6));
  const int64_t flags = row.integer(7);
  out.suppressed = (flags & 1) != 0;
  out.shelved = (flags & 2) != 0;
  out.flapping = (flags & 4) != 0;
  out.no_data = (flags & 8) != 0;
  out.since = {row.integer(8)};
  out.began = instant(row, 9);
  out.ended = instant(row, 10);
  out.known = {row.integer(11)};
  out.position = static_cast<std::uint64_t>(row.integer(12));
  out.revision = static_cast<int>(row.integer(13));
  return out;
}

// One connection behind a mutex: writers come a few times a second, readers ask for pages.
class SqliteJournal final : public Journal {
 public:
  SqliteJournal(Database database, std::size_t rejected_kept)
      : db_(std::move(database)), rejected_kept_(rejected_kept) {}

  Status put(const JournalBatch& batch) override {
    const std::lock_guard lock(mutex_);
    auto transaction = Transaction::begin(db_);
    if (!transaction) return fail(transaction.error());
    if (auto done = put_alerts(batch); !done) return done;
    if (auto done = put_rejected(batch); !done) return done;
    if (auto done = put_published(batch); !done) return done;
    return transaction->commit();
  }

  Result<std::vector<model::Alert>> alerts(const JournalQuery& query) const override {
    std::string sql = format("SELECT {} FROM alert WHERE since >= ?1", alert_columns);
    if (!query.rule.empty()) sql += " AND rule = ?2";
    if (!query.thing.empty()) sql += " AND thing = ?3";
    sql += " ORDER BY since DESC, id DESC LIMIT ?4 OFFSET ?5";
    const std::lock_guard lock(mutex_);
    auto select = db_.prepare(sql);
    if (!select) return fail(select.error());
    select->bind(1, query.from ? query.from->ns : INT64_MIN);
    if (!query.rule.empty()) select->bind(2, query.rule);
    if (!query.thing.empty()) select->bind(3, query.thing);
    select->bind(4, static_cast<int64_t>(query.limit)).bind(5, static_cast<int64_t>(query.offset));
    return rows(*select);
  }

  Result<std::optional<model::Alert>> alert(const std::string& id) const override {
    const std::lock_guard lock(mutex_);
    auto select = db_.prepare(format("SELECT {} FROM alert WHERE id = ?", alert_columns));
    if (!select) return fail(select.error());
    select->bind(1, id);
    const auto found = select->step();
    if (!found) return fail(found.error());
    if (!*found) return std::optional<model::Alert>{};
    return std::optional<model::Alert>(alert_of(*select));
  }

  Result<std::vector<model::Alert>> open_alerts() const override {
    const std::lock_guard lock(mutex_);
    auto select =
        db_.prepare(format("SELECT {} FROM alert WHERE state < 3 ORDER BY id", alert_columns));
    if (!select) return fail(select.error());
    return rows(*select);
  }

  Result<std::vector<AlertChange>> changes(std::uint64_t after, std::size_t most) const override {
    const std::lock_guard lock(mutex_);
    auto select = db_.prepare(format(
        "SELECT {}, number FROM alert WHERE number > ? ORDER BY number LIMIT ?", alert_columns));
    if (!select) return fail(select.error());
    const std::uint64_t last = INT64_MAX;
    select->bind(1, static_cast<int64_t>(std::min(after, last)));
    select->bind(2, static_cast<int64_t>(std::min<std::uint64_t>(most, last)));
    std::vector<AlertChange> out;
    for (;;) {
      const auto more = select->step();
      if (!more) return fail(more.error());
      if (!*more) return out;
      out.push_back({static_cast<std::uint64_t>(select->integer(14)), alert_of(*select)});
    }
  }

  Result<std::vector<model::Rejected>> rejected(std::uint64_t before,
                                                std::size_t limit) const override {
    const std::lock_guard lock(mutex_);
    auto select = db_.prepare(
        "SELECT number, at, sender, text, place, reason FROM rejected WHERE number < ? "
        "ORDER BY number DESC LIMIT ?");
    if (!select) return fail(select.error());
    const std::uint64_t most = INT64_MAX;
    select->bind(1, static_cast<int64_t>(std::min(before, most)));
    select->bind(2, static_cast<int64_t>(limit));
    std::vector<model::Rejected> out;
    for (;;) {
      const auto more = select->step();
      if (!more) return fail(more.error());
      if (!*more) return out;
      out.push_back({static_cast<std::uint64_t>(select->integer(0)), Instant{select->integer(1)},
                     select->text(2), select->text(3), select->text(4), select->text(5)});
    }
  }

  Result<std::uint64_t> last_rejected() const override {
    const std::lock_guard lock(mutex_);
    auto select = db_.prepare("SELECT coalesce(max(number), 0) FROM rejected");
    if (!select) return fail(select.error());
    const auto row = select->step();
    if (!row) return fail(row.error());
    return static_cast<std::uint64_t>(select->integer(0));
  }

  Result<std::vector<Published>> published(Instant from, Instant to) const override {
    const std::lock_guard lock(mutex_);
    // Of each value its newest revision: the key ends in the revision, so it is the last of its
    // group.
    auto select = db_.prepare(
        "SELECT indicator, region, as_of, max(revision), value, known, position FROM published "
        "WHERE as_of BETWEEN ? AND ? GROUP BY as_of, indicator, region "
        "ORDER BY as_of, indicator, region");
    if (!select) return fail(select.error());
    select->bind(1, from.ns).bind(2, to.ns);
    std::vector<Published> out;
    for (;;) {
      const auto more = select->step();
      if (!more) return fail(more.error());
      if (!*more) return out;
      Published& row = out.emplace_back();
      row.indicator = select->text(0);
      row.region = select->text(1);
      row.as_of = {select->integer(2)};
      row.revision = static_cast<int>(select->integer(3));
      if (!select->is_null(4)) row.value = select->number(4);
      row.known = {select->integer(5)};
      row.position = static_cast<std::uint64_t>(select->integer(6));
    }
  }

  Result<std::vector<model::Revision>> revisions(std::size_t limit) const override {
    const std::lock_guard lock(mutex_);
    auto select = db_.prepare(
        "SELECT n.indicator, n.region, n.as_of, n.revision, o.value, n.value, n.known, n.position "
        "FROM published n JOIN published o ON o.as_of = n.as_of AND o.indicator = n.indicator "
        "AND o.region = n.region AND o.revision = n.revision - 1 WHERE n.revision > 0 "
        "ORDER BY n.known DESC, n.as_of DESC, n.indicator, n.region LIMIT ?");
    if (!select) return fail(select.error());
    select->bind(1, static_cast<int64_t>(limit));
    std::vector<model::Revision> out;
    for (;;) {
      const auto more = select->step();
      if (!more) return fail(more.error());
      if (!*more) return out;
      model::Revision& row = out.emplace_back();
      row.indicator = select->text(0);
      row.region = select->text(1);
      row.as_of = {select->integer(2)};
      row.revision = static_cast<int>(select->integer(3));
      if (!select->is_null(4)) row.before = select->number(4);
      if (!select->is_null(5)) row.after = select->number(5);
      row.known = {select->integer(6)};
      row.position = static_cast<std::uint64_t>(select->integer(7));
    }
  }

 private:
  static Result<std::vector<model::Alert>> rows(Statement& select) {
    std::vector<model::Alert> out;
    for (;;) {
      const auto more = select.step();
      if (!more) return fail(more.error());
      if (!*more) return out;
      out.push_back(alert_of(select));
    }
  }

  Status put_alerts(const JournalBatch& batch) {
    if (batch.alerts.empty()) return {};
    auto number = next_number();
    if (!number) return fail(number.error());
    auto put = db_.prepare(format(
        "INSERT INTO alert({}, number) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) "
        "ON CONFLICT(id) DO UPDATE SET "
        "state = excluded.state, flags = excluded.flags, since = excluded.since, "
        "began = excluded.began, ended = excluded.ended, known = excluded.known, "
        "position = excluded.position, revision = excluded.revision, number = excluded.number "
        "WHERE (excluded.position, excluded.revision) >= (position, revision) AND "
        "(state, flags, since, began, ended, known, position, revision) IS NOT (excluded.state, "
        "excluded.flags, excluded.since, excluded.began, excluded.ended, excluded.known, "
        "excluded.position, excluded.revision)",
        alert_columns));
    if (!put) return fail(put.error());
    for (const model::Alert& alert : batch.alerts) {
      put->bind(1, alert.id).bind(2, alert.rule).bind(3, alert.pack).bind(4, alert.thing);
      put->bind(5, alert.type).bind(6, alert.region).bind(7, static_cast<int64_t>(alert.state));
      put->bind(8, flags_of(alert)).bind(9, alert.since.ns);
      bind(*put, 10, alert.began);
      bind(*put, 11, alert.ended);
      put->bind(12, alert.known.ns).bind(13, static_cast<int64_t>(alert.position));
      put->bind(14, static_cast<int64_t>(alert.revision)).bind(15, *number);
      if (auto done = put->run(); !done) return done;
      if (db_.changes() > 0) ++*number;
    }
    return {};
  }

  // No alert is ever deleted, so that the highest is the newest.
  Result<int64_t> next_number() const {
    auto select = db_.prepare("SELECT coalesce(max(number), 0) + 1 FROM alert");
    if (!select) return fail(select.error());
    const auto row = select->step();
    if (!row) return fail(row.error());
    return select->integer(0);
  }

  Status put_rejected(const JournalBatch& batch) {
    if (batch.rejected.empty()) return {};
    auto put = db_.prepare("INSERT OR REPLACE INTO rejected VALUES (?,?,?,?,?,?)");
    if (!put) return fail(put.error());
    for (const model::Rejected& row : batch.rejected) {
      put->bind(1, static_cast<int64_t>(row.number)).bind(2, row.at.ns).bind(3, row.sender);
      put->bind(4, row.text).bind(5, row.place).bind(6, row.reason);
      if (auto done = put->run(); !done) return done;
    }
    auto forget = db_.prepare("DELETE FROM rejected WHERE number <= ?");
    if (!forget) return fail(forget.error());
    forget->bind(1, static_cast<int64_t>(batch.rejected.back().number) -
                        static_cast<int64_t>(rejected_kept_));
    return forget->run();
  }

  Status put_published(const JournalBatch& batch) {
    if (batch.published.empty()) return {};
    auto put = db_.prepare("INSERT OR REPLACE INTO published VALUES (?,?,?,?,?,?,?)");
    if (!put) return fail(put.error());
    for (const Published& row : batch.published) {
      put->bind(1, row.as_of.ns).bind(2, row.indicator).bind(3, row.region);
      put->bind(4, static_cast<int64_t>(row.revision));
      if (row.value) {
        put->bind(5, *row.value);
      } else {
        put->bind_null(5);
      }
      put->bind(6, row.known.ns).bind(7, static_cast<int64_t>(row.position));
      if (auto done = put->run(); !done) return done;
    }
    // Once an hour: with the row that says so.
    const Published& last = batch.published.back();
    return last.indicator.empty() ? forget_published(last.as_of) : Status{};
  }

  // What is too old to be compared with goes, and of what was revised what is very old.
  Status forget_published(Instant newest) {
    for (const auto& [sql, kept_ns] :
         {std::pair("DELETE FROM published WHERE as_of < ?1 AND revision = 0 AND NOT EXISTS "
                    "(SELECT 1 FROM published n WHERE n.as_of = published.as_of AND n.indicator = "
                    "published.indicator AND n.region = published.region AND n.revision = 1)",
                    published_kept_ns),
          std::pair("DELETE FROM published WHERE as_of < ?1", revisions_kept_ns)}) {
      auto forget = db_.prepare(sql);
      if (!forget) return fail(forget.error());
      forget->bind(1, newest.ns - kept_ns);
      if (auto done = forget->run(); !done) return done;
    }
    return {};
  }

  Database db_;
  std::size_t rejected_kept_;
  mutable std::mutex mutex_;
};

}  // namespace

Result<std::unique_ptr<Journal>> Journal::open(const std::string& directory,
                                               std::size_t rejected_kept) {
  std::error_code ec;
  std::filesystem::create_directories(directory, ec);
  if (ec) return fail(Code::io, format("cannot create the folder: {}", ec.message()), directory);
  const std::string path = directory + "/live.sqlite";
  auto database = Database::open(path);
  if (!database) return fail(database.error());
  auto version = database->prepare("PRAGMA user_version");
  if (!version) return fail(version.error());
  int64_t found = 0;
  {
    const auto row = version->step();
    if (!row) return fail(row.error());
    found = version->integer(0);
  }
  if (found == 1) {
    if (auto done = database->execute(schema_from_1); !done) return fail(done.error());
    found = 2;
  }
  if (found == 2) {
    if (auto done = database->execute(schema_from_2); !done) return fail(done.error());
    found = schema_version;
  }
  if (found != 0 && found != schema_version) {
    return fail(
        Code::unsupported,
        format("schema version {} is not {}; use the program that wrote it", found, schema_version),
        path);
  }
  if (found == 0) {
    if (auto done = database->execute(schema); !done) return fail(done.error());
  }
  return std::make_unique<SqliteJournal>(std::move(*database), rejected_kept);
}

}  // namespace cairn::store
