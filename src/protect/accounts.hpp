// SPDX-License-Identifier: Apache-2.0
// Accounts of people, their passwords, sessions and tokens. Kept in memory and on disk; what
// another process changes in the same file is seen within a second. docs/access.md.
//
//   auto in = accounts.sign_in("duty", password, peer, now);   // slow: Argon2id
//   … set the cookie in->session->secret …
//   auto who = accounts.by_session(secret, now);               // quick
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/result.hpp"
#include "core/time.hpp"
#include "model/region.hpp"
#include "protect/account.hpp"
#include "protect/account_store.hpp"
#include "protect/digest.hpp"
#include "protect/password.hpp"
#include "protect/throttle.hpp"
#include "store/ledger.hpp"

namespace cairn::protect {

struct AccountOptions {
  Random random;
  PasswordCost cost = {};
  std::int64_t idle_ns = 12 * 3600 * ns_per_second;  // a session that is not used
  std::int64_t longest_ns = 7 * ns_per_day;          // any session
};

// A session that has just begun: the only time its secret is known.
struct NewSession {
  std::string secret;  // 256 random bits, base64url: the cookie
  std::string csrf;
  Account account;
};
// Who a secret belongs to.
struct Holder {
  Account account;
  std::string key;                   // of the session or token
  std::string csrf;                  // of a session
  std::string token;                 // label of the token; empty: a session
  std::vector<model::Grant> grants;  // that count now
};
struct SignIn {
  std::optional<NewSession> session;  // none: the name or the password is wrong
  std::int64_t wait_s = 0;            // not looked at: come again then
};

struct NewAccount {
  std::string id;
  Label name;
  std::vector<model::Grant> grants;
  std::string password;  // empty: one is made
  bool must_change = true;
};
// An account with the password that was made for it: told once.
struct MadeAccount {
  Account account;
  std::string password;  // empty: none was made
};
struct AccountChange {
  std::optional<Label> name;
  std::optional<std::vector<model::Grant>> grants;
  std::optional<bool> disabled;
  bool even_last = false;  // also of the last administrator of everything
  bool end_sessions = false;
  bool reset_password = false;  // one is made
  std::string password = {};    // this one
  bool must_change = true;      // of the new password
};
struct NewToken {
  std::string account;
  std::string label;
  std::vector<model::Grant> grants;
  Instant expires;
};
struct MadeToken {
  ApiToken token;
  std::string secret;  // told once: "cairn_…"
};
// Who came back from the organisation's provider.
struct Visitor {
  std::string oidc;  // issuer and subject
  Label name;
  std::vector<model::Grant> grants;
};

// Thread-safe.
class Accounts {
 public:
  static Result<std::unique_ptr<Accounts>> open(store::Ledger& ledger, AccountOptions options);

  std::vector<Account> list();
  std::optional<Account> find(std::string_view id);
  std::vector<Session> sessions_of(std::string_view account, Instant now);
  std::vector<ApiToken> tokens_of(std::string_view account);
  bool empty();

  // Place of errors: "/id", "/name", "/grants/0/region", "/password".
  Result<MadeAccount> add(const NewAccount& account, Instant now);
  // Error: conflict when no administrator of everything would be left.
  Result<MadeAccount> change(std::string_view id, const AccountChange& change, Instant now);

  // Takes the same time whether the name or the password is wrong.
  Result<SignIn> sign_in(std::string_view name, std::string_view password, std::string_view peer,
                         Instant now);
  // All other sessions of the account end; this one goes on under a new secret. No session in the
  // answer: the old password is wrong.
  Result<SignIn> change_password(const Holder& holder, std::string_view old_password,
                                 std::string_view new_password, std::string_view peer, Instant now);
  // Makes the account at the first visit and gives it what the provider says now.
  Result<NewSession> welcome(const Visitor& visitor, std::string_view peer, Instant now);

  std::optional<Holder> by_session(std::string_view secret, Instant now);
  // With those of the token's grants that the account still has.
  std::optional<Holder> by_token(std::string_view secret, const model::RegionTree& regions,
                                 Instant now);
  // In memory alone: whether one of the two above would answer.
  bool knows(std::string_view secret) const;
  Status end_session(std::string_view secret, Instant now);

  Result<MadeToken> add_token(const NewToken& token, const model::RegionTree& regions, Instant now);
  Status end_token(std::string_view account, std::string_view token);

 private:
  Accounts(store::Ledger& ledger, AccountOptions options)
      : ledger_(ledger), options_(std::move(options)) {}
  struct Kept;
  std::shared_ptr<const Kept> kept() const;
  void refresh(Instant now);  // when another process has changed something
  Status reload();
  template <class Change>
  Status write(Change change);  // in one transaction, with a new stamp; then reload()
  Result<NewSession> begin_session(const Account& account, std::string_view peer, Instant now,
                                   std::string_view instead);
  Result<std::string> set_password(Account& account, const AccountChange& change) const;
  void note_used(const std::string& key, const std::string& token, Instant now);

  store::Ledger& ledger_;
  AccountOptions options_;
  Throttle throttle_;
  std::string nobodys_hash_;                       // what an unknown name is compared with
  mutable std::mutex mutex_;                       // over the rest
  std::shared_ptr<const Kept> kept_;               // shared: readers keep what they began with
  Instant looked_;                                 // when the stamp was last read
  std::unordered_map<std::string, Instant> used_;  // by key: since the rows were read
};

// "cairn_session" belongs to one that was begun with this secret.
std::string csrf_of(std::string_view session_secret);
// Grants that hold together: known regions (checked by the caller), a unit for the role `unit` and
// none for others, nobody a reporter. Place: "/grants/2/unit".
Status check_grants(const std::vector<model::Grant>& grants);
// The regions exist and so do the units, where units are known.
Status check_grants(const std::vector<model::Grant>& grants, const model::RegionTree& regions,
                    const std::vector<std::string>& units);

}  // namespace cairn::protect
