// SPDX-License-Identifier: Apache-2.0
#include "plan/study_cache.hpp"

#include <gtest/gtest.h>

namespace cairn::plan {
namespace {

KnownVillages some() {
  KnownVillages out;
  out[7] = {{{Instant{5}, {{0, {-101.5}}, {3, {true}}}},
             {Instant{9}, {{1, {std::string("bs:513401-1")}}, {3, {false}}, {0, {}}}}},
            12};
  out[0xffffffffffffffff] = {{}, 0};
  return out;
}

TEST(StudyCache, ComesBackAsItWas) {
  const std::string bytes = write_study_cache(some());
  const auto back = read_study_cache(bytes);
  ASSERT_TRUE(back.has_value()) << back.error().message;
  EXPECT_EQ(*back, some());
  EXPECT_EQ(write_study_cache(*back), bytes);
  EXPECT_TRUE(read_study_cache(write_study_cache({})).value().empty());
}

TEST(StudyCache, AnyDamageIsNoticed) {
  const std::string good = write_study_cache(some());
  for (std::size_t cut = 0; cut < good.size(); ++cut) {
    EXPECT_FALSE(read_study_cache(good.substr(0, cut)).has_value()) << cut;
  }
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x10);
    EXPECT_FALSE(read_study_cache(bad).has_value()) << at;
  }
}

}  // namespace
}  // namespace cairn::plan
