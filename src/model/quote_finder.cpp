// SPDX-License-Identifier: Apache-2.0
#include "model/quote_finder.hpp"

#include <algorithm>

#include "core/text.hpp"

namespace cairn::model {
namespace {

std::string squeezed(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = next_code_point(text, at);
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == 0xA0 || c == 0x3000 ||
        c == 0xFEFF || (c >= 0x2000 && c <= 0x200B)) {
      continue;
    }
    append_utf8(out, c);
  }
  return out;
}

}  // namespace

QuoteFinder::QuoteFinder(const std::vector<std::string>& lines) {
  for (const std::string& line : lines) {
    begin_.push_back(all_.size());
    all_ += squeezed(line);
  }
  begin_.push_back(all_.size());
}

std::string QuoteFinder::mismatch(int line, std::string_view quote) const {
  const std::string wanted = squeezed(quote);
  if (wanted.empty()) return "the quote is empty";
  const std::size_t count = begin_.size() - 1;
  if (line < 1 || static_cast<std::size_t>(line) > count) {
    return format("the text has {} lines, no line {}", count, line);
  }
  const std::size_t from = begin_[static_cast<std::size_t>(line) - 1];
  const std::size_t at = all_.find(wanted, from);
  if (at < begin_[static_cast<std::size_t>(line)]) return {};
  const std::size_t elsewhere = at != std::string::npos ? at : all_.find(wanted);
  if (elsewhere == std::string::npos) return "the quote is not in the text";
  const auto next = std::upper_bound(begin_.begin(), begin_.end() - 1, elsewhere);
  return format("the quote does not begin on line {}; it begins on line {}", line,
                next - begin_.begin());
}

}  // namespace cairn::model
