// SPDX-License-Identifier: Apache-2.0
#include "core/csv.hpp"

#include <gtest/gtest.h>

#include "core/text.hpp"

namespace cairn {
namespace {

TEST(Csv, QuotesLineBreaksAndEndings) {
  CsvReader reader("a,b\r\n\"x,\"\"1\"\"\n2\",y\r\r\nlast,");
  auto header = reader.next();
  ASSERT_TRUE(header && *header);
  EXPECT_EQ((*header)->fields, (std::vector<std::string>{"a", "b"}));
  auto second = reader.next();
  ASSERT_TRUE(second && *second);
  EXPECT_EQ((*second)->fields, (std::vector<std::string>{"x,\"1\"\n2", "y"}));
  EXPECT_EQ((*second)->line, 2u);
  auto third = reader.next();
  ASSERT_TRUE(third && *third);
  EXPECT_EQ((*third)->fields, (std::vector<std::string>{"last", ""}));
  EXPECT_EQ((*third)->number, 3u);
  EXPECT_EQ((*third)->line, 5u);
  auto end = reader.next();
  ASSERT_TRUE(end);
  EXPECT_FALSE(*end);
}

TEST(Csv, UnclosedQuoteNamesItsLine) {
  CsvReader reader("a\n1\n\"open\nmore");
  ASSERT_TRUE(*reader.next());
  ASSERT_TRUE(*reader.next());
  const auto bad = reader.next();
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().place, "line 3");
}

TEST(Csv, TableWithWrongWidthNamesFileAndLine) {
  const auto table = read_csv("a,b\n1,2\n3\n", "things.csv");
  ASSERT_FALSE(table);
  EXPECT_EQ(table.error().place, "things.csv:3");
  const auto good = read_csv("\xEF\xBB\xBF a ;b\n1;2\n", "x.csv");
  ASSERT_TRUE(good);
  EXPECT_EQ(good->column("a"), 0u);
  EXPECT_EQ(good->column("b"), 1u);
  EXPECT_FALSE(good->column("c"));
}

TEST(Csv, FieldsQuoteOnlyWhenNeeded) {
  EXPECT_EQ(csv_field("plain"), "plain");
  EXPECT_EQ(csv_field("a\"b,c"), "\"a\"\"b,c\"");
}

}  // namespace
}  // namespace cairn
