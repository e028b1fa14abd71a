// SPDX-License-Identifier: Apache-2.0
#include "codec/cap_write.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>

#include "codec/test_cap.hpp"
#include "codec/test_xmllint.hpp"

namespace cairn::codec {
namespace {

TEST(CapWrite, TwoLanguagesAsTheyAreSent) {
  CapAlert alert = slope_alert();
  alert.infos.resize(1);
  EXPECT_EQ(write_cap(alert).value(), R"(<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
  <identifier>cn-sc-513301-20260701-0001</identifier>
  <sender>eoc@example.org</sender>
  <sent>2026-07-01T08:00:00+08:00</sent>
  <status>Actual</status>
  <msgType>Alert</msgType>
  <scope>Public</scope>
  <info>
    <language>zh-CN</language>
    <category>Geo</category>
    <event>滑坡</event>
    <responseType>Evacuate</responseType>
    <urgency>Immediate</urgency>
    <severity>Severe</severity>
    <certainty>Likely</certainty>
    <eventCode>
      <valueName>GB/T 35561</valueName>
      <value>11E01</value>
    </eventCode>
    <effective>2026-07-01T08:00:00+08:00</effective>
    <expires>2026-07-01T20:00:00+08:00</expires>
    <headline>康定市滑坡橙色预警</headline>
    <description>位移 &lt;12 mm/h&gt; &amp; 加速</description>
    <parameter>
      <valueName>ColorCode</valueName>
      <value>Orange</value>
    </parameter>
    <area>
      <areaDesc>康定市炉城街道</areaDesc>
      <polygon>30.040000,101.950000 30.040000,101.980000 )"
                                      R"(30.070000,101.980000 30.040000,101.950000</polygon>
      <geocode>
        <valueName>GB/T 2260</valueName>
        <value>513301</value>
      </geocode>
    </area>
  </info>
</alert>
)");
}

TEST(CapWrite, EqualAlertsGiveEqualBytes) {
  const CapAlert alert = RandomCap(7).alert();
  EXPECT_EQ(write_cap(alert).value(), write_cap(CapAlert(alert)).value());
}

TEST(CapWrite, NoMinusZero) {
  CapAlert alert = slope_alert();
  alert.infos[0].areas[0].circles = {{{-1e-9, -0.0}, 0}};
  EXPECT_NE(write_cap(alert).value().find("<circle>0.000000,0.000000 0.000<"), std::string::npos);
}

TEST(CapWrite, WhatCannotBeValidIsRefusedWithItsPlace) {
  const auto place = [](const std::function<void(CapAlert&)>& spoil) {
    CapAlert alert = slope_alert();
    spoil(alert);
    const auto got = write_cap(alert);
    return got ? "none" : got.error().place;
  };
  EXPECT_EQ(place([](CapAlert&) {}), "none");
  EXPECT_EQ(place([](CapAlert& a) { a.identifier = " "; }), "alert/identifier");
  EXPECT_EQ(place([](CapAlert& a) { a.sent.at.ns += 1; }), "alert/sent");
  EXPECT_EQ(place([](CapAlert& a) { a.note = "\x01"; }), "alert/note[1]");
  EXPECT_EQ(place([](CapAlert& a) { a.incidents = {""}; }), "alert/incidents");
  EXPECT_EQ(place([](CapAlert& a) { a.references.emplace_back(); }), "alert/references");
  EXPECT_EQ(place([](CapAlert& a) { a.infos[1].categories.clear(); }), "alert/info[2]/category");
  EXPECT_EQ(place([](CapAlert& a) { a.infos[0].language = "chinese!"; }), "alert/info[1]/language");
  EXPECT_EQ(place([](CapAlert& a) { a.infos[0].web = "example.org"; }), "alert/info[1]/web");
  EXPECT_EQ(place([](CapAlert& a) { a.infos[0].parameters.emplace_back(); }),
            "alert/info[1]/parameter[2]/valueName");
  EXPECT_EQ(place([](CapAlert& a) { a.infos[0].areas[0].polygons[0].pop_back(); }),
            "alert/info[1]/area[1]/polygon");
  EXPECT_EQ(place([](CapAlert& a) { a.infos[0].areas[0].polygons[0][1].y = 90.1; }),
            "alert/info[1]/area[1]/polygon");
  EXPECT_EQ(place([](CapAlert& a) {
              a.infos[0].areas[0].circles = {{{0, 0}, -1}};
            }),
            "alert/info[1]/area[1]/circle");
  EXPECT_EQ(place([](CapAlert& a) { a.infos[0].areas[0].altitude_ft = 1e300; }),
            "alert/info[1]/area[1]/altitude");
}

// Everything that is written is valid by the schema of OASIS, as an independent validator sees it.
TEST(CapWrite, FourHundredRandomAlertsValidate) {
  if (!Xmllint::is_here()) GTEST_SKIP() << no_xmllint;
  Xmllint lint(CAIRN_SOURCE_DIR,
               std::filesystem::path(testing::TempDir()) / "cairn_cap_write_test");
  lint.put("slope.xml", write_cap(slope_alert()).value());
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    lint.put("r" + std::to_string(seed) + ".xml", write_cap(RandomCap(seed).alert()).value());
  }
  // The validator is one that says no.
  std::string broken = write_cap(slope_alert()).value();
  broken.replace(broken.find("Severe"), 6, "Orange");
  lint.put("z.xml", broken);
  const auto valid = lint.valid();
  EXPECT_EQ(valid.size(), 401u) << lint.log().substr(0, 4'000);
  EXPECT_FALSE(valid.contains("z.xml"));
}

}  // namespace
}  // namespace cairn::codec
