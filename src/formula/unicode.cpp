// SPDX-License-Identifier: Apache-2.0
#include "formula/unicode.hpp"

#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <cstddef>

#include "core/text.hpp"

namespace cairn::formula {
namespace {

constexpr char32_t any_characters = 0x110000;  // beyond Unicode
constexpr char32_t one_character = 0x110001;

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

icu::UnicodeString wide(std::string_view text) {
  return icu::UnicodeString::fromUTF8({text.data(), static_cast<std::int32_t>(text.size())});
}

std::string narrow(const icu::UnicodeString& text) {
  std::string out;
  text.toUTF8String(out);
  return out;
}

}  // namespace

std::string fold_case(std::string_view text) {
  if (is_ascii(text)) return lower_ascii(text);
  return narrow(wide(text).foldCase());
}

std::string strip_accents(std::string_view text) {
  if (is_ascii(text)) return std::string(text);
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* decompose = icu::Normalizer2::getNFDInstance(status);
  const icu::Normalizer2* compose = icu::Normalizer2::getNFCInstance(status);
  if (U_FAILURE(status)) return std::string(text);
  const icu::UnicodeString parts = decompose->normalize(wide(text), status);
  icu::UnicodeString kept;
  for (std::int32_t i = 0; i < parts.length(); i = parts.moveIndex32(i, 1)) {
    const UChar32 c = parts.char32At(i);
    const bool voicing = c == 0x3099 || c == 0x309A;
    if (voicing || u_charType(c) != U_NON_SPACING_MARK) kept.append(c);
  }
  const icu::UnicodeString whole = compose->normalize(kept, status);
  return U_FAILURE(status) ? std::string(text) : narrow(whole);
}

std::string to_lower(std::string_view text) {
  if (is_ascii(text)) return lower_ascii(text);
  return narrow(wide(text).toLower(icu::Locale::getRoot()));
}

std::string to_upper(std::string_view text) {
  return narrow(wide(text).toUpper(icu::Locale::getRoot()));
}

LikePattern::LikePattern(std::string_view pattern) {
  for (std::size_t i = 0; i < pattern.size();) {
    char32_t c = next_code_point(pattern, i);
    if (c == '\\' && i < pattern.size()) {
      c = next_code_point(pattern, i);
    } else if (c == '%') {
      if (!items_.empty() && items_.back() == any_characters) continue;
      c = any_characters;
    } else if (c == '_') {
      c = one_character;
    }
    items_.push_back(c);
  }
}

// Only the last % needs to be tried again: an earlier one that took less would leave the same rest.
bool LikePattern::matches(std::string_view text) const {
  std::size_t at = 0;
  std::size_t item = 0;
  std::size_t retry_item = items_.size();
  std::size_t retry_at = std::string_view::npos;
  while (at < text.size()) {
    std::size_t next = at;
    const char32_t c = next_code_point(text, next);
    if (item < items_.size() && items_[item] == any_characters) {
      retry_item = ++item;
      retry_at = at;
    } else if (item < items_.size() && (items_[item] == one_character || items_[item] == c)) {
      ++item;
      at = next;
    } else if (retry_at != std::string_view::npos) {
      next_code_point(text, retry_at);
      at = retry_at;
      item = retry_item;
    } else {
      return false;
    }
  }
  while (item < items_.size() && items_[item] == any_characters) ++item;
  return item == items_.size();
}

}  // namespace cairn::formula
