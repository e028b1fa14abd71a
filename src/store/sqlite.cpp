// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite.hpp"

#include <sqlite3.h>

#include <utility>

#include "core/text.hpp"

namespace cairn::store {
namespace {

Error error_of(sqlite3* database) {
  const int code = sqlite3_extended_errcode(database);
  const Code kind = (code & 0xFF) == SQLITE_CONSTRAINT ? Code::conflict : Code::io;
  return {kind, format("the registry says: {}", sqlite3_errmsg(database)), {}};
}

}  // namespace

Statement::Statement(Statement&& other) noexcept
    : db_(other.db_), stmt_(std::exchange(other.stmt_, nullptr)) {}

Statement::~Statement() {
  sqlite3_finalize(stmt_);
}

Statement& Statement::bind(int index, std::string_view text) {
  sqlite3_bind_text64(stmt_, index, text.data() == nullptr ? "" : text.data(), text.size(),
                      SQLITE_TRANSIENT, SQLITE_UTF8);
  return *this;
}
Statement& Statement::bind(int index, double number) {
  sqlite3_bind_double(stmt_, index, number);
  return *this;
}
Statement& Statement::bind(int index, std::int64_t number) {
  sqlite3_bind_int64(stmt_, index, number);
  return *this;
}
Statement& Statement::bind_null(int index) {
  sqlite3_bind_null(stmt_, index);
  return *this;
}

Result<bool> Statement::step() {
  const int code = sqlite3_step(stmt_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return fail(error_of(db_));
}

Status Statement::run() {
  const int code = sqlite3_step(stmt_);
  if (code != SQLITE_DONE && code != SQLITE_ROW) {
    const Error error = error_of(db_);
    sqlite3_reset(stmt_);
    return fail(error);
  }
  sqlite3_reset(stmt_);
  return {};
}

std::string Statement::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(stmt_, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(stmt_, column));
  return bytes == nullptr ? std::string() : std::string(bytes, size);
}
double Statement::number(int column) const {
  return sqlite3_column_double(stmt_, column);
}
std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(stmt_, column);
}
bool Statement::is_null(int column) const {
  return sqlite3_column_type(stmt_, column) == SQLITE_NULL;
}

Result<Database> Database::open(const std::string& path) {
  sqlite3* handle = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX;
  if (sqlite3_open_v2(path.c_str(), &handle, flags, nullptr) != SQLITE_OK) {
    Error error{Code::io, handle == nullptr ? "no memory" : sqlite3_errmsg(handle), path};
    sqlite3_close(handle);
    return fail(std::move(error));
  }
  Database database(handle);
  sqlite3_busy_timeout(handle, 5'000);
  // Write-ahead log, synced at every commit: what is acknowledged is on disk.
  if (auto done = database.execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                                   "PRAGMA foreign_keys=ON;");
      !done) {
    return fail(done.error().code, done.error().message, path);
  }
  return database;
}

Database::Database(Database&& other) noexcept : db_(std::exchange(other.db_, nullptr)) {}
Database::~Database() {
  sqlite3_close(db_);
}

Status Database::execute(const char* sql) {
  if (sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) return fail(error_of(db_));
  return {};
}

Result<Statement> Database::prepare(std::string_view sql) const {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(db_, sql.data(), static_cast<int>(sql.size()), &statement, nullptr) !=
      SQLITE_OK) {
    return fail(error_of(db_));
  }
  return Statement(db_, statement);
}

std::int64_t Database::last_id() const {
  return sqlite3_last_insert_rowid(db_);
}
std::int64_t Database::changes() const {
  return sqlite3_changes(db_);
}

Result<Transaction> Transaction::begin(Database& database) {
  if (auto done = database.execute("BEGIN IMMEDIATE"); !done) return fail(done.error());
  return Transaction(database);
}
Transaction::Transaction(Transaction&& other) noexcept : db_(std::exchange(other.db_, nullptr)) {}
Transaction::~Transaction() {
  if (db_ != nullptr) (void)db_->execute("ROLLBACK");
}
Status Transaction::commit() {
  auto done = db_->execute("COMMIT");
  if (done) db_ = nullptr;
  return done;
}

}  // namespace cairn::store
