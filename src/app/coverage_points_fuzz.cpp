// SPDX-License-Identifier: Apache-2.0
// Any bytes are a list of places and a list of roads: samples on the Earth, mistakes with a place.
#include <cmath>
#include <cstdint>
#include <cstdlib>

#include "app/coverage_points.hpp"

namespace {

void check(const cairn::app::PointList& list) {
  for (const auto& row : list.rows) {
    if (!(std::abs(row.position.x) <= 180 && std::abs(row.position.y) <= 90)) std::abort();
    if (row.length_m > 0 && (row.road >= list.roads.size() || row.length_m > 200'001)) std::abort();
  }
  for (const auto& error : list.problems.errors) {
    if (error.message.empty() || error.place.empty()) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check(cairn::app::read_points(text, "fuzz"));
  check(cairn::app::read_roads(text, "fuzz", 200'000));
  return 0;
}
