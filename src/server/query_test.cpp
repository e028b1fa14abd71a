// SPDX-License-Identifier: Apache-2.0
#include "server/query.hpp"

#include <gtest/gtest.h>

namespace cairn::server {
namespace {

TEST(PercentDecode, IsStrict) {
  EXPECT_EQ(*percent_decode("a%20b+c", false), "a b+c");
  EXPECT_EQ(*percent_decode("a%20b+c", true), "a b c");
  EXPECT_EQ(*percent_decode("%E8%A5%BF%e6%98%8c", true), "西昌");
  for (const char* wrong :
       {"%", "%4", "%zz", "a%", "%0", "%ff", "%c0%80", "%ed%a0%80", "%00", "%1b", "%7f"}) {
    EXPECT_FALSE(percent_decode(wrong, true)) << wrong;
  }
}

TEST(PercentEncode, LeavesOnlyUnreservedCharacters) {
  EXPECT_EQ(percent_encode("a-Z_9.~"), "a-Z_9.~");
  EXPECT_EQ(percent_encode("西 /&"), "%E8%A5%BF%20%2F%26");
}

TEST(ParseQuery, KeepsOrderAndNamesThePlaceOfAMistake) {
  EXPECT_EQ(*parse_query("b=1&a=&c&&b=2"),
            (QueryItems{{"b", "1"}, {"a", ""}, {"c", ""}, {"b", "2"}}));
  const auto wrong = parse_query("a=1&q=%f");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().place, "query:q");
}

TEST(Parameters, CollectEverythingThatIsWrong) {
  Parameters p({{"limit", "x"}, {"by", "countty"}, {"by", "town"}, {"colour", "red"}});
  EXPECT_FALSE(p.integer("limit", 1, 10));
  EXPECT_FALSE(p.word("by", {"county", "town"}));
  EXPECT_EQ(p.required("formula"), "");
  const auto complaints = p.done();
  ASSERT_EQ(complaints.size(), 5u);
  EXPECT_EQ(complaints[0].place, "query:limit");
  EXPECT_EQ(complaints[1].suggestion, "Did you mean \"county\"?");
  EXPECT_EQ(complaints[2].place, "query:formula");
  EXPECT_EQ(complaints[3].message, "the parameter 'by' is given more than once");
  EXPECT_EQ(complaints[4].place, "query:colour");
}

TEST(Parameters, ReadTheirKinds) {
  Parameters p({{"limit", "7"}, {"x", "1.5"}, {"yes", "true"}, {"other", "1"}});
  EXPECT_EQ(p.integer("limit", 1, 10), 7);
  EXPECT_EQ(p.number("x"), 1.5);
  EXPECT_TRUE(p.boolean("yes", false));
  EXPECT_TRUE(p.boolean("absent", true));
  EXPECT_EQ(p.rest(), (QueryItems{{"other", "1"}}));
  EXPECT_TRUE(p.done().empty());
}

}  // namespace
}  // namespace cairn::server
