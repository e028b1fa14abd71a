// SPDX-License-Identifier: Apache-2.0
// Expressions of $filter and $orderby, bound to an entity set and evaluated for one entity at a
// time. A path over a to-many navigation (Things?$filter=Datastreams/…) asks whether any of the
// related entities answers: a comparison is then true when one of them makes it so.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/sta_entities.hpp"
#include "server/sta_query.hpp"

namespace cairn::server::sta {

// The functions, each with its own file entry in sta_functions.cpp.
struct Function;

struct Bound {
  Expr::Kind kind = Expr::Kind::literal;
  Op op = Op::eq;
  Value literal;
  const Function* function = nullptr;
  std::vector<const NavDef*> navigation;
  Prop prop = Prop::id;
  bool is_id = false;               // a text compares with the text form
  std::vector<std::string> inside;  // members of an object: properties/status
  Kind expected = Kind::any;        // of a path or literal, for messages
  bool many = false;                // several values per entity
  std::vector<Bound> args;
};

// The error's message says which name of which entity is not known and what is near.
Result<Bound> bind(const Expr& expr, Set set);

class Evaluator {
 public:
  Evaluator(const Entities& entities, Instant now) : entities_(entities), now_(now) {}

  // Null counts as false.
  bool test(const Bound& bound, const Ref& ref) const;
  // One value; of several the first.
  Value value(const Bound& bound, const Ref& ref) const;

 private:
  std::vector<Value> values(const Bound& bound, const Ref& ref) const;
  std::vector<Value> path_values(const Bound& bound, const Ref& ref) const;
  Value read(const Bound& bound, const Ref& ref) const;
  Value apply(const Bound& bound, const Value* args, std::size_t count) const;

  const Entities& entities_;
  Instant now_;
};

// -1, 0, 1; nothing when the two cannot be compared.
std::optional<int> compare(const Value& a, const Value& b);
// For sorting: a total order, null first, then by kind.
bool sorts_before(const Value& a, const Value& b);

// The time bounds that a filter sets on observations: (after, until] of the end of their time.
struct TimeBounds {
  Instant after = Instant::min();
  Instant until = Instant::max();
  bool exact = false;  // the filter says nothing else
};
TimeBounds time_bounds(const Bound& filter);

}  // namespace cairn::server::sta
