// SPDX-License-Identifier: Apache-2.0
#include "store/postgres_registry.hpp"

#include <utility>

#include "core/text.hpp"
#include "store/detail/sql_registry.hpp"
#include "store/postgres.hpp"

namespace cairn::store {
namespace {

constexpr std::int64_t schema_version = 1;
// Two that start at once must not both make it: the lock goes with the transaction.
constexpr const char* schema = R"sql(
SELECT pg_advisory_xact_lock(7135104);
CREATE SCHEMA IF NOT EXISTS cairn;
SET search_path TO cairn;
CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL);
INSERT INTO schema_version SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM schema_version);
CREATE TABLE IF NOT EXISTS import (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL,
  encoding TEXT NOT NULL, at BIGINT NOT NULL, records BIGINT NOT NULL, digest TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS thing (
  import BIGINT NOT NULL REFERENCES import(id) ON DELETE CASCADE, row BIGINT NOT NULL,
  id TEXT NOT NULL, type TEXT NOT NULL, region TEXT NOT NULL, name_zh TEXT NOT NULL,
  name_en TEXT NOT NULL, x DOUBLE PRECISION, y DOUBLE PRECISION, status BIGINT NOT NULL,
  valid_from BIGINT NOT NULL, valid_to BIGINT NOT NULL, estimated BIGINT NOT NULL,
  source TEXT NOT NULL, beside BIGINT NOT NULL, PRIMARY KEY (import, row));
CREATE TABLE IF NOT EXISTS property (
  import BIGINT NOT NULL REFERENCES import(id) ON DELETE CASCADE, row BIGINT NOT NULL,
  name TEXT COLLATE "C" NOT NULL, value TEXT NOT NULL, PRIMARY KEY (import, row, name));
CREATE TABLE IF NOT EXISTS statistic (
  import BIGINT NOT NULL REFERENCES import(id) ON DELETE CASCADE, row BIGINT NOT NULL,
  region TEXT NOT NULL, property TEXT NOT NULL, "begin" BIGINT NOT NULL, "end" BIGINT NOT NULL,
  value DOUBLE PRECISION NOT NULL, unit TEXT NOT NULL, estimated BIGINT NOT NULL,
  source TEXT NOT NULL, PRIMARY KEY (import, row));
CREATE TABLE IF NOT EXISTS observation (
  import BIGINT NOT NULL REFERENCES import(id) ON DELETE CASCADE, row BIGINT NOT NULL,
  thing TEXT NOT NULL, property TEXT NOT NULL, "begin" BIGINT NOT NULL, "end" BIGINT NOT NULL,
  value DOUBLE PRECISION NOT NULL, estimated BIGINT NOT NULL, source TEXT NOT NULL,
  PRIMARY KEY (import, row));
)sql";

}  // namespace

bool is_postgres_url(std::string_view text) {
  return text.starts_with("postgresql://") || text.starts_with("postgres://");
}

Result<std::unique_ptr<Registry>> open_postgres_registry(const std::string& url) {
  auto database = PostgresDatabase::open(url);
  if (!database) return fail(database.error());
  {
    auto transaction = PostgresTransaction::begin(*database);
    if (!transaction) return fail(transaction.error());
    if (auto done = database->execute(schema); !done) return fail(done.error());
    auto version = database->prepare("SELECT version FROM schema_version");
    if (!version) return fail(version.error());
    const auto row = version->step();
    if (!row) return fail(row.error());
    if (!*row || version->integer(0) != schema_version) {
      return fail(Code::unsupported,
                  format("the registry in PostgreSQL is not of schema version {}", schema_version));
    }
    if (auto done = transaction->commit(); !done) return fail(done.error());
  }
  return std::make_unique<SqlRegistry<PostgresDatabase, PostgresTransaction>>(std::move(*database));
}

}  // namespace cairn::store
