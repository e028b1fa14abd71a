// SPDX-License-Identifier: Apache-2.0
// A tree as text again, equality of trees, and places in a formula's text.
#include <algorithm>
#include <string>
#include <string_view>

#include "core/text.hpp"
#include "formula/ast.hpp"
#include "formula/lexer.hpp"
#include "geo/wkt.hpp"

namespace cairn::formula {
namespace {

std::string_view op_text(Op op) {
  switch (op) {
    case Op::add:
      return "+";
    case Op::sub:
      return "-";
    case Op::mul:
      return "*";
    case Op::div:
      return "/";
    case Op::int_div:
      return "div";
    case Op::mod:
      return "%";
    case Op::pow:
      return "^";
    case Op::eq:
      return "=";
    case Op::ne:
      return "<>";
    case Op::lt:
      return "<";
    case Op::le:
      return "<=";
    case Op::gt:
      return ">";
    case Op::ge:
      return ">=";
    case Op::and_:
      return "AND";
    case Op::or_:
      return "OR";
    case Op::neg:
      return "-";
    case Op::not_:
      return "NOT";
    case Op::none:
      break;
  }
  return "?";
}

void put(std::string& out, const Node& node);
std::string bare(const Node& node);

struct LiteralPrinter {
  std::string& out;
  bool in_interval = false;  // dates and times stand there as plain text

  void quoted(std::string_view tag, const std::string& text) {
    out += in_interval ? "'" + text + "'" : format("{}('{}')", tag, text);
  }
  void operator()(std::monostate) { out += "NULL"; }
  void operator()(bool value) { out += value ? "TRUE" : "FALSE"; }
  void operator()(double value) { out += number_text(value); }
  void operator()(const std::string& value) { out += quote_text(value); }
  void operator()(Date value) { quoted("DATE", to_string(value)); }
  void operator()(Instant value) { quoted("TIMESTAMP", to_string(value)); }
  void operator()(const Interval& value) {
    out += format("INTERVAL('{}', '{}')",
                  value.begin == Instant::min() ? ".." : to_string(value.begin),
                  value.end == Instant::max() ? ".." : to_string(value.end));
  }
  void operator()(const geo::Geometry& value) { out += geo::to_wkt(value); }
  void operator()(const model::Array& value) {
    out += '(';
    for (std::size_t i = 0; i < value.items.size(); ++i) {
      if (i > 0) out += ", ";
      std::visit(*this, value.items[i].data);
    }
    out += ')';
  }
};

void put_list(std::string& out, const std::vector<std::unique_ptr<Node>>& args, std::size_t from) {
  for (std::size_t i = from; i < args.size(); ++i) {
    if (i > from) out += ", ";
    put(out, *args[i]);
  }
}

void put_quantity(std::string& out, const Node& node) {
  // A percent sign before an operand would be read as modulo.
  const bool percent = node.name[0] == '%';
  if (percent) out += '(';
  std::visit(LiteralPrinter{out}, node.literal.data);
  out += " " + node.name;
  if (percent) out += ')';
}

void put_unary(std::string& out, const Node& node) {
  const Node& operand = *node.args[0];
  if (node.op == Op::not_) {
    out += "(NOT ";
    put(out, operand);
    out += ')';
    return;
  }
  const bool bare = operand.kind == Kind::name || operand.kind == Kind::call ||
                    operand.kind == Kind::aggregate || operand.kind == Kind::binary;
  out += bare ? "-" : "-(";
  put(out, operand);
  if (!bare) out += ')';
}

// "(x NOT LIKE y)" and its kin.
void put_predicate(std::string& out, const Node& node) {
  out += '(';
  put(out, *node.args[0]);
  if (node.kind == Kind::is_null) {
    out += node.negated ? " IS NOT NULL)" : " IS NULL)";
    return;
  }
  if (node.negated) out += " NOT";
  if (node.kind == Kind::like) {
    out += " LIKE ";
    put(out, *node.args[1]);
  } else if (node.kind == Kind::between) {
    out += " BETWEEN ";
    put(out, *node.args[1]);
    out += " AND ";
    put(out, *node.args[2]);
  } else {
    out += " IN (";
    put_list(out, node.args, 1);
    out += ')';
  }
  out += ')';
}

void put_call(std::string& out, const Node& node) {
  // Array functions would take a pair of parentheses around an argument for an array of one.
  const bool array_function = node.name.substr(0, 2) == "a_";
  out += node.name + "(";
  for (std::size_t i = 0; i < node.args.size(); ++i) {
    if (i > 0) out += ", ";
    if (array_function) {
      out += bare(*node.args[i]);
    } else {
      put(out, *node.args[i]);
    }
  }
  out += ')';
}

void put_over(std::string& out, const Over& over) {
  out += " over ";
  switch (over.form) {
    case Over::Form::calendar:
      out += to_string(over.kind);
      return;
    case Over::Form::last_calendar:
      out += format("last {}", to_string(over.kind));
      return;
    case Over::Form::to_date:
      out += format("{}td", to_string(over.kind)[0]);
      return;
    case Over::Form::moving:
      out += to_string(over.span);
      return;
  }
}

void put_aggregate(std::string& out, const Node& node) {
  const bool share = node.name == "share";
  out += node.name + "(";
  if (!share && !node.args.empty()) {
    put_list(out, node.args, 0);
    out += " of ";
  }
  out += quote_name(node.type);
  if (node.where) {
    out += " where ";
    put(out, *node.where);
  }
  if (share) {
    out += " : ";
    put_list(out, node.args, 0);
  }
  if (node.over) put_over(out, *node.over);
  out += ')';
}

void put(std::string& out, const Node& node) {
  switch (node.kind) {
    case Kind::literal:
      std::visit(LiteralPrinter{out}, node.literal.data);
      return;
    case Kind::quantity:
      put_quantity(out, node);
      return;
    case Kind::name:
      out += quote_name(node.name);
      return;
    case Kind::array:
      out += '(';
      put_list(out, node.args, 0);
      out += ')';
      return;
    case Kind::unary:
      put_unary(out, node);
      return;
    case Kind::binary:
      out += '(';
      put(out, *node.args[0]);
      out += format(" {} ", op_text(node.op));
      put(out, *node.args[1]);
      out += ')';
      return;
    case Kind::like:
    case Kind::between:
    case Kind::in:
    case Kind::is_null:
      put_predicate(out, node);
      return;
    case Kind::interval:
      out += "INTERVAL(";
      for (std::size_t i = 0; i < node.args.size(); ++i) {
        if (i > 0) out += ", ";
        if (node.args[i]->kind == Kind::literal) {
          std::visit(LiteralPrinter{out, true}, node.args[i]->literal.data);
        } else {
          put(out, *node.args[i]);
        }
      }
      out += ')';
      return;
    case Kind::call:
      put_call(out, node);
      return;
    case Kind::aggregate:
      put_aggregate(out, node);
      return;
  }
}

// The node without the parentheses around the whole of it.
std::string bare(const Node& node) {
  std::string out;
  put(out, node);
  const bool wrapped = node.kind == Kind::binary || node.kind == Kind::like ||
                       node.kind == Kind::between || node.kind == Kind::in ||
                       node.kind == Kind::is_null ||
                       (node.kind == Kind::unary && node.op == Op::not_) ||
                       (node.kind == Kind::quantity && node.name[0] == '%');
  return wrapped ? out.substr(1, out.size() - 2) : out;
}

// The line that contains `offset`, without its line break.
struct LineAt {
  std::size_t number = 1;
  std::size_t begin = 0;
  std::size_t end = 0;
};

LineAt line_at(std::string_view text, std::size_t offset) {
  offset = std::min(offset, text.size());
  LineAt line;
  for (std::size_t i = 0; i < offset; ++i) {
    if (text[i] == '\n') {
      ++line.number;
      line.begin = i + 1;
    }
  }
  line.end = std::min(text.find('\n', offset), text.size());
  if (line.end > line.begin && text[line.end - 1] == '\r') --line.end;
  return line;
}

// Cuts a long line to what stands around [begin, end), so that it fits a terminal; both move along.
void cut_to_window(std::string& line, std::size_t& begin, std::size_t& end) {
  constexpr std::size_t before_bytes = 60;
  constexpr std::size_t after_bytes = 60;
  const auto inside = [&](std::size_t at) {  // in the middle of a code point
    return at < line.size() && (static_cast<unsigned char>(line[at]) & 0xC0) == 0x80;
  };
  std::size_t last = begin + after_bytes;
  while (inside(last)) ++last;
  if (last < line.size()) {
    line.resize(last);
    end = std::min(end, last);
    line += "…";
  }
  if (begin <= before_bytes) return;
  std::size_t first = begin - before_bytes;
  while (inside(first)) --first;
  constexpr std::string_view dots = "…";
  line.replace(0, first, dots);
  begin = begin - first + dots.size();
  end = end - first + dots.size();
}

}  // namespace

std::string print(const Node& node) {
  return bare(node);
}

bool same(const Node& a, const Node& b) {
  const auto same_ptr = [](const std::unique_ptr<Node>& x, const std::unique_ptr<Node>& y) {
    return (x == nullptr) == (y == nullptr) && (x == nullptr || same(*x, *y));
  };
  return a.kind == b.kind && a.op == b.op && a.negated == b.negated && a.name == b.name &&
         a.literal == b.literal && a.type == b.type && a.over == b.over &&
         same_ptr(a.where, b.where) &&
         std::equal(a.args.begin(), a.args.end(), b.args.begin(), b.args.end(), same_ptr);
}

std::string place_of(std::string_view text, std::uint32_t offset) {
  const LineAt line = line_at(text, offset);
  std::size_t column = 1;
  for (std::size_t i = line.begin; i < std::min<std::size_t>(offset, text.size()); ++column) {
    next_code_point(text, i);
  }
  return format("{}:{}", line.number, column);
}

std::string caret(std::string_view text, Extent extent) {
  const LineAt line = line_at(text, extent.begin);
  std::string source(text.substr(line.begin, line.end - line.begin));
  std::replace(source.begin(), source.end(), '\t', ' ');
  std::size_t begin = std::min<std::size_t>(extent.begin - line.begin, source.size());
  std::size_t end = std::clamp<std::size_t>(std::max(extent.end, extent.begin) - line.begin, begin,
                                            source.size());
  cut_to_window(source, begin, end);
  const std::string_view shown = source;
  const std::size_t width =
      std::max<std::size_t>(1, display_width(shown.substr(begin, end - begin)));
  return source + "\n" + std::string(display_width(shown.substr(0, begin)), ' ') +
         std::string(width, '^');
}

}  // namespace cairn::formula
