// SPDX-License-Identifier: Apache-2.0
#include "flow/expression.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "core/text.hpp"

namespace cairn::flow {
namespace {

// Nesting costs stack; nobody reads a guard that is deeper.
constexpr int max_depth = 50;
constexpr std::size_t max_bytes = 4'096;

// null is an empty text; truth values are "true" and "false".
using Operand = std::string;

enum class Mark : std::uint8_t { end, number, text, word, symbol };

struct Token {
  Mark mark = Mark::end;
  std::string_view text;
  std::size_t offset = 0;
};

bool is_name_byte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || byte >= 0x80;
  return letter || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

// Reads and evaluates in one pass; without a context it only checks.
class Reader {
 public:
  Reader(std::string_view text, const GuardContext* context) : text_(text), context_(context) {}

  Result<Operand> read() {
    if (text_.size() > max_bytes) {
      return fail(Code::too_large, format("an expression has at most {} bytes", max_bytes));
    }
    advance();
    Operand value = alternatives(0);
    if (!error_ && token_.mark != Mark::end) complain("an operator or the end");
    if (error_) return fail(*error_);
    return value;
  }
  ExpressionNames names;

 private:
  void complain(std::string_view expected) {
    if (error_) return;
    const std::string found = token_.mark == Mark::end ? "the end" : format("'{}'", token_.text);
    set_error(format("expected {}, found {} at column {}", expected, found, token_.offset + 1));
  }
  void set_error(std::string message) {
    if (!error_) error_ = Error{Code::invalid, std::move(message), {}};
    token_ = {Mark::end, {}, text_.size()};
    next_ = text_.size();
  }

  void advance() {
    while (next_ < text_.size() && (text_[next_] == ' ' || text_[next_] == '\n')) ++next_;
    const std::size_t begin = next_;
    if (begin == text_.size()) {
      token_ = {Mark::end, {}, begin};
      return;
    }
    const char c = text_[begin];
    if (c == '\'') {
      const std::size_t close = text_.find('\'', begin + 1);
      if (close == std::string_view::npos) {
        return set_error(format("the text that begins at column {} has no closing '", begin + 1));
      }
      next_ = close + 1;
      token_ = {Mark::text, text_.substr(begin + 1, close - begin - 1), begin};
      return;
    }
    if (is_name_byte(c)) {
      while (next_ < text_.size() && is_name_byte(text_[next_])) ++next_;
      const Mark mark = c >= '0' && c <= '9' ? Mark::number : Mark::word;
      token_ = {mark, text_.substr(begin, next_ - begin), begin};
      return;
    }
    const std::string_view two = text_.substr(begin, 2);
    next_ += two == "<>" || two == "<=" || two == ">=" ? 2 : 1;
    token_ = {Mark::symbol, text_.substr(begin, next_ - begin), begin};
  }

  bool take(std::string_view text) {
    if ((token_.mark != Mark::word && token_.mark != Mark::symbol) || token_.text != text) {
      return false;
    }
    advance();
    return true;
  }

  static Operand truth(bool value) { return value ? "true" : "false"; }
  bool as_truth(const Operand& value) {
    if (value == "true") return true;
    if (value != "false" && !value.empty() && context_ != nullptr) {
      set_error(format("'{}' is not true or false", value));
    }
    return false;
  }

  Operand alternatives(int depth) {
    Operand left = conjunction(depth);
    while (take("or")) {
      const bool a = as_truth(left);
      const bool b = as_truth(conjunction(depth));
      left = truth(a || b);
    }
    return left;
  }

  Operand conjunction(int depth) {
    Operand left = negation(depth);
    while (take("and")) {
      const bool a = as_truth(left);
      const bool b = as_truth(negation(depth));
      left = truth(a && b);
    }
    return left;
  }

  Operand negation(int depth) {
    if (depth > max_depth) {
      set_error(format("nested deeper than {}", max_depth));
      return {};
    }
    if (take("not")) return truth(!as_truth(negation(depth + 1)));
    return comparison(depth);
  }

  Operand comparison(int depth) {
    const Operand left = sum(depth);
    if (take("is")) {
      const bool negated = take("not");
      if (!take("null")) complain("'null'");
      return truth(left.empty() != negated);
    }
    for (const std::string_view symbol : {"=", "<>", "<=", ">=", "<", ">"}) {
      if (take(symbol)) return truth(compare(left, symbol, sum(depth)));
    }
    return left;
  }

  static bool compare(const Operand& left, std::string_view symbol, const Operand& right) {
    if (left.empty() || right.empty()) return false;
    const auto a = parse_number(left);
    const auto b = parse_number(right);
    const int order = a && b ? (*a > *b) - (*a < *b) : left.compare(right);
    if (symbol == "=") return order == 0;
    if (symbol == "<>") return order != 0;
    if (symbol == "<") return order < 0;
    if (symbol == "<=") return order <= 0;
    if (symbol == ">") return order > 0;
    return order >= 0;
  }

  Operand sum(int depth) {
    Operand left = product(depth);
    while (token_.mark == Mark::symbol && (token_.text == "+" || token_.text == "-")) {
      const bool minus = take("-");
      if (!minus) take("+");
      left = compute(left, minus ? '-' : '+', product(depth));
    }
    return left;
  }

  Operand product(int depth) {
    Operand left = primary(depth);
    while (take("*")) left = compute(left, '*', primary(depth));
    return left;
  }

  Operand compute(const Operand& left, char symbol, const Operand& right) {
    if (context_ == nullptr) return {};
    const auto a = parse_number(left);
    const auto b = parse_number(right);
    if (!a || !b) {
      set_error(format("{} needs numbers, not '{}' and '{}'", symbol, left, right));
      return {};
    }
    const double result = symbol == '+' ? *a + *b : symbol == '-' ? *a - *b : *a * *b;
    if (!std::isfinite(result)) set_error("the result is too large");
    return number_text(result);
  }

  Operand primary(int depth) {
    const Token token = token_;
    if (take("(")) {
      Operand inner = alternatives(depth + 1);
      if (!take(")")) complain("')'");
      return inner;
    }
    if (take("-")) return negative(primary_number());
    if (token.mark == Mark::text) {
      advance();
      return Operand(token.text);
    }
    if (token.mark == Mark::number) return primary_number();
    if (token.mark != Mark::word) {
      complain("a value");
      return {};
    }
    advance();
    if (token.text == "true" || token.text == "false") return Operand(token.text);
    if (token.text == "in" && take("(")) return in_state();
    return named(token);
  }

  Operand primary_number() {
    const auto number =
        token_.mark == Mark::number ? parse_number(token_.text) : std::optional<double>();
    if (!number) {
      complain("a number");
      return {};
    }
    advance();
    return number_text(*number);
  }
  static Operand negative(const Operand& number) {
    const auto value = parse_number(number);
    return value ? number_text(-*value) : Operand();
  }

  Operand in_state() {
    const Token state = token_;
    if (state.mark != Mark::text) {
      complain("a state in quotes");
      return {};
    }
    advance();
    if (!take(")")) complain("')'");
    names.states.emplace_back(state.text);
    if (context_ == nullptr) return truth(false);
    const State* found = context_->chart.find(state.text);
    if (found == nullptr) {
      set_error(format("there is no state '{}'", state.text));
      return {};
    }
    const auto index = static_cast<StateIndex>(found - context_->chart.states.data());
    return truth(context_->instance.in(index));
  }

  Operand named(const Token& token) {
    static constexpr std::string_view reserved[] = {"and", "or", "not", "is", "null", "in"};
    if (std::ranges::find(reserved, token.text) != std::end(reserved)) {
      set_error(format("expected a value, found '{}' at column {}", token.text, token.offset + 1));
      return {};
    }
    const bool of_event = token.text.starts_with("event.");
    const std::string name(of_event ? token.text.substr(6) : token.text);
    (of_event ? names.fields : names.variables).push_back(name);
    if (context_ == nullptr) return {};
    if (!of_event) return field(context_->instance.variables, name);
    if (context_->event == nullptr) return {};
    return name == "event" ? context_->event->name : field(context_->event->data, name);
  }
  static Operand field(const Fields& fields, const std::string& name) {
    const auto found = fields.find(name);
    return found == fields.end() ? Operand() : found->second;
  }

  std::string_view text_;
  const GuardContext* context_;
  std::size_t next_ = 0;
  Token token_;
  std::optional<Error> error_;
};

}  // namespace

Result<ExpressionNames> check_expression(std::string_view text) {
  Reader reader(text, nullptr);
  const auto value = reader.read();
  if (!value) return fail(value.error());
  return std::move(reader.names);
}

Result<bool> Expressions::holds(const std::string& guard, const GuardContext& context) {
  const auto answer = Reader(guard, &context).read();
  if (!answer) return fail(answer.error());
  if (*answer == "true") return true;
  if (*answer == "false" || answer->empty()) return false;
  return fail(Code::invalid, format("'{}' is not true or false", *answer));
}

Result<std::string> Expressions::value(const std::string& expression, const GuardContext& context) {
  return Reader(expression, &context).read();
}

}  // namespace cairn::flow
