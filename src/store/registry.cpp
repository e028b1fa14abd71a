// SPDX-License-Identifier: Apache-2.0
#include "store/registry.hpp"

#include <filesystem>
#include <limits>
#include <utility>

#include "core/text.hpp"
#include "store/detail/sql_registry.hpp"
#include "store/sqlite.hpp"

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

using SqliteRegistry = SqlRegistry<Database, Transaction>;

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
