// SPDX-License-Identifier: Apache-2.0
// The address of a registered service, and the token by which its owner says that it may be
// measured.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace cairn::probe {

struct Target {
  bool tls = true;
  std::string host;  // lower case, ASCII (an internationalised name as xn--…)
  std::uint16_t port = 443;
  std::string path = "/";  // with its query; of the page that is asked for
  bool operator==(const Target&) const = default;

  std::string origin() const;  // "https://portal.example", with the port unless it is the usual one
  std::string url() const { return origin() + path; }
};

// Of what a person registers. Errors say what is wrong: another scheme, a user or password, an
// address instead of a name, a name without a dot, a query or fragment.
Result<Target> parse_target(std::string_view url);

// What a link or a `Location` of a page leads to: nothing, when it is no page of http(s).
struct Reference {
  bool same_origin = false;
  std::string path;  // of the same origin: without "." and "..", without the fragment
};
std::optional<Reference> resolve(const Target& page, std::string_view reference);

// Where the owner puts `cairn-probe=<token>`.
std::string token_record(const Target& target);  // name of the TXT record
Target token_page(const Target& target);
// A line (of a page) or the whole text (of a record) says the token. Empty tokens: never.
bool says_token(std::string_view text, std::string_view token);

}  // namespace cairn::probe
