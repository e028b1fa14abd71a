// SPDX-License-Identifier: Apache-2.0
// Kernels of the array comparison functions (OGC 21-065r2, clause 7.10): arrays are sets.
#include <algorithm>

#include "formula/cql2_kernel.hpp"
#include "formula/row_function.hpp"

namespace cairn::formula {
namespace {

using model::Array;

std::optional<std::string> check(std::span<const Type> args, std::size_t& place) {
  return each_is(args, Type::array, place);
}

bool holds(const Array& set, const model::Value& item) {
  return std::find(set.items.begin(), set.items.end(), item) != set.items.end();
}
bool contains(const Array& a, const Array& b) {
  return std::all_of(b.items.begin(), b.items.end(),
                     [&](const model::Value& item) { return holds(a, item); });
}
bool contained_by(const Array& a, const Array& b) {
  return contains(b, a);
}
bool equal(const Array& a, const Array& b) {
  return contains(a, b) && contains(b, a);
}
bool overlaps(const Array& a, const Array& b) {
  return std::any_of(b.items.begin(), b.items.end(),
                     [&](const model::Value& item) { return holds(a, item); });
}

using Test = bool (*)(const Array& a, const Array& b);
template <Test test>
void compare(std::span<const Vec* const> args, std::size_t lanes, Vec& out) {
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    if (!all_present(args, lane)) continue;
    const auto* a = args[0]->values[args[0]->at(lane)]->get<Array>();
    const auto* b = args[1]->values[args[1]->at(lane)]->get<Array>();
    if (a != nullptr && b != nullptr) out.set_truth(lane, test(*a, *b));
  }
}

constexpr RowFunction table[] = {
    {"a_equals", 2, 2, Type::boolean, check, compare<equal>},
    {"a_contains", 2, 2, Type::boolean, check, compare<contains>},
    {"a_containedby", 2, 2, Type::boolean, check, compare<contained_by>},
    {"a_overlaps", 2, 2, Type::boolean, check, compare<overlaps>},
};

}  // namespace

std::span<const RowFunction> array_functions() {
  return table;
}

}  // namespace cairn::formula
