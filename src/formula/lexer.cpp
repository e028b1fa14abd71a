// SPDX-License-Identifier: Apache-2.0
#include "formula/lexer.hpp"

#include <algorithm>
#include <iterator>

#include "core/text.hpp"

namespace cairn::formula {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

template <std::size_t N>
bool in_ranges(const Range (&ranges)[N], char32_t c) {
  return std::any_of(std::begin(ranges), std::end(ranges),
                     [c](Range r) { return c >= r.first && c <= r.last; });
}

// CQL2 `whitespace`.
bool is_blank(char32_t c) {
  static constexpr Range blanks[] = {
      {0x09, 0x0D},     {0x20, 0x20},     {0x85, 0x85},     {0xA0, 0xA0},     {0x1680, 0x1680},
      {0x2000, 0x200A}, {0x2028, 0x2029}, {0x202F, 0x202F}, {0x205F, 0x205F}, {0x3000, 0x3000}};
  return in_ranges(blanks, c);
}

// Punctuation that input methods put in place of the ASCII one. CQL2 counts some of it among the
// characters of identifiers; here it is refused with a hint, because it is always a slip.
char ascii_of(char32_t c) {
  if (c >= 0xFF01 && c <= 0xFF5E) {
    const char plain = static_cast<char>(c - 0xFEE0);
    const bool alphanumeric =
        (plain >= '0' && plain <= '9') || ((plain | 32) >= 'a' && (plain | 32) <= 'z');
    return alphanumeric || plain == '_' ? '\0' : plain;
  }
  switch (c) {
    case 0x3001:
      return ',';
    case 0x3002:
      return '.';
    case 0x2018:
    case 0x2019:
      return '\'';
    case 0x201C:
    case 0x201D:
      return '"';
    case 0x00D7:
      return '*';
    case 0x00F7:
      return '/';
    default:
      return '\0';
  }
}

bool is_name_start(char32_t c) {
  static constexpr Range starts[] = {
      {':', ':'},       {'_', '_'},       {'A', 'Z'},       {'a', 'z'},
      {0xC0, 0xD6},     {0xD8, 0xF6},     {0xF8, 0x2FF},    {0x370, 0x37D},
      {0x37F, 0x1FFE},  {0x200C, 0x200D}, {0x2070, 0x218F}, {0x2C00, 0x2FEF},
      {0x3001, 0xD7FF}, {0xF900, 0xFDCF}, {0xFDF0, 0xFFFC}, {0x10000, 0xEFFFF}};
  return in_ranges(starts, c) && !is_blank(c) && ascii_of(c) == '\0';
}

bool is_name_part(char32_t c) {
  static constexpr Range parts[] = {{'.', '.'}, {'0', '9'}, {0x300, 0x36F}, {0x203F, 0x2040}};
  return is_name_start(c) || in_ranges(parts, c);
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

Token make(TokenKind kind, std::uint32_t begin, std::size_t end, std::string text) {
  return {kind, begin, static_cast<std::uint32_t>(end), 0, std::move(text)};
}

Token scan_number(std::string_view source, std::uint32_t begin) {
  std::size_t at = begin;
  const auto digits = [&] {
    while (at < source.size() && is_digit(source[at])) ++at;
  };
  digits();
  if (at < source.size() && source[at] == '.') {
    ++at;
    digits();
  }
  if (at < source.size() && (source[at] == 'e' || source[at] == 'E')) {
    const bool sign = at + 1 < source.size() && (source[at + 1] == '+' || source[at + 1] == '-');
    const std::size_t first = at + (sign ? 2 : 1);
    if (first < source.size() && is_digit(source[first])) {
      at = first;
      digits();
    }
  }
  Token token = make(TokenKind::number, begin, at, std::string(source.substr(begin, at - begin)));
  const auto value = parse_number(token.text);
  if (!value) return make(TokenKind::bad, begin, at, "this number is too large or too small");
  token.value = *value;
  return token;
}

// The character that a backslash and `c` stand for, or 0 when the backslash stands for itself.
char escaped(char c) {
  switch (c) {
    case '\'':
      return '\'';
    case '\\':
      return '\\';
    case 'a':
      return '\a';
    case 'b':
      return '\b';
    case 't':
      return '\t';
    case 'n':
      return '\n';
    case 'v':
      return '\v';
    case 'f':
      return '\f';
    case 'r':
      return '\r';
    default:
      return '\0';
  }
}

Token scan_text(std::string_view source, std::uint32_t begin) {
  std::string content;
  for (std::size_t at = begin + 1; at < source.size(); ++at) {
    const char c = source[at];
    const char next = at + 1 < source.size() ? source[at + 1] : '\0';
    if (c == '\'') {
      if (next != '\'') return make(TokenKind::text, begin, at + 1, std::move(content));
      content += '\'';
      ++at;
    } else if (c == '\\' && escaped(next) != '\0') {
      content += escaped(next);
      ++at;
    } else {
      content += c;
    }
  }
  return make(TokenKind::bad, begin, source.size(), "this text has no closing '");
}

Token scan_quoted_name(std::string_view source, std::uint32_t begin) {
  std::string content;
  for (std::size_t at = begin + 1; at < source.size(); ++at) {
    if (source[at] != '"') {
      content += source[at];
    } else if (at + 1 < source.size() && source[at + 1] == '"') {
      content += '"';
      ++at;
    } else if (content.empty()) {
      return make(TokenKind::bad, begin, at + 1, "a name in double quotes must not be empty");
    } else {
      return make(TokenKind::quoted_name, begin, at + 1, std::move(content));
    }
  }
  return make(TokenKind::bad, begin, source.size(), "this name has no closing \"");
}

Token scan_name(std::string_view source, std::uint32_t begin) {
  std::size_t at = begin;
  while (at < source.size()) {
    std::size_t next = at;
    if (!is_name_part(next_code_point(source, next))) break;
    at = next;
  }
  // "share(village: x)": a colon before a blank ends the name.
  while (at > begin + 1 && source[at - 1] == ':') --at;
  return make(TokenKind::name, begin, at, std::string(source.substr(begin, at - begin)));
}

Token scan_symbol(std::string_view source, std::uint32_t begin) {
  static constexpr std::string_view symbols[] = {"<>", "<=", ">=", "(", ")", ",", ":", "+",
                                                 "-",  "*",  "/",  "%", "^", "=", "<", ">"};
  const std::string_view rest = source.substr(begin);
  const auto hint = [&](std::size_t length, std::string_view text) {
    return make(TokenKind::bad, begin, begin + length, std::string(text));
  };
  if (rest.substr(0, 2) == "!=") return hint(2, "'!=' is written <>");
  if (rest.substr(0, 2) == "==") return hint(2, "'==' is written =");
  if (rest.substr(0, 2) == "&&") return hint(2, "'&&' is written AND");
  if (rest.substr(0, 2) == "||") return hint(2, "'||' is written OR");
  for (std::string_view symbol : symbols) {
    if (rest.substr(0, symbol.size()) == symbol) {
      return make(TokenKind::symbol, begin, begin + symbol.size(), std::string(symbol));
    }
  }
  std::size_t end = begin;
  const char32_t c = next_code_point(source, end);
  const std::string shown(source.substr(begin, end - begin));
  if (const char plain = ascii_of(c); plain != '\0') {
    return make(TokenKind::bad, begin, end, format("write {} instead of {}", plain, shown));
  }
  if (c < 0x20) return make(TokenKind::bad, begin, end, "a control character has no place here");
  return make(TokenKind::bad, begin, end, format("'{}' has no meaning in a formula", shown));
}

constexpr std::string_view reserved[] = {"and", "or",   "not",  "like",  "between", "in",
                                         "is",  "null", "true", "false", "div"};
// Words that may stand behind a number without being its unit.
constexpr std::string_view after_number[] = {"and", "or",  "not", "like",  "between", "in",
                                             "is",  "div", "of",  "where", "over"};

template <std::size_t N>
bool one_of(const std::string_view (&words)[N], std::string_view word) {
  return std::any_of(std::begin(words), std::end(words),
                     [&](std::string_view w) { return iequals_ascii(w, word); });
}

// True when what follows a percent sign is an operand, so that it means modulo.
bool operand_follows(std::string_view source, std::uint32_t offset) {
  const Token next = scan(source, offset);
  switch (next.kind) {
    case TokenKind::number:
    case TokenKind::text:
    case TokenKind::quoted_name:
      return true;
    case TokenKind::name:
      return !one_of(after_number, next.text) && next.text[0] != ':';
    case TokenKind::symbol:
      return next.text == "(" || next.text == "-" || next.text == "+";
    default:
      return false;
  }
}

// Length of the piece of a unit at `at`: a letter, a digit, a bracketed atom, a separator that is
// followed by one of them; 0 when the unit ends here.
std::size_t unit_piece(std::string_view source, std::size_t at, bool first) {
  if (at >= source.size()) return 0;
  const char c = source[at];
  if (is_letter(c) || (first && c == '%')) return 1;
  if (c == '[' || c == '{') {
    const std::size_t close = source.find(c == '[' ? ']' : '}', at);
    return close == std::string_view::npos ? 0 : close + 1 - at;
  }
  if (static_cast<unsigned char>(c) >= 0x80) {
    std::size_t next = at;
    const char32_t code = next_code_point(source, next);
    const bool symbol = code == 0xB0 || code == 0xB5 || code == 0xB2 || code == 0xB3 ||
                        code == 0x2030 || code == 0x2103;  // ° µ ² ³ ‰ ℃
    return symbol || (is_name_start(code)) ? next - at : 0;
  }
  if (first) return 0;
  if (is_digit(c) || c == '_') return 1;
  if ((c == '/' || c == '.') && at + 1 < source.size() && source[at + 1] != '%') {
    const std::size_t next = unit_piece(source, at + 1, true);
    return next == 0 ? 0 : next + 1;
  }
  return 0;
}

}  // namespace

std::uint32_t skip_blanks(std::string_view source, std::uint32_t offset) {
  std::size_t at = offset;
  while (at < source.size()) {
    std::size_t next = at;
    if (!is_blank(next_code_point(source, next))) break;
    at = next;
  }
  return static_cast<std::uint32_t>(at);
}

Token scan(std::string_view source, std::uint32_t offset) {
  const std::uint32_t begin = skip_blanks(source, offset);
  if (begin >= source.size()) return make(TokenKind::end, begin, begin, {});
  const char c = source[begin];
  const char next = begin + 1 < source.size() ? source[begin + 1] : '\0';
  if (is_digit(c) || (c == '.' && is_digit(next))) return scan_number(source, begin);
  if (c == '\'') return scan_text(source, begin);
  if (c == '"') return scan_quoted_name(source, begin);
  std::size_t at = begin;
  const bool name = is_name_start(next_code_point(source, at));
  if (name && c == ':') {  // a lone colon is the colon of share(T: P)
    if (at >= source.size() || !is_name_start(next_code_point(source, at)) || next == ':') {
      return scan_symbol(source, begin);
    }
  }
  return name ? scan_name(source, begin) : scan_symbol(source, begin);
}

std::uint32_t scan_unit(std::string_view source, std::uint32_t offset) {
  const std::uint32_t begin = skip_blanks(source, offset);
  if (begin < source.size() && source[begin] == '%' && operand_follows(source, begin + 1)) {
    return offset;
  }
  std::size_t at = begin;
  for (bool first = true;; first = false) {
    const std::size_t length = unit_piece(source, at, first);
    if (length == 0) break;
    at += length;
  }
  const std::string_view unit = source.substr(begin, at - begin);
  if (unit.empty() || one_of(after_number, unit)) return offset;
  return static_cast<std::uint32_t>(at);
}

bool is_plain_name(std::string_view text) {
  std::size_t at = 0;
  if (text.empty() || !is_name_start(next_code_point(text, at))) return false;
  while (at < text.size()) {
    if (!is_name_part(next_code_point(text, at))) return false;
  }
  return text.front() != ':' && text.back() != ':';
}

bool is_reserved(std::string_view word) {
  return one_of(reserved, word);
}

std::string quote_name(std::string_view name) {
  static constexpr std::string_view contextual[] = {"of", "where", "over"};
  if (is_plain_name(name) && !is_reserved(name) && !one_of(contextual, name)) {
    return std::string(name);
  }
  std::string out = "\"";
  for (char c : name) {
    if (c == '"') out += c;
    out += c;
  }
  return out + '"';
}

std::string quote_text(std::string_view text) {
  static constexpr std::string_view raw = "\a\b\t\n\v\f\r\\";
  static constexpr std::string_view letters = "abtnvfr\\";
  std::string out = "'";
  for (char c : text) {
    const std::size_t at = raw.find(c);
    if (c == '\'') {
      out += "''";
    } else if (at != std::string_view::npos) {
      out += '\\';
      out += letters[at];
    } else {
      out += c;
    }
  }
  return out + '\'';
}

}  // namespace cairn::formula
