// SPDX-License-Identifier: Apache-2.0
// Passwords: what is taken for one, and how it is kept (Argon2id, RFC 9106, by libsodium, which
// draws the salt). Hashing takes tens of milliseconds and tens of megabytes on purpose: never
// under a lock, and few at once.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/label.hpp"
#include "core/result.hpp"
#include "protect/digest.hpp"

namespace cairn::protect {

struct PasswordCost {
  unsigned long long passes = 2;
  std::size_t memory_bytes = std::size_t{64} << 20;
};

inline constexpr std::size_t password_bytes_most = 200;

// Why it is refused: too short, a name of the account, or one of those that are tried first. No
// rules about digits and signs: they make passwords no better. Place: "/password".
Status check_password(std::string_view password, std::string_view account, const Label& name);

// "$argon2id$v=19$m=65536,t=2,p=1$…"
Result<std::string> hash_password(std::string_view password, const PasswordCost& cost);
bool verify_password(const std::string& hash, std::string_view password);
// Made with another cost than this.
bool is_outdated(const std::string& hash, const PasswordCost& cost);

// 20 letters and digits in groups of five, without such as look alike: 100 bits.
std::string make_password(const Random& random);

}  // namespace cairn::protect
