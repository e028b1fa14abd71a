// SPDX-License-Identifier: Apache-2.0
#include "share/detail/loose_text.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "core/text.hpp"
#include "model/table_builder.hpp"

namespace cairn::share::detail {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// "1,234,567.8" without its separators; nothing when they do not stand at every third digit.
std::optional<std::string> without_groups(std::string_view text) {
  std::string out;
  std::size_t run = 0;
  bool grouped = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (is_digit(c)) {
      ++run;
    } else if (c == ',') {
      if (run == 0 || run > 3 || (grouped && run != 3)) return std::nullopt;
      grouped = true;
      run = 0;
      continue;
    } else if (c == '.') {
      if (text.find(',', i) != std::string_view::npos) return std::nullopt;
      if (grouped && run != 3) return std::nullopt;
      return out.append(text.substr(i));
    } else if (i > 0) {
      return std::nullopt;
    }
    out += c;
  }
  if (!grouped || run != 3) return std::nullopt;
  return out;
}

// Numbers of a text and the signs between them.
struct Parts {
  std::vector<std::string_view> numbers;
  std::vector<std::string_view> between;  // between[i] stands after numbers[i]
};

Parts parts_of(std::string_view text) {
  Parts out;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i;
    while (end < text.size() && is_digit(text[end])) ++end;
    if (end == i) return {};
    out.numbers.push_back(text.substr(i, end - i));
    i = end;
    while (end < text.size() && !is_digit(text[end])) ++end;
    out.between.push_back(text.substr(i, end - i));
    i = end;
  }
  return out;
}

std::string padded(std::string_view number) {
  return number.size() == 1 ? "0" + std::string(number) : std::string(number);
}

bool is_date_sign(std::string_view sign) {
  return sign == "/" || sign == "-" || sign == "." || sign == "年" || sign == "月";
}

}  // namespace

std::string folded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t begin = i;
    const char32_t c = next_code_point(text, i);
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '_' || c == '-' || c == '.' ||
        c == 0x3000 || c == 0xA0) {
      continue;
    }
    if (c == 0xFF08 || c == 0x3010 || c == '[') {
      out += '(';
    } else if (c == 0xFF09 || c == 0x3011 || c == ']') {
      out += ')';
    } else if (c >= 'A' && c <= 'Z') {
      out += static_cast<char>(c - 'A' + 'a');
    } else {
      out.append(text.substr(begin, i - begin));
    }
  }
  return out;
}

Result<double> loose_number(std::string_view text) {
  text = trim(text);
  if (const auto number = parse_number(text)) return *number;
  if (const auto plain = without_groups(text)) {
    if (const auto number = parse_number(*plain)) return *number;
  }
  std::string word = lower_ascii(text);
  if (!word.empty() && (word[0] == '+' || word[0] == '-')) word.erase(0, 1);
  for (const std::string_view bad : {"nan", "inf", "infinity", "1.#inf", "1.#qnan"}) {
    if (word == bad) {
      return fail(
          Code::invalid,
          format("'{}' is no value; leave the cell empty where nothing was measured", text));
    }
  }
  return fail(Code::invalid, format("'{}' is not a number", text.substr(0, 80)));
}

std::string iso_time(std::string_view text) {
  text = trim(text);
  if (text.empty() || !is_digit(text[0])) return std::string(text);
  const std::size_t gap = text.find_first_of(" Tt");
  const std::string_view day = text.substr(0, gap);
  std::string out;
  const Parts parts = parts_of(day);
  if (parts.numbers.size() == 1 && parts.numbers[0].size() == 8 && parts.between[0].empty()) {
    out = format("{}-{}-{}", day.substr(0, 4), day.substr(4, 2), day.substr(6, 2));
  } else if (parts.numbers.empty() || parts.numbers.size() > 3 || parts.numbers[0].size() != 4) {
    return std::string(text);
  } else {
    out = parts.numbers[0];
    for (std::size_t i = 1; i < parts.numbers.size(); ++i) {
      if (!is_date_sign(parts.between[i - 1]) || parts.numbers[i].size() > 2) {
        return std::string(text);
      }
      out += "-" + padded(parts.numbers[i]);
    }
    const std::string_view last = parts.between.back();
    if (!last.empty() && last != "年" && last != "月" && last != "日") return std::string(text);
  }
  if (gap == std::string_view::npos) return out;
  std::string_view clock = trim(text.substr(gap + 1));
  const std::size_t colon = clock.find(':');
  return out + " " + (colon == 1 ? "0" : "") + std::string(clock);
}

std::optional<model::Life> loose_life(std::string_view text) {
  if (const auto life = model::parse_life(lower_ascii(text))) return life;
  struct Word {
    std::string_view text;
    model::Life life;
  };
  static constexpr Word words[] = {
      {"规划", model::Life::planned},    {"计划", model::Life::planned},
      {"拟建", model::Life::planned},    {"在建", model::Life::building},
      {"建设中", model::Life::building}, {"施工", model::Life::building},
      {"在用", model::Life::live},       {"运行", model::Life::live},
      {"在网", model::Life::live},       {"已建", model::Life::live},
      {"开通", model::Life::live},       {"正常", model::Life::live},
      {"退役", model::Life::retired},    {"停用", model::Life::retired},
      {"拆除", model::Life::retired},    {"退网", model::Life::retired}};
  for (const Word& word : words) {
    if (text == word.text) return word.life;
  }
  return std::nullopt;
}

std::optional<bool> loose_flag(std::string_view text) {
  const auto value = model::parse_value(text, model::PropertyKind::boolean, Zone{});
  if (!value || value->get<bool>() == nullptr) return std::nullopt;
  return *value->get<bool>();
}

bool is_missing(std::string_view text) {
  if (text.empty()) return true;
  if (text.size() > 6) return false;
  static constexpr std::array<std::string_view, 8> words = {"-",    "--", "—",   "——",
                                                            "null", "na", "n/a", "无"};
  const std::string lower = lower_ascii(text);
  return std::find(words.begin(), words.end(), lower) != words.end();
}

}  // namespace cairn::share::detail
