// SPDX-License-Identifier: Apache-2.0
// The tables of accounts, sessions and tokens. Each change raises the stamp, so that a process
// that keeps them in memory sees what another has changed.
#pragma once

#include <cstdint>
#include <vector>

#include "core/result.hpp"
#include "protect/account.hpp"
#include "store/ledger.hpp"

namespace cairn::protect {

struct AccountRows {
  std::int64_t stamp = 0;
  std::vector<Account> accounts;
  std::vector<Session> sessions;
  std::vector<ApiToken> tokens;
};

Status make_account_tables(store::Ledger& ledger);
Result<std::int64_t> read_stamp(const store::Database& db);
Result<AccountRows> read_accounts(const store::Database& db);

Status put_account(store::Database& db, const Account& account);
Status put_session(store::Database& db, const Session& session);
Status put_token(store::Database& db, const ApiToken& token);
// Of one account when it is named, but for one session; or what has ended before a time.
Status erase_sessions(store::Database& db, const std::string& account, const std::string& but);
Status erase_session(store::Database& db, const std::string& key);
Status erase_old_sessions(store::Database& db, Instant begun_before, Instant used_before);
Status erase_token(store::Database& db, const std::string& id);
Status erase_tokens(store::Database& db, const std::string& account);
Status raise_stamp(store::Database& db);
// Without raising the stamp.
Status note_session_used(store::Database& db, const std::string& key, Instant used);
Status note_token_used(store::Database& db, const std::string& id, Instant used);

}  // namespace cairn::protect
