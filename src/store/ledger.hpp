// SPDX-License-Identifier: Apache-2.0
// What people and the program do, in one SQLite file: groups of alerts, warnings and their
// deliveries, incidents with their history, accounts, the audit trail. Parts of it are written
// together or not at all; each part declares its tables.
//
//   auto write = ledger.begin();                 // waits for other writers
//   groups.put(*write, …); outbox.post(*write, …);
//   if (auto done = write->commit(); !done) …    // on disk when it returns; else rolled back
#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <string>

#include "core/result.hpp"
#include "store/sqlite.hpp"

namespace cairn::store {

// Tables of one part. `steps[i]` leads from version i to i + 1.
struct LedgerPart {
  std::string name;
  std::span<const char* const> steps;
};

class Ledger {
 public:
  // Opens or creates directory/respond.sqlite.
  static Result<std::unique_ptr<Ledger>> open(const std::string& directory);

  // Brings a part's tables to the newest version. Error: conflict when the file is newer.
  Status ensure(const LedgerPart& part);

  // A transaction under way. One at a time in the process; the others wait.
  class Write {
   public:
    Database& db() { return *db_; }
    // Afterwards others may write, and this one must not any more.
    Status commit();

   private:
    friend class Ledger;
    Write(std::unique_lock<std::mutex> lock, Database& db, Transaction transaction)
        : lock_(std::move(lock)), db_(&db), transaction_(std::move(transaction)) {}
    std::unique_lock<std::mutex> lock_;  // before the transaction: held until it has ended
    Database* db_;
    Transaction transaction_;
  };
  Result<Write> begin();

  // What was committed; does not wait for writers. Short: readers go one at a time.
  class Read {
   public:
    const Database& db() const { return *db_; }

   private:
    friend class Ledger;
    Read(std::unique_lock<std::mutex> lock, const Database& db)
        : lock_(std::move(lock)), db_(&db) {}
    std::unique_lock<std::mutex> lock_;
    const Database* db_;
  };
  Read read() const;

  const std::string& directory() const { return directory_; }  // for files beside the tables

 private:
  Ledger(std::string directory, Database writer, Database reader)
      : directory_(std::move(directory)), writer_(std::move(writer)), reader_(std::move(reader)) {}
  std::string directory_;
  std::mutex write_mutex_;
  Database writer_;
  mutable std::mutex read_mutex_;
  Database reader_;
};

}  // namespace cairn::store
