// SPDX-License-Identifier: Apache-2.0
// Words and pictures from anybody, made harmless before they are kept.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace cairn::respond {

// Trimmed, line ends as \n, without marks that turn the direction of the writing for what stands
// behind them. Error with `place`: not UTF-8, control characters, longer than `most` code points.
Result<std::string> clean_words(std::string_view text, std::string_view place, std::size_t most);

// "image/jpeg", "image/png", "image/webp" by the first bytes; nothing for anything else, whatever
// its name says.
std::optional<std::string_view> picture_type(std::string_view bytes);

// 64 lower-case digits.
std::string sha256_hex(std::string_view bytes);
std::string hmac_sha256_hex(std::string_view key, std::string_view bytes);
// The same time for equal lengths, whatever the content.
bool same_digest(std::string_view a, std::string_view b);

}  // namespace cairn::respond
