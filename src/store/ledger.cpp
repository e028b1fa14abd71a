// SPDX-License-Identifier: Apache-2.0
#include "store/ledger.hpp"

#include <cstdint>
#include <filesystem>
#include <utility>

#include "core/text.hpp"

namespace cairn::store {

Result<std::unique_ptr<Ledger>> Ledger::open(const std::string& directory) {
  std::error_code failed;
  std::filesystem::create_directories(directory, failed);
  if (failed) return fail(Code::io, failed.message(), directory);
  const std::string path = directory + "/respond.sqlite";
  auto writer = Database::open(path);
  if (!writer) return fail(writer.error());
  if (auto made = writer->execute("CREATE TABLE IF NOT EXISTS part (name TEXT PRIMARY KEY, version "
                                  "INTEGER NOT NULL) WITHOUT ROWID;");
      !made) {
    return fail(made.error().code, made.error().message, path);
  }
  auto reader = Database::open(path);
  if (!reader) return fail(reader.error());
  return std::unique_ptr<Ledger>(new Ledger(directory, std::move(*writer), std::move(*reader)));
}

Status Ledger::ensure(const LedgerPart& part) {
  auto write = begin();
  if (!write) return fail(write.error());
  auto found = write->db().prepare("SELECT version FROM part WHERE name = ?");
  if (!found) return fail(found.error());
  found->bind(1, part.name);
  const auto row = found->step();
  if (!row) return fail(row.error());
  const std::int64_t version = *row ? found->integer(0) : 0;
  const auto newest = static_cast<std::int64_t>(part.steps.size());
  if (version > newest) {
    return fail(Code::conflict,
                format("'{}' has version {} of its tables, this program knows {}: use the newer "
                       "program",
                       part.name, version, newest),
                directory_ + "/respond.sqlite");
  }
  for (std::int64_t i = version; i < newest; ++i) {
    if (auto done = write->db().execute(part.steps[static_cast<std::size_t>(i)]); !done) {
      return done;
    }
  }
  auto note = write->db().prepare("INSERT OR REPLACE INTO part (name, version) VALUES (?, ?)");
  if (!note) return fail(note.error());
  if (auto done = note->bind(1, part.name).bind(2, newest).run(); !done) return done;
  return write->commit();
}

Status Ledger::Write::commit() {
  auto done = transaction_.commit();
  if (done) lock_.unlock();
  return done;
}

Result<Ledger::Write> Ledger::begin() {
  std::unique_lock lock(write_mutex_);
  auto transaction = Transaction::begin(writer_);
  if (!transaction) return fail(transaction.error());
  return Write(std::move(lock), writer_, std::move(*transaction));
}

Ledger::Read Ledger::read() const {
  return Read(std::unique_lock(read_mutex_), reader_);
}

}  // namespace cairn::store
