// SPDX-License-Identifier: Apache-2.0
// What users have given: imports with their things, statistics and observations, in one SQLite
// file of the data directory. An import is there whole or not at all.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "core/time.hpp"
#include "model/records.hpp"

namespace cairn::store {

struct ImportInfo {
  std::int64_t id = 0;
  std::string kind;      // things, statistics or observations
  std::string name;      // the file's name, as the user knows it
  std::string encoding;  // as detected
  Instant at;            // when it was committed
  std::size_t records = 0;
  std::string digest;  // SHA-256 of the file, to notice the same file twice
  bool operator==(const ImportInfo&) const = default;
};

class Registry {
 public:
  // Opens or creates directory/registry.sqlite (the directory too). An unknown schema version or
  // a damaged file is an error, never repaired silently.
  static Result<std::unique_ptr<Registry>> open(const std::string& directory);
  virtual ~Registry() = default;

  // Stores all records in one transaction; durable (synced) when it returns. `info.id` is ignored.
  virtual Result<std::int64_t> commit(const ImportInfo& info, const model::Records& records) = 0;
  // Takes an import back.
  virtual Status remove(std::int64_t id) = 0;
  virtual Result<std::vector<ImportInfo>> imports() const = 0;
  // What counts now, in the order of the imports: of a thing that several imports give, the
  // versions of the last one.
  virtual Result<model::Records> records() const = 0;
};

}  // namespace cairn::store
