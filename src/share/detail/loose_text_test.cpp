// SPDX-License-Identifier: Apache-2.0
#include "share/detail/loose_text.hpp"

#include <gtest/gtest.h>

namespace cairn::share::detail {
namespace {

TEST(LooseText, FoldsWhatDoesNotDistinguish) {
  EXPECT_EQ(folded(" PM 2.5 (ug/m3) "), "pm25(ug/m3)");
  EXPECT_EQ(folded("挂高（米）"), "挂高(米)");
  EXPECT_EQ(folded("name_zh"), folded("Name-ZH"));
}

TEST(LooseText, ReadsNumbersWithSeparatorsOnly) {
  EXPECT_EQ(*loose_number(" 1,234,567.5 "), 1234567.5);
  EXPECT_EQ(*loose_number("-1,234"), -1234);
  EXPECT_EQ(*loose_number("+0.5"), 0.5);
  for (const char* bad : {"1,23", "12,34,567", "1,234.5,6", "1.234,5", ",123", "", "1,2345", "0x1",
                          "--1", "1,", "NaN", "-inf", "1e999"}) {
    EXPECT_FALSE(loose_number(bad)) << bad;
  }
}

TEST(LooseText, WritesDatesAsIso) {
  EXPECT_EQ(iso_time("2020/1/5 8:00"), "2020-01-05 08:00");
  EXPECT_EQ(iso_time("2020年3月"), "2020-03");
  EXPECT_EQ(iso_time("2020年3月7日"), "2020-03-07");
  EXPECT_EQ(iso_time("2020年"), "2020");
  EXPECT_EQ(iso_time("20200105"), "2020-01-05");
  EXPECT_EQ(iso_time("2020.12.31"), "2020-12-31");
  EXPECT_EQ(iso_time("2020-01-05T08:00:00+08:00"), "2020-01-05 08:00:00+08:00");
  EXPECT_EQ(iso_time("2020"), "2020");
  // What it does not know it leaves for the reader to refuse.
  for (const char* other : {"5/1/2020", "yesterday", "2020-Q1", "2020/1/5/7", "2020x1", ""}) {
    EXPECT_EQ(iso_time(other), other);
  }
}

TEST(LooseText, KnowsTheWordsForStates) {
  EXPECT_EQ(loose_life("在建"), model::Life::building);
  EXPECT_EQ(loose_life("LIVE"), model::Life::live);
  EXPECT_FALSE(loose_life("坏"));
  EXPECT_EQ(loose_flag("是"), true);
  EXPECT_FALSE(loose_flag("maybe"));
  EXPECT_TRUE(is_missing("N/A") && is_missing("—") && is_missing(""));
  EXPECT_FALSE(is_missing("0"));
}

}  // namespace
}  // namespace cairn::share::detail
