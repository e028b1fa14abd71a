// SPDX-License-Identifier: Apache-2.0
// What a terminal shows: tables with wide characters, colours only where a person looks.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cairn::app {

struct Style {
  bool colour = false;  // escape sequences allowed

  std::string red(std::string_view text) const { return paint("31", text); }
  std::string yellow(std::string_view text) const { return paint("33", text); }
  std::string green(std::string_view text) const { return paint("32", text); }
  std::string dim(std::string_view text) const { return paint("2", text); }
  std::string bold(std::string_view text) const { return paint("1", text); }

 private:
  std::string paint(std::string_view code, std::string_view text) const;
};

// Colours when `descriptor` is a terminal and NO_COLOR is not set.
Style style_for(int descriptor);

class TextTable {
 public:
  // Columns whose heading begins with '>' are aligned to the right.
  explicit TextTable(std::vector<std::string> headings);
  void add(std::vector<std::string> row);
  std::string text(const Style& style) const;

 private:
  std::vector<std::string> headings_;
  std::vector<bool> right_;
  std::vector<std::vector<std::string>> rows_;
};

// A number as people read it: grouped thousands, at most `digits` decimals (-1: as needed).
std::string grouped(double value, int digits = -1);

}  // namespace cairn::app
