// SPDX-License-Identifier: Apache-2.0
#include "model/plan.hpp"

#include <algorithm>

namespace cairn::model {

const char* to_string(Bound bound) {
  switch (bound) {
    case Bound::exact:
      return "";
    case Bound::above:
      return ">";
    case Bound::at_least:
      return ">=";
    case Bound::below:
      return "<";
    case Bound::at_most:
      return "<=";
    case Bound::about:
      return "~";
  }
  return "";
}

std::optional<Bound> parse_bound(std::string_view text) {
  if (text == "=") return Bound::exact;
  for (const Bound bound :
       {Bound::exact, Bound::above, Bound::at_least, Bound::below, Bound::at_most, Bound::about}) {
    if (text == to_string(bound)) return bound;
  }
  return std::nullopt;
}

const char* to_string(RelationKind kind) {
  switch (kind) {
    case RelationKind::ratio:
      return "ratio";
    case RelationKind::sum:
      return "sum";
    case RelationKind::part:
      return "part";
    case RelationKind::same:
      return "same";
    case RelationKind::implied:
      return "implied";
  }
  return "";
}

const Claim* Plan::claim(std::string_view claim_id) const {
  const auto at = std::find_if(claims.begin(), claims.end(),
                               [&](const Claim& claim) { return claim.id == claim_id; });
  return at == claims.end() ? nullptr : &*at;
}

}  // namespace cairn::model
