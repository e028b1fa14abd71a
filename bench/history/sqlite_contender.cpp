// SPDX-License-Identifier: Apache-2.0
// SQLite with one clustered table: PRIMARY KEY(series, time) WITHOUT ROWID, WAL, a transaction a
// batch.
#include "contender.hpp"
#include "store/sqlite.hpp"

namespace cairn::bench {
namespace {

class Sqlite final : public Contender {
 public:
  Sqlite(store::Database db, store::Statement insert)
      : db_(std::move(db)), insert_(std::move(insert)) {}

  std::string name() const override { return "SQLite"; }
  Status write(std::span<const Observed> batch) override {
    if (auto done = db_.execute("BEGIN"); !done) return done;
    for (const Observed& o : batch) {
      insert_.bind(1, std::int64_t{o.series}).bind(2, o.time_ns).bind(3, o.value);
      if (auto done = insert_.run(); !done) return done;
    }
    return db_.execute("COMMIT");
  }
  Status settle() override { return db_.execute("PRAGMA wal_checkpoint(TRUNCATE)"); }
  Status read(std::uint32_t series, std::vector<store::Point>& out) override {
    auto rows = db_.prepare("SELECT time, value FROM point WHERE series = ? ORDER BY time");
    if (!rows) return fail(rows.error());
    rows->bind(1, std::int64_t{series});
    for (;;) {
      const auto more = rows->step();
      if (!more) return fail(more.error());
      if (!*more) return {};
      out.push_back({rows->integer(0), rows->number(1)});
    }
  }
  Status chart(std::uint32_t series, std::int64_t step_ns,
               std::vector<store::Bucket>& out) override {
    auto rows = db_.prepare(
        "SELECT begin, n, total, least, most, last.value FROM (SELECT time / ?2 * ?2 AS begin,"
        " count(*) AS n, sum(value) AS total, min(value) AS least, max(value) AS most,"
        " max(time) AS newest FROM point WHERE series = ?1 GROUP BY begin)"
        " JOIN point AS last ON last.series = ?1 AND last.time = newest ORDER BY begin");
    if (!rows) return fail(rows.error());
    rows->bind(1, std::int64_t{series}).bind(2, step_ns);
    for (;;) {
      const auto more = rows->step();
      if (!more) return fail(more.error());
      if (!*more) return {};
      out.push_back({rows->integer(0), static_cast<std::uint64_t>(rows->integer(1)),
                     rows->number(2), rows->number(3), rows->number(4), rows->number(5)});
    }
  }

 private:
  store::Database db_;
  store::Statement insert_;
};

}  // namespace

Result<std::unique_ptr<Contender>> open_sqlite(const std::string& directory) {
  auto db = store::Database::open(directory + "/points.db");
  if (!db) return fail(db.error());
  if (auto done = db->execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
                              "PRAGMA cache_size = -262144;"
                              "CREATE TABLE point(series INTEGER, time INTEGER, value REAL,"
                              " PRIMARY KEY(series, time)) WITHOUT ROWID");
      !done) {
    return fail(done.error());
  }
  auto insert = db->prepare("INSERT INTO point VALUES (?,?,?)");
  if (!insert) return fail(insert.error());
  return std::make_unique<Sqlite>(std::move(*db), std::move(*insert));
}

}  // namespace cairn::bench
