// SPDX-License-Identifier: Apache-2.0
#include "server/group_reason.hpp"

#include <gtest/gtest.h>

namespace cairn::server {
namespace {

using respond::GroupState;

class GroupSentence : public testing::Test {
 protected:
  GroupSentence() {
    group.state = GroupState::open;
    group.things = 3;
    group.firing = 3;
    group.total = 3;
    group.highest = respond::Level::orange;
  }
  Label say() const {
    GroupFacts facts{group,
                     {"金阳县", "Jinyang"},
                     counties,
                     {"雨量超阈值", "Rain above threshold"},
                     {"边坡监测站", "Slope station"},
                     {"马老铺", "Malaopu"},
                     no_data,
                     compared,
                     *parse_instant("2026-11-21T14:20:00+08:00"),
                     now,
                     {8 * 3600}};
    return group_sentence(facts);
  }

  respond::AlertGroup group;
  std::vector<Label> counties;
  bool no_data = false;
  std::optional<watch::Why::Compared> compared = watch::Why::Compared{
      "rain_3d", {"3日雨量", "Rain of 3 days"}, ">", "88.9 mm", 97.04, 88.9, *parse_unit("mm")};
  Instant now = *parse_instant("2026-11-21T15:00:00+08:00");
};

TEST_F(GroupSentence, HasItsNumbers) {
  EXPECT_EQ(
      say().zh,
      "金阳县3处边坡监测站：雨量超阈值；最重 马老铺：3日雨量 97 mm，阈值 88.9 mm，自 14:20 起。");
  EXPECT_EQ(say().en,
            "Jinyang, 3 × Slope station: Rain above threshold; gravest Malaopu: Rain of 3 days "
            "97 mm, threshold 88.9 mm, since 14:20.");
  now = *parse_instant("2026-11-23T15:00:00+08:00");
  EXPECT_NE(say().zh.find("自 11月21日 14:20 起"), std::string::npos) << say().zh;
  compared->op = "<";
  EXPECT_NE(say().zh.find("低于阈值 88.9 mm"), std::string::npos) << say().zh;
}

TEST_F(GroupSentence, NamesTheCountiesOfAPrefecture) {
  for (int i = 1; i <= 7; ++i) {
    counties.push_back({"县" + std::to_string(i), "C" + std::to_string(i)});
  }
  EXPECT_TRUE(say().zh.starts_with("金阳县7个县（县1、县2、县3、县4、县5等）共3处边坡监测站："))
      << say().zh;
  EXPECT_TRUE(say().en.starts_with("Jinyang, 7 counties (C1, C2, C3, C4, C5, …), 3 ×")) << say().en;
}

TEST_F(GroupSentence, WithoutNumbersItSaysWhatItKnows) {
  compared.reset();
  EXPECT_NE(say().zh.find("最重 马老铺：自 14:20 起。"), std::string::npos) << say().zh;
  no_data = true;
  EXPECT_NE(say().zh.find("马老铺：无数据，自 14:20 起。"), std::string::npos) << say().zh;
}

TEST_F(GroupSentence, TellsQuietCauseAndEnd) {
  group.consequences = 12;
  EXPECT_NE(say().zh.find("；另有12条告警由此引起。"), std::string::npos) << say().zh;
  group.maintenance = "M-1";
  EXPECT_NE(say().en.find("in declared maintenance"), std::string::npos) << say().en;
  group.cause = "G-1";
  EXPECT_NE(say().en.find("follows from another alert"), std::string::npos) << say().en;
  group.state = GroupState::cleared;
  EXPECT_NE(say().zh.find("已全部解除，最高橙色"), std::string::npos) << say().zh;
  group.total = 0;
  group.retracted = 3;
  EXPECT_NE(say().zh.find("后到的数据表明并未发生"), std::string::npos) << say().zh;
}

TEST(QuantityText, AsPeopleWriteIt) {
  EXPECT_EQ(quantity_text(97.04, *parse_unit("mm")), "97 mm");
  EXPECT_EQ(quantity_text(0.35, *parse_unit("1")), "0.35");
  EXPECT_EQ(quantity_text(12.5, *parse_unit("m3/s")), "12.5 m³/s");
  EXPECT_EQ(quantity_text(68.2, *parse_unit("Cel")), "68.2 ℃");
  EXPECT_EQ(quantity_text(12, *parse_unit("%")), "12%");
  EXPECT_EQ(quantity_text(123456, *parse_unit("m")), "123456 m");
}

}  // namespace
}  // namespace cairn::server
