// SPDX-License-Identifier: Apache-2.0
#include "app/radio_options.hpp"

#include <gtest/gtest.h>

namespace cairn::app {
namespace {

Args with(std::map<std::string, std::string, std::less<>> options) {
  return {{}, std::move(options)};
}

TEST(RadioOptions, Defaults) {
  const auto p = propagation_of(with({}));
  ASSERT_TRUE(p);
  EXPECT_EQ(p->model, radio::Model::p1812);
  EXPECT_FALSE(p->location_variability);
  EXPECT_EQ(p->polarisation, radio::Polarisation::vertical);
}

TEST(RadioOptions, EachIsTaken) {
  const auto p = propagation_of(with({{"model", "itm"},
                                      {"time", "90"},
                                      {"locations", "95"},
                                      {"polarisation", "h"},
                                      {"delta-n", "60"}}));
  ASSERT_TRUE(p);
  EXPECT_EQ(p->model, radio::Model::itm);
  EXPECT_EQ(p->time_percent, 90);
  EXPECT_EQ(p->location_percent, 95);
  EXPECT_TRUE(p->location_variability);
  EXPECT_EQ(p->polarisation, radio::Polarisation::horizontal);
  EXPECT_EQ(p->air.delta_n_per_km, 60);
}

TEST(RadioOptions, MistakesNameTheOption) {
  for (const auto& [name, value] : {std::pair{"model", "okumura"},
                                    {"time", "60"},
                                    {"time", "x"},
                                    {"locations", "100"},
                                    {"polarisation", "x"},
                                    {"delta-n", "-1"}}) {
    const auto p = propagation_of(with({{name, value}}));
    ASSERT_FALSE(p) << name;
    EXPECT_EQ(p.error().place, std::string("--") + name);
  }
}

}  // namespace
}  // namespace cairn::app
