// SPDX-License-Identifier: Apache-2.0
// Finds quotes in a plan's text by their line. White space says nothing: plans are typeset, lines
// break anywhere and digits are set off from their words.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cairn::model {

class QuoteFinder {
 public:
  explicit QuoteFinder(const std::vector<std::string>& lines);

  // Empty when the quote begins on the line (1-based); otherwise what is wrong.
  std::string mismatch(int line, std::string_view quote) const;

 private:
  std::string all_;                 // the text without white space
  std::vector<std::size_t> begin_;  // of each line in it, and its end
};

}  // namespace cairn::model
