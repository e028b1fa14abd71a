// SPDX-License-Identifier: Apache-2.0
// Tokens of the formula language, read one at a time at a byte offset: the parser decides by
// context, so it may look ahead and read again.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cairn::formula {

enum class TokenKind : std::uint8_t {
  end,
  number,       // value
  text,         // 'it''s': text = content with escapes resolved
  name,         // identifier of CQL2, or a word of the language: text as written
  quoted_name,  // "date": text = content
  symbol,       // ( ) , : + - * / % ^ = <> < > <= >= : text as written
  bad,          // text = what is wrong
};

struct Token {
  TokenKind kind = TokenKind::end;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  double value = 0;
  std::string text;

  bool is(std::string_view symbol_text) const {
    return kind == TokenKind::symbol && text == symbol_text;
  }
};

// The token at or after `offset`, blanks skipped. `source` is valid UTF-8.
Token scan(std::string_view source, std::uint32_t offset);

// First byte at or after `offset` that is not white space (CQL2 `whitespace`).
std::uint32_t skip_blanks(std::string_view source, std::uint32_t offset);

// End of the unit that begins at or after `offset`, or `offset` when there is none: a run without
// blanks such as mm/h, kW.h, ug/m3, [in_i], {persons}, 万户. Words of the language are no units.
std::uint32_t scan_unit(std::string_view source, std::uint32_t offset);

// [A-Za-z:_…] as CQL2 has it, without full-width punctuation.
bool is_plain_name(std::string_view text);

// and, or, not, like, between, in, is, null, true, false, div: never names without quotes.
bool is_reserved(std::string_view word);

// The name as it has to be written in a formula: in double quotes when it needs them.
std::string quote_name(std::string_view name);
// The text as a character literal.
std::string quote_text(std::string_view text);

}  // namespace cairn::formula
