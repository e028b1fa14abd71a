// SPDX-License-Identifier: Apache-2.0
#include "simulate/kinds.hpp"

#include <algorithm>

namespace cairn::simulate {

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all = [] {
    std::vector<Kind> out = {
        slope_water_kind(),
    };
    std::ranges::sort(out, {}, &Kind::id);
    return out;
  }();
  return all;
}

const Kind* kind(std::string_view id) {
  const auto found = std::ranges::lower_bound(kinds(), id, {}, &Kind::id);
  return found == kinds().end() || found->id != id ? nullptr : &*found;
}

}  // namespace cairn::simulate
