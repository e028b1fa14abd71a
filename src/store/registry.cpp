// SPDX-License-Identifier: Apache-2.0
#include "store/registry.hpp"

#include <filesystem>
#include <limits>
#include <map>
#include <utility>

#include "core/text.hpp"
#include "store/sqlite.hpp"
#include "store/value_text.hpp"

namespace cairn::store {
namespace {

constexpr std::int64_t schema_version = 1;
constexpr const char* schema = R"sql(
CREATE TABLE import (
  id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, name TEXT NOT NULL,
  encoding TEXT NOT NULL, at INTEGER NOT NULL, records INTEGER NOT NULL, digest TEXT NOT NULL);
CREATE TABLE thing (
  import INTEGER NOT NULL REFERENCES import(id) ON DELETE CASCADE, row INTEGER NOT NULL,
  id TEXT NOT NULL, type TEXT NOT NULL, region TEXT NOT NULL, name_zh TEXT NOT NULL,
  name_en TEXT NOT NULL, x REAL, y REAL, status INTEGER NOT NULL, valid_from INTEGER NOT NULL,
  valid_to INTEGER NOT NULL, estimated INTEGER NOT NULL, source TEXT NOT NULL,
  beside INTEGER NOT NULL, PRIMARY KEY (import, row)) WITHOUT ROWID;
CREATE TABLE property (
  import INTEGER NOT NULL REFERENCES import(id) ON DELETE CASCADE, row INTEGER NOT NULL,
  name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (import, row, name)) WITHOUT ROWID;
CREATE TABLE statistic (
  import INTEGER NOT NULL REFERENCES import(id) ON DELETE CASCADE, row INTEGER NOT NULL,
  region TEXT NOT NULL, property TEXT NOT NULL, begin INTEGER NOT NULL, end INTEGER NOT NULL,
  value REAL NOT NULL, unit TEXT NOT NULL, estimated INTEGER NOT NULL, source TEXT NOT NULL,
  PRIMARY KEY (import, row)) WITHOUT ROWID;
CREATE TABLE observation (
  import INTEGER NOT NULL REFERENCES import(id) ON DELETE CASCADE, row INTEGER NOT NULL,
  thing TEXT NOT NULL, property TEXT NOT NULL, begin INTEGER NOT NULL, end INTEGER NOT NULL,
  value REAL NOT NULL, estimated INTEGER NOT NULL, source TEXT NOT NULL,
  PRIMARY KEY (import, row)) WITHOUT ROWID;
PRAGMA user_version = 1;
)sql";

using std::int64_t;

class SqliteRegistry final : public Registry {
 public:
  explicit SqliteRegistry(Database database) : db_(std::move(database)) {}

  Result<int64_t> commit(const ImportInfo& info, const model::Records& records) override {
    auto transaction = Transaction::begin(db_);
    if (!transaction) return fail(transaction.error());
    auto insert = db_.prepare(
        "INSERT INTO import(kind, name, encoding, at, records, digest) VALUES (?,?,?,?,?,?)");
    if (!insert) return fail(insert.error());
    insert->bind(1, info.kind).bind(2, info.name).bind(3, info.encoding).bind(4, info.at.ns);
    insert->bind(5, static_cast<int64_t>(info.records)).bind(6, info.digest);
    if (auto done = insert->run(); !done) return fail(done.error());
    const int64_t id = db_.last_id();
    for (auto step : {&SqliteRegistry::put_things, &SqliteRegistry::put_statistics,
                      &SqliteRegistry::put_observations}) {
      if (auto done = (this->*step)(id, records); !done) return fail(done.error());
    }
    if (auto done = transaction->commit(); !done) return fail(done.error());
    return id;
  }

  Status remove(int64_t id) override {
    auto statement = db_.prepare("DELETE FROM import WHERE id = ?");
    if (!statement) return fail(statement.error());
    statement->bind(1, id);
    if (auto done = statement->run(); !done) return done;
    if (db_.changes() == 0) return fail(Code::not_found, format("there is no import {}", id));
    return {};
  }

  Result<std::vector<ImportInfo>> imports() const override {
    auto rows =
        db_.prepare("SELECT id, kind, name, encoding, at, records, digest FROM import ORDER BY id");
    if (!rows) return fail(rows.error());
    std::vector<ImportInfo> out;
    for (;;) {
      const auto more = rows->step();
      if (!more) return fail(more.error());
      if (!*more) return out;
      out.push_back({rows->integer(0), rows->text(1), rows->text(2), rows->text(3),
                     Instant{rows->integer(4)}, static_cast<std::size_t>(rows->integer(5)),
                     rows->text(6)});
    }
  }

  Result<model::Records> records() const override {
    model::Records out;
    for (auto step : {&SqliteRegistry::get_things, &SqliteRegistry::get_statistics,
                      &SqliteRegistry::get_observations}) {
      if (auto done = (this->*step)(out); !done) return fail(done.error());
    }
    return out;
  }

 private:
  Status put_things(int64_t import, const model::Records& records) {
    auto put = db_.prepare("INSERT INTO thing VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
    if (!put) return fail(put.error());
    auto property = db_.prepare("INSERT INTO property VALUES (?,?,?,?)");
    if (!property) return fail(property.error());
    int64_t row = 0;
    for (const model::Thing& thing : records.things) {
      put->bind(1, import).bind(2, row).bind(3, thing.id).bind(4, thing.type);
      put->bind(5, thing.region).bind(6, thing.name.zh).bind(7, thing.name.en);
      if (thing.position) {
        put->bind(8, thing.position->x).bind(9, thing.position->y);
      } else {
        put->bind_null(8).bind_null(9);
      }
      put->bind(10, static_cast<int64_t>(thing.status)).bind(11, thing.valid.begin.ns);
      put->bind(12, thing.valid.end.ns).bind(13, int64_t{thing.estimated}).bind(14, thing.source);
      put->bind(15, int64_t{thing.beside_estimated});
      if (auto done = put->run(); !done) return done;
      for (const auto& [name, value] : thing.properties) {
        const auto text = value_text(value);
        if (!text) return fail(text.error().code, text.error().message, thing.place);
        property->bind(1, import).bind(2, row).bind(3, name).bind(4, *text);
        if (auto done = property->run(); !done) return done;
      }
      ++row;
    }
    return {};
  }

  Status put_statistics(int64_t import, const model::Records& records) {
    auto put = db_.prepare("INSERT INTO statistic VALUES (?,?,?,?,?,?,?,?,?,?)");
    if (!put) return fail(put.error());
    int64_t row = 0;
    for (const model::Statistic& s : records.statistics) {
      put->bind(1, import).bind(2, row++).bind(3, s.region).bind(4, s.property);
      put->bind(5, s.period.begin.ns).bind(6, s.period.end.ns).bind(7, s.value).bind(8, s.unit);
      put->bind(9, int64_t{s.estimated}).bind(10, s.source);
      if (auto done = put->run(); !done) return done;
    }
    return {};
  }

  Status put_observations(int64_t import, const model::Records& records) {
    auto put = db_.prepare("INSERT INTO observation VALUES (?,?,?,?,?,?,?,?,?)");
    if (!put) return fail(put.error());
    int64_t row = 0;
    for (const model::Observation& o : records.observations) {
      put->bind(1, import).bind(2, row++).bind(3, o.thing).bind(4, o.property);
      put->bind(5, o.time.begin.ns).bind(6, o.time.end.ns).bind(7, o.value);
      put->bind(8, int64_t{o.estimated}).bind(9, o.source);
      if (auto done = put->run(); !done) return done;
    }
    return {};
  }

  Status get_things(model::Records& out) const {
    const auto last = last_imports();
    if (!last) return fail(last.error());
    auto rows = db_.prepare(
        "SELECT import, row, id, type, region, name_zh, name_en, x, y, status, valid_from, "
        "valid_to, estimated, source, beside FROM thing ORDER BY import, row");
    if (!rows) return fail(rows.error());
    auto properties =
        db_.prepare("SELECT import, row, name, value FROM property ORDER BY import, row, name");
    if (!properties) return fail(properties.error());
    auto property = properties->step();
    if (!property) return fail(property.error());
    for (;;) {
      const auto more = rows->step();
      if (!more) return fail(more.error());
      if (!*more) return {};
      model::Thing thing;
      const std::pair key(rows->integer(0), rows->integer(1));
      thing.place = format("import {} record {}", key.first, key.second + 1);
      thing.id = rows->text(2);
      thing.type = rows->text(3);
      thing.region = rows->text(4);
      thing.name = {rows->text(5), rows->text(6)};
      if (!rows->is_null(7)) thing.position = geo::Point{rows->number(7), rows->number(8)};
      thing.status = static_cast<model::Life>(rows->integer(9));
      thing.valid = {Instant{rows->integer(10)}, Instant{rows->integer(11)}};
      thing.estimated = rows->integer(12) != 0;
      thing.source = rows->text(13);
      thing.beside_estimated = rows->integer(14) != 0;
      while (*property && std::pair(properties->integer(0), properties->integer(1)) == key) {
        auto value = text_value(properties->text(3));
        if (!value) return fail(value.error().code, value.error().message, thing.place);
        thing.properties.emplace_back(properties->text(2), std::move(*value));
        property = properties->step();
        if (!property) return fail(property.error());
      }
      const auto newer = last->find({thing.type, thing.id});
      if (newer == last->end() || newer->second == key.first)
        out.things.push_back(std::move(thing));
    }
  }

  // The last import of each thing that more than one import gives.
  using LastImports = std::map<std::pair<std::string, std::string>, int64_t>;
  Result<LastImports> last_imports() const {
    auto rows = db_.prepare(
        "SELECT type, id, MAX(import) FROM thing "
        "WHERE (SELECT COUNT(*) FROM import WHERE kind = 'things') > 1 "
        "GROUP BY type, id HAVING MIN(import) < MAX(import)");
    if (!rows) return fail(rows.error());
    LastImports out;
    for (;;) {
      const auto more = rows->step();
      if (!more) return fail(more.error());
      if (!*more) return out;
      out.emplace(std::pair(rows->text(0), rows->text(1)), rows->integer(2));
    }
  }

  Status get_statistics(model::Records& out) const {
    auto rows = db_.prepare(
        "SELECT import, row, region, property, begin, end, value, unit, estimated, source "
        "FROM statistic ORDER BY import, row");
    if (!rows) return fail(rows.error());
    for (;;) {
      const auto more = rows->step();
      if (!more) return fail(more.error());
      if (!*more) return {};
      out.statistics.push_back(
          {rows->text(2),
           rows->text(3),
           {Instant{rows->integer(4)}, Instant{rows->integer(5)}},
           rows->number(6),
           rows->text(7),
           rows->integer(8) != 0,
           rows->text(9),
           format("import {} record {}", rows->integer(0), rows->integer(1) + 1)});
    }
  }

  Status get_observations(model::Records& out) const {
    auto rows = db_.prepare(
        "SELECT thing, property, begin, end, value, estimated, source FROM observation "
        "ORDER BY import, row");
    if (!rows) return fail(rows.error());
    for (;;) {
      const auto more = rows->step();
      if (!more) return fail(more.error());
      if (!*more) return {};
      out.observations.push_back({rows->text(0),
                                  rows->text(1),
                                  {Instant{rows->integer(2)}, Instant{rows->integer(3)}},
                                  rows->number(4),
                                  rows->integer(5) != 0,
                                  rows->text(6)});
    }
  }

  mutable Database db_;
};

Result<int64_t> version_of(Database& database) {
  auto statement = database.prepare("PRAGMA user_version");
  if (!statement) return fail(statement.error());
  const auto row = statement->step();
  if (!row) return fail(row.error());
  return *row ? statement->integer(0) : 0;
}

}  // namespace

Result<std::unique_ptr<Registry>> Registry::open(const std::string& directory) {
  std::error_code failed;
  std::filesystem::create_directories(directory, failed);
  if (failed)
    return fail(Code::io, "cannot make the data directory: " + failed.message(), directory);
  const std::string path = directory + "/registry.sqlite";
  auto database = Database::open(path);
  if (!database) return fail(database.error());
  const auto version = version_of(*database);
  if (!version) return fail(version.error().code, version.error().message, path);
  if (*version == 0) {
    auto transaction = Transaction::begin(*database);
    if (!transaction) return fail(transaction.error());
    if (auto done = database->execute(schema); !done) return fail(done.error());
    if (auto done = transaction->commit(); !done) return fail(done.error());
  } else if (*version != schema_version) {
    return fail(Code::unsupported,
                format("the registry has schema version {}; this program writes {}", *version,
                       schema_version),
                path);
  }
  return std::make_unique<SqliteRegistry>(std::move(*database));
}

}  // namespace cairn::store
