// SPDX-License-Identifier: Apache-2.0
#include "server/sta_eval.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/text.hpp"
#include "geo/wkt.hpp"
#include "server/detail/sta_json.hpp"
#include "server/sta_functions.hpp"

namespace cairn::server::sta {
namespace {

std::vector<std::string> names_in(Set set) {
  std::vector<std::string> out;
  for (const PropDef& def : properties_of(set)) out.emplace_back(def.name);
  for (const NavDef& def : navigation_of(set)) out.emplace_back(def.name);
  return out;
}

Result<Bound> bind_path(const Expr& expr, Set set) {
  Bound out;
  out.kind = Expr::Kind::path;
  for (std::size_t i = 0; i < expr.path.size(); ++i) {
    const std::string& name = expr.path[i];
    if (const NavDef* nav = find_navigation(set, name)) {
      out.navigation.push_back(nav);
      out.many |= nav->many;
      set = nav->target;
      continue;
    }
    // A set's own name before its property: Things?$filter=Things/name … of the standard's text.
    if (i == 0 && name == set_name(set) && expr.path.size() > 1) continue;
    const PropDef* def = find_property(set, name);
    if (def == nullptr) {
      const auto near = nearest(name, names_in(set));
      return fail(Code::invalid,
                  format("{} have no '{}' (byte {}){}", set_name(set), name, expr.offset,
                         near ? format("; did you mean '{}'?", *near) : ""));
    }
    out.prop = def->prop;
    out.is_id = def->prop == Prop::id;
    out.expected = def->kind;
    out.inside.assign(expr.path.begin() + static_cast<std::ptrdiff_t>(i) + 1, expr.path.end());
    if (!out.inside.empty()) {
      if (def->kind != Kind::object) {
        return fail(Code::invalid, format("'{}' has no members (byte {})", name, expr.offset));
      }
      out.expected = Kind::any;
    }
    return out;
  }
  return fail(Code::invalid, format("'{}' names entities; a property of theirs is needed (byte {})",
                                    join(expr.path, "/"), expr.offset));
}

Kind kind_of(const Value& v) {
  if (v.get<std::string>() != nullptr) return Kind::text;
  if (v.get<Instant>() != nullptr || v.get<Interval>() != nullptr) return Kind::time;
  if (v.get<GeometryValue>() != nullptr) return Kind::geometry;
  return Kind::any;
}

bool is_comparison(Op op) {
  return op >= Op::eq && op <= Op::le;
}

// What can never be true is told at once.
Status check_comparison(const Bound& bound, std::size_t offset) {
  for (int side = 0; side < 2; ++side) {
    const Bound& path = bound.args[side == 0 ? 0 : 1];
    const Bound& literal = bound.args[side == 0 ? 1 : 0];
    if (path.kind != Expr::Kind::path || literal.kind != Expr::Kind::literal) continue;
    if (literal.literal.null()) continue;
    const char* wrong = nullptr;
    if (path.expected == Kind::text && kind_of(literal.literal) != Kind::text) {
      wrong = "is a text: compare it with a text in single quotes";
    } else if (path.expected == Kind::time && kind_of(literal.literal) != Kind::time) {
      const auto* text = literal.literal.get<std::string>();
      if (text == nullptr || !read_time(*text)) wrong = "is a time: 2017-01-01T00:00:00Z";
    } else if (path.expected == Kind::geometry) {
      wrong = "is a geometry: use st_within(…), geo.distance(…) and so on";
    } else if (path.expected == Kind::object) {
      wrong = "is an object: name one of its members after a slash";
    }
    if (wrong != nullptr) {
      return fail(Code::invalid, format("what stands before byte {} {}", offset, wrong));
    }
  }
  return {};
}

Value member(const Json& object, const std::vector<std::string>& path) {
  const Json* at = &object;
  for (const std::string& name : path) {
    if (!at->is_object()) return {};
    const auto found = at->find(name);
    if (found == at->end()) return {};
    at = &*found;
  }
  if (at->is_boolean()) return {at->get<bool>()};
  if (at->is_number()) return {at->get<double>()};
  if (at->is_string()) return {at->get<std::string>()};
  return {};
}

std::optional<Interval> time_of(const Value& v) {
  if (const auto* t = v.get<Instant>()) return Interval{*t, *t};
  if (const auto* i = v.get<Interval>()) return *i;
  return std::nullopt;
}

Value arithmetic(Op op, const Value& a, const Value& b) {
  const auto* x = a.get<double>();
  const auto* y = b.get<double>();
  if (x != nullptr && y != nullptr) {
    double out = 0;
    switch (op) {
      case Op::add:
        out = *x + *y;
        break;
      case Op::sub:
        out = *x - *y;
        break;
      case Op::mul:
        out = *x * *y;
        break;
      case Op::div:
        out = *x / *y;
        break;
      default:
        out = std::fmod(*x, *y);
        break;
    }
    if (!std::isfinite(out)) return {};
    return {out};
  }
  const auto* t = a.get<Instant>();
  if (const auto* d = b.get<Duration>(); t != nullptr && d != nullptr) {
    if (op == Op::add) return {*t + d->ns};
    if (op == Op::sub) return {*t - d->ns};
  }
  if (const auto* u = b.get<Instant>(); t != nullptr && u != nullptr && op == Op::sub) {
    return {Duration{(*t - u->ns).ns}};
  }
  return {};
}

// Intervals are half-open: one that ends at an instant lies before it.
bool before(Interval a, Interval b) {
  return a.begin == a.end ? a.end < b.begin : a.end <= b.begin;
}

Value compare_times(Op op, Interval a, Interval b) {
  switch (op) {
    case Op::eq:
      return {a == b};
    case Op::ne:
      return {a != b};
    case Op::lt:
      return {before(a, b)};
    case Op::gt:
      return {before(b, a)};
    case Op::le:
      return {a.begin <= b.begin && a.end <= b.end};
    default:
      return {a.begin >= b.begin && a.end >= b.end};
  }
}

std::pair<Instant, Instant> rank(Interval time) {
  return {time.begin, time.end};
}

Value comparison(Op op, const Value& a, const Value& b) {
  if (a.null() || b.null()) {
    if (op == Op::eq) return {a.null() && b.null()};
    if (op == Op::ne) return {a.null() != b.null()};
    return {};
  }
  auto s = time_of(a);
  auto t = time_of(b);
  // Times in quotes are common.
  if (s && b.get<std::string>() != nullptr) {
    if (const auto read = read_time(*b.get<std::string>())) t = time_of(*read);
  } else if (t && a.get<std::string>() != nullptr) {
    if (const auto read = read_time(*a.get<std::string>())) s = time_of(*read);
  }
  if (s && t) return compare_times(op, *s, *t);
  const auto order = compare(a, b);
  if (!order) return op == Op::ne ? Value{true} : Value{};
  switch (op) {
    case Op::eq:
      return {*order == 0};
    case Op::ne:
      return {*order != 0};
    case Op::gt:
      return {*order > 0};
    case Op::ge:
      return {*order >= 0};
    case Op::lt:
      return {*order < 0};
    default:
      return {*order <= 0};
  }
}

// Three-valued: null is unknown.
Value logic(Op op, const Value& a, const Value& b) {
  const auto* x = a.get<bool>();
  const auto* y = b.get<bool>();
  const bool decides = op == Op::or_;
  if ((x != nullptr && *x == decides) || (y != nullptr && *y == decides)) return {decides};
  if (x == nullptr || y == nullptr) return {};
  return {!decides};
}

Value apply_op(Op op, const Value* args) {
  if (op == Op::and_ || op == Op::or_) return logic(op, args[0], args[1]);
  if (op == Op::not_) {
    const auto* x = args[0].get<bool>();
    return x == nullptr ? Value{} : Value{!*x};
  }
  if (op == Op::neg) {
    if (const auto* x = args[0].get<double>()) return {-*x};
    if (const auto* d = args[0].get<Duration>()) return {Duration{-d->ns}};
    return {};
  }
  if (is_comparison(op)) return comparison(op, args[0], args[1]);
  return arithmetic(op, args[0], args[1]);
}

}  // namespace

Result<Bound> bind(const Expr& expr, Set set) {
  if (expr.kind == Expr::Kind::path) return bind_path(expr, set);
  Bound out;
  out.kind = expr.kind;
  out.op = expr.op;
  out.literal = expr.literal;
  if (expr.kind == Expr::Kind::call) {
    out.function = find_function(expr.name);
    if (out.function == nullptr) {
      const auto near = nearest(expr.name, function_names());
      return fail(Code::invalid,
                  format("there is no function '{}' (byte {}){}", expr.name, expr.offset,
                         near ? format("; did you mean '{}'?", *near) : ""));
    }
    if (expr.args.size() < out.function->least || expr.args.size() > out.function->most) {
      return fail(Code::invalid,
                  format("{}(…) takes {} arguments, {} are given (byte {})", expr.name,
                         out.function->least == out.function->most
                             ? std::to_string(out.function->least)
                             : format("{} to {}", out.function->least, out.function->most),
                         expr.args.size(), expr.offset));
    }
  }
  for (const Expr& arg : expr.args) {
    auto bound = bind(arg, set);
    if (!bound) return bound;
    out.many |= bound->many;
    out.args.push_back(std::move(*bound));
  }
  const bool logical = expr.kind == Expr::Kind::op && (expr.op == Op::and_ || expr.op == Op::or_);
  if (!logical && std::count_if(out.args.begin(), out.args.end(),
                                [](const Bound& arg) { return arg.many; }) > 1) {
    return fail(Code::invalid,
                format("only one operand may lead over several entities (byte {})", expr.offset));
  }
  if (expr.kind == Expr::Kind::op && is_comparison(expr.op)) {
    if (auto checked = check_comparison(out, expr.offset); !checked) return fail(checked.error());
    for (int side = 0; side < 2; ++side) {  // an id against a text: its text form
      Bound& path = out.args[side == 0 ? 0 : 1];
      const Bound& other = out.args[side == 0 ? 1 : 0];
      path.is_id = path.is_id && other.literal.get<std::string>() != nullptr;
    }
  }
  return out;
}

std::optional<int> compare(const Value& a, const Value& b) {
  const auto order = [](const auto& x, const auto& y) { return x < y ? -1 : y < x ? 1 : 0; };
  if (const auto* x = a.get<double>()) {
    if (const auto* y = b.get<double>()) return order(*x, *y);
    // A number in quotes is common.
    if (const auto* text = b.get<std::string>()) {
      if (const auto y = parse_number(*text)) return order(*x, *y);
    }
    return std::nullopt;
  }
  if (b.get<double>() != nullptr && a.get<std::string>() != nullptr) {
    const auto reversed = compare(b, a);
    if (!reversed) return std::nullopt;
    return -*reversed;
  }
  if (a.data.index() != b.data.index()) {
    const auto s = time_of(a);
    const auto t = time_of(b);
    if (s && t) return order(rank(*s), rank(*t));
    return std::nullopt;
  }
  if (const auto* x = a.get<std::string>()) return order(*x, *b.get<std::string>());
  if (const auto* x = a.get<bool>()) return order(*x, *b.get<bool>());
  if (const auto* x = a.get<Instant>()) return order(*x, *b.get<Instant>());
  if (const auto* x = a.get<Duration>()) return order(x->ns, b.get<Duration>()->ns);
  if (const auto* x = a.get<Interval>()) return order(rank(*x), rank(*b.get<Interval>()));
  if (const auto* x = a.get<GeometryValue>()) {  // some order, for $orderby: by text
    return order(geo::to_wkt(**x), geo::to_wkt(**b.get<GeometryValue>()));
  }
  return std::nullopt;
}

bool sorts_before(const Value& a, const Value& b) {
  const auto order = compare(a, b);
  const bool same = a.data.index() == b.data.index() || (time_of(a) && time_of(b));
  if (order && same) return *order < 0;
  return a.data.index() < b.data.index();
}

Value Evaluator::read(const Bound& bound, const Ref& ref) const {
  if (bound.is_id) return {entities_.text_id(ref)};
  if (!bound.inside.empty() || bound.expected == Kind::object) {
    return member(property_json(entities_, ref, bound.prop), bound.inside);
  }
  if (bound.prop == Prop::self_link) return {entities_.text_id(ref)};
  return value_of(entities_, ref, bound.prop);
}

std::vector<Value> Evaluator::path_values(const Bound& bound, const Ref& ref) const {
  std::vector<Ref> refs{ref};
  for (const NavDef* nav : bound.navigation) {
    std::vector<Ref> next;
    for (const Ref& from : refs) {
      if (!nav->many) {
        if (const auto to = entities_.one(from, *nav)) next.push_back(*to);
      } else if (nav->target == Set::observations) {
        for (const std::uint32_t d : entities_.observed(from)) {
          std::vector<model::Sample> samples;
          entities_.snapshot().history->read(entities_.datastream(d).series, Instant::min(),
                                             Instant::max(), samples);
          for (const model::Sample& s : samples) next.push_back({Set::observations, d, s});
        }
      } else {
        for (const Ref& to : entities_.many(from, *nav)) next.push_back(to);
      }
    }
    refs = std::move(next);
  }
  std::vector<Value> out;
  out.reserve(refs.size());
  for (const Ref& at : refs) out.push_back(read(bound, at));
  return out;
}

Value Evaluator::apply(const Bound& bound, const Value* args, std::size_t count) const {
  if (bound.kind == Expr::Kind::call) return bound.function->apply(args, count, now_);
  return apply_op(bound.op, args);
}

// Every combination of the arguments' values. Truths are joined: one true is enough.
std::vector<Value> Evaluator::values(const Bound& bound, const Ref& ref) const {
  if (!bound.many) return {value(bound, ref)};
  if (bound.kind == Expr::Kind::path) return path_values(bound, ref);
  const bool logical =
      bound.kind == Expr::Kind::op && (bound.op == Op::and_ || bound.op == Op::or_);
  std::vector<std::vector<Value>> lists;
  for (const Bound& arg : bound.args) {
    if (logical) {
      lists.push_back({Value{test(arg, ref)}});
      continue;
    }
    lists.push_back(values(arg, ref));
    if (lists.back().empty()) return {};
  }
  std::vector<std::size_t> at(lists.size(), 0);
  std::vector<Value> args(lists.size());
  std::vector<Value> out;
  bool any = false;
  for (;;) {
    for (std::size_t i = 0; i < lists.size(); ++i) args[i] = lists[i][at[i]];
    Value one = apply(bound, args.data(), args.size());
    const bool* truth = one.get<bool>();
    if (truth == nullptr) {
      if (!one.null()) out.push_back(std::move(one));
    } else if (*truth) {
      return {Value{true}};
    } else {
      any = true;
    }
    std::size_t i = 0;
    while (i < at.size() && ++at[i] == lists[i].size()) at[i++] = 0;
    if (i == at.size()) break;
  }
  if (any && out.empty()) out.push_back({false});
  return out;
}

Value Evaluator::value(const Bound& bound, const Ref& ref) const {
  if (bound.kind == Expr::Kind::literal) return bound.literal;
  if (bound.many) {
    auto all = values(bound, ref);
    return all.empty() ? Value{} : std::move(all.front());
  }
  if (bound.kind == Expr::Kind::path) {
    if (bound.navigation.empty()) return read(bound, ref);
    Ref at = ref;
    for (const NavDef* nav : bound.navigation) {
      const auto next = entities_.one(at, *nav);
      if (!next) return {};
      at = *next;
    }
    return read(bound, at);
  }
  Value args[3];
  for (std::size_t i = 0; i < bound.args.size(); ++i) {
    args[i] = value(bound.args[i], ref);
    // The second side of and/or is needed only when the first does not decide.
    if (i == 0 && bound.kind == Expr::Kind::op && (bound.op == Op::and_ || bound.op == Op::or_)) {
      const bool* first = args[0].get<bool>();
      if (first != nullptr && *first == (bound.op == Op::or_)) return args[0];
    }
  }
  return apply(bound, args, bound.args.size());
}

bool Evaluator::test(const Bound& bound, const Ref& ref) const {
  if (bound.many) {
    for (const Value& v : values(bound, ref)) {
      if (const bool* truth = v.get<bool>(); truth != nullptr && *truth) return true;
    }
    return false;
  }
  const Value v = value(bound, ref);
  const bool* truth = v.get<bool>();
  return truth != nullptr && *truth;
}

TimeBounds time_bounds(const Bound& filter) {
  TimeBounds out;
  if (filter.kind != Expr::Kind::op) return out;
  if (filter.op == Op::and_) {
    const TimeBounds a = time_bounds(filter.args[0]);
    const TimeBounds b = time_bounds(filter.args[1]);
    return {std::max(a.after, b.after), std::min(a.until, b.until), false};
  }
  if (!is_comparison(filter.op) || filter.op == Op::ne) return out;
  Op op = filter.op;
  const Bound* path = &filter.args[0];
  const Bound* literal = &filter.args[1];
  if (path->kind != Expr::Kind::path) {
    std::swap(path, literal);
    op = op == Op::lt   ? Op::gt
         : op == Op::gt ? Op::lt
         : op == Op::le ? Op::ge
         : op == Op::ge ? Op::le
                        : op;
  }
  if (path->kind != Expr::Kind::path || !path->navigation.empty() ||
      (path->prop != Prop::phenomenon_time && path->prop != Prop::result_time)) {
    return out;
  }
  const auto time = time_of(literal->literal);
  if (!time || literal->kind != Expr::Kind::literal) return out;
  // Every one of these implies a bound on the end of the observation's time.
  if (op == Op::gt || op == Op::ge || op == Op::eq) {
    out.after = (op == Op::ge || op == Op::eq ? time->begin : time->end) - 1;
  }
  if (op == Op::lt || op == Op::le || op == Op::eq) out.until = time->end;
  return out;
}

}  // namespace cairn::server::sta
