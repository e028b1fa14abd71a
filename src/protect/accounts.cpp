// SPDX-License-Identifier: Apache-2.0
#include "protect/accounts.hpp"

#include <algorithm>

#include "core/text.hpp"

namespace cairn::protect {
namespace {

constexpr std::size_t sessions_most = 20;  // of one account: the oldest give way
constexpr std::size_t tokens_most = 20;
constexpr std::size_t accounts_most = 10'000;
constexpr std::size_t grants_most = 50;
constexpr std::size_t name_characters = 100;
constexpr std::int64_t look_ns = ns_per_second / 2;
constexpr std::int64_t note_ns = 300 * ns_per_second;
constexpr std::int64_t token_longest_ns = 366 * ns_per_day;
constexpr std::string_view token_prefix = "cairn_";

bool is_account_id(std::string_view id) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !id.empty() && id.size() <= 64 && plain(id.front()) &&
         std::all_of(id.begin(), id.end(),
                     [&](char c) { return plain(c) || c == '.' || c == '_' || c == '-'; });
}

// Why a text that people read is refused; empty: it is not.
std::string trouble_of_text(std::string_view text, std::size_t most) {
  if (!is_valid_utf8(text)) return "is no UTF-8 text";
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++count) {
    const char32_t c = next_code_point(text, at);
    const bool hidden = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
    if (c < 0x20 || (c >= 0x7F && c < 0xA0) || hidden) return "has control characters";
  }
  return count > most ? format("has more than {} characters", most) : "";
}

Status check_name(const Label& name) {
  for (const auto& [key, text] : {std::pair{"zh", &name.zh}, std::pair{"en", &name.en}}) {
    const std::string trouble = trouble_of_text(*text, name_characters);
    if (!trouble.empty())
      return fail(Code::invalid, "the name " + trouble, format("/name/{}", key));
  }
  return {};
}

bool manages_all(const Account& account) {
  return !account.disabled &&
         std::any_of(account.grants.begin(), account.grants.end(), [](const model::Grant& grant) {
           return grant.role == model::Role::administrator && grant.region.empty();
         });
}

Error no_account(std::string_view id) {
  return {Code::not_found, format("there is no account '{}'", id), "path:id"};
}

}  // namespace

// What is on disk, found by key.
struct Accounts::Kept {
  explicit Kept(AccountRows read) : rows(std::move(read)) {
    for (std::size_t i = 0; i < rows.accounts.size(); ++i) account_at[rows.accounts[i].id] = i;
    for (std::size_t i = 0; i < rows.sessions.size(); ++i) session_at[rows.sessions[i].key] = i;
    for (std::size_t i = 0; i < rows.tokens.size(); ++i) token_at[rows.tokens[i].key] = i;
  }
  const Account* account(std::string_view id) const {
    const auto at = account_at.find(std::string(id));
    return at == account_at.end() ? nullptr : &rows.accounts[at->second];
  }
  const Session* session(const std::string& key) const {
    const auto at = session_at.find(key);
    return at == session_at.end() ? nullptr : &rows.sessions[at->second];
  }
  const ApiToken* token(const std::string& key) const {
    const auto at = token_at.find(key);
    return at == token_at.end() ? nullptr : &rows.tokens[at->second];
  }

  AccountRows rows;
  std::unordered_map<std::string, std::size_t> account_at;
  std::unordered_map<std::string, std::size_t> session_at;
  std::unordered_map<std::string, std::size_t> token_at;
};

std::string csrf_of(std::string_view session_secret) {
  return base64url(sha256("cairn csrf\n" + std::string(session_secret)));
}

Status check_grants(const std::vector<model::Grant>& grants) {
  if (grants.size() > grants_most) {
    return fail(Code::invalid, format("an account has at most {} grants", grants_most), "/grants");
  }
  for (std::size_t i = 0; i < grants.size(); ++i) {
    const model::Grant& grant = grants[i];
    if (grant.role == model::Role::reporter) {
      return fail(Code::invalid, "reporters need no account", format("/grants/{}/role", i));
    }
    if ((grant.role == model::Role::unit) == grant.unit.empty()) {
      return fail(Code::invalid,
                  grant.unit.empty() ? "the role 'unit' needs the unit's id"
                                     : "only the role 'unit' has a unit",
                  format("/grants/{}/unit", i));
    }
    for (const std::string* text : {&grant.region, &grant.unit}) {
      if (trouble_of_text(*text, name_characters).empty()) continue;
      return fail(Code::invalid, "this is no id", format("/grants/{}", i));
    }
  }
  return {};
}

Status check_grants(const std::vector<model::Grant>& grants, const model::RegionTree& regions,
                    const std::vector<std::string>& units) {
  if (auto held = check_grants(grants); !held) return held;
  for (std::size_t i = 0; i < grants.size(); ++i) {
    const model::Grant& grant = grants[i];
    if (!grant.region.empty()) {
      if (const auto known = regions.require(grant.region); !known) {
        return fail(known.error().code, known.error().message, format("/grants/{}/region", i));
      }
    }
    if (grant.unit.empty() || units.empty()) continue;
    if (std::find(units.begin(), units.end(), grant.unit) != units.end()) continue;
    const auto near = nearest(grant.unit, units);
    return fail(Code::not_found,
                format("there is no unit '{}'{}", grant.unit,
                       near ? format("; did you mean '{}'?", *near) : ""),
                format("/grants/{}/unit", i));
  }
  return {};
}

Result<std::unique_ptr<Accounts>> Accounts::open(store::Ledger& ledger, AccountOptions options) {
  if (auto made = make_account_tables(ledger); !made) return fail(made.error());
  std::unique_ptr<Accounts> out(new Accounts(ledger, std::move(options)));
  auto hash = hash_password("nobody has this password", out->options_.cost);
  if (!hash) return fail(hash.error());
  out->nobodys_hash_ = std::move(*hash);
  if (auto read = out->reload(); !read) return fail(read.error());
  return out;
}

std::shared_ptr<const Accounts::Kept> Accounts::kept() const {
  const std::lock_guard lock(mutex_);
  return kept_;
}

Status Accounts::reload() {
  Result<AccountRows> rows = AccountRows{};
  {
    const auto read = ledger_.read();
    rows = read_accounts(read.db());
  }
  if (!rows) return fail(rows.error());
  auto fresh = std::make_shared<const Kept>(std::move(*rows));
  const std::lock_guard lock(mutex_);
  // Another thread may have read newer rows meanwhile.
  if (kept_ && kept_->rows.stamp > fresh->rows.stamp) return {};
  kept_ = std::move(fresh);
  return {};
}

void Accounts::refresh(Instant now) {
  std::int64_t seen = 0;
  {
    const std::lock_guard lock(mutex_);
    if (now.ns >= looked_.ns && now.ns - looked_.ns < look_ns) return;
    looked_ = now;
    seen = kept_->rows.stamp;
  }
  Result<std::int64_t> stamp = 0;
  {
    const auto read = ledger_.read();
    stamp = read_stamp(read.db());
  }
  // What cannot be read now is tried again; until then the rows in memory count.
  if (stamp && *stamp != seen) (void)reload();
}

template <class Change>
Status Accounts::write(Change change) {
  {
    auto write = ledger_.begin();
    if (!write) return fail(write.error());
    auto rows = read_accounts(write->db());
    if (!rows) return fail(rows.error());
    const Kept present(std::move(*rows));
    if (Status done = change(write->db(), present); !done) return done;
    if (Status done = raise_stamp(write->db()); !done) return done;
    if (Status done = write->commit(); !done) return done;
  }
  return reload();
}

std::vector<Account> Accounts::list() {
  return kept()->rows.accounts;
}
std::optional<Account> Accounts::find(std::string_view id) {
  const auto now = kept();
  const Account* found = now->account(id);
  return found == nullptr ? std::nullopt : std::optional(*found);
}
bool Accounts::empty() {
  return kept()->rows.accounts.empty();
}

std::vector<Session> Accounts::sessions_of(std::string_view account, Instant now) {
  const auto present = kept();
  std::vector<Session> out;
  const std::lock_guard lock(mutex_);
  for (Session session : present->rows.sessions) {
    if (session.account != account) continue;
    if (const auto at = used_.find(session.key); at != used_.end()) session.used = at->second;
    const bool ended =
        now >= session.begun + options_.longest_ns || now >= session.used + options_.idle_ns;
    if (!ended) out.push_back(std::move(session));
  }
  return out;
}
std::vector<ApiToken> Accounts::tokens_of(std::string_view account) {
  const auto present = kept();
  std::vector<ApiToken> out;
  const std::lock_guard lock(mutex_);
  for (ApiToken token : present->rows.tokens) {
    if (token.account != account) continue;
    if (const auto at = used_.find(token.key); at != used_.end()) token.used = at->second;
    out.push_back(std::move(token));
  }
  return out;
}

// Sets the account's password, when the change asks for one; what was made, to be told once.
Result<std::string> Accounts::set_password(Account& account, const AccountChange& change) const {
  if (!change.reset_password && change.password.empty()) return std::string();
  std::string made;
  if (change.password.empty()) {
    made = make_password(options_.random);
  } else if (auto good = check_password(change.password, account.id, account.name); !good) {
    return fail(good.error());
  }
  auto hash = hash_password(made.empty() ? change.password : made, options_.cost);
  if (!hash) return fail(hash.error());
  account.password = std::move(*hash);
  account.must_change = change.must_change;
  return made;
}

Result<MadeAccount> Accounts::add(const NewAccount& wanted, Instant now) {
  if (!is_account_id(wanted.id)) {
    return fail(Code::invalid,
                "the id has 1 to 64 characters: small letters, digits, '.', '_' and '-', and "
                "begins with a letter or digit",
                "/id");
  }
  if (auto good = check_name(wanted.name); !good) return fail(good.error());
  if (auto good = check_grants(wanted.grants); !good) return fail(good.error());
  Account account;
  account.id = wanted.id;
  account.name = wanted.name;
  account.grants = wanted.grants;
  if (account.name.empty()) account.name = {wanted.id, wanted.id};
  account.created = now;
  account.changed = now;
  AccountChange password;
  password.reset_password = wanted.password.empty();
  password.password = wanted.password;
  password.must_change = wanted.must_change;
  auto made = set_password(account, password);
  if (!made) return fail(made.error());
  const Status written = write([&](store::Database& db, const Kept& present) -> Status {
    if (present.account(account.id) != nullptr) {
      return fail(Code::conflict, format("there is an account '{}' already", account.id), "/id");
    }
    if (present.rows.accounts.size() >= accounts_most) {
      return fail(Code::too_large, format("there are {} accounts already", accounts_most));
    }
    return put_account(db, account);
  });
  if (!written) return fail(written.error());
  return MadeAccount{std::move(account), std::move(*made)};
}

Result<MadeAccount> Accounts::change(std::string_view id, const AccountChange& wanted,
                                     Instant now) {
  if (wanted.name) {
    if (auto good = check_name(*wanted.name); !good) return fail(good.error());
  }
  if (wanted.grants) {
    if (auto good = check_grants(*wanted.grants); !good) return fail(good.error());
  }
  auto named = find(id);
  if (!named) return fail(no_account(id));
  auto made = set_password(*named, wanted);  // slow: before the transaction
  if (!made) return fail(made.error());
  const bool new_password = wanted.reset_password || !wanted.password.empty();
  Account account;
  const Status written = write([&](store::Database& db, const Kept& present) -> Status {
    const Account* before = present.account(id);
    if (before == nullptr) return fail(no_account(id));
    account = *before;
    if (wanted.name) account.name = *wanted.name;
    if (wanted.grants) account.grants = *wanted.grants;
    if (wanted.disabled) account.disabled = *wanted.disabled;
    if (new_password) {
      account.password = named->password;
      account.must_change = named->must_change;
    }
    account.changed = now;
    const auto& all = present.rows.accounts;
    if (!wanted.even_last && manages_all(*before) && !manages_all(account) &&
        std::count_if(all.begin(), all.end(), manages_all) == 1) {
      return fail(Code::conflict,
                  "this is the last administrator of everything; make another one first");
    }
    if (auto done = put_account(db, account); !done) return done;
    if (account.disabled) {
      if (auto done = erase_tokens(db, account.id); !done) return done;
    }
    const bool ends = account.disabled || new_password || wanted.end_sessions;
    return ends ? erase_sessions(db, account.id, "") : Status{};
  });
  if (!written) return fail(written.error());
  return MadeAccount{std::move(account), std::move(*made)};
}

Result<SignIn> Accounts::sign_in(std::string_view name, std::string_view password,
                                 std::string_view peer, Instant now) {
  SignIn out;
  out.wait_s = throttle_.wait_s(peer, name, now);
  if (out.wait_s > 0) return out;
  throttle_.begin(peer, name, now);
  refresh(now);
  auto account = find(name);
  const bool usable = account && !account->disabled && !account->password.empty();
  // Whoever is asked for, one hash is computed.
  const std::string hash = usable ? account->password : nobodys_hash_;
  const bool right = verify_password(hash, password.substr(0, password_bytes_most + 1));
  if (!usable || !right) return out;
  throttle_.right(peer, name);
  if (is_outdated(hash, options_.cost)) {
    auto better = hash_password(password, options_.cost);
    if (better) {
      const Status kept = write([&](store::Database& db, const Kept& present) -> Status {
        const Account* same = present.account(account->id);
        if (same == nullptr || same->password != hash) return {};
        Account upgraded = *same;
        upgraded.password = *better;
        return put_account(db, upgraded);
      });
      if (!kept) return fail(kept.error());
      account->password = *better;
    }
  }
  auto session = begin_session(*account, peer, now, {});
  if (!session) {
    if (session.error().code == Code::denied) return out;
    return fail(session.error());
  }
  out.session = std::move(*session);
  return out;
}

// `account` as it was found right; `instead` is the key of a session that ends.
Result<NewSession> Accounts::begin_session(const Account& account, std::string_view peer,
                                           Instant now, std::string_view instead) {
  NewSession out;
  out.secret = base64url(options_.random(32));
  out.csrf = csrf_of(out.secret);
  const Session session{sha256_hex(out.secret), account.id, now, now, std::string(peer)};
  const Status written = write([&](store::Database& db, const Kept& present) -> Status {
    const Account* same = present.account(account.id);
    if (same == nullptr || same->disabled || same->password != account.password) {
      return fail(Code::denied, "the account was changed meanwhile");
    }
    out.account = *same;
    out.account.signed_in = now;
    if (auto done = put_account(db, out.account); !done) return done;
    if (auto done = erase_old_sessions(db, now - options_.longest_ns, now - options_.idle_ns);
        !done) {
      return done;
    }
    if (auto done = erase_session(db, std::string(instead)); !done) return done;
    std::size_t count = 0;  // newest first
    for (const Session& other : present.rows.sessions) {
      if (other.account != account.id || ++count < sessions_most) continue;
      if (auto done = erase_session(db, other.key); !done) return done;
    }
    return put_session(db, session);
  });
  if (!written) return fail(written.error());
  return out;
}

Result<SignIn> Accounts::change_password(const Holder& holder, std::string_view old_password,
                                         std::string_view new_password, std::string_view peer,
                                         Instant now) {
  SignIn out;
  auto account = find(holder.account.id);
  if (!account || account->password.empty()) {
    return fail(Code::invalid, "this account has no password here");
  }
  if (auto good = check_password(new_password, account->id, account->name); !good) {
    return fail(good.error().code, good.error().message, "/new");
  }
  if (old_password == new_password) {
    return fail(Code::invalid, "the new password is the old one", "/new");
  }
  out.wait_s = throttle_.wait_s(peer, account->id, now);
  if (out.wait_s > 0) return out;
  throttle_.begin(peer, account->id, now);
  const std::string hash = account->password;
  if (!verify_password(hash, old_password.substr(0, password_bytes_most + 1))) return out;
  throttle_.right(peer, account->id);
  auto better = hash_password(new_password, options_.cost);
  if (!better) return fail(better.error());
  const Status written = write([&](store::Database& db, const Kept& present) -> Status {
    const Account* same = present.account(account->id);
    if (same == nullptr || same->disabled || same->password != hash) {
      return fail(Code::conflict, "the account was changed meanwhile; sign in again");
    }
    account = *same;
    account->password = *better;
    account->must_change = false;
    account->changed = now;
    if (auto done = put_account(db, *account); !done) return done;
    return erase_sessions(db, account->id, "");
  });
  if (!written) return fail(written.error());
  auto session = begin_session(*account, peer, now, {});
  if (!session) return fail(session.error());
  out.session = std::move(*session);
  return out;
}

Result<NewSession> Accounts::welcome(const Visitor& visitor, std::string_view peer, Instant now) {
  if (auto good = check_name(visitor.name); !good) return fail(good.error());
  if (visitor.grants.empty()) {
    return fail(Code::denied, "your groups at the provider give you no right here");
  }
  Account account;
  const Status written = write([&](store::Database& db, const Kept& present) -> Status {
    const auto& all = present.rows.accounts;
    const auto same = std::find_if(all.begin(), all.end(),
                                   [&](const Account& a) { return a.oidc == visitor.oidc; });
    if (same != all.end()) account = *same;
    if (account.disabled) return fail(Code::denied, "this account is disabled");
    if (same == all.end()) {
      if (all.size() >= accounts_most) return fail(Code::too_large, "there are too many accounts");
      account.id = "oidc-" + sha256_hex(visitor.oidc).substr(0, 16);
      account.oidc = visitor.oidc;
      account.created = now;
    }
    account.name = visitor.name.empty() ? Label{account.id, account.id} : visitor.name;
    account.grants = visitor.grants;
    account.changed = now;
    return put_account(db, account);
  });
  if (!written) return fail(written.error());
  return begin_session(account, peer, now, {});
}

std::optional<Holder> Accounts::by_session(std::string_view secret, Instant now) {
  refresh(now);
  const auto present = kept();
  const std::string key = sha256_hex(secret);
  const Session* session = present->session(key);
  if (session == nullptr || now >= session->begun + options_.longest_ns) return std::nullopt;
  const Account* account = present->account(session->account);
  if (account == nullptr || account->disabled) return std::nullopt;
  Instant used = session->used;
  {
    const std::lock_guard lock(mutex_);
    if (const auto at = used_.find(key); at != used_.end()) used = at->second;
  }
  if (now >= used + options_.idle_ns) return std::nullopt;
  if (now.ns - used.ns >= note_ns) note_used(key, {}, now);
  Holder out{*account, key, csrf_of(secret), {}, account->grants};
  if (account->must_change) out.grants.clear();
  return out;
}

std::optional<Holder> Accounts::by_token(std::string_view secret, const model::RegionTree& regions,
                                         Instant now) {
  if (!secret.starts_with(token_prefix)) return std::nullopt;
  refresh(now);
  const auto present = kept();
  const std::string key = sha256_hex(secret);
  const ApiToken* token = present->token(key);
  if (token == nullptr || now >= token->expires) return std::nullopt;
  const Account* account = present->account(token->account);
  if (account == nullptr || account->disabled) return std::nullopt;
  Instant used = token->used.value_or(Instant::min());
  {
    const std::lock_guard lock(mutex_);
    if (const auto at = used_.find(key); at != used_.end()) used = at->second;
  }
  if (now >= used + note_ns) note_used(key, token->id, now);
  Holder out{*account, key, {}, token->label, {}};
  for (const model::Grant& grant : token->grants) {
    if (model::contains(account->grants, grant, regions)) out.grants.push_back(grant);
  }
  if (account->must_change) out.grants.clear();
  return out;
}

bool Accounts::knows(std::string_view secret) const {
  const auto present = kept();
  const std::string key = sha256_hex(secret);
  return present->session(key) != nullptr || present->token(key) != nullptr;
}

// Of no weight: when it cannot be written, the old time stands.
void Accounts::note_used(const std::string& key, const std::string& token, Instant now) {
  {
    const std::lock_guard lock(mutex_);
    if (used_.size() > 2 * accounts_most) used_.clear();
    used_[key] = now;
  }
  auto write = ledger_.begin();
  if (!write) return;
  const Status noted = token.empty() ? note_session_used(write->db(), key, now)
                                     : note_token_used(write->db(), token, now);
  if (noted) (void)write->commit();
}

Status Accounts::end_session(std::string_view secret, Instant now) {
  if (!by_session(secret, now)) return {};
  return write(
      [&](store::Database& db, const Kept&) { return erase_session(db, sha256_hex(secret)); });
}

Result<MadeToken> Accounts::add_token(const NewToken& wanted, const model::RegionTree& regions,
                                      Instant now) {
  const std::string trouble = trouble_of_text(wanted.label, name_characters);
  if (wanted.label.empty() || !trouble.empty()) {
    return fail(Code::invalid, trouble.empty() ? "say what it is for" : "the label " + trouble,
                "/label");
  }
  if (wanted.expires <= now || wanted.expires > now + token_longest_ns) {
    return fail(Code::invalid, "a token ends within a year from now", "/expires");
  }
  if (auto good = check_grants(wanted.grants); !good) return fail(good.error());
  MadeToken out;
  out.secret = std::string(token_prefix) + base64url(options_.random(32));
  out.token = {hex(options_.random(8)), wanted.account,
               sha256_hex(out.secret),  wanted.label,
               wanted.grants,           now,
               wanted.expires,          std::nullopt};
  const Status written = write([&](store::Database& db, const Kept& present) -> Status {
    const Account* account = present.account(wanted.account);
    if (account == nullptr || account->disabled) return fail(no_account(wanted.account));
    for (std::size_t i = 0; i < wanted.grants.size(); ++i) {
      if (model::contains(account->grants, wanted.grants[i], regions)) continue;
      return fail(Code::denied, "a token may have no more than its account",
                  format("/grants/{}", i));
    }
    const auto& all = present.rows.tokens;
    const auto count = std::count_if(all.begin(), all.end(), [&](const ApiToken& token) {
      return token.account == account->id && token.expires > now;
    });
    if (static_cast<std::size_t>(count) >= tokens_most) {
      return fail(Code::conflict, format("an account has at most {} tokens", tokens_most));
    }
    for (const ApiToken& token : all) {
      if (token.account != account->id || token.expires > now) continue;
      if (auto done = erase_token(db, token.id); !done) return done;
    }
    return put_token(db, out.token);
  });
  if (!written) return fail(written.error());
  return out;
}

Status Accounts::end_token(std::string_view account, std::string_view token) {
  return write([&](store::Database& db, const Kept& present) -> Status {
    for (const ApiToken& known : present.rows.tokens) {
      if (known.id == token && known.account == account) return erase_token(db, known.id);
    }
    return fail(Code::not_found, format("there is no token '{}'", token), "path:token");
  });
}

}  // namespace cairn::protect
