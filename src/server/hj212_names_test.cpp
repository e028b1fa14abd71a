// SPDX-License-Identifier: Apache-2.0
#include "server/hj212_names.hpp"

#include <gtest/gtest.h>

#include "server/test_hj212.hpp"

namespace cairn::server {
namespace {

using codec::hj212::Kind;

TEST(Hj212Names, OnlyForTheirTypeSystemAndKind) {
  const model::Catalog catalog = hj212_catalog();
  const Hj212Names names(catalog);
  const Hj212Meaning* flow = names.find("outfall", "32", Kind::realtime, "w00000-Rtd");
  ASSERT_NE(flow, nullptr);
  EXPECT_EQ(flow->unit, "m3/h");
  EXPECT_EQ(flow->scale, 3.6);
  EXPECT_EQ(flow->lasts_ns, 0);
  EXPECT_EQ(names.find("outfall", "31", Kind::realtime, "w00000-Rtd"), nullptr);
  EXPECT_EQ(names.find("stack", "32", Kind::realtime, "w00000-Rtd"), nullptr);
  EXPECT_EQ(names.find("outfall", "32", Kind::hour, "w00000-Rtd"), nullptr);
  EXPECT_EQ(names.any("outfall", "32", Kind::minute)->lasts_ns, 600 * ns_per_second);
  EXPECT_EQ(names.any("outfall", "32", Kind::device), nullptr);
  EXPECT_TRUE(names.knows("outfall", "w01018"));
  EXPECT_FALSE(names.knows("outfall", "w01019"));
}

TEST(Hj212Names, NoSystemMeansAll) {
  model::Catalog catalog = hj212_catalog();
  catalog.inputs.hj212[0].systems.clear();
  const Hj212Names names(catalog);
  EXPECT_NE(names.find("outfall", "31", Kind::realtime, "w01018-Rtd"), nullptr);
  EXPECT_NE(names.any("outfall", "77", Kind::hour), nullptr);
}

TEST(Hj212Names, AMeanEndsWhenItsTimeIsOverAndNotInTheFuture) {
  constexpr std::int64_t minute = 60 * ns_per_second;
  EXPECT_EQ(hj212_end(Instant{0}, 10 * minute, Instant{10 * minute}), Instant{10 * minute});
  EXPECT_EQ(hj212_end(Instant{0}, 10 * minute, Instant{8 * minute}), Instant{10 * minute});
  EXPECT_EQ(hj212_end(Instant{0}, 10 * minute, Instant{8 * minute - 1}), Instant{0});
}

}  // namespace
}  // namespace cairn::server
