// SPDX-License-Identifier: Apache-2.0
#include "server/sta_query.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <utility>

#include "core/text.hpp"
#include "geo/wkt.hpp"

namespace cairn::server::sta {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' || c == '.' ||
         c == '@' || c == '$' || c == ':' || static_cast<unsigned char>(c) >= 0x80;
}

struct BinaryWord {
  std::string_view word;
  Op op;
  int level;  // binds tighter when greater
};
constexpr std::array<BinaryWord, 13> binary_words{{{"or", Op::or_, 1},
                                                   {"and", Op::and_, 2},
                                                   {"eq", Op::eq, 4},
                                                   {"ne", Op::ne, 4},
                                                   {"gt", Op::gt, 4},
                                                   {"ge", Op::ge, 4},
                                                   {"lt", Op::lt, 4},
                                                   {"le", Op::le, 4},
                                                   {"add", Op::add, 5},
                                                   {"sub", Op::sub, 5},
                                                   {"mul", Op::mul, 6},
                                                   {"div", Op::div, 6},
                                                   {"mod", Op::mod, 6}}};
constexpr int level_not = 3;
constexpr int level_unary = 7;

// A cursor over one option's text; nested options of $expand are read by the same one.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool at_end() {
    blanks();
    return at_ >= text_.size();
  }
  Result<Expr> expression(int level, int depth);
  Result<std::vector<OrderBy>> order_by();
  Result<std::vector<std::string>> select();
  Result<std::vector<Expand>> expand(int depth);

  tl::unexpected<Error> wrong(std::string message) const {
    return fail(Code::invalid, format("{} at byte {}", message, at_));
  }

 private:
  void blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }
  bool take(char c) {
    blanks();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  std::string_view peek_word() {
    blanks();
    std::size_t end = at_;
    while (end < text_.size() && is_word(text_[end])) ++end;
    return text_.substr(at_, end - at_);
  }
  Result<Expr> primary(int depth);
  Result<Expr> number_or_time();
  Result<Expr> quoted(std::string_view prefix);
  Result<std::string> quoted_text();
  Result<Expr> named(int depth);
  Result<Expr> call(std::string name, std::size_t offset, int depth);
  Result<std::vector<std::string>> path();
  Status nested(Expand& into, int depth);
  Status nested_option(Options& into, int depth);

  std::string_view text_;
  std::size_t at_ = 0;
  int operators_ = 0;
};

Result<Expr> Reader::expression(int level, int depth) {
  if (depth > expression_depth_max) return wrong("the expression is nested too deeply");
  if (level == level_not) {
    if (peek_word() == "not") {
      Expr out{Expr::Kind::op, Op::not_, {}, {}, {}, {}, at_};
      at_ += 3;
      auto inner = expression(level_not, depth + 1);
      if (!inner) return inner;
      out.args.push_back(std::move(*inner));
      return out;
    }
    return expression(level + 1, depth);
  }
  if (level >= level_unary) return primary(depth);
  auto left = expression(level + 1, depth);
  while (left) {
    const std::string_view word = peek_word();
    const auto* known = std::find_if(binary_words.begin(), binary_words.end(), [&](const auto& b) {
      return b.level == level && b.word == word;
    });
    if (known == binary_words.end()) return left;
    // Chains grow to the left and trees are walked recursively: the number of parts bounds both.
    if (++operators_ > expression_operators_max) return wrong("the expression has too many parts");
    Expr out{Expr::Kind::op, known->op, {}, {}, {}, {}, at_};
    at_ += word.size();
    auto right = expression(level + 1, depth + 1);
    if (!right) return right;
    out.args.push_back(std::move(*left));
    out.args.push_back(std::move(*right));
    left = std::move(out);
  }
  return left;
}

Result<Expr> Reader::primary(int depth) {
  blanks();
  if (at_ >= text_.size()) return wrong("a value, a name or a function is missing");
  const char c = text_[at_];
  if (c == '(') {
    ++at_;
    auto inner = expression(1, depth + 1);
    if (!inner) return inner;
    if (!take(')')) return wrong("')' is missing");
    return inner;
  }
  if (c == '\'') return quoted({});
  if (is_digit(c)) return number_or_time();
  if (c == '-') {
    if (at_ + 1 < text_.size() && is_digit(text_[at_ + 1])) return number_or_time();
    Expr out{Expr::Kind::op, Op::neg, {}, {}, {}, {}, at_};
    ++at_;
    auto inner = expression(level_unary, depth + 1);
    if (!inner) return inner;
    out.args.push_back(std::move(*inner));
    return out;
  }
  if (is_word(c)) return named(depth);
  return wrong(format("'{}' is not expected", c));
}

Result<Expr> Reader::number_or_time() {
  Expr out;
  out.offset = at_;
  std::size_t end = at_;
  const auto run = [&] {
    while (end < text_.size() && (is_digit(text_[end]) || text_[end] == ':' || text_[end] == '-' ||
                                  text_[end] == '+' || text_[end] == '.' || text_[end] == 'T' ||
                                  text_[end] == 'Z' || text_[end] == 'e' || text_[end] == 'E')) {
      ++end;
    }
    // The plus sign of an offset arrives as a blank when a client does not escape it.
    if (text_.substr(at_, end - at_).find('T') != std::string_view::npos &&
        end + 6 <= text_.size() && text_[end] == ' ' && text_[end + 3] == ':' &&
        is_digit(text_[end + 1]) && is_digit(text_[end + 2]) && is_digit(text_[end + 4]) &&
        is_digit(text_[end + 5])) {
      end += 6;
    }
  };
  run();
  const std::string_view first = text_.substr(at_, end - at_);
  if (first.size() >= 8 && first[4] == '-' && first[7] == '-') {
    if (end + 1 < text_.size() && text_[end] == '/' && is_digit(text_[end + 1])) {
      ++end;
      run();
    }
    auto time = read_time(text_.substr(at_, end - at_));
    if (!time) return wrong(format("'{}' is no time", text_.substr(at_, end - at_)));
    out.literal = std::move(*time);
  } else {
    const auto number = parse_number(first);
    if (!number) return wrong(format("'{}' is no number", first));
    out.literal.data = *number;
  }
  at_ = end;
  return out;
}

Result<std::string> Reader::quoted_text() {
  std::string out;
  std::size_t end = at_ + 1;
  for (;; ++end) {
    if (end >= text_.size()) return wrong("a text that begins here has no closing quote");
    if (text_[end] != '\'') {
      out.push_back(text_[end]);
    } else if (end + 1 < text_.size() && text_[end + 1] == '\'') {
      out.push_back('\'');
      ++end;
    } else {
      break;
    }
  }
  at_ = end + 1;
  return out;
}

Result<Expr> Reader::quoted(std::string_view prefix) {
  Expr out;
  out.offset = at_;
  auto text = quoted_text();
  if (!text) return fail(text.error());
  if (prefix == "duration") {
    const auto duration = read_duration(*text);
    if (!duration) return wrong(format("'{}' is no ISO 8601 duration before", *text));
    out.literal.data = *duration;
  } else if (prefix == "geography" || prefix == "geometry") {
    std::string_view wkt = *text;
    if (wkt.starts_with("SRID=") && wkt.find(';') != std::string_view::npos) {
      if (!wkt.starts_with("SRID=4326;")) return wrong("only SRID 4326 is known; before");
      wkt.remove_prefix(wkt.find(';') + 1);
    }
    auto geometry = geo::parse_wkt(wkt);
    if (!geometry)
      return wrong(
          format("{} ({}) in the text before", geometry.error().message, geometry.error().place));
    out.literal.data = std::make_shared<const geo::Geometry>(std::move(*geometry));
  } else {
    out.literal.data = std::move(*text);
  }
  return out;
}

Result<std::vector<std::string>> Reader::path() {
  std::vector<std::string> out;
  do {
    const std::string_view word = peek_word();
    if (word.empty()) return wrong("a name is missing");
    out.emplace_back(word);
    at_ += word.size();
  } while (at_ < text_.size() && text_[at_] == '/' && ++at_ > 0);
  return out;
}

Result<Expr> Reader::call(std::string name, std::size_t offset, int depth) {
  Expr out{Expr::Kind::call, Op::eq, {}, lower_ascii(name), {}, {}, offset};
  if (take(')')) return out;
  do {
    auto arg = expression(1, depth + 1);
    if (!arg) return arg;
    out.args.push_back(std::move(*arg));
  } while (take(','));
  if (!take(')')) return wrong(format("')' of {}(…) is missing", name));
  return out;
}

Result<Expr> Reader::named(int depth) {
  const std::size_t offset = at_;
  const std::string word(peek_word());
  const std::size_t after = at_ + word.size();
  if (after < text_.size() && text_[after] == '\'' &&
      (word == "geography" || word == "geometry" || word == "duration")) {
    at_ = after;
    return quoted(word);
  }
  if (after < text_.size() && text_[after] == '(') {
    at_ = after + 1;
    return call(word, offset, depth);
  }
  Expr out;
  out.offset = offset;
  if (word == "true" || word == "false" || word == "null") {
    at_ = after;
    if (word != "null") out.literal.data = word == "true";
    return out;
  }
  auto names = path();
  if (!names) return fail(names.error());
  out.kind = Expr::Kind::path;
  out.path = std::move(*names);
  return out;
}

Result<std::vector<OrderBy>> Reader::order_by() {
  std::vector<OrderBy> out;
  do {
    auto by = expression(1, 0);
    if (!by) return fail(by.error());
    OrderBy key{std::move(*by), false};
    const std::string_view word = peek_word();
    if (word == "asc" || word == "desc") {
      key.descending = word == "desc";
      at_ += word.size();
    }
    out.push_back(std::move(key));
  } while (take(','));
  return out;
}

Result<std::vector<std::string>> Reader::select() {
  std::vector<std::string> out;
  do {
    if (take('*')) {
      out.emplace_back("*");
      continue;
    }
    auto names = path();
    if (!names) return fail(names.error());
    out.push_back(join(*names, "/"));
  } while (take(','));
  return out;
}

Result<std::vector<Expand>> Reader::expand(int depth) {
  if (depth > expand_depth_max) {
    return wrong(format("$expand goes deeper than {} levels", expand_depth_max));
  }
  std::vector<Expand> out;
  do {
    auto names = path();
    if (!names) return fail(names.error());
    if (static_cast<int>(names->size()) + depth > expand_depth_max) {
      return wrong(format("$expand goes deeper than {} levels", expand_depth_max));
    }
    // A/B($top=1) is A($expand=B($top=1)); A,A/B asks for one A.
    std::vector<Expand>* list = &out;
    Expand* last = nullptr;
    for (std::string& name : *names) {
      const auto known =
          std::find_if(list->begin(), list->end(), [&](const Expand& e) { return e.name == name; });
      last = known == list->end() ? &list->emplace_back(Expand{std::move(name), {}}) : &*known;
      list = &last->options.expand;
    }
    if (take('(')) {
      if (auto read = nested(*last, depth + static_cast<int>(names->size())); !read) {
        return fail(read.error());
      }
    }
  } while (take(','));
  return out;
}

Status Reader::nested(Expand& into, int depth) {
  do {
    if (auto read = nested_option(into.options, depth); !read) return read;
  } while (take(';'));
  if (!take(')')) return wrong(format("')' of the options of {} is missing", into.name));
  return {};
}

Status Reader::nested_option(Options& into, int depth) {
  const std::string name(peek_word());
  const std::size_t begin = at_;
  at_ += name.size();
  if (!name.starts_with('$') || !take('=')) {
    at_ = begin;
    return wrong("an option like $top=1 is expected");
  }
  const std::size_t value = at_;
  if (name == "$filter") {
    auto filter = expression(1, 0);
    if (!filter) return fail(filter.error());
    into.filter = std::move(*filter);
  } else if (name == "$orderby") {
    auto keys = order_by();
    if (!keys) return fail(keys.error());
    into.order_by = std::move(*keys);
  } else if (name == "$select") {
    auto names = select();
    if (!names) return fail(names.error());
    into.select = std::move(*names);
  } else if (name == "$expand") {
    auto items = expand(depth);
    if (!items) return fail(items.error());
    for (Expand& item : *items) into.expand.push_back(std::move(item));
  } else if (name == "$top" || name == "$skip") {
    const std::string_view word = peek_word();
    const auto number = parse_integer(word);
    if (!number || *number < 0) return wrong(format("{} needs a whole number from 0 up", name));
    at_ += word.size();
    if (name == "$top") into.top = static_cast<std::size_t>(*number);
    if (name == "$skip") into.skip = static_cast<std::size_t>(*number);
  } else if (name == "$count") {
    const std::string_view word = peek_word();
    if (word != "true" && word != "false") return wrong("$count is true or false");
    into.count = word == "true";
    at_ += word.size();
  } else {
    at_ = begin;
    return wrong(format("there is no option {} here", name));
  }
  if (name != "$skip" && name != "$expand") {
    into.raw.emplace_back(name, trim(text_.substr(value, at_ - value)));
  }
  return {};
}

Status read_option(const std::string& name, const std::string& value, Options& into) {
  if (name == "$resultFormat") {
    if (value != "dataArray" && value != "default") {
      return fail(Code::invalid, format("'{}' is no result format; 'dataArray' is", value));
    }
    into.data_array = value == "dataArray";
    return {};
  }
  // Reads the same way as inside the parentheses of $expand.
  Expand whole{"the request", {}};
  Reader reader(value);
  if (name == "$filter") {
    auto read = reader.expression(1, 0);
    if (!read) return fail(read.error());
    into.filter = std::move(*read);
  } else if (name == "$orderby") {
    auto read = reader.order_by();
    if (!read) return fail(read.error());
    into.order_by = std::move(*read);
  } else if (name == "$select") {
    auto read = reader.select();
    if (!read) return fail(read.error());
    into.select = std::move(*read);
  } else if (name == "$expand") {
    auto read = reader.expand(0);
    if (!read) return fail(read.error());
    into.expand = std::move(*read);
  } else if (name == "$count") {
    if (value != "true" && value != "false") {
      return fail(Code::invalid, format("'{}' is neither true nor false", value));
    }
    into.count = value == "true";
    return {};
  } else if (name == "$top" || name == "$skip") {
    const auto number = parse_integer(value);
    if (!number || *number < 0) {
      return fail(Code::invalid, format("'{}' is no whole number from 0 up", value));
    }
    (name == "$top" ? into.top.emplace() : into.skip) = static_cast<std::size_t>(*number);
    return {};
  } else {
    return fail(Code::invalid,
                format("there is no option '{}'; known are $filter, $orderby, $expand, $select, "
                       "$top, $skip, $count and $resultFormat",
                       name));
  }
  if (!reader.at_end()) return reader.wrong("something is left over");
  return {};
}

}  // namespace

Result<Options> read_options(const QueryItems& items) {
  Options out;
  std::set<std::string> seen;
  for (const auto& [name, value] : items) {
    if (!seen.insert(name).second) {
      return fail(Code::invalid, format("{} is given more than once", name), "query:" + name);
    }
    if (auto read = read_option(name, value, out); !read) {
      return fail(Code::invalid, read.error().message, "query:" + name);
    }
    if (name != "$skip" && name != "$expand") out.raw.emplace_back(name, value);
  }
  return out;
}

std::string expand_text(const std::vector<Expand>& items) {
  std::string out;
  for (const Expand& item : items) {
    std::string inside;
    for (const auto& [name, value] : item.options.raw) {
      inside += (inside.empty() ? "" : ";") + name + "=" + value;
    }
    if (item.options.skip > 0) {
      inside += format("{}$skip={}", inside.empty() ? "" : ";", item.options.skip);
    }
    if (!item.options.expand.empty()) {
      inside += (inside.empty() ? "$expand=" : ";$expand=") + expand_text(item.options.expand);
    }
    out += (out.empty() ? "" : ",") + item.name + (inside.empty() ? "" : "(" + inside + ")");
  }
  return out;
}

Result<Expr> read_expression(std::string_view text) {
  Reader reader(text);
  auto out = reader.expression(1, 0);
  if (out && !reader.at_end()) return reader.wrong("something is left over");
  return out;
}

std::optional<Value> read_time(std::string_view text) {
  const auto one = [](std::string_view part) -> std::optional<Instant> {
    std::string whole(part);
    if (whole.size() > 16 && whole[whole.size() - 6] == ' ') whole[whole.size() - 6] = '+';
    // A bare date, or a date with a time; a year alone is a number.
    if (whole.size() < 10 || whole[4] != '-') return std::nullopt;
    const auto instant = parse_instant(whole);
    if (!instant) return std::nullopt;
    return *instant;
  };
  const std::size_t slash = text.find('/');
  const auto begin = one(text.substr(0, slash));
  if (!begin) return std::nullopt;
  if (slash == std::string_view::npos) return Value{*begin};
  const auto end = one(text.substr(slash + 1));
  if (!end || *end < *begin) return std::nullopt;
  return Value{Interval{*begin, *end}};
}

std::optional<Duration> read_duration(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  if (!text.starts_with('P') || text.size() < 3) return std::nullopt;
  text.remove_prefix(1);
  bool time = false;
  double seconds = 0;
  while (!text.empty()) {
    if (text.front() == 'T' && !time) {
      time = true;
      text.remove_prefix(1);
      if (text.empty()) return std::nullopt;
      continue;
    }
    const std::size_t end = text.find_first_not_of("0123456789.");
    if (end == std::string_view::npos) return std::nullopt;
    const auto number = parse_number(text.substr(0, end));
    if (!number) return std::nullopt;
    const char unit = text[end];
    const double scale = !time && unit == 'W'   ? 7 * 86'400.0
                         : !time && unit == 'D' ? 86'400.0
                         : time && unit == 'H'  ? 3'600.0
                         : time && unit == 'M'  ? 60.0
                         : time && unit == 'S'  ? 1.0
                                                : 0.0;
    if (scale == 0.0) return std::nullopt;  // years and months have no fixed length
    seconds += *number * scale;
    text.remove_prefix(end + 1);
  }
  if (!(seconds < 9e9)) return std::nullopt;
  const auto ns = static_cast<std::int64_t>(std::llround(seconds * 1e9));
  return Duration{negative ? -ns : ns};
}

}  // namespace cairn::server::sta
