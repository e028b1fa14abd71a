// SPDX-License-Identifier: Apache-2.0
#include "formula/eval_ops.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

namespace cairn::formula {
namespace {

bool present(Lack lack) {
  return lack == Lack::present;
}

void put(Vec& out, std::size_t lane, double value) {
  if (std::isfinite(value)) {
    out.set_number(lane, value);
  } else {
    out.lack[lane] = Lack::overflow;
  }
}

// out[lane] = f(a, b) where both are there; the first lack otherwise.
template <class F>
void map2(Args args, std::size_t lanes, Vec& out, F f) {
  const Vec& a = args[0];
  const Vec& b = args[1];
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    const std::size_t i = a.at(lane);
    const std::size_t j = b.at(lane);
    if (!present(a.lack[i])) {
      out.lack[lane] = a.lack[i];
    } else if (!present(b.lack[j])) {
      out.lack[lane] = b.lack[j];
    } else {
      f(lane, i, j);
    }
  }
}

template <class F>
void map1(const Vec& a, std::size_t lanes, Vec& out, F f) {
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    const std::size_t i = a.at(lane);
    if (present(a.lack[i])) {
      f(lane, i);
    } else {
      out.lack[lane] = a.lack[i];
    }
  }
}

double floored_mod(double a, double b) {
  return a - b * std::trunc(a / b);
}

void divide_lane(Op op, double a, double b, std::size_t lane, Vec& out) {
  if (b == 0) {
    out.lack[lane] = Lack::zero_division;
  } else if (op == Op::div) {
    put(out, lane, a / b);
  } else if (op == Op::int_div) {
    put(out, lane, std::trunc(a / b));
  } else {
    put(out, lane, std::isfinite(a / b) ? std::fmod(a, b) : floored_mod(a, b));
  }
}

void arithmetic(Op op, Args args, std::size_t lanes, Vec& out) {
  const double* a = args[0].numbers.data();
  const double* b = args[1].numbers.data();
  switch (op) {
    case Op::add:
      return map2(args, lanes, out,
                  [&](auto lane, auto i, auto j) { put(out, lane, a[i] + b[j]); });
    case Op::sub:
      return map2(args, lanes, out,
                  [&](auto lane, auto i, auto j) { put(out, lane, a[i] - b[j]); });
    case Op::mul:
      return map2(args, lanes, out,
                  [&](auto lane, auto i, auto j) { put(out, lane, a[i] * b[j]); });
    case Op::pow:
      return map2(args, lanes, out, [&](auto lane, auto i, auto j) {
        const double power = std::pow(a[i], b[j]);
        if (std::isnan(power)) {
          out.lack[lane] = Lack::domain;
        } else if (a[i] == 0 && b[j] < 0) {
          out.lack[lane] = Lack::zero_division;
        } else {
          put(out, lane, power);
        }
      });
    default:
      return map2(args, lanes, out,
                  [&](auto lane, auto i, auto j) { divide_lane(op, a[i], b[j], lane, out); });
  }
}

template <class T>
bool holds(Op op, const T& a, const T& b) {
  switch (op) {
    case Op::eq:
      return a == b;
    case Op::ne:
      return a != b;
    case Op::lt:
      return a < b;
    case Op::le:
      return a <= b;
    case Op::gt:
      return a > b;
    default:
      return a >= b;
  }
}

void compare(Op op, Args args, std::size_t lanes, Vec& out) {
  const Vec& a = args[0];
  const Vec& b = args[1];
  switch (a.type) {
    case Type::text:
      return map2(args, lanes, out, [&](auto lane, auto i, auto j) {
        out.set_truth(lane, holds(op, a.texts[i], b.texts[j]));
      });
    case Type::time:
    case Type::date:
      return map2(args, lanes, out, [&](auto lane, auto i, auto j) {
        out.set_truth(lane, holds(op, a.times[i], b.times[j]));
      });
    default:
      return map2(args, lanes, out, [&](auto lane, auto i, auto j) {
        out.set_truth(lane, holds(op, a.numbers[i], b.numbers[j]));
      });
  }
}

// Three-valued: false AND unknown is false, true OR unknown is true.
void logic(Op op, Args args, std::size_t lanes, Vec& out) {
  const double decisive = op == Op::and_ ? 0 : 1;
  const Vec& a = args[0];
  const Vec& b = args[1];
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    const std::size_t i = a.at(lane);
    const std::size_t j = b.at(lane);
    const bool has_a = present(a.lack[i]);
    const bool has_b = present(b.lack[j]);
    if ((has_a && a.numbers[i] == decisive) || (has_b && b.numbers[j] == decisive)) {
      out.set_number(lane, decisive);
    } else if (has_a && has_b) {
      out.set_number(lane, 1 - decisive);
    } else {
      out.lack[lane] = has_a ? b.lack[j] : a.lack[i];
    }
  }
}

bool same_lane(const Vec& a, std::size_t i, const Vec& b, std::size_t j) {
  switch (a.type) {
    case Type::text:
      return a.texts[i] == b.texts[j];
    case Type::time:
    case Type::date:
      return a.times[i] == b.times[j];
    default:
      return a.numbers[i] == b.numbers[j];
  }
}

void among(Args args, std::size_t lanes, Vec& out) {
  map1(args[0], lanes, out, [&](std::size_t lane, std::size_t i) {
    bool unknown = false;
    for (const Vec& item : args.from(1)) {
      const std::size_t j = item.at(lane);
      if (!present(item.lack[j])) {
        unknown = true;
      } else if (same_lane(args[0], i, item, j)) {
        out.set_truth(lane, true);
        return;
      }
    }
    if (unknown) {
      out.lack[lane] = Lack::missing;
    } else {
      out.set_truth(lane, false);
    }
  });
}

void copy_lane(const Vec& from, std::size_t i, Vec& out, std::size_t lane) {
  out.lack[lane] = from.lack[i];
  if (!present(from.lack[i])) return;
  if (!from.numbers.empty()) out.numbers[lane] = from.numbers[i];
  if (!from.texts.empty()) out.texts[lane] = from.texts[i];
  if (!from.times.empty()) out.times[lane] = from.times[i];
  if (!from.values.empty()) out.values[lane] = from.values[i];
}

// Results that point into their arguments' storage must keep it.
void keep_storage(Args args, Vec& out) {
  std::size_t texts = 0;
  std::size_t values = 0;
  for (const Vec& arg : args) {
    texts += arg.own_texts != nullptr;
    values += arg.own_values != nullptr;
  }
  if (texts + values == 0) return;
  if (out.type == Type::text) {
    for (std::size_t lane = 0; lane < out.size(); ++lane) {
      if (present(out.lack[lane])) out.set_text(lane, std::string(out.texts[lane]));
    }
  } else if (!out.values.empty()) {
    for (std::size_t lane = 0; lane < out.size(); ++lane) {
      if (present(out.lack[lane])) out.set_value(lane, *out.values[lane]);
    }
  }
}

void choose(Args args, std::size_t lanes, Vec& out) {
  map1(args[0], lanes, out, [&](std::size_t lane, std::size_t i) {
    const std::size_t taken = args[0].numbers[i] != 0 ? 1 : 2;
    if (taken < args.size()) copy_lane(args[taken], args[taken].at(lane), out, lane);
  });
  keep_storage(args.from(1), out);
}

void coalesce(Args args, std::size_t lanes, Vec& out) {
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    for (const Vec& arg : args) {
      copy_lane(arg, arg.at(lane), out, lane);
      if (present(out.lack[lane])) break;
    }
  }
  keep_storage(args, out);
}

// Missing arguments make the result missing: the smallest of an unknown number is unknown.
void extreme(bool least, Args args, std::size_t lanes, Vec& out) {
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    double best = 0;
    bool first = true;
    Lack lack = Lack::present;
    for (const Vec& arg : args) {
      const std::size_t i = arg.at(lane);
      if (!present(arg.lack[i])) {
        lack = arg.lack[i];
        break;
      }
      const double value = arg.numbers[i];
      if (first || (least ? value < best : value > best)) best = value;
      first = false;
    }
    if (present(lack)) {
      out.set_number(lane, best);
    } else {
      out.lack[lane] = lack;
    }
  }
}

double math_of(const Expr& e, double x) {
  const double step = e.level_factor;
  switch (e.math) {
    case Math::abs:
      return std::fabs(x);
    case Math::sqrt:
      return std::sqrt(x);
    case Math::exp:
      return std::exp(x);
    case Math::ln:
      return std::log(x);
    case Math::log10:
      return std::log10(x);
    case Math::floor:
      return std::floor(x);
    case Math::ceil:
      return std::ceil(x);
    case Math::linear:
      return std::pow(10, x / step);
    case Math::decibel:
      return step * std::log10(x);
  }
  return x;
}

void math(const Expr& e, Args args, std::size_t lanes, Vec& out) {
  const bool logarithm = e.math == Math::ln || e.math == Math::log10 || e.math == Math::decibel;
  map1(args[0], lanes, out, [&](std::size_t lane, std::size_t i) {
    const double x = args[0].numbers[i];
    if ((logarithm && x <= 0) || (e.math == Math::sqrt && x < 0)) {
      out.lack[lane] = Lack::domain;
    } else {
      put(out, lane, math_of(e, x));
    }
  });
}

// Half away from zero, as people round.
void round_to(Args args, std::size_t lanes, Vec& out) {
  const double digits = args.size() > 1 ? args[1].numbers[0] : 0;
  const double scale = std::pow(10, std::fabs(digits));
  map1(args[0], lanes, out, [&](std::size_t lane, std::size_t i) {
    const double x = args[0].numbers[i];
    const double shifted = digits >= 0 ? x * scale : x / scale;
    if (!std::isfinite(shifted)) return out.set_number(lane, x);
    const double whole = std::round(shifted);
    put(out, lane, digits >= 0 ? whole / scale : whole * scale);
  });
}

// Linear between the points, level beyond the ends.
void interpolate(Args args, std::size_t lanes, Vec& out) {
  const std::size_t points = (args.size() - 1) / 2;
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    Lack lack = Lack::present;
    for (const Vec& arg : args) {
      if (present(lack)) lack = arg.lack[arg.at(lane)];
    }
    if (!present(lack)) {
      out.lack[lane] = lack;
      continue;
    }
    const auto number = [&](std::size_t i) { return args[i].numbers[args[i].at(lane)]; };
    const double x = number(0);
    std::size_t k = 0;
    while (k < points && number(1 + 2 * k) < x) ++k;
    if (k == 0) {
      out.set_number(lane, number(2));
    } else if (k == points) {
      out.set_number(lane, number(2 * points));
    } else {
      const double x0 = number(2 * k - 1);
      const double x1 = number(2 * k + 1);
      const double y0 = number(2 * k);
      const double y1 = number(2 * k + 2);
      put(out, lane, x == x1 ? y1 : y0 + (y1 - y0) * ((x - x0) / (x1 - x0)));
    }
  }
}

model::Value lane_value(const Vec& vec, std::size_t lane) {
  const std::size_t i = vec.at(lane);
  if (!present(vec.lack[i])) return {};
  switch (vec.type) {
    case Type::number:
      return {vec.numbers[i]};
    case Type::boolean:
      return {vec.numbers[i] != 0};
    case Type::text:
      return {std::string(vec.texts[i])};
    case Type::time:
      return {Instant{vec.times[i]}};
    case Type::date:
      return {date_of(Instant{vec.times[i]}, Zone{})};
    default:
      return *vec.values[i];
  }
}

void make_array(Args args, std::size_t lanes, Vec& out) {
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    model::Array array;
    for (const Vec& arg : args) array.items.push_back(lane_value(arg, lane));
    out.set_value(lane, model::Value{std::move(array)});
  }
}

// An interval of dates reaches to the end of its last day.
void make_interval(Args args, std::size_t lanes, Vec& out) {
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    Interval interval{Instant::min(), Instant::max()};
    Lack lack = Lack::present;
    for (std::size_t end = 0; end < 2; ++end) {
      const Vec& arg = args[end];
      const std::size_t i = arg.at(lane);
      if (!present(arg.lack[i])) lack = arg.lack[i];
      if (arg.type == Type::text || !present(arg.lack[i])) continue;
      (end == 0 ? interval.begin : interval.end) = Instant{arg.times[i]};
    }
    if (present(lack)) {
      out.set_value(lane, model::Value{interval});
    } else {
      out.lack[lane] = lack;
    }
  }
}

void call(const Expr& e, Args args, std::size_t lanes, Vec& out) {
  e.function->run(args.pointers(), lanes, out);
  keep_storage(args, out);
}

void unary(Op op, const Vec& a, std::size_t lanes, Vec& out) {
  map1(a, lanes, out, [&](std::size_t lane, std::size_t i) {
    out.set_number(lane, op == Op::not_ ? 1 - a.numbers[i] : -a.numbers[i]);
  });
}

void binary(Op op, Args args, std::size_t lanes, Vec& out) {
  if (op == Op::and_ || op == Op::or_) return logic(op, args, lanes, out);
  if (op >= Op::eq && op <= Op::ge) return compare(op, args, lanes, out);
  arithmetic(op, args, lanes, out);
}

void run(const Expr& e, Args args, std::size_t lanes, Vec& out) {
  switch (e.kind) {
    case ExprKind::convert:
      return map1(args[0], lanes, out, [&](std::size_t lane, std::size_t i) {
        put(out, lane, e.conversion.apply(args[0].numbers[i]));
      });
    case ExprKind::unary:
      return unary(e.op, args[0], lanes, out);
    case ExprKind::binary:
      return binary(e.op, args, lanes, out);
    case ExprKind::is_null:
      for (std::size_t lane = 0; lane < lanes; ++lane) {
        out.set_truth(lane, !args[0].present(lane));
      }
      return;
    case ExprKind::in:
      return among(args, lanes, out);
    case ExprKind::choose:
      return choose(args, lanes, out);
    case ExprKind::coalesce:
      return coalesce(args, lanes, out);
    case ExprKind::least:
      return extreme(true, args, lanes, out);
    case ExprKind::greatest:
      return extreme(false, args, lanes, out);
    case ExprKind::math:
      return math(e, args, lanes, out);
    case ExprKind::round:
      return round_to(args, lanes, out);
    case ExprKind::interp:
      return interpolate(args, lanes, out);
    case ExprKind::call:
      return call(e, args, lanes, out);
    case ExprKind::array:
      return make_array(args, lanes, out);
    case ExprKind::interval:
      return make_interval(args, lanes, out);
    default:
      return;  // leaves are the drivers' business
  }
}

}  // namespace

void apply(const Expr& e, Args args, std::size_t lanes, Vec& out) {
  bool constant = args.size() > 0;
  for (const Vec& arg : args) constant = constant && arg.constant;
  const std::size_t count = constant ? 1 : lanes;
  out.reset(e.type, count);
  run(e, args, count, out);
  out.constant = constant;
}

Vec apply(const Expr& e, std::span<const Vec> args, std::size_t lanes) {
  std::vector<const Vec*> pointers;
  pointers.reserve(args.size());
  for (const Vec& arg : args) pointers.push_back(&arg);
  Vec out;
  apply(e, Args(pointers), lanes, out);
  return out;
}

}  // namespace cairn::formula
