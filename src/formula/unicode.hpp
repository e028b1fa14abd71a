// SPDX-License-Identifier: Apache-2.0
// Text as CQL2 compares it: full case folding, removal of accents, LIKE patterns. Unicode data by
// ICU.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cairn::formula {

// Full case folding: "Straße" and "STRASSE" become one.
std::string fold_case(std::string_view text);
// Decomposes and drops non-spacing marks: "Chișinău" -> "Chisinau". Letters that are letters of
// their own (ø, ł) stay, and so do the Japanese voicing marks.
std::string strip_accents(std::string_view text);
std::string to_lower(std::string_view text);
std::string to_upper(std::string_view text);

// A pattern of LIKE: % any characters, _ one character, \ makes the next one ordinary.
class LikePattern {
 public:
  explicit LikePattern(std::string_view pattern);
  bool matches(std::string_view text) const;

 private:
  std::vector<char32_t> items_;  // code points and the two wildcards below
};

}  // namespace cairn::formula
