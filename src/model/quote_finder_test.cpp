// SPDX-License-Identifier: Apache-2.0
#include "model/quote_finder.hpp"

#include <gtest/gtest.h>

namespace cairn::model {
namespace {

const std::vector<std::string> text{"一、前言", "", "到 2025 年，建设", "　5G 基站\t1.7 万个。",
                                    "建设"};

TEST(QuoteFinder, FindsAQuoteAcrossLinesWithoutLookingAtWhiteSpace) {
  const QuoteFinder finder(text);
  EXPECT_EQ(finder.mismatch(3, "到2025年，建设5G基站1.7万个"), "");
  EXPECT_EQ(finder.mismatch(3, "建设 5G\n基站"), "") << "in the middle of the line";
  EXPECT_EQ(finder.mismatch(4, "5G 基站 1.7"), "");
}

TEST(QuoteFinder, SaysWhereItIsInstead) {
  const QuoteFinder finder(text);
  EXPECT_EQ(finder.mismatch(1, "建设5G"),
            "the quote does not begin on line 1; it begins on line 3");
  EXPECT_EQ(finder.mismatch(5, "前言"), "the quote does not begin on line 5; it begins on line 1");
  EXPECT_EQ(finder.mismatch(3, "建设4G"), "the quote is not in the text");
  EXPECT_EQ(finder.mismatch(3, " 　"), "the quote is empty");
}

TEST(QuoteFinder, RefusesLinesThatAreNotThere) {
  const QuoteFinder finder(text);
  EXPECT_EQ(finder.mismatch(0, "前言"), "the text has 5 lines, no line 0");
  EXPECT_EQ(finder.mismatch(6, "前言"), "the text has 5 lines, no line 6");
  EXPECT_EQ(QuoteFinder({}).mismatch(1, "前言"), "the text has 0 lines, no line 1");
}

}  // namespace
}  // namespace cairn::model
