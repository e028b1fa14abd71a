// SPDX-License-Identifier: Apache-2.0
// PostgreSQL behind the classes that SQLite has here (store/sqlite.hpp), so that the same code runs
// on both. One connection; not thread-safe. A statement's rows are fetched whole.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace cairn::store {

struct PostgresConnection;  // libpq's, and what the newest statement changed

class PostgresStatement {
 public:
  PostgresStatement(PostgresStatement&&) noexcept;
  ~PostgresStatement();

  // Parameters are numbered from 1.
  PostgresStatement& bind(int index, std::string_view text);
  PostgresStatement& bind(int index, double number);
  PostgresStatement& bind(int index, std::int64_t number);
  PostgresStatement& bind_null(int index);
  Result<bool> step();
  Status run();
  std::string text(int column) const;
  double number(int column) const;
  std::int64_t integer(int column) const;
  bool is_null(int column) const;

 private:
  friend class PostgresDatabase;
  struct Rows;
  PostgresStatement(std::shared_ptr<PostgresConnection> connection, std::string name);
  Status execute();

  std::shared_ptr<PostgresConnection> connection_;  // shared: with the database
  std::string name_;
  std::vector<std::optional<std::string>> parameters_;
  std::unique_ptr<Rows> rows_;
};

class PostgresDatabase {
 public:
  // "postgresql://user@host/database" or what else libpq takes.
  static Result<PostgresDatabase> open(const std::string& url);

  Status execute(const char* sql);
  // Parameters are written "?", as for SQLite.
  Result<PostgresStatement> prepare(std::string_view sql) const;
  std::int64_t last_id() const;
  std::int64_t changes() const;

 private:
  explicit PostgresDatabase(std::shared_ptr<PostgresConnection> connection)
      : connection_(std::move(connection)) {}
  std::shared_ptr<PostgresConnection> connection_;  // shared: with its statements
};

// Rolls back unless commit() was called.
class PostgresTransaction {
 public:
  static Result<PostgresTransaction> begin(PostgresDatabase& database);
  PostgresTransaction(PostgresTransaction&& other) noexcept;
  ~PostgresTransaction();
  Status commit();

 private:
  explicit PostgresTransaction(PostgresDatabase& database) : db_(&database) {}
  PostgresDatabase* db_;  // none once committed
};

}  // namespace cairn::store
