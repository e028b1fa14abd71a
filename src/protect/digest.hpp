// SPDX-License-Identifier: Apache-2.0
// Digests and secrets as text.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace cairn::protect {

// `bytes` of good randomness: comes in from above, so that tests can repeat themselves.
using Random = std::function<std::string(std::size_t bytes)>;

std::string sha256(std::string_view bytes);      // 32 bytes
std::string sha256_hex(std::string_view bytes);  // 64 lower-case digits
std::string hex(std::string_view bytes);

// RFC 4648 section 5, without padding.
std::string base64url(std::string_view bytes);
// Strict: no padding, no blanks, no bits beyond the last byte.
std::optional<std::string> parse_base64url(std::string_view text);

// The same time for equal lengths, whatever the content.
bool same_secret(std::string_view a, std::string_view b);

}  // namespace cairn::protect
