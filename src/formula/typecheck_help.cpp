// SPDX-License-Identifier: Apache-2.0
// What the checker says, and the conversions it inserts.
#include <utility>

#include "core/text.hpp"
#include "formula/typecheck.hpp"

namespace cairn::formula {

const char* to_string(Type type) {
  static constexpr const char* names[] = {"number", "condition", "text",     "time",
                                          "date",   "interval",  "geometry", "array"};
  return names[static_cast<std::size_t>(type)];
}

const char* to_string(AggregateKind kind) {
  static constexpr const char* names[] = {"count", "share", "sum",    "avg",
                                          "min",   "max",   "stddev", "quantile"};
  return names[static_cast<std::size_t>(kind)];
}

Expr Checker::error(Extent at, std::string message, Code code) {
  if (!error_) error_ = Error{code, std::move(message), place(at)};
  return {};
}

std::vector<Expr> Checker::check_all(const Node& node) {
  std::vector<Expr> args;
  args.reserve(node.args.size());
  for (const auto& arg : node.args) args.push_back(check(*arg));
  return args;
}

bool Checker::arity(const Node& node, std::size_t least, std::size_t most) {
  const std::size_t count = node.args.size();
  if (count >= least && count <= most) return true;
  const std::string wanted = least == most ? std::to_string(least)
                             : most > 1000 ? format("{} or more", least)
                                           : format("{} to {}", least, most);
  error(node.at, format("{} takes {} argument{}, not {}", node.name, wanted,
                        wanted == "1" ? "" : "s", count));
  return false;
}

bool Checker::expect_number(const Expr& e, std::string_view what) {
  if (failed()) return false;
  if (e.type == Type::number) return true;
  error(e.at, format("{} needs a number, but {} is {}", what, source(e.at), describe(e)));
  return false;
}

bool Checker::expect_truth(const Expr& e, std::string_view what) {
  if (failed()) return false;
  if (e.type == Type::boolean) return true;
  error(e.at, format("{} needs a condition, but {} is {}", what, source(e.at), describe(e)));
  return false;
}

std::string Checker::describe(const Expr& e) const {
  if (e.type == Type::array || e.type == Type::interval) return format("an {}", to_string(e.type));
  if (e.type != Type::number) return format("a {}", to_string(e.type));
  if (e.unit.text == "1") return "a number without a unit";
  return format("a number in {}", e.unit.text);
}

std::string Checker::source(Extent at) const {
  constexpr std::size_t most = 60;
  if (at.begin >= text_.size() || at.end <= at.begin) return "it";
  std::size_t end = std::min<std::size_t>(at.end, text_.size());
  if (end - at.begin <= most) return std::string(text_.substr(at.begin, end - at.begin));
  end = at.begin + most;
  while (end > at.begin && (static_cast<unsigned char>(text_[end]) & 0xC0) == 0x80) --end;
  return std::string(text_.substr(at.begin, end - at.begin)) + "…";
}

std::string Checker::place(Extent at) const {
  return place_of(text_, at.begin);
}

Expr Checker::converted(Expr e, const Unit& unit) {
  const Conversion c = conversion(e.unit, unit);
  if (c.identity()) {
    e.unit = unit;
    return e;
  }
  Expr result;
  result.kind = ExprKind::convert;
  result.type = Type::number;
  result.at = e.at;
  result.unit = unit;
  result.conversion = c;
  result.args.push_back(std::move(e));
  return result;
}

bool Checker::unify(std::vector<Expr>& items, std::string_view what) {
  if (failed()) return false;
  const Expr* lead = &items.front();
  for (const Expr& item : items) {
    if (item.type != items.front().type) {
      error(item.at, format("{} needs values of one kind: {} is {}, {} is {}", what,
                            source(items.front().at), describe(items.front()), source(item.at),
                            describe(item)));
      return false;
    }
    if (lead->bare && !item.bare) lead = &item;
  }
  if (lead->type != Type::number) return true;
  const Unit unit = lead->unit;
  const Extent lead_at = lead->at;
  for (Expr& item : items) {
    if (item.bare) item.unit = unit;
    if (!item.unit.compatible(unit)) {
      error(item.at, format("{} needs one unit: {} is in {} ({}), {} is in {} ({})", what,
                            source(lead_at), unit.text, dimension_text(unit), source(item.at),
                            item.unit.text, dimension_text(item.unit)));
      return false;
    }
    item = converted(std::move(item), unit);
  }
  return true;
}

Expr Checker::mismatch(const Node& node, std::string_view verb, const Expr& a, const Expr& b) {
  if (a.type == Type::number && b.type == Type::number) {
    if (a.bare != b.bare) {
      const Expr& bare = a.bare ? a : b;
      const Expr& other = a.bare ? b : a;
      return error(bare.at, format("{} has no unit, {} is in {}: write {} {}", source(bare.at),
                                   source(other.at), other.unit.text, source(bare.at),
                                   other.unit.kind == UnitKind::level ? "dB" : other.unit.text));
    }
    return error(node.at, format("cannot {} {} ({}) at {} and {} ({}) at {}", verb, a.unit.text,
                                 dimension_text(a.unit), place(a.at), b.unit.text,
                                 dimension_text(b.unit), place(b.at)));
  }
  return error(node.at, format("cannot {} {} at {} and {} at {}", verb, describe(a), place(a.at),
                               describe(b), place(b.at)));
}

Expr Checker::unknown_property(const Node& node) {
  std::vector<std::string> names{"id",        "name",     "region",     "status",
                                 "estimated", "geometry", "valid_from", "valid_to"};
  for (const model::PropertyDef& property : row_type_->properties) names.push_back(property.name);
  std::string message = format("'{}' has no property '{}'", row_type_->name, node.name);
  if (const auto near = nearest(node.name, names)) {
    message += format("; did you mean {}?", *near);
  } else if (catalog_.indicator(node.name) != nullptr) {
    message += format("; '{}' is an indicator of a region, not a property of a thing", node.name);
  } else {
    for (const model::TypeDef& type : catalog_.types) {
      if (type.property(node.name) == nullptr) continue;
      message += format("; it is a property of {}", type.name);
      break;
    }
  }
  return error(node.at, std::move(message), Code::not_found);
}

// "; it is a property of county, so wrap it in an aggregate: sum(population of county)"
std::string Checker::wrapped(std::string_view name) const {
  const model::TypeDef* owner = nullptr;
  std::string types;
  for (const model::TypeDef& type : catalog_.types) {
    if (type.property(name) == nullptr) continue;
    types += (types.empty() ? "" : ", ") + type.name;
    // Counties tile every region that people ask about; a province's own value does not.
    if (owner == nullptr || type.name == "county") owner = &type;
  }
  if (owner == nullptr) return {};
  const model::PropertyDef& property = *owner->property(name);
  const std::string call =
      property.kind == model::PropertyKind::boolean
          ? format("share({}: {})", owner->name, name)
          : format("{}({} of {})", property.unit.kind == UnitKind::level ? "max" : "sum", name,
                   owner->name);
  return format("; it is a property of {}, so wrap it in an aggregate: {}", types, call);
}

Expr Checker::unknown_indicator(const Node& node) {
  std::vector<std::string> names;
  for (const model::IndicatorDef& indicator : catalog_.indicators) names.push_back(indicator.id);
  std::string message = format("there is no indicator '{}'", node.name);
  if (catalog_.type(node.name) != nullptr) {
    message += format("; '{}' is a type of things: write count({})", node.name, node.name);
    return error(node.at, std::move(message), Code::not_found);
  }
  if (const std::string hint = wrapped(node.name); !hint.empty()) {
    return error(node.at, message + hint, Code::not_found);
  }
  if (const auto near = nearest(node.name, names)) message += format("; did you mean {}?", *near);
  return error(node.at, std::move(message), Code::not_found);
}

std::optional<double> Checker::constant_number(const Node& node, std::string_view what) {
  if (node.kind == Kind::literal) {
    if (const double* value = node.literal.get<double>()) return *value;
  }
  if (node.kind == Kind::unary && node.op == Op::neg) {
    const auto inner = constant_number(*node.args[0], what);
    if (inner) return -*inner;
    return std::nullopt;
  }
  error(node.at, format("{} must be written as a number, not {}", what, source(node.at)));
  return std::nullopt;
}

}  // namespace cairn::formula
