// SPDX-License-Identifier: Apache-2.0
#include "app/terminal.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "core/text.hpp"

namespace cairn::app {

std::string Style::paint(std::string_view code, std::string_view text) const {
  if (!colour) return std::string(text);
  return format("\x1b[{}m{}\x1b[0m", code, text);
}

Style style_for(int descriptor) {
  return {::isatty(descriptor) == 1 && std::getenv("NO_COLOR") == nullptr};
}

TextTable::TextTable(std::vector<std::string> headings) : headings_(std::move(headings)) {
  for (std::string& heading : headings_) {
    right_.push_back(heading.starts_with('>'));
    if (right_.back()) heading.erase(0, 1);
  }
}

void TextTable::add(std::vector<std::string> row) {
  row.resize(headings_.size());
  rows_.push_back(std::move(row));
}

std::string TextTable::text(const Style& style) const {
  std::vector<std::size_t> widths;
  for (const std::string& heading : headings_) widths.push_back(display_width(heading));
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], display_width(row[i]));
    }
  }
  const auto line = [&](const std::vector<std::string>& row, bool heading) {
    std::string out;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string pad(widths[i] - display_width(row[i]), ' ');
      const std::string cell = heading ? style.dim(row[i]) : row[i];
      if (i > 0) out += "  ";
      out += right_[i] ? pad + cell : cell + (i + 1 < row.size() ? pad : "");
    }
    return out + "\n";
  };
  std::string out = line(headings_, true);
  for (const auto& row : rows_) out += line(row, false);
  return out;
}

std::string grouped(double value, int digits) {
  // Twelve digits are more than any input has; what lies beyond is the binary fraction's.
  std::string text = digits >= 0
                         ? format("{:.{}f}", value, digits)
                         : number_text(parse_number(format("{:.12g}", value)).value_or(value));
  if (text.find('e') != std::string::npos) return text;
  const std::size_t point = std::min(text.find('.'), text.size());
  const std::size_t start = text.starts_with('-') ? 1 : 0;
  for (std::size_t i = point; i > start + 3; i -= 3) text.insert(i - 3, ",");
  return text;
}

}  // namespace cairn::app
