// SPDX-License-Identifier: Apache-2.0
// The peer: the same facts in an in-memory SQLite database, indexed by county.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "store/sqlite.hpp"
#include "synthetic.hpp"

namespace cairn::bench {

class SqlitePeer {
 public:
  static Result<SqlitePeer> load(const Synthetic& data);
  // county code -> value
  Result<std::map<std::string, double>> ask(const std::string& sql, Instant as_of);

 private:
  explicit SqlitePeer(store::Database database) : db_(std::move(database)) {}
  store::Database db_;
};

}  // namespace cairn::bench
