// SPDX-License-Identifier: Apache-2.0
#include "model/yaml_mistake.hpp"

#include <algorithm>
#include <cctype>
#include <vector>

#include "core/text.hpp"

namespace cairn::model {
namespace {

constexpr std::string_view wide_colon = "：";
constexpr std::string_view wide_comma = "，";
// How far above the place where the parser gave up a quote or bracket is looked for.
constexpr int lines_back = 60;

bool key_char(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

int points(std::string_view text) {
  return static_cast<int>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

// The byte of a column, which yaml-cpp counts in code points.
std::size_t byte_of(std::string_view line, int column) {
  std::size_t at = 0;
  while (at < line.size() && --column > 0) next_code_point(line, at);
  return at;
}

// One line: its indentation, where its key begins (behind "- "), and where the key ends.
struct Line {
  std::string_view text;
  std::size_t indent = 0;
  std::size_t key = 0;      // of the first word behind the dashes
  std::size_t key_end = 0;  // == key: it begins with no word
  bool empty = true;        // or a comment

  explicit Line(std::string_view line) : text(line) {
    if (text.ends_with('\r')) text.remove_suffix(1);
    indent = std::min(text.find_first_not_of(' '), text.size());
    empty = indent == text.size() || text[indent] == '#';
    key = indent;
    while (text.substr(key).starts_with("- ")) {
      key = std::min(text.find_first_not_of(' ', key + 1), text.size());
    }
    key_end = key;
    while (key_end < text.size() && key_char(text[key_end])) ++key_end;
  }
  std::string_view rest() const { return text.substr(key_end); }
  std::string_view word() const { return text.substr(key, key_end - key); }
  bool is_entry() const { return key_end > key && (rest() == ":" || rest().starts_with(": ")); }
  // "label: {zh: …}": something stands behind the colon, and no block begins there.
  bool has_value() const {
    if (!is_entry() || rest().size() < 3) return false;
    const std::string_view value = trim(rest().substr(1));
    return !value.empty() && value[0] != '#' && value[0] != '|' && value[0] != '>';
  }
};

// The quotes and brackets of a line, from left to right; comments are left out.
struct Scan {
  int depth = 0;                                 // brackets opened less those closed
  std::size_t open = std::string_view::npos;     // the last bracket that stays open
  std::size_t quote = std::string_view::npos;    // a quote that stays open
  std::size_t comment = std::string_view::npos;  // " #" within brackets
  std::size_t colon = std::string_view::npos;    // a second ": " within one value

  explicit Scan(const Line& line) {
    std::vector<std::size_t> stack;
    const std::string_view text = line.text;
    bool starts = true;  // a value may begin here
    bool keyed = false;  // the colon of this entry has been seen
    for (std::size_t i = line.key; i < text.size(); ++i) {
      const char c = text[i];
      if (starts && (c == '\'' || c == '"')) {
        const std::size_t end = closing(text, i);
        if (end == std::string_view::npos) {
          quote = i;
          break;
        }
        i = end;
        starts = false;
        continue;
      }
      if (c == '#' && i > 0 && text[i - 1] == ' ') {
        if (!stack.empty()) comment = i;
        break;
      }
      const bool opens = (c == '{' || c == '[') && (starts || !stack.empty());
      const bool closes = (c == '}' || c == ']') && !stack.empty();
      if (opens) stack.push_back(i);
      if (closes) stack.pop_back();
      depth += opens ? 1 : 0;
      depth -= (c == '}' || c == ']') ? 1 : 0;
      if (c == ':' && (i + 1 == text.size() || text[i + 1] == ' ')) {
        if (keyed && colon == std::string_view::npos) colon = i;
        keyed = true;
      }
      // What a bracket closes was the value of an entry that had its colon.
      if (opens || (c == ',' && !stack.empty())) keyed = false;
      if (closes) keyed = true;
      if (c != ' ') starts = opens || c == ',' || c == ':' || c == '-';
    }
    if (!stack.empty()) open = stack.back();
  }

  static std::size_t closing(std::string_view text, std::size_t at) {
    const char mark = text[at];
    for (std::size_t i = at + 1; i < text.size(); ++i) {
      if (mark == '"' && text[i] == '\\') {
        ++i;
      } else if (text[i] == mark) {
        if (mark == '"' || i + 1 == text.size() || text[i + 1] != '\'') return i;
        ++i;
      }
    }
    return std::string_view::npos;
  }
};

class Explainer {
 public:
  Explainer(std::string_view text, int line, int column) {
    for (const std::string_view one : split(text, '\n')) lines_.emplace_back(one);
    last_ = std::clamp(line, 1, static_cast<int>(lines_.size()));
    column_ = line > last_ ? 0 : column;
  }

  std::optional<YamlMistake> tab() const {
    for (int n = 1; n <= std::min(last_ + 1, count()); ++n) {
      const std::string_view here = at(n).text;
      const std::size_t begin = here.find_first_not_of(" \t");
      if (begin != here.npos && here.substr(0, begin).find('\t') != here.npos) {
        return YamlMistake{"a tab stands in the indentation; YAML is indented by blanks", n, 1};
      }
    }
    return std::nullopt;
  }

  // The line itself, or the one before it with something on it.
  std::optional<YamlMistake> colon() const {
    int n = last_;
    for (int seen = 0; n >= 1 && seen < 2; --n) {
      const Line& line = at(n);
      if (line.empty) continue;
      ++seen;
      if (line.key == line.key_end) continue;
      if (line.rest().starts_with(wide_colon)) {
        return here(
            n, line.key_end,
            format("a full-width colon ： stands behind '{}'; write : and a blank", line.word()));
      }
      const std::string_view rest = line.rest();
      if (rest.size() > 1 && rest[0] == ':' && rest[1] != ' ' && rest[1] != ':' &&
          rest.substr(1).find(": ") == rest.npos) {
        return here(n, line.key_end,
                    format("no blank stands behind the colon of '{}'", line.word()));
      }
    }
    return std::nullopt;
  }

  // A second colon and blank within one value.
  std::optional<YamlMistake> colon_in_text() const {
    const Line& line = at(last_);
    const Scan scan(line);
    if (scan.colon == std::string_view::npos) return std::nullopt;
    const std::string_view before = line.text.substr(0, scan.colon);
    if (const std::size_t comma = before.rfind(wide_comma); comma != before.npos) {
      const std::string_view word = trim(before.substr(comma + wide_comma.size()));
      if (!word.empty() && std::all_of(word.begin(), word.end(), key_char)) {
        return here(last_, comma,
                    format("a full-width comma ， stands before '{}'; write , and a blank", word));
      }
    }
    return here(last_, scan.colon, "': ' stands within a text; put the whole text in quotes: '…'");
  }

  std::optional<YamlMistake> first_char() const {
    const Line& line = at(last_);
    const std::size_t mark = byte_of(line.text, column_);
    if (column_ < 1 || mark >= line.text.size()) return std::nullopt;
    const char c = line.text[mark];
    if (c != '%' && c != '@' && c != '`' && c != '&' && c != '*' && c != '!') return std::nullopt;
    return here(last_, mark,
                format("a text cannot begin with {} unless it is in quotes: '{}'", c, c));
  }

  // The nearest line above that leaves a quote or a bracket open.
  std::optional<YamlMistake> open() const {
    for (int n = last_; n >= 1 && n > last_ - lines_back; --n) {
      if (at(n).empty) continue;
      const Scan scan(at(n));
      if (scan.quote != std::string_view::npos) {
        return here(n, scan.quote, "a quote is opened here and not closed on this line");
      }
      if (scan.comment != std::string_view::npos) {
        return here(n, scan.comment,
                    "a comment begins at # within brackets; put a text that has # in quotes");
      }
      if (scan.depth > 0 && (n < last_ || n == count())) {
        return here(n, scan.open, format("the {} is not closed", at(n).text[scan.open]));
      }
      if (scan.depth < 0) return std::nullopt;
    }
    return std::nullopt;
  }

  // Beside which lines above it could stand.
  std::optional<YamlMistake> indentation() const {
    const Line& line = at(last_);
    if (line.empty) return std::nullopt;
    std::vector<int> open;  // the last line of each indentation that is still open
    int before = 0;
    for (int n = 1; n < last_; ++n) {
      if (at(n).empty) continue;
      before = n;
      while (!open.empty() && at(open.back()).indent >= at(n).indent) open.pop_back();
      open.push_back(n);
    }
    if (before == 0) return std::nullopt;
    const Line& above = at(before);
    if (line.indent > above.indent && above.has_value()) {
      return here(last_, line.indent,
                  format("it is indented by {} blanks, '{}' above it by {}; what belongs together "
                         "begins in one column",
                         line.indent, above.word(), above.indent));
    }
    std::vector<std::string> fits;
    for (auto n = open.rbegin(); n != open.rend(); ++n) {
      if (at(*n).indent == line.indent) return std::nullopt;
      const std::string_view word = at(*n).word();
      if (!word.empty()) fits.push_back(format("{} as '{}'", at(*n).indent, word));
      if (fits.size() == 3) break;
    }
    if (line.indent > above.indent || fits.empty()) return std::nullopt;
    return here(last_, line.indent,
                format("it is indented by {} blanks, which fits no line above: {}", line.indent,
                       join(fits, ", ")));
  }

 private:
  int count() const { return static_cast<int>(lines_.size()); }
  const Line& at(int n) const { return lines_[static_cast<std::size_t>(n - 1)]; }
  YamlMistake here(int n, std::size_t byte, std::string message) const {
    return {std::move(message), n, 1 + points(at(n).text.substr(0, byte))};
  }

  std::vector<Line> lines_;
  int last_ = 1;
  int column_ = 0;  // 0: behind the end
};

}  // namespace

std::optional<YamlMistake> explain_yaml(std::string_view text, int line, int column,
                                        std::string_view said) {
  const Explainer explainer(text, line, column);
  if (auto found = explainer.tab()) return found;
  if (auto found = explainer.colon()) return found;
  if (auto found = explainer.colon_in_text()) return found;
  if (said.starts_with("unknown token")) {
    if (auto found = explainer.open()) return found;
    return explainer.first_char();
  }
  if (auto found = explainer.open()) return found;
  return explainer.indentation();
}

}  // namespace cairn::model
