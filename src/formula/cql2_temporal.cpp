// SPDX-License-Identifier: Apache-2.0
// Kernels of the temporal comparison functions (OGC 21-065r2, clause 7.9): the relations of Allen
// between closed intervals of time. An instant or a day is an interval whose ends are one; an open
// end '..' lies beyond every instant.
#include "formula/cql2_kernel.hpp"
#include "formula/row_function.hpp"

namespace cairn::formula {
namespace {

std::optional<std::string> check(std::span<const Type> args, std::size_t& place) {
  for (std::size_t i = 0; i < args.size(); ++i) {
    if (args[i] == Type::time || args[i] == Type::date || args[i] == Type::interval) continue;
    place = i;
    return std::string("needs a date, a time or an interval, got ") + with_article(args[i]);
  }
  return std::nullopt;
}

std::optional<Interval> span_of(const Vec& vec, std::size_t lane) {
  if (!vec.present(lane)) return std::nullopt;
  if (vec.type == Type::interval) {
    const Interval* interval = vec.values[vec.at(lane)]->get<Interval>();
    return interval == nullptr ? std::nullopt : std::optional(*interval);
  }
  const Instant t{vec.times[vec.at(lane)]};
  return Interval{t, t};
}

using Test = bool (*)(const Interval& a, const Interval& b);

template <Test test>
void compare(std::span<const Vec* const> args, std::size_t lanes, Vec& out) {
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    const auto a = span_of(*args[0], lane);
    const auto b = span_of(*args[1], lane);
    if (a && b) out.set_truth(lane, test(*a, *b));
  }
}

bool after(const Interval& a, const Interval& b) {
  return a.begin > b.end;
}
bool before(const Interval& a, const Interval& b) {
  return a.end < b.begin;
}
bool contains(const Interval& a, const Interval& b) {
  return a.begin < b.begin && a.end > b.end;
}
bool disjoint(const Interval& a, const Interval& b) {
  return a.end < b.begin || a.begin > b.end;
}
bool during(const Interval& a, const Interval& b) {
  return contains(b, a);
}
bool equal(const Interval& a, const Interval& b) {
  return a == b;
}
bool finished_by(const Interval& a, const Interval& b) {
  return a.begin < b.begin && a.end == b.end;
}
bool finishes(const Interval& a, const Interval& b) {
  return finished_by(b, a);
}
bool intersects(const Interval& a, const Interval& b) {
  return !disjoint(a, b);
}
bool meets(const Interval& a, const Interval& b) {
  return a.end == b.begin;
}
bool met_by(const Interval& a, const Interval& b) {
  return meets(b, a);
}
bool overlaps(const Interval& a, const Interval& b) {
  return a.begin < b.begin && a.end > b.begin && a.end < b.end;
}
bool overlapped_by(const Interval& a, const Interval& b) {
  return overlaps(b, a);
}
bool starts(const Interval& a, const Interval& b) {
  return a.begin == b.begin && a.end < b.end;
}
bool started_by(const Interval& a, const Interval& b) {
  return starts(b, a);
}

template <Test test>
constexpr RowFunction row(std::string_view name) {
  return {name, 2, 2, Type::boolean, check, compare<test>};
}

constexpr RowFunction table[] = {
    row<after>("t_after"),
    row<before>("t_before"),
    row<contains>("t_contains"),
    row<disjoint>("t_disjoint"),
    row<during>("t_during"),
    row<equal>("t_equals"),
    row<finished_by>("t_finishedby"),
    row<finishes>("t_finishes"),
    row<intersects>("t_intersects"),
    row<meets>("t_meets"),
    row<met_by>("t_metby"),
    row<overlapped_by>("t_overlappedby"),
    row<overlaps>("t_overlaps"),
    row<started_by>("t_startedby"),
    row<starts>("t_starts"),
};

}  // namespace

std::span<const RowFunction> temporal_functions() {
  return table;
}

}  // namespace cairn::formula
