// SPDX-License-Identifier: Apache-2.0
#include "plan/link_svg.hpp"

#include <gtest/gtest.h>

#include "radio/testing_terrain.hpp"

namespace cairn::plan {
namespace {

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t out = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++out;
  }
  return out;
}

// Two ridges between the ends.
LinkProfile two_ridges() {
  LinkProfile link;
  link.question.from = {{102, 28}, 30, {"甲", "A<&>"}};
  link.question.to = {{102.1, 28}, 1.5, {"乙", "B"}};
  link.question.frequency_mhz = 763;
  link.distance_km = 10;
  link.tx_amsl_m = 1'030;
  link.rx_amsl_m = 1'001.5;
  link.earth_radius_km = 8'500;
  for (int i = 0; i <= 2'000; ++i) {
    const double x = i * 0.005;
    link.point_km.push_back(x);
    link.terrain_m.push_back(i == 601 ? 1'400 : i == 1'403 ? 1'200 : 1'000);
    link.bulge_m.push_back(500 * x * (10 - x) / 8'500);
    link.ray_m.push_back(1'030 - 2.85 * x);
    link.fresnel_m.push_back(0.6 * std::sqrt(1000 * x * (10 - x) / 10));
  }
  link.tx_horizon = LinkHorizon{3.005, 1'400, 123, {102.03, 28}};
  link.rx_horizon = LinkHorizon{7.015, 1'200, 66, {102.07, 28}};
  link.edge = LinkHorizon{3.2, 1'430, 123, {102.032, 28}};
  link.clearance = LinkClearance{3.005, -378.6, 14.5};
  link.loss_db = 151.26;
  link.terrain_label = "test relief";
  link.terrain_estimated = true;
  return link;
}

TEST(LinkSvg, SaysWhatIsKnownInBothLanguages) {
  const std::string zh = link_svg(two_ridges(), Language::zh);
  EXPECT_NE(zh.find("损耗 151.3 dB · 被遮挡"), std::string::npos);
  EXPECT_NE(zh.find("地形：test relief（估计）"), std::string::npos);
  EXPECT_NE(zh.find("发端视界 1400 m @ 3.00 km"), std::string::npos);
  const std::string en = link_svg(two_ridges(), Language::en);
  EXPECT_NE(en.find("loss 151.3 dB · blocked"), std::string::npos);
  EXPECT_NE(en.find("terrain: test relief (estimated)"), std::string::npos);
  EXPECT_NE(en.find("horizon B 1200 m @ 7.0"), std::string::npos);
  EXPECT_NE(en.find("least clearance -378.6 m @ 3.00 km"), std::string::npos);
  EXPECT_NE(en.find("A&lt;&amp;&gt; → B"), std::string::npos);
  EXPECT_EQ(en.find("A<&>"), std::string::npos);
  EXPECT_EQ(en.find("RSRP"), std::string::npos) << "there is no budget";
}

TEST(LinkSvg, DrawsTheParts) {
  const std::string blocked = link_svg(two_ridges(), Language::en);
  EXPECT_EQ(count(blocked, "class=\"horizon\""), 2U);
  EXPECT_EQ(count(blocked, "class=\"mark\""), 2U);
  EXPECT_EQ(count(blocked, "class=\"mast\""), 2U);
  EXPECT_EQ(count(blocked, "class=\"zone\""), 1U);
  EXPECT_EQ(count(blocked, "class=\"inner\""), 1U);
  EXPECT_EQ(count(blocked, "class=\"clutter\""), 0U);
  EXPECT_EQ(blocked.find("nan"), std::string::npos);
  EXPECT_EQ(blocked.find("http"), blocked.find("http://www.w3.org")) << "nothing from outside";

  LinkProfile clear = two_ridges();
  clear.tx_horizon = clear.rx_horizon = clear.edge = {};
  clear.line_of_sight = true;
  clear.clutter_m.assign(clear.point_km.size(), 10);
  clear.quality = radio::LinkQuality{.rsrp_dbm = -98.04};
  clear.question.budget.emplace().technology = "5g";
  const std::string text = link_svg(clear, Language::en);
  EXPECT_EQ(count(text, "class=\"horizon\""), 0U);
  EXPECT_EQ(count(text, "class=\"clutter\""), 1U);
  EXPECT_NE(text.find("RSRP -98.0 dBm · line of sight"), std::string::npos);
}

TEST(LinkSvg, LongLabelsOfTheTerrainAreWrapped) {
  LinkProfile link = two_ridges();
  link.terrain_label =
      "a relief whose name is so long that it has to stand in two rows of the foot, "
      "and more";
  const std::string text = link_svg(link, Language::en);
  EXPECT_NE(text.find(">terrain: a relief whose name is so long that it has to stand in two rows "
                      "of<"),
            std::string::npos)
      << text.substr(text.size() - 400);
  EXPECT_NE(text.find(">the foot, and more (estimated)<"), std::string::npos);
  link.terrain_label = std::string(400, 'x');
  EXPECT_NE(link_svg(link, Language::en).find("…"), std::string::npos);
}

// A ridge of one sample in two thousand must not be lost to thinning; its top is 400 m above
// the plain and stands where the drawing's greatest height is but for the edge.
TEST(LinkSvg, ThinRidgesSurvive) {
  const std::string text = link_svg(two_ridges(), Language::en);
  const std::size_t ground = text.find("class=\"ground\"");
  const std::string polygon = text.substr(ground, text.find("/>", ground) - ground);
  double highest = 1e9;
  for (std::size_t at = polygon.find(','); at != std::string::npos;
       at = polygon.find(',', at + 1)) {
    highest = std::min(highest, std::stod(polygon.substr(at + 1)));
  }
  const std::size_t mark = text.find("cy=\"", text.find("class=\"mark\""));
  EXPECT_NEAR(highest, std::stod(text.substr(mark + 4)), 0.2);
  EXPECT_LT(polygon.size(), 16'000U);
}

}  // namespace
}  // namespace cairn::plan
