// SPDX-License-Identifier: Apache-2.0
#include "model/diagnosis.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "core/text.hpp"
#include "model/fault.hpp"
#include "model/source_text.hpp"

namespace cairn::model {
namespace {

struct Place {
  std::string file;
  int line = 0;
  int column = 0;
};

// "packs/x/pack.yaml:12:5", "things.csv:3", "plan.txt"; also "file:line 3" of CSV readers.
Place place_of(std::string_view text) {
  Place out;
  int numbers[2] = {0, 0};
  int found = 0;
  while (found < 2) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) break;
    std::string_view last = trim(text.substr(colon + 1));
    if (last.starts_with("line ")) last.remove_prefix(5);
    const auto number = parse_integer(last);
    if (!number || *number < 0 || *number > 100'000'000) break;
    numbers[found++] = static_cast<int>(*number);
    text = text.substr(0, colon);
  }
  out.file = text;
  if (found == 1) out.line = numbers[0];
  if (found == 2) {
    out.line = numbers[1];
    out.column = numbers[0];
  }
  return out;
}

// A message of the formula checker: "rule 'r', when: 1:7: cannot compare …".
struct FormulaMessage {
  std::vector<std::string> path;  // of the formula in the file
  int line = 0;                   // in the formula; 0: the whole of it
  int column = 0;                 // code points
  std::string message;
};

std::optional<std::string_view> between(std::string_view& text, std::string_view before,
                                        std::string_view after) {
  if (!text.starts_with(before)) return std::nullopt;
  const std::size_t end = text.find(after, before.size());
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view out = text.substr(before.size(), end - before.size());
  text.remove_prefix(end + after.size());
  return out;
}

std::optional<FormulaMessage> formula_message(std::string_view text) {
  FormulaMessage out;
  if (const auto rule = between(text, "rule '", "', ")) {
    const std::size_t end = text.find(": ");
    if (end == std::string_view::npos) return std::nullopt;
    out.path = {"rules", std::string(*rule), std::string(text.substr(0, end))};
    text.remove_prefix(end + 2);
  } else if (const auto indicator = between(text, "indicator '", "': ")) {
    out.path = {"indicators", std::string(*indicator), "formula"};
  } else if (const auto property = between(text, "property '", "' of ")) {
    const std::size_t end = text.find(": ");
    if (end == std::string_view::npos) return std::nullopt;
    out.path = {"types", std::string(text.substr(0, end)), "properties", std::string(*property),
                "formula"};
    text.remove_prefix(end + 2);
  } else {
    return std::nullopt;
  }
  const std::size_t first = text.find(':');
  const std::size_t second = first == std::string_view::npos ? first : text.find(": ", first + 1);
  if (second != std::string_view::npos) {
    const auto line = parse_integer(text.substr(0, first));
    const auto column = parse_integer(text.substr(first + 1, second - first - 1));
    if (line && column) {
      out.line = static_cast<int>(*line);
      out.column = static_cast<int>(*column);
      text.remove_prefix(second + 2);
    }
  }
  out.message = text;
  return out;
}

// Words in single quotes, without those of a suggestion.
std::vector<std::string> quoted_words(std::string_view message) {
  message = message.substr(0, message.find("; did you mean"));
  std::vector<std::string> out;
  for (std::size_t at = 0; (at = message.find('\'', at)) != std::string_view::npos;) {
    const std::size_t end = message.find('\'', at + 1);
    if (end == std::string_view::npos) break;
    if (end > at + 1) out.emplace_back(message.substr(at + 1, end - at - 1));
    at = end + 1;
  }
  return out;
}

const YamlNode* follow(const YamlNode* node, const std::vector<std::string>& path) {
  for (const std::string& key : path) {
    if (node == nullptr) return nullptr;
    node = node->find(key);
  }
  return node;
}

bool word_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.';
}

std::set<std::string, std::less<>> words_in(std::string_view text) {
  std::set<std::string, std::less<>> out;
  std::string word;
  for (const char c : text) {
    if (word_char(c) && c != '.') {
      word += c;
      continue;
    }
    if (!word.empty()) out.insert(std::exchange(word, {}));
  }
  if (!word.empty()) out.insert(word);
  return out;
}

// What a file that does not read would have declared: types, indicators, rules, kinds of incidents,
// by the indentation that they have in every pack.
std::set<std::string, std::less<>> keys_in(std::string_view text) {
  std::set<std::string, std::less<>> out;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    const std::size_t begin = line.find_first_not_of(' ');
    const std::size_t colon = line.find(':');
    if ((begin == 2 || begin == 4) && colon != std::string_view::npos &&
        is_identifier(line.substr(begin, colon - begin))) {
      out.emplace(line.substr(begin, colon - begin));
    }
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return out;
}

std::string folder_of(const std::string& file) {
  return file.substr(0, file.rfind('/') + 1);
}

class Diagnoser {
 public:
  explicit Diagnoser(const Files& files) : files_(files) {}

  Diagnosis look(const Error& error, bool warning) {
    Diagnosis out;
    out.error = error;
    out.warning = warning;
    const auto formula = formula_message(error.message);
    const Recognised recognised = recognise(formula ? formula->message : error.message);
    out.code = recognised.fault->code;
    out.help = help_of(recognised);
    const Place place = place_of(error.place);
    out.file = place.file;
    out.line = place.line;
    const SourceText* source = text_of(place.file);
    if (source == nullptr) {
      if (!files_.exists(place.file)) show_naming(place.file, out);
      return out;
    }
    const auto piece =
        formula ? piece_of(*source, *formula, place) : piece_of(*source, place, error.message);
    if (piece) show(*source, *piece, out);
    if (out.source.empty() && out.line > 0) out.source = source->line(out.line);
    return out;
  }

  // What follows from others: it names what another problem has spoilt.
  void find_consequences(std::vector<Diagnosis>& all) {
    for (const Diagnosis& cause : all) note_spoilt(cause);
    for (Diagnosis& one : all) one.consequence = follows(one);
  }

 private:
  struct Spoilt {
    std::string name;
    std::string error_place;  // of the cause
    bool formula = false;     // the cause is an error in a formula
    std::string folder;       // of a property: it spoils its own pack only; else empty
  };

  const SourceText* text_of(const std::string& file) {
    const auto [at, fresh] = texts_.try_emplace(file);
    if (fresh && !file.empty()) {
      auto text = files_.read(file);
      if (text && text->size() < 8'000'000) {
        at->second = std::make_unique<SourceText>(std::move(*text));
      }
    }
    return at->second.get();
  }

  // A file that is not there: where its pack names it.
  void show_naming(const std::string& missing, Diagnosis& out) {
    out.line = 0;
    for (std::size_t at = missing.rfind('/'); at != std::string::npos && at > 0;
         at = missing.rfind('/', at - 1)) {
      const std::string file = missing.substr(0, at) + "/pack.yaml";
      if (!files_.exists(file)) continue;
      const SourceText* source = text_of(file);
      if (source == nullptr || source->root() == nullptr) return;
      const YamlNode* named = scalar_of(*source->root(), missing.substr(at + 1));
      if (named == nullptr) return;
      out.file = file;
      return show(*source, source->scalar(*named), out);
    }
  }

  static void show(const SourceText& source, Piece piece, Diagnosis& out) {
    out.line = source.line_of(piece.begin);
    out.source = source.line(out.line);
    const std::size_t begin = piece.begin - source.offset(out.line, 1);
    const std::size_t end = std::min(piece.end - source.offset(out.line, 1), out.source.size());
    const auto points = [&](std::size_t bytes) {
      const std::string_view text = std::string_view(out.source).substr(0, bytes);
      return 1 + static_cast<int>(std::count_if(text.begin(), text.end(), [](char c) {
               return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
             }));
    };
    out.column = points(std::min(begin, out.source.size()));
    out.end_column = std::max(points(end), out.column + 1);
  }

  // The word, number, text or sign of the formula at which it is wrong.
  static std::optional<Piece> piece_of(const SourceText& source, const FormulaMessage& formula,
                                       const Place& place) {
    const YamlNode* node = follow(source.root(), formula.path);
    if (node == nullptr && formula.path[0] == "types") {
      std::vector<std::string> path = formula.path;
      path[0] = "extends";
      node = follow(source.root(), path);
    }
    if (node == nullptr || node->kind != YamlNode::Kind::scalar) {
      const auto spot = source.spot(place.line, place.column);
      return spot && spot->owner ? std::optional(source.key(*spot->owner)) : std::nullopt;
    }
    if (formula.line == 0) return source.scalar(*node);
    const std::vector<std::size_t> bytes = source.bytes_of(*node);
    const std::string& text = node->scalar;
    std::size_t at = 0;
    for (int line = 1; line < formula.line && at < text.size(); ++line) {
      at = std::min(text.find('\n', at), text.size() - 1) + 1;
    }
    for (int column = 1; column < formula.column && at < text.size(); ++column) {
      next_code_point(text, at);
    }
    if (at >= bytes.size()) {  // the end of the formula: what should follow is missing
      const Piece whole = source.scalar(*node);
      if (bytes.empty()) return whole;
      return Piece{bytes.back() + 1, bytes.back() + 2};
    }
    std::size_t end = at;
    if (text[at] == '\'' || text[at] == '"') {
      end = std::min(text.find(text[at], at + 1), text.size() - 1) + 1;
    } else if (word_char(text[at])) {
      while (end < text.size() && word_char(text[end])) ++end;
    } else {
      next_code_point(text, end);
    }
    end = std::min(end, bytes.size());
    return Piece{bytes[at], bytes[end - 1] + 1};
  }

  static std::optional<Piece> piece_of(const SourceText& source, const Place& place,
                                       const std::string& message) {
    if (!place.file.ends_with(".yaml")) return word_of_line(source, place.line, message);
    if (const auto quote = quote_piece(source, message)) return quote;
    if (place.line == 0) return std::nullopt;
    const auto spot = source.spot(place.line, place.column);
    if (!spot) {
      const std::size_t begin = source.offset(place.line, std::max(place.column, 1));
      // Of a text that is no YAML the place is exact: the word there, or the sign.
      const std::string_view rest = source.text().substr(std::min(begin, source.text().size()));
      for (const std::string& word : quoted_words(message)) {
        if (!word.empty() && rest.starts_with(word)) return Piece{begin, begin + word.size()};
      }
      return Piece{begin, begin + 1};
    }
    if (message.starts_with("unknown key")) return unknown_key(source, *spot, place, message);
    if (spot->key) return source.key(*spot->owner);
    if (spot->node->kind == YamlNode::Kind::scalar) return source.scalar(*spot->node);
    const std::vector<std::string> words = quoted_words(message);
    if (message.find("is missing") == std::string::npos) {
      if (const auto piece = word_within(source, *spot->node, words)) return piece;
    }
    if (spot->owner != nullptr) return source.key(*spot->owner);
    const std::size_t begin = source.offset(place.line, place.column);
    return Piece{begin, begin + 1};
  }

  // A block's place is that of its first key.
  static Piece unknown_key(const SourceText& source, const Spot& spot, const Place& place,
                           const std::string& message) {
    for (const YamlMember& member : spot.node->members) {
      if (member.second.key_line == place.line && member.second.key_column == place.column &&
          message.find("'" + member.first + "'") != std::string::npos) {
        return source.key(member);
      }
    }
    if (spot.owner != nullptr && spot.key) return source.key(*spot.owner);
    const std::size_t begin = source.offset(place.line, place.column);
    return {begin, begin + 1};
  }

  // The scalar that one of the words is, else the key; the later words are more to the point.
  static std::optional<Piece> word_within(const SourceText& source, const YamlNode& node,
                                          const std::vector<std::string>& words) {
    for (auto word = words.rbegin(); word != words.rend(); ++word) {
      if (const YamlNode* scalar = scalar_of(node, *word)) return source.scalar(*scalar);
    }
    for (auto word = words.rbegin(); word != words.rend(); ++word) {
      if (const YamlMember* member = member_of(node, *word)) return source.key(*member);
    }
    return std::nullopt;
  }

  static const YamlNode* scalar_of(const YamlNode& node, const std::string& word) {
    if (node.kind == YamlNode::Kind::scalar) {
      // A time is told to the second, with its offset.
      const bool same_time = node.scalar.size() >= 10 && word.size() > 18 && word[4] == '-' &&
                             word.starts_with(node.scalar);
      return node.scalar == word || same_time ? &node : nullptr;
    }
    for (const YamlMember& member : node.members) {
      if (const YamlNode* found = scalar_of(member.second, word)) return found;
    }
    for (const YamlNode& item : node.items) {
      if (const YamlNode* found = scalar_of(item, word)) return found;
    }
    return nullptr;
  }

  static const YamlMember* member_of(const YamlNode& node, const std::string& word) {
    for (const YamlMember& member : node.members) {
      if (member.first == word) return &member;
      if (const YamlMember* found = member_of(member.second, word)) return found;
    }
    for (const YamlNode& item : node.items) {
      if (const YamlMember* found = member_of(item, word)) return found;
    }
    return nullptr;
  }

  // "'answers', panxi line 3: …": the number, or the quote.
  static std::optional<Piece> quote_piece(const SourceText& source, std::string_view message) {
    const YamlNode* answers = source.root() == nullptr ? nullptr : source.root()->find("answers");
    if (answers == nullptr || !message.starts_with("'answers'")) return std::nullopt;
    const bool number = message.find(" line ") != std::string_view::npos &&
                        message.find("is not in the text") == std::string_view::npos;
    for (const YamlNode& item : answers->items) {
      const YamlNode* plan = item.find("plan");
      const YamlNode* line = item.find("line");
      const YamlNode* quote = item.find("quote");
      if (plan == nullptr || quote == nullptr) continue;
      if (message.find(format("the plan '{}'", plan->scalar)) != std::string_view::npos) {
        return source.scalar(*plan);
      }
      const std::string at = line == nullptr ? "0" : line->scalar;
      if (!message.starts_with(format("'answers', {} line {}:", plan->scalar, at))) continue;
      return source.scalar(number && line != nullptr ? *line : *quote);
    }
    return std::nullopt;
  }

  // Of a CSV: the field that the message names.
  static std::optional<Piece> word_of_line(const SourceText& source, int number,
                                           const std::string& message) {
    const std::string_view line = source.line(number);
    const std::size_t begin = source.offset(number, 1);
    const std::vector<std::string> words = quoted_words(message);
    for (auto word = words.rbegin(); word != words.rend(); ++word) {
      const std::size_t at = line.find(*word);
      if (at != std::string_view::npos) return Piece{begin + at, begin + at + word->size()};
    }
    return std::nullopt;
  }

  // Names that a problem has spoilt: of the declarations it lies in, of a file that does not read.
  void note_spoilt(const Diagnosis& cause) {
    const auto formula = formula_message(cause.error.message);
    if (formula) {
      note(formula->path, cause, true);
      return;
    }
    const SourceText* source = text_of(cause.file);
    if (cause.warning || source == nullptr) return;
    if (cause.file.ends_with(".csv")) no_things_.insert(folder_of(cause.file));
    if (cause.file.ends_with(".csv")) {
      spoilt_.push_back(
          {std::string(source->line(cause.line).substr(0, source->line(cause.line).find(','))),
           cause.error.place, false});
      return;
    }
    if (source->root() == nullptr) {
      unread_.emplace_back(cause.error.place, keys_in(source->text()));
      return;
    }
    const Place place = place_of(cause.error.place);
    const auto spot = source->spot(place.line, place.column);
    if (!spot) return;
    if (!spot->path.empty() && spot->path[0] == "things") no_things_.insert(folder_of(cause.file));
    note(spot->path, cause, false);
  }

  void note(const std::vector<std::string>& path, const Diagnosis& cause, bool formula) {
    static const std::set<std::string, std::less<>> declaring{"types", "extends", "indicators",
                                                              "rules"};
    if (path.size() < 2 || !declaring.contains(path[0])) return;
    const bool of_property = path.size() > 3 && path[2] == "properties";
    spoilt_.push_back({of_property ? path[3] : path[1], cause.error.place, formula,
                       of_property ? folder_of(cause.file) : std::string()});
  }

  bool follows(const Diagnosis& one) {
    if (one.code == "P0058" || one.error.message.find(" ''") != std::string::npos) return true;
    if (one.code == "P0077" && !no_things_.empty()) return true;
    if (one.code == "P0033" && no_things_.contains(folder_of(one.file))) return true;
    const auto formula = formula_message(one.error.message);
    std::set<std::string, std::less<>> names;
    for (const std::string& word : quoted_words(one.error.message)) names.insert(word);
    if (formula) {
      names.clear();
      if (const SourceText* source = text_of(one.file)) {
        if (const YamlNode* node = follow(source->root(), formula->path)) {
          names = words_in(node->scalar);
        }
      }
      names.insert(formula->path[formula->path.size() - 2]);
    } else if (one.code == "P0037") {
      names = words_in(one.error.message);
    } else if (one.error.code != Code::not_found) {
      return false;
    }
    for (const Spoilt& spoilt : spoilt_) {
      if (!spoilt.folder.empty() && spoilt.folder != folder_of(one.file)) continue;
      if (spoilt.error_place != one.error.place && !spoilt.formula && names.contains(spoilt.name)) {
        return true;
      }
      // A declaration and its own formula have one place.
      if (formula && !spoilt.formula && spoilt.name == formula->path[formula->path.size() - 2]) {
        return true;
      }
    }
    const std::vector<std::string> words = quoted_words(one.error.message);
    return !words.empty() && std::any_of(unread_.begin(), unread_.end(), [&](const auto& file) {
      return file.first != one.error.place && file.second.contains(words.back());
    });
  }

  const Files& files_;
  std::map<std::string, std::unique_ptr<SourceText>> texts_;
  std::vector<Spoilt> spoilt_;
  std::set<std::string, std::less<>> no_things_;  // folders whose things are wrong
  std::vector<std::pair<std::string, std::set<std::string, std::less<>>>> unread_;
};

}  // namespace

std::vector<Diagnosis> diagnose(const Files& files, const Problems& problems) {
  Diagnoser diagnoser(files);
  std::vector<Diagnosis> out;
  for (const Error& error : problems.errors) out.push_back(diagnoser.look(error, false));
  for (const Error& warning : problems.warnings) out.push_back(diagnoser.look(warning, true));
  diagnoser.find_consequences(out);
  std::stable_sort(out.begin(), out.end(), [](const Diagnosis& a, const Diagnosis& b) {
    return std::tie(a.warning, a.file, a.line, a.column) <
           std::tie(b.warning, b.file, b.line, b.column);
  });
  return out;
}

}  // namespace cairn::model
