// SPDX-License-Identifier: Apache-2.0
#include "protect/password.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>

#include "core/text.hpp"

namespace cairn::protect {
namespace {

constexpr std::size_t least_characters = 10;
constexpr std::string_view place = "/password";
// Of those tried first, such as are long enough; compared without digits and signs at the end.
constexpr std::array<std::string_view, 22> worst{
    "password",   "passw0rd", "p@ssword",     "p@ssw0rd", "qwertyuiop",    "qwerty",
    "1q2w3e4r5t", "1qaz2wsx", "1qaz2wsx3edc", "iloveyou", "administrator", "admin",
    "letmein",    "welcome",  "changeme",     "woaini",   "woaini1314",    "asdfghjkl",
    "zxcvbnm",    "abc123",   "abcd1234",     "qazwsxedc"};

std::size_t count_characters(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++count) next_code_point(text, at);
  return count;
}

// "0123456789", "9876543210", "aaaaaaaaaa", "abcabcabcabc".
bool is_pattern(std::string_view text) {
  for (std::size_t period = 1; period <= 4 && period * 2 <= text.size(); ++period) {
    if (text.substr(period) == text.substr(0, text.size() - period)) return true;
  }
  for (const int step : {1, -1}) {
    bool all = true;
    for (std::size_t i = 1; i < text.size() && all; ++i) {
      const int difference = text[i] - text[i - 1];
      all = difference == step || difference == -9 * step;  // 9 is followed by 0
    }
    if (all) return true;
  }
  return false;
}

bool is_one_of_the_worst(std::string_view lower) {
  const std::size_t last = lower.find_last_of("abcdefghijklmnopqrstuvwxyz");
  const std::string_view stem = lower.substr(0, last == std::string_view::npos ? 0 : last + 1);
  return std::any_of(worst.begin(), worst.end(), [&](std::string_view bad) {
    return lower == bad || stem == bad || lower == std::string(bad) + std::string(bad);
  });
}

// It is the name, or the name with little around it.
bool is_named(std::string_view lower, std::string_view name) {
  const std::string known = lower_ascii(name);
  return known.size() >= 3 && lower.find(known) != std::string_view::npos &&
         count_characters(lower) < count_characters(known) + 6;
}

}  // namespace

Status check_password(std::string_view password, std::string_view account, const Label& name) {
  const auto refuse = [](std::string message) {
    return fail(Code::invalid, std::move(message), std::string(place));
  };
  if (!is_valid_utf8(password)) return refuse("the password is no UTF-8 text");
  if (password.size() > password_bytes_most) {
    return refuse(format("a password has at most {} bytes", password_bytes_most));
  }
  const bool control = std::any_of(password.begin(), password.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
  if (control) return refuse("a password has no control characters");
  if (count_characters(password) < least_characters) {
    return refuse(
        format("a password has at least {} characters; four words do well", least_characters));
  }
  const std::string lower = lower_ascii(password);
  if (is_pattern(lower) || is_one_of_the_worst(lower)) {
    return refuse("this password is one of those that are tried first");
  }
  for (const std::string_view own : {account, std::string_view(name.zh), std::string_view(name.en)})
    if (is_named(lower, own)) return refuse("the password holds the name of the account");
  return {};
}

Result<std::string> hash_password(std::string_view password, const PasswordCost& cost) {
  if (sodium_init() < 0) return fail(Code::internal, "libsodium does not start");
  std::array<char, crypto_pwhash_STRBYTES> out{};
  if (crypto_pwhash_str_alg(out.data(), password.data(), password.size(), cost.passes,
                            cost.memory_bytes, crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return fail(Code::io, "there is not enough memory for a password");
  }
  return std::string(out.data());
}

bool verify_password(const std::string& hash, std::string_view password) {
  if (sodium_init() < 0 || hash.size() >= crypto_pwhash_STRBYTES) return false;
  return crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

bool is_outdated(const std::string& hash, const PasswordCost& cost) {
  return hash.size() >= crypto_pwhash_STRBYTES ||
         crypto_pwhash_str_needs_rehash(hash.c_str(), cost.passes, cost.memory_bytes) != 0;
}

std::string make_password(const Random& random) {
  // Thirty-two characters, so that five bits choose one without a bias.
  static constexpr std::string_view letters = "abcdefghjkmnpqrstuvwxyz23456789Y";
  static_assert(letters.size() == 32);
  const std::string bytes = random(20);
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i > 0 && i % 5 == 0) out += '-';
    out += letters[static_cast<unsigned char>(bytes[i]) & 31];
  }
  return out;
}

}  // namespace cairn::protect
