// SPDX-License-Identifier: Apache-2.0
// Recursive descent over the grammar of CQL2 Text (OGC 21-065r2, annex B) and its extensions.
#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/limits.hpp"
#include "core/text.hpp"
#include "formula/ast.hpp"
#include "formula/lexer.hpp"
#include "formula/literal.hpp"
#include "formula/tree.hpp"
#include "formula/words.hpp"
#include "geo/wkt.hpp"

namespace cairn::formula {
namespace {

// Parentheses and argument lists inside each other. Printing puts one pair around each level of a
// tree, so a printed tree of the full height must still be readable.
constexpr int max_nesting = limits::formula_depth + 8;

struct OpWord {
  std::string_view text;
  Op op;
};
constexpr std::array<OpWord, 6> comparisons = {
    {{"=", Op::eq}, {"<>", Op::ne}, {"<", Op::lt}, {"<=", Op::le}, {">", Op::gt}, {">=", Op::ge}}};
constexpr std::array<OpWord, 2> sums = {{{"+", Op::add}, {"-", Op::sub}}};
constexpr std::array<OpWord, 3> products = {{{"*", Op::mul}, {"/", Op::div}, {"%", Op::mod}}};

class Parser {
 public:
  explicit Parser(std::string_view source) : source_(source) { go_to(0); }

  Result<NodePtr> whole() {
    if (token_.kind == TokenKind::end) stop(token_.begin, "the formula is empty");
    Tree tree = expression();
    if (tree && token_.is(")")) stop(token_.begin, "this ')' closes nothing");
    if (tree && token_.kind != TokenKind::end) {
      expected("an operator or the end of the formula",
               {"and", "or", "like", "between", "in", "is", "not", "div", "of", "where", "over"});
    }
    if (error_) return fail(std::move(*error_));
    return std::move(tree.node);
  }

 private:
  // --- tokens
  void go_to(std::uint32_t offset) { token_ = scan(source_, offset); }
  void next() {
    last_end_ = token_.end;
    go_to(token_.end);
  }
  bool at_word(std::string_view word) const {
    return token_.kind == TokenKind::name && iequals_ascii(token_.text, word);
  }
  bool accept_word(std::string_view word) {
    if (!at_word(word)) return false;
    next();
    return true;
  }
  bool accept(std::string_view symbol) {
    if (!token_.is(symbol)) return false;
    next();
    return true;
  }
  bool expect(std::string_view symbol, std::initializer_list<std::string_view> words = {}) {
    if (accept(symbol)) return true;
    expected(format("'{}'", symbol), words);
    return false;
  }
  Extent since(std::uint32_t begin) const { return {begin, last_end_}; }
  template <std::size_t N>
  std::optional<Op> op_of(const std::array<OpWord, N>& ops) const {
    for (const OpWord& row : ops) {
      if (token_.is(row.text)) return row.op;
    }
    return std::nullopt;
  }

  // --- errors: the first one counts
  Tree stop(std::uint32_t offset, std::string message) {
    if (!error_) error_ = Error{Code::invalid, std::move(message), place_of(source_, offset)};
    return {};
  }
  std::string found() const {
    switch (token_.kind) {
      case TokenKind::end:
        return "the end of the formula";
      case TokenKind::text:
        return "the text " + std::string(shown(30));
      case TokenKind::number:
        return "the number " + std::string(shown(30));
      default:
        return format("'{}'", shown(30));
    }
  }
  // The token as written, cut to `limit` code points.
  std::string shown(int limit) const {
    std::size_t at = token_.begin;
    for (int i = 0; i < limit && at < token_.end; ++i) next_code_point(source_, at);
    return std::string(source_.substr(token_.begin, at - token_.begin)) +
           (at < token_.end ? "…" : "");
  }
  Tree expected(std::string_view what, std::initializer_list<std::string_view> words = {}) {
    if (token_.kind == TokenKind::bad) return stop(token_.begin, token_.text);
    std::string message = format("expected {}, found {}", what, found());
    if (token_.kind == TokenKind::name && words.size() > 0) {
      const std::vector<std::string> candidates(words.begin(), words.end());
      if (const auto near = nearest(lower_ascii(token_.text), candidates)) {
        message += format("; did you mean '{}'?", *near);
      }
    }
    return stop(token_.begin, std::move(message));
  }
  Tree checked(Tree tree) {
    if (tree.height <= limits::formula_depth) return tree;
    return stop(tree.node->at.begin,
                format("this is nested more than {} levels deep; give parts of it names of their "
                       "own (indicators or derived properties)",
                       limits::formula_depth));
  }

  // --- expressions, from the weakest operator to the strongest
  Tree expression() {
    if (nesting_ >= max_nesting) {
      return stop(token_.begin,
                  format("more than {} parentheses inside each other", limits::formula_depth));
    }
    ++nesting_;
    Tree tree = junction(Op::or_);
    --nesting_;
    return tree;
  }

  Tree junction(Op op) {
    std::vector<Tree> operands;
    do {
      Tree operand = op == Op::or_ ? junction(Op::and_) : negation();
      if (!operand) return {};
      operands.push_back(std::move(operand));
    } while (accept_word(op == Op::or_ ? "or" : "and"));
    return checked(make_junction(op, std::move(operands)));
  }

  Tree negation() {
    std::vector<std::uint32_t> nots;
    while (at_word("not")) {
      nots.push_back(token_.begin);
      next();
    }
    Tree tree = predicate();
    for (; tree && !nots.empty(); nots.pop_back()) {
      tree = checked(make_not(since(nots.back()), std::move(tree)));
    }
    return tree;
  }

  Tree predicate() {
    const std::uint32_t begin = token_.begin;
    Tree left = sum();
    if (!left) return {};
    if (const auto op = op_of(comparisons)) {
      next();
      Tree right = sum();
      if (!right) return {};
      if (op_of(comparisons)) {
        return stop(token_.begin, "comparisons do not chain; write a < b AND b < c");
      }
      return checked(make_binary(*op, since(begin), std::move(left), std::move(right)));
    }
    const Token word = token_;
    const bool negated = accept_word("not");
    if (accept_word("like")) return like(begin, negated, std::move(left));
    if (accept_word("between")) return between(begin, negated, std::move(left));
    if (accept_word("in")) return in_list(begin, negated, std::move(left));
    if (negated) {
      return at_word("null") ? stop(word.begin, "write IS NOT NULL")
                             : expected("LIKE, BETWEEN or IN", {"like", "between", "in"});
    }
    if (accept_word("is")) return is_null(begin, std::move(left));
    return left;
  }

  Tree finish(Kind kind, std::uint32_t begin, bool negated, std::vector<Tree> args) {
    Tree tree = make_tree(kind, since(begin), std::move(args));
    tree.node->negated = negated;
    return checked(std::move(tree));
  }

  Tree like(std::uint32_t begin, bool negated, Tree left) {
    std::vector<Tree> args;
    args.push_back(std::move(left));
    args.push_back(sum());
    if (!args.back()) return {};
    return finish(Kind::like, begin, negated, std::move(args));
  }

  Tree between(std::uint32_t begin, bool negated, Tree left) {
    std::vector<Tree> args;
    args.push_back(std::move(left));
    args.push_back(sum());
    if (!args.back()) return {};
    if (!accept_word("and")) return expected("AND and the upper bound of BETWEEN", {"and"});
    args.push_back(sum());
    if (!args.back()) return {};
    return finish(Kind::between, begin, negated, std::move(args));
  }

  Tree in_list(std::uint32_t begin, bool negated, Tree left) {
    std::vector<Tree> args;
    args.push_back(std::move(left));
    if (!expect("(")) return {};
    do {
      args.push_back(expression());
      if (!args.back()) return {};
    } while (accept(","));
    if (!expect(")")) return {};
    return finish(Kind::in, begin, negated, std::move(args));
  }

  Tree is_null(std::uint32_t begin, Tree left) {
    const bool negated = accept_word("not");
    if (!accept_word("null")) return expected("NULL", {"null", "not"});
    std::vector<Tree> args;
    args.push_back(std::move(left));
    return finish(Kind::is_null, begin, negated, std::move(args));
  }

  Tree sum() {
    const std::uint32_t begin = token_.begin;
    Tree left = product();
    while (left) {
      const auto op = op_of(sums);
      if (!op) break;
      next();
      Tree right = product();
      if (!right) return {};
      left = checked(make_binary(*op, since(begin), std::move(left), std::move(right)));
    }
    return left;
  }

  Tree product() {
    const std::uint32_t begin = token_.begin;
    Tree left = power();
    while (left) {
      const auto op = at_word("div") ? std::optional(Op::int_div) : op_of(products);
      if (!op) break;
      next();
      Tree right = power();
      if (!right) return {};
      left = checked(make_binary(*op, since(begin), std::move(left), std::move(right)));
    }
    return left;
  }

  // a ^ b ^ c is a ^ (b ^ c); the standard has a single ^ only.
  Tree power() {
    std::vector<Tree> operands;
    std::vector<std::uint32_t> begins;
    do {
      begins.push_back(token_.begin);
      operands.push_back(signed_primary());
      if (!operands.back()) return {};
    } while (accept("^"));
    Tree tree = std::move(operands.back());
    for (std::size_t i = operands.size() - 1; i > 0 && tree; --i) {
      tree = checked(
          make_binary(Op::pow, since(begins[i - 1]), std::move(operands[i - 1]), std::move(tree)));
    }
    return tree;
  }

  // A sign binds more tightly than ^, as the standard's grammar has it: -2 ^ 2 is 4. A sign before
  // a number is part of the number.
  Tree signed_primary() {
    std::vector<std::uint32_t> signs;
    while (token_.is("-") || token_.is("+")) {
      const bool minus = token_.is("-");
      const std::uint32_t begin = token_.begin;
      next();
      if (token_.kind == TokenKind::number) {
        Tree tree = number(begin, minus);
        return signs.empty() ? std::move(tree) : negate(std::move(signs), std::move(tree));
      }
      if (!minus) return expected("a number after '+'");
      signs.push_back(begin);
    }
    return negate(std::move(signs), primary());
  }

  Tree negate(std::vector<std::uint32_t> signs, Tree tree) {
    for (; tree && !signs.empty(); signs.pop_back()) {
      std::vector<Tree> args;
      args.push_back(std::move(tree));
      tree = make_tree(Kind::unary, since(signs.back()), std::move(args));
      tree.node->op = Op::neg;
      tree = checked(std::move(tree));
    }
    return tree;
  }

  Tree number(std::uint32_t begin, bool minus) {
    const double value = minus ? -token_.value : token_.value;
    const std::uint32_t end = token_.end;
    const std::uint32_t unit_end = scan_unit(source_, end);
    next();
    Tree tree = make_literal({value}, {begin, end});
    if (unit_end == end) return tree;
    const std::uint32_t unit_begin = skip_blanks(source_, end);
    tree.node->kind = Kind::quantity;
    tree.node->name = source_.substr(unit_begin, unit_end - unit_begin);
    tree.node->at.end = unit_end;
    last_end_ = unit_end;
    go_to(unit_end);
    return tree;
  }

  Tree primary() {
    const std::uint32_t begin = token_.begin;
    switch (token_.kind) {
      case TokenKind::number:
        return number(begin, false);
      case TokenKind::text: {
        std::string text = std::move(token_.text);
        next();
        return make_literal({std::move(text)}, since(begin));
      }
      case TokenKind::quoted_name:
        return name();
      case TokenKind::name:
        return word();
      case TokenKind::symbol:
        if (token_.text == "(") return parenthesised();
        break;
      default:
        break;
    }
    return expected("a value");
  }

  Tree name() {
    Tree tree = make_leaf(Kind::name, {token_.begin, token_.end});
    tree.node->name = std::move(token_.text);
    next();
    return tree;
  }

  Tree word() {
    const std::uint32_t begin = token_.begin;
    if (at_word("true") || at_word("false")) {
      const bool value = at_word("true");
      next();
      return make_literal({value}, since(begin));
    }
    if (at_word("null")) return stop(begin, "NULL stands only in IS NULL and IS NOT NULL");
    if (at_word("not")) return stop(begin, "put NOT and its operand in parentheses here");
    if (is_reserved(token_.text)) {
      return stop(begin, format("expected a value, found {}; a property of that name is written "
                                "in double quotes",
                                found()));
    }
    const Token after = scan(source_, token_.end);
    const bool call = after.is("(");
    if (geo::is_wkt_tag(token_.text)) {
      static constexpr std::string_view marks[] = {"z", "m", "zm", "empty"};
      for (std::string_view mark : marks) {
        if (call || (after.kind == TokenKind::name && iequals_ascii(after.text, mark))) {
          return geometry();
        }
      }
    }
    if (!call) return name();
    if (at_word("bbox")) return box();
    if (at_word("date") || at_word("timestamp")) return instant();
    if (at_word("interval")) return interval();
    return function();
  }

  // ( x ) or an array ( a, b ). A pair around one whole argument is remembered: array functions
  // take it for an array of one.
  Tree parenthesised() {
    const std::uint32_t begin = token_.begin;
    next();
    if (accept(")")) return make_leaf(Kind::array, since(begin));
    std::vector<Tree> items;
    do {
      items.push_back(expression());
      if (!items.back()) return {};
    } while (accept(","));
    if (!expect(")", {"and", "or"})) return {};
    if (items.size() > 1) return checked(make_tree(Kind::array, since(begin), std::move(items)));
    parenthesised_ = items.front().node.get();
    return std::move(items.front());
  }

  // --- literals of CQL2
  Tree geometry() {
    const std::uint32_t begin = token_.begin;
    geo::WktFailure failure;
    auto read = geo::read_wkt(source_, begin, failure);
    if (!read) return stop(static_cast<std::uint32_t>(failure.offset), failure.message);
    if (std::string problem = coordinate_problem(read->geometry); !problem.empty()) {
      return stop(begin, std::move(problem));
    }
    last_end_ = static_cast<std::uint32_t>(read->end);
    go_to(last_end_);
    return make_literal({std::move(read->geometry)}, since(begin));
  }

  Tree box() {
    const std::uint32_t begin = token_.begin;
    next();
    next();  // the parenthesis
    std::vector<double> bounds;
    do {
      const bool minus = token_.is("-");
      if (minus || token_.is("+")) next();
      if (token_.kind != TokenKind::number) return expected("a number of BBOX");
      bounds.push_back(minus ? -token_.value : token_.value);
      next();
    } while (bounds.size() < 6 && accept(","));
    if (!expect(")")) return {};
    std::string problem;
    auto geometry = box_literal(bounds, problem);
    if (!geometry) return stop(begin, std::move(problem));
    return make_literal({std::move(*geometry)}, since(begin));
  }

  Tree instant() {
    const std::uint32_t begin = token_.begin;
    const bool date = at_word("date");
    next();
    next();  // the parenthesis
    if (token_.kind != TokenKind::text) {
      return expected(date ? "a day such as '2020-12-31'"
                           : "a time such as '2020-12-31T08:00:00Z'");
    }
    std::string problem;
    auto value = date ? date_literal(token_.text, problem) : time_literal(token_.text, problem);
    if (!value) return stop(token_.begin, std::move(problem));
    next();
    if (!expect(")")) return {};
    return make_literal(std::move(*value), since(begin));
  }

  Tree interval() {
    const std::uint32_t begin = token_.begin;
    next();
    next();  // the parenthesis
    std::vector<Tree> ends;
    for (int i = 0; i < 2; ++i) {
      if (i == 1 && !expect(",")) return {};
      const std::uint32_t at = token_.begin;
      Tree end = expression();
      if (!end) return {};
      if (const auto* text = end.node->literal.get<std::string>();
          text != nullptr && end.node->kind == Kind::literal && *text != "..") {
        std::string problem;
        auto value = interval_end_literal(*text, problem);
        if (!value) return stop(at, std::move(problem));
        end.node->literal = std::move(*value);
      }
      ends.push_back(std::move(end));
    }
    if (!expect(")")) return {};
    return checked(make_tree(Kind::interval, since(begin), std::move(ends)));
  }

  // --- functions and aggregates
  Tree function() {
    const std::uint32_t begin = token_.begin;
    std::string name = std::move(token_.text);
    if (auto canonical = canonical_function(name)) name = std::move(*canonical);
    next();
    next();  // the parenthesis
    if ((name == "count" || name == "share") && at_type_form()) {
      return aggregate(begin, std::move(name), {});
    }
    const bool array_function = name.substr(0, 2) == "a_";
    std::vector<Tree> args;
    if (!token_.is(")")) {
      do {
        const std::uint32_t at = token_.begin;
        Tree arg = expression();
        if (!arg) return {};
        if (array_function && arg.node.get() == parenthesised_ && arg.node->kind != Kind::array) {
          std::vector<Tree> items;
          items.push_back(std::move(arg));
          arg = make_tree(Kind::array, since(at), std::move(items));
        }
        args.push_back(std::move(arg));
        if (at_word("of")) return aggregate_of(begin, std::move(name), std::move(args));
      } while (accept(","));
    }
    if (!expect(")", {"of", "where", "over", "and", "or"})) return {};
    Tree tree = make_tree(Kind::call, since(begin), std::move(args));
    tree.node->name = std::move(name);
    return checked(std::move(tree));
  }

  // After "count(" or "share(": a type and then what can only stand behind a type.
  bool at_type_form() const {
    if (token_.kind != TokenKind::name && token_.kind != TokenKind::quoted_name) return false;
    if (token_.kind == TokenKind::name && token_.text.find(':') != std::string::npos) return true;
    const Token after = scan(source_, token_.end);
    if (after.is(")") || after.is(":")) return true;
    if (after.kind != TokenKind::name) return false;
    return iequals_ascii(after.text, "where") || iequals_ascii(after.text, "over") ||
           after.text[0] == ':';
  }

  Tree aggregate_of(std::uint32_t begin, std::string name, std::vector<Tree> args) {
    if (!is_aggregate_of(name)) {
      return stop(token_.begin, format("'{}' takes no 'of'; the aggregates over things are count, "
                                       "share, sum, avg, min, max, stddev, median, quantile",
                                       name));
    }
    const std::size_t wanted = name == "quantile" ? 2 : 1;
    if (args.size() != wanted) {
      return stop(begin, wanted == 2 ? "write quantile(q, value of type)"
                                     : format("write {}(value of type)", name));
    }
    next();
    return aggregate(begin, std::move(name), std::move(args));
  }

  // A colon of "share(T: Q)", also where it stuck to the name behind it.
  bool accept_colon() {
    if (accept(":")) return true;
    if (token_.kind != TokenKind::name || token_.text[0] != ':') return false;
    last_end_ = token_.begin + 1;
    go_to(last_end_);
    return true;
  }

  Tree aggregate(std::uint32_t begin, std::string name, std::vector<Tree> args) {
    if (token_.kind != TokenKind::name && token_.kind != TokenKind::quoted_name) {
      return expected("the name of a type of things");
    }
    const bool share = name == "share";
    Token type = token_;
    if (share && type.kind == TokenKind::name) {
      if (const std::size_t colon = type.text.find(':', 1); colon != std::string::npos) {
        type.text.resize(colon);
        type.end = type.begin + static_cast<std::uint32_t>(colon);
      }
    }
    last_end_ = type.end;
    go_to(type.end);
    Tree where;
    if (accept_word("where")) {
      where = expression();
      if (!where) return {};
    }
    if (share) {
      if (!accept_colon()) return expected("':' and what the share is of", {"where"});
      args.push_back(expression());
      if (!args.back()) return {};
    }
    std::optional<Over> over;
    if (accept_word("over")) {
      over = window();
      if (!over) return {};
    }
    if (!expect(")", {"where", "over", "and", "or"})) return {};
    const int where_height = where.height;
    Tree tree = make_tree(Kind::aggregate, since(begin), std::move(args));
    tree.height = std::max(tree.height, where_height + 1);
    tree.node->name = std::move(name);
    tree.node->type = std::move(type.text);
    tree.node->type_at = {type.begin, type.end};
    tree.node->where = std::move(where.node);
    tree.node->over = over;
    return checked(std::move(tree));
  }

  std::optional<Over> window() {
    if (token_.kind == TokenKind::number) {
      const std::uint32_t end = scan_unit(source_, token_.end);
      const std::uint32_t unit = skip_blanks(source_, token_.end);
      const auto span =
          parse_span(token_.text + std::string(end > unit ? source_.substr(unit, end - unit) : ""));
      if (!span) {
        stop(token_.begin, span.error().message);
        return std::nullopt;
      }
      last_end_ = std::max(end, token_.end);
      go_to(last_end_);
      return Over{Over::Form::moving, PeriodKind::year, *span};
    }
    if (token_.kind == TokenKind::name) {
      static constexpr std::pair<std::string_view, PeriodKind> to_dates[] = {
          {"ytd", PeriodKind::year}, {"qtd", PeriodKind::quarter}, {"mtd", PeriodKind::month}};
      for (const auto& [word, kind] : to_dates) {
        if (accept_word(word)) return Over{Over::Form::to_date, kind, {}};
      }
      const bool last = accept_word("last");
      if (const auto kind = parse_period_kind(lower_ascii(token_.text));
          kind && token_.kind == TokenKind::name) {
        next();
        return Over{last ? Over::Form::last_calendar : Over::Form::calendar, *kind, {}};
      }
    }
    expected("a period: year, quarter, month, day, last year …, ytd, qtd, mtd, 12mo, 30d",
             {"year", "quarter", "month", "day", "last", "ytd", "qtd", "mtd"});
    return std::nullopt;
  }

  std::string_view source_;
  Token token_;
  std::uint32_t last_end_ = 0;
  int nesting_ = 0;
  const Node* parenthesised_ = nullptr;
  std::optional<Error> error_;
};

}  // namespace

Result<NodePtr> parse(std::string_view text) {
  if (text.size() > limits::formula_bytes) {
    return fail(Code::too_large,
                format("a formula has at most {} bytes, this one has {}", limits::formula_bytes,
                       text.size()),
                "1:1");
  }
  if (const std::size_t bad = first_invalid_utf8(text); bad != std::string_view::npos) {
    return fail(Code::invalid, "this byte is not UTF-8",
                place_of(text, static_cast<std::uint32_t>(bad)));
  }
  return Parser(text).whole();
}

}  // namespace cairn::formula
