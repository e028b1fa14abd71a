// SPDX-License-Identifier: Apache-2.0
#include "respond/warning_wish.hpp"

#include <gtest/gtest.h>

namespace cairn::respond {
namespace {

TEST(Wish, ComesBackAsItWas) {
  const auto wish = read_wish(R"({"act": "update", "warning": "W-1", "group": "G", "incident": "I",
    "level": "red", "event": {"zh": "山洪", "en": "Flood"}, "event_code": "11B03",
    "category": "Met", "regions": ["b", "a", "b"],
    "polygon": {"type": "Polygon", "coordinates": [[[1, 2], [3, 2], [3, 4], [1, 2]]]},
    "headline": {"zh": "一"}, "description": {"en": "two"}, "instruction": {"zh": "三"},
    "expires_minutes": 60, "status": "Test", "note": " n ", "reason": "r", "digest": "d"})",
                              {"digest"});
  ASSERT_TRUE(wish) << to_string(wish.error());
  EXPECT_EQ(wish->act, WarningAct::update);
  EXPECT_EQ(wish->regions, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(wish->note, "n");
  EXPECT_EQ(wish->polygons.size(), 1u);
  EXPECT_EQ(read_wish(wish_json(*wish)).value(), *wish);
  EXPECT_EQ(read_wish("{}").value(), Wish{});
}

TEST(Wish, SaysWhatIsWrongAndWhere) {
  const auto place = [](const char* text) { return read_wish(text).error().place; };
  EXPECT_EQ(place(R"({"digest": "d"})"), "/digest");
  EXPECT_EQ(place(R"({"level": 3})"), "/level");
  EXPECT_EQ(place(R"({"regions": [1]})"), "/regions/0");
  EXPECT_EQ(place(R"({"event": {"fr": "x"}})"), "/event");
  EXPECT_EQ(place(R"({"polygon": {"type": "Polygon", "coordinates": [
    [[0, 0], [9, 0], [9, 9], [0, 0]], [[1, 1], [2, 1], [2, 2], [1, 1]]]}})"),
            "/polygon");
  EXPECT_EQ(place(R"({"expires_minutes": 1e9})"), "/expires_minutes");
  EXPECT_EQ(place(R"({"status": "Real"})"), "/status");
  EXPECT_FALSE(read_wish("[1]"));
  EXPECT_FALSE(read_wish("{\"note\": \"\xff\"}"));
}

}  // namespace
}  // namespace cairn::respond
