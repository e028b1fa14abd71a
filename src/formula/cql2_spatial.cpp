// SPDX-License-Identifier: Apache-2.0
// Kernels of the spatial comparison functions (OGC 21-065r2, clauses 6.6 and 7.6 to 7.8).
#include "formula/cql2_kernel.hpp"
#include "formula/row_function.hpp"
#include "geo/predicates.hpp"

namespace cairn::formula {
namespace {

using geo::Relation;

std::optional<std::string> check(std::span<const Type> args, std::size_t& place) {
  return each_is(args, Type::geometry, place);
}

const geo::Geometry* geometry_of(const Vec& vec, std::size_t lane) {
  return vec.present(lane) ? vec.values[vec.at(lane)]->get<geo::Geometry>() : nullptr;
}

template <Relation relation>
void relate(std::span<const Vec* const> args, std::size_t lanes, Vec& out) {
  // The side that is the same for all lanes is indexed once.
  const std::size_t fixed = args[0]->constant || !args[1]->constant ? 0 : 1;
  const Vec& other = *args[1 - fixed];
  const Relation asked = fixed == 0 ? relation : geo::converse(relation);
  std::optional<geo::PreparedGeometry> prepared;
  if (const geo::Geometry* g = geometry_of(*args[fixed], 0); args[fixed]->constant && g) {
    prepared.emplace(*g);
  }
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    const geo::Geometry* a = geometry_of(*args[fixed], lane);
    const geo::Geometry* b = geometry_of(other, lane);
    if (a == nullptr || b == nullptr) continue;
    const auto answer = prepared ? prepared->test(asked, *b) : geo::relate(asked, *a, *b);
    if (answer) {
      out.set_truth(lane, *answer);
    } else {
      out.lack[lane] = Lack::incomparable;
    }
  }
}

template <Relation relation>
constexpr RowFunction row(std::string_view name) {
  return {name, 2, 2, Type::boolean, check, relate<relation>};
}

constexpr RowFunction table[] = {
    row<Relation::intersects>("s_intersects"), row<Relation::equals>("s_equals"),
    row<Relation::disjoint>("s_disjoint"),     row<Relation::touches>("s_touches"),
    row<Relation::within>("s_within"),         row<Relation::overlaps>("s_overlaps"),
    row<Relation::crosses>("s_crosses"),       row<Relation::contains>("s_contains"),
};

}  // namespace

std::span<const RowFunction> spatial_functions() {
  return table;
}

}  // namespace cairn::formula
