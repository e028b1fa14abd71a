// SPDX-License-Identifier: Apache-2.0
#include "store/postgres.hpp"

#include <libpq-fe.h>

#include <cstdlib>
#include <utility>

#include "core/text.hpp"

namespace cairn::store {
namespace {

struct Clear {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Answer = std::unique_ptr<PGresult, Clear>;

struct Finish {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};

// libpq's messages are lines with a severity in front; the first one says it.
tl::unexpected<Error> failed(PGconn* connection) {
  const std::string_view message = PQerrorMessage(connection);
  return fail(Code::io, "PostgreSQL: " + std::string(trim(message.substr(0, message.find('\n')))));
}

bool good(const Answer& answer) {
  const ExecStatusType status = PQresultStatus(answer.get());
  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

}  // namespace

struct PostgresConnection {
  std::unique_ptr<PGconn, Finish> pg;
  std::int64_t changes = 0;
  std::uint64_t statements = 0;
};

struct PostgresStatement::Rows {
  Answer answer;
  int row = -1;
};

PostgresStatement::PostgresStatement(std::shared_ptr<PostgresConnection> connection,
                                     std::string name)
    : connection_(std::move(connection)), name_(std::move(name)) {}
PostgresStatement::PostgresStatement(PostgresStatement&&) noexcept = default;

PostgresStatement::~PostgresStatement() {
  if (!connection_) return;  // moved away
  const std::string sql = "DEALLOCATE " + name_;
  const Answer done(PQexec(connection_->pg.get(), sql.c_str()));
}

PostgresStatement& PostgresStatement::bind(int index, std::string_view text) {
  const auto count = static_cast<std::size_t>(index);
  if (parameters_.size() < count) parameters_.resize(count);
  parameters_[count - 1] = std::string(text);
  return *this;
}
PostgresStatement& PostgresStatement::bind(int index, double number) {
  return bind(index, std::string_view(format("{}", number)));  // the shortest that reads back
}
PostgresStatement& PostgresStatement::bind(int index, std::int64_t number) {
  return bind(index, std::string_view(format("{}", number)));
}
PostgresStatement& PostgresStatement::bind_null(int index) {
  bind(index, std::string_view());
  parameters_[static_cast<std::size_t>(index) - 1].reset();
  return *this;
}

Status PostgresStatement::execute() {
  std::vector<const char*> values;
  for (const auto& parameter : parameters_) {
    if (parameter && parameter->find('\0') != std::string::npos) {
      return fail(Code::invalid, "PostgreSQL keeps no text with a zero byte");
    }
    values.push_back(parameter ? parameter->c_str() : nullptr);
  }
  auto rows = std::make_unique<Rows>();
  rows->answer.reset(PQexecPrepared(connection_->pg.get(), name_.c_str(),
                                    static_cast<int>(values.size()), values.data(), nullptr,
                                    nullptr, 0));
  if (!good(rows->answer)) return failed(connection_->pg.get());
  connection_->changes = std::atoll(PQcmdTuples(rows->answer.get()));
  rows_ = std::move(rows);
  return {};
}

Result<bool> PostgresStatement::step() {
  if (!rows_) {
    if (auto done = execute(); !done) return fail(done.error());
  }
  return ++rows_->row < PQntuples(rows_->answer.get());
}

Status PostgresStatement::run() {
  auto done = execute();
  rows_.reset();
  return done;
}

std::string PostgresStatement::text(int column) const {
  const PGresult* answer = rows_->answer.get();
  return {PQgetvalue(answer, rows_->row, column),
          static_cast<std::size_t>(PQgetlength(answer, rows_->row, column))};
}
double PostgresStatement::number(int column) const {
  return parse_number(text(column)).value_or(0);
}
std::int64_t PostgresStatement::integer(int column) const {
  return parse_integer(text(column)).value_or(0);
}
bool PostgresStatement::is_null(int column) const {
  return PQgetisnull(rows_->answer.get(), rows_->row, column) != 0;
}

Result<PostgresDatabase> PostgresDatabase::open(const std::string& url) {
  auto connection = std::make_shared<PostgresConnection>();
  connection->pg.reset(PQconnectdb(url.c_str()));
  if (PQstatus(connection->pg.get()) != CONNECTION_OK) return failed(connection->pg.get());
  PQsetNoticeProcessor(
      connection->pg.get(), [](void*, const char*) {}, nullptr);
  return PostgresDatabase(std::move(connection));
}

Status PostgresDatabase::execute(const char* sql) {
  const Answer answer(PQexec(connection_->pg.get(), sql));
  if (!good(answer)) return failed(connection_->pg.get());
  return {};
}

Result<PostgresStatement> PostgresDatabase::prepare(std::string_view sql) const {
  std::string numbered;
  int parameters = 0;
  for (const char c : sql) {
    if (c == '?') {
      numbered += format("${}", ++parameters);
    } else {
      numbered += c;
    }
  }
  std::string name = format("cairn_{}", ++connection_->statements);
  const Answer answer(PQprepare(connection_->pg.get(), name.c_str(), numbered.c_str(), 0, nullptr));
  if (!good(answer)) return failed(connection_->pg.get());
  return PostgresStatement(connection_, std::move(name));
}

std::int64_t PostgresDatabase::last_id() const {
  const Answer answer(PQexec(connection_->pg.get(), "SELECT lastval()"));
  return good(answer) ? std::atoll(PQgetvalue(answer.get(), 0, 0)) : 0;
}

std::int64_t PostgresDatabase::changes() const {
  return connection_->changes;
}

Result<PostgresTransaction> PostgresTransaction::begin(PostgresDatabase& database) {
  if (auto done = database.execute("BEGIN"); !done) return fail(done.error());
  return PostgresTransaction(database);
}
PostgresTransaction::PostgresTransaction(PostgresTransaction&& other) noexcept
    : db_(std::exchange(other.db_, nullptr)) {}
PostgresTransaction::~PostgresTransaction() {
  if (db_ != nullptr) (void)db_->execute("ROLLBACK");
}
Status PostgresTransaction::commit() {
  auto done = db_->execute("COMMIT");
  if (done) db_ = nullptr;
  return done;
}

}  // namespace cairn::store
