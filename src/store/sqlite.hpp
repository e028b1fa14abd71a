// SPDX-License-Identifier: Apache-2.0
// SQLite behind two small classes: errors as results, statements that cannot leak.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace cairn::store {

class Statement {
 public:
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  // Parameters are numbered from 1.
  Statement& bind(int index, std::string_view text);
  Statement& bind(int index, double number);
  Statement& bind(int index, std::int64_t number);
  Statement& bind_null(int index);

  // True when there is a row; false at the end.
  Result<bool> step();
  // Runs a statement without rows and makes it ready for the next bindings.
  Status run();

  std::string text(int column) const;
  double number(int column) const;
  std::int64_t integer(int column) const;
  bool is_null(int column) const;

 private:
  friend class Database;
  Statement(sqlite3* database, sqlite3_stmt* statement) : db_(database), stmt_(statement) {}
  sqlite3* db_;
  sqlite3_stmt* stmt_;
};

class Database {
 public:
  static Result<Database> open(const std::string& path);
  Database(Database&& other) noexcept;
  Database& operator=(Database&&) = delete;
  ~Database();

  Status execute(const char* sql);  // one or more statements without parameters
  Result<Statement> prepare(std::string_view sql) const;
  std::int64_t last_id() const;
  std::int64_t changes() const;

 private:
  explicit Database(sqlite3* database) : db_(database) {}
  sqlite3* db_;
};

// Rolls back unless commit() was called.
class Transaction {
 public:
  static Result<Transaction> begin(Database& database);
  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  Status commit();

 private:
  explicit Transaction(Database& database) : db_(&database) {}
  Database* db_;  // none once committed
};

}  // namespace cairn::store
