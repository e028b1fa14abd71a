// SPDX-License-Identifier: Apache-2.0
#include "formula/depends.hpp"

#include <gtest/gtest.h>

#include "formula/test_world.hpp"

namespace cairn::formula {
namespace {

constexpr std::int64_t hour = 3600 * ns_per_second;

const test::World& world() {
  static const test::World w(R"(
    type site
    prop load kW number series max_age=3h
    prop temp Cel number series
    prop n kW number
    prop total kW number = n + load
    prop peak kW number = max(total, 12h)
    region 51 province
  )");
  return w;
}

Depends of(const char* text) {
  const auto formula = world().library.compile_row(text, "site");
  EXPECT_TRUE(formula) << text;
  return formula ? depends(*formula, world().catalog->types[0]) : Depends{};
}

TEST(Depends, LastValuesNeedTheLastSampleAlone) {
  EXPECT_EQ(of("temp > 3 Cel").reaches, (std::vector<Reach>{{1, 0, false}}));
  EXPECT_FALSE(of("temp > 3 Cel").by_time);
  EXPECT_TRUE(of("load > 3 kW").by_time);  // it becomes stale
  EXPECT_TRUE(of("n > 3 kW").reaches.empty());
  EXPECT_FALSE(of("n > 3 kW").by_time);
  EXPECT_NE(of("total > 3 kW").find(0), nullptr);
  EXPECT_EQ(of("total > 3 kW").find(1), nullptr);
}

TEST(Depends, WindowsAndShiftsReachBack) {
  EXPECT_EQ(of("max(temp, 6h) > avg(temp, 2h)").reaches,
            (std::vector<Reach>{{1, 6 * hour, false}}));
  EXPECT_EQ(of("temp - at(temp, -1h) > 1 K").reaches, (std::vector<Reach>{{1, hour, true}}));
  EXPECT_EQ(of("at(load, -1h)").reaches, (std::vector<Reach>{{0, 4 * hour, false}}));
  EXPECT_EQ(of("peak > 1 kW").reaches, (std::vector<Reach>{{0, 15 * hour, false}}));
  EXPECT_EQ(of("at(max(temp, 2h), -1mo)").reaches,
            (std::vector<Reach>{{1, 2 * hour + 31 * ns_per_day, false}}));
  EXPECT_TRUE(of("temp - at(temp, -1h) > 1 K").by_time);
}

TEST(Depends, AFixedDateReachesToItAndDoesNotMove) {
  const Depends fixed = of("at(temp, 2020) > 0 Cel");
  ASSERT_EQ(fixed.reaches.size(), 1U);
  EXPECT_EQ(fixed.reaches[0].back_ns, unlimited_ns);
  EXPECT_FALSE(fixed.by_time);
}

}  // namespace
}  // namespace cairn::formula
