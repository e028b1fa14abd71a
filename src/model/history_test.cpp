// SPDX-License-Identifier: Apache-2.0
#include "model/history.hpp"

#include <gtest/gtest.h>

namespace cairn::model {
namespace {

Sample at(std::int64_t t, double value) {
  return {{{t}, {t}}, value};
}

TEST(MemoryHistory, ReadsHalfOpenRangesInOrder) {
  MemoryHistory history;
  const SeriesId series = history.create();
  for (const std::int64_t t : {30, 10, 20, 40}) history.add(series, at(t, static_cast<double>(t)));
  history.add(series, at(20, 21));  // a correction replaces
  history.sort();
  std::vector<Sample> out;
  history.read(series, {10}, {30}, out);
  ASSERT_EQ(out.size(), 2u);
  EXPECT_EQ(out[0].value, 21);
  EXPECT_EQ(out[1].value, 30);
  EXPECT_FALSE(history.last(series, {9}));
  EXPECT_EQ(history.last(series, {35})->value, 30);
  EXPECT_EQ(history.last(series, {40})->value, 40);
}

}  // namespace
}  // namespace cairn::model
