// SPDX-License-Identifier: Apache-2.0
#include "app/simulate_rows.hpp"

#include <gtest/gtest.h>

namespace cairn::app {
namespace {

constexpr Zone china{8 * 3600};

model::Observation said(const char* thing, const char* property, int hour, double value,
                        const char* source = "packs/demo/simulated/slope_water") {
  const Instant at = start_of({2024, 7, 1}, china) + hour * 3600 * ns_per_second;
  return {thing, property, {at, at}, value, false, source};
}

TEST(SimulateRows, AreWideByThingAndTime) {
  std::vector<model::Observation> all{said("b", "rain", 1, 0.1),
                                      said("a", "rain", 2, 3),
                                      said("a", "pressure", 1, -2.5),
                                      said("a", "rain", 1, 1),
                                      said("a", "rain", 3, 9, "packs/demo/measured"),
                                      said("a", "rain", 4, 9, "packs/other/simulated/x")};
  all[1].time.end = all[1].time.begin + 600 * ns_per_second;
  EXPECT_EQ(rows_csv(simulated_tables(all, "demo", ""), china),
            "thing,time,end,pressure,rain\n"
            "a,2024-07-01T01:00:00+08:00,,-2.5,1\n"
            "a,2024-07-01T02:00:00+08:00,2024-07-01T02:10:00+08:00,,3\n"
            "b,2024-07-01T01:00:00+08:00,,,0.1\n");
  const auto one = simulated_tables(all, "demo", "b");
  ASSERT_EQ(one.size(), 1u);
  EXPECT_EQ(one[0].properties, (std::vector<std::string>{"rain"}));
  EXPECT_TRUE(simulated_tables(all, "dem", "").empty());
}

}  // namespace
}  // namespace cairn::app
