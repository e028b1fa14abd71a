// SPDX-License-Identifier: Apache-2.0
#include "app/simulate_send.hpp"

#include <gtest/gtest.h>

#include "app/simulate_door.hpp"

namespace cairn::app {
namespace {

TEST(SimulateSend, ReadsMaps) {
  using Map = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(parse_map("").value(), Map{});
  EXPECT_EQ(parse_map("rain = level,soil_water").value(),
            (Map{{"rain", "level"}, {"soil_water", "soil_water"}}));
  EXPECT_FALSE(parse_map("rain=").has_value());
  EXPECT_FALSE(parse_map("a b=c").has_value());
}

TEST(SimulateSend, ReadsValues) {
  using Values = std::vector<std::pair<std::string, double>>;
  EXPECT_EQ(parse_values("depth=3, angle = 32.5").value(), (Values{{"depth", 3}, {"angle", 32.5}}));
  EXPECT_FALSE(parse_values("depth").has_value());
  EXPECT_FALSE(parse_values("depth=deep").has_value());
}

TEST(SimulateDoor, WritesSenml) {
  std::string out = "[";
  append_record(out, "a\"b", "rain", "mm", 0.1);
  append_record(out, "c", "wet", "", -2);
  EXPECT_EQ(out, R"([{"n":"a\"b/rain","u":"mm","v":0.1},{"n":"c/wet","v":-2})");
}

TEST(SimulateDoor, SaysThatNobodyListens) {
  // Port 1 of this machine: nobody listens there.
  const SimulateDoor door("http://127.0.0.1:1/", "");
  EXPECT_FALSE(door.check_simulated("x").has_value());
  EXPECT_FALSE(door.post("[]", 1).has_value());
}

}  // namespace
}  // namespace cairn::app
