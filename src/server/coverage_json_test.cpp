// SPDX-License-Identifier: Apache-2.0
#include "server/detail/coverage_json.hpp"

#include <gtest/gtest.h>

namespace cairn::server {
namespace {

TEST(CoverageJson, EveryReasonHasWordsInBothLanguages) {
  using radio::Why;
  for (const Why why : {Why::covered, Why::no_cell, Why::ridge, Why::antenna, Why::too_far,
                        Why::uplink, Why::downlink}) {
    const Label label = why_label(to_string(why));
    EXPECT_NE(label.zh, label.en) << to_string(why);
    EXPECT_EQ(label.en.find('_'), std::string::npos);
  }
  EXPECT_EQ(why_label("flood").en, "flood");
}

TEST(CoverageJson, NumbersAreAsFineAsTheyAreKnown) {
  EXPECT_EQ(json_rounded(-103.26), -103.3);
  EXPECT_EQ(json_rounded(12.3456, 1000), 12.346);
  EXPECT_TRUE(json_rounded(1.0 / 0.0).is_null());
}

}  // namespace
}  // namespace cairn::server
