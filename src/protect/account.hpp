// SPDX-License-Identifier: Apache-2.0
// Accounts, sessions and tokens as values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/label.hpp"
#include "core/time.hpp"
#include "model/actor.hpp"

namespace cairn::protect {

struct Account {
  std::string id;  // the name to sign in with: [a-z0-9][a-z0-9._-]{0,63}
  Label name;
  std::vector<model::Grant> grants;
  bool disabled = false;
  bool must_change = false;  // its password was made by somebody else: nothing else before
  std::string password;      // Argon2id; empty: none, it signs in at the provider
  std::string oidc;          // issuer and subject at the provider; empty: none
  Instant created;
  Instant changed;
  std::optional<Instant> signed_in;  // last
  bool operator==(const Account&) const = default;
};

struct Session {
  std::string key;  // SHA-256 of the secret in the cookie, in hex
  std::string account;
  Instant begun;
  Instant used;  // to five minutes
  std::string peer;
  bool operator==(const Session&) const = default;
};

// For a program that acts for an account.
struct ApiToken {
  std::string id;
  std::string account;
  std::string key;  // SHA-256 of the secret, in hex
  std::string label;
  std::vector<model::Grant> grants;
  Instant created;
  Instant expires;
  std::optional<Instant> used;  // to five minutes
  bool operator==(const ApiToken&) const = default;
};

}  // namespace cairn::protect
