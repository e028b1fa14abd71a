// SPDX-License-Identifier: Apache-2.0
// Text helpers: formatting, UTF-8, splitting, number reading, spelling suggestions.
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cairn {

using fmt::format;

std::string_view trim(std::string_view text);
std::vector<std::string_view> split(std::string_view text, char separator);
std::string join(std::span<const std::string> parts, std::string_view separator);
std::string lower_ascii(std::string_view text);
bool iequals_ascii(std::string_view a, std::string_view b);

// [A-Za-z_][A-Za-z0-9_]*
bool is_identifier(std::string_view text);

// The whole of `text` as a finite number ("1e3", "-0.5", no blanks, no hex, not "nan"/"inf").
std::optional<double> parse_number(std::string_view text);
std::optional<std::int64_t> parse_integer(std::string_view text);
// The shortest text that reads back as the same double; "-0" is "0".
std::string number_text(double value);

bool is_valid_utf8(std::string_view bytes);
// Byte offset of the first byte that is not UTF-8, or npos.
std::size_t first_invalid_utf8(std::string_view bytes);
// Decodes the code point at `offset` and advances it; U+FFFD for an invalid byte.
char32_t next_code_point(std::string_view text, std::size_t& offset);
void append_utf8(std::string& out, char32_t code_point);
// Terminal cells of a text: East Asian wide characters count two.
std::size_t display_width(std::string_view utf8);

// The candidate with the smallest edit distance, if it is near enough to be a likely typing error.
std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates);

}  // namespace cairn
