// SPDX-License-Identifier: Apache-2.0
#include "server/series_csv.hpp"

#include <gtest/gtest.h>

#include "core/text.hpp"

namespace cairn::server {
namespace {

std::string all_of(SeriesCsv& csv, std::size_t& largest) {
  std::string out;
  for (bool more = true; more;) {
    std::string chunk;
    more = csv.pull({}, chunk);
    largest = std::max(largest, chunk.size());
    out += chunk;
  }
  return out;
}

TEST(SeriesCsv, EveryObservationOnceInBoundedPieces) {
  model::MemoryHistory history;
  const auto series = history.create();
  const Instant first{1'600'000'000 * ns_per_second};
  std::string expected = "time,value,unit\r\n";
  // Dense, then a gap of years, then dense again: the reads follow.
  for (int i = 0; i < 40'000; ++i) {
    const Instant t = first + (i < 20'000 ? i : i + 100'000'000) * ns_per_second;
    history.add(series, {{t, t}, double(i)});
    expected += format("{},{},kW\r\n", to_string(t, {}), i);
  }
  history.sort();
  SeriesCsv csv(nullptr, history, series, first - 1, first + 200'000'000 * ns_per_second, "kW");
  std::size_t largest = 0;
  EXPECT_EQ(all_of(csv, largest), expected);
  EXPECT_LT(largest, 4U << 20);
  SeriesCsv part(nullptr, history, series, first, first + 2 * ns_per_second, "kW");
  EXPECT_EQ(all_of(part, largest),
            "time,value,unit\r\n2020-09-13T12:26:41Z,1,kW\r\n2020-09-13T12:26:42Z,2,kW\r\n");
  SeriesCsv none(nullptr, history, series, first, first, "m\"");
  EXPECT_EQ(all_of(none, largest), "time,value,unit\r\n");
}

}  // namespace
}  // namespace cairn::server
