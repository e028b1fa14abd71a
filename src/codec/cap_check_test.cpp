// SPDX-License-Identifier: Apache-2.0
#include "codec/cap_check.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "codec/cap_read.hpp"
#include "codec/test_cap.hpp"
#include "core/text.hpp"

namespace cairn::codec {
namespace {

using Spoil = std::function<void(CapAlert&)>;

// Both languages are spoilt alike, so that only the mistake itself is found.
Spoil each(const std::function<void(CapInfo&)>& spoil) {
  return [spoil](CapAlert& alert) {
    for (CapInfo& info : alert.infos) spoil(info);
  };
}
Spoil each_area(const std::function<void(CapArea&)>& spoil) {
  return each([spoil](CapInfo& info) { spoil(info.areas[0]); });
}

// "error rule at place" of the first finding; the rest must be of the same rule.
std::string found(const Spoil& spoil, const CapCheckOptions& options = {}) {
  CapAlert alert = slope_alert();
  spoil(alert);
  const auto findings = check_cap(alert, options);
  if (findings.empty()) return "nothing";
  for (const CapFinding& finding : findings) {
    EXPECT_EQ(finding.rule, findings[0].rule) << to_string(finding);
    EXPECT_FALSE(finding.message.empty());
  }
  const std::string text = to_string(findings[0]);
  return text.substr(0, text.find(": "));
}

TEST(CapCheck, ARightMessageHasNoFindings) {
  EXPECT_EQ(found([](CapAlert&) {}), "nothing");
}

TEST(CapCheck, NamesOfRulesAreUnique) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(CapRule::ceiling_low); ++i) {
    EXPECT_TRUE(names.insert(to_string(static_cast<CapRule>(i))).second);
  }
  EXPECT_EQ(to_string(CapRule::expires_too_early), "expires-too-early");
  EXPECT_EQ(to_string(CapRule::polygon_crosses_itself), "polygon-crosses-itself");
  EXPECT_EQ(to_string(CapRule::ceiling_low), "ceiling-low");
}

TEST(CapCheck, Head) {
  for (const char* wrong : {"", "a b", "a,b", "a<b", "a&b"}) {
    EXPECT_EQ(found([&](CapAlert& a) { a.identifier = wrong; }),
              "error identifier-form at identifier");
    EXPECT_EQ(found([&](CapAlert& a) { a.sender = wrong; }), "error sender-form at sender");
  }
  EXPECT_EQ(found([](CapAlert& a) { a.scope = CapScope::restricted; }),
            "error restriction-missing at restriction");
  EXPECT_EQ(found([](CapAlert& a) { a.restriction = "x"; }),
            "warning restriction-unused at restriction");
  EXPECT_EQ(found([](CapAlert& a) { a.scope = CapScope::addressed; }),
            "error addresses-missing at addresses");
  EXPECT_EQ(found([](CapAlert& a) { a.status = CapStatus::exercise; }),
            "warning note-missing at note");
  EXPECT_EQ(found([](CapAlert& a) { a.infos.clear(); }), "error info-missing at info");
}

TEST(CapCheck, References) {
  const CapReference good{"eoc@example.org", "one", cap_time("2026-07-01T07:00:00+08:00")};
  for (const CapType type : {CapType::update, CapType::cancel, CapType::ack, CapType::error}) {
    EXPECT_EQ(found([&](CapAlert& a) {
                a.type = type;
                a.note = "n";
              }),
              "error references-missing at references");
    EXPECT_EQ(found([&](CapAlert& a) {
                a.type = type;
                a.note = "n";
                a.references = {good};
              }),
              "nothing");
  }
  EXPECT_EQ(found([&](CapAlert& a) { a.references = {good}; }),
            "warning references-unused at references");
  const auto update = [&](const std::function<void(CapReference&)>& spoil) {
    return found([&](CapAlert& a) {
      a.type = CapType::update;
      a.references = {good, good};
      spoil(a.references[1]);
    });
  };
  EXPECT_EQ(update([](CapReference& r) { r.sender = "a b"; }),
            "error references-form at references[2]");
  EXPECT_EQ(update([](CapReference& r) { r.identifier = slope_alert().identifier; }),
            "error references-itself at references[2]");
  EXPECT_EQ(update([](CapReference& r) { r.sent = cap_time("2026-07-01T08:00:01+08:00"); }),
            "error references-later at references[2]");
}

TEST(CapCheck, Times) {
  const auto early = cap_time("2026-07-01T07:59:59+08:00");
  const auto late = cap_time("2026-07-01T20:00:01+08:00");
  const auto sent = slope_alert().sent;
  EXPECT_EQ(found(each([&](CapInfo& i) { i.effective = early; })),
            "warning effective-before-sent at info[1]/effective");
  EXPECT_EQ(found(each([&](CapInfo& i) { i.expires = sent; })),
            "error expires-too-early at info[1]/expires");
  EXPECT_EQ(found(each([&](CapInfo& i) { i.effective = late; })),
            "error expires-too-early at info[1]/expires");
  EXPECT_EQ(found(each([](CapInfo& i) { i.expires.reset(); })),
            "warning expires-missing at info[1]/expires");
  EXPECT_EQ(found(each([&](CapInfo& i) { i.onset = late; })),
            "warning onset-after-expiry at info[1]/onset");
}

TEST(CapCheck, WhatAndHowBad) {
  EXPECT_EQ(found(each([](CapInfo& i) { i.categories.clear(); })),
            "error category-missing at info[1]/category");
  EXPECT_EQ(found(each([](CapInfo& i) { i.event = " "; })), "error event-missing at info[1]/event");
  EXPECT_EQ(found(each([](CapInfo& i) { i.severity = CapSeverity::minor; })),
            "error level-disagrees at info[1]/parameter[1]");
  EXPECT_EQ(found(each([](CapInfo& i) { i.parameters[0].value = "绿"; })),
            "error level-unknown at info[1]/parameter[1]");
  EXPECT_EQ(found(each([](CapInfo& i) { i.parameters[0].value = "橙色"; })), "nothing");
  EXPECT_EQ(found(each([](CapInfo& i) { i.event_codes[0].value = "landslide"; })),
            "error code-form at info[1]/eventCode[1]");
  EXPECT_EQ(found(each([](CapInfo& i) { i.headline = std::string(161, 'a'); })),
            "warning headline-long at info[1]/headline");
  EXPECT_EQ(found(each([](CapInfo& i) {
              i.headline.clear();
              for (int n = 0; n < 160; ++n) i.headline += "山";
            })),
            "nothing");
  EXPECT_EQ(found(each([](CapInfo& i) { i.web = "example.org"; })),
            "warning uri-form at info[1]/web");
}

TEST(CapCheck, Languages) {
  EXPECT_EQ(found([](CapAlert& a) { a.infos[0].language = "zh_CN"; }),
            "error language-form at info[1]/language");
  EXPECT_EQ(found([](CapAlert& a) { a.infos[1].language = "ZH-cn"; }),
            "warning language-twice at info[2]/language");
  EXPECT_EQ(found([](CapAlert& a) { set_level(a.infos[1], WarningLevel::red); }),
            "warning languages-disagree at info[2]/severity");
  EXPECT_EQ(found([](CapAlert& a) { a.infos[1].areas[0].geocodes[0].value = "513302"; }),
            "warning languages-disagree at info[2]/area");
}

TEST(CapCheck, Resources) {
  const auto with = [](CapResource resource) {
    return found(each([=](CapInfo& i) { i.resources = {resource}; }));
  };
  CapResource good;
  good.description = "map";
  good.mime_type = "image/png";
  good.uri = "https://example.org/m";
  EXPECT_EQ(with(good), "nothing");
  CapResource digest = good;
  digest.digest_sha1 = "12";
  EXPECT_EQ(with(digest), "warning digest-form at info[1]/resource[1]/digest");
  good.uri.clear();
  EXPECT_EQ(with(good), "warning resource-empty at info[1]/resource[1]");
}

TEST(CapCheck, Areas) {
  EXPECT_EQ(found(each([](CapInfo& i) { i.areas.clear(); })),
            "warning area-missing at info[1]/area");
  EXPECT_EQ(found(each_area([](CapArea& a) {
              a.polygons.clear();
              a.geocodes.clear();
            })),
            "warning area-without-place at info[1]/area[1]");
  EXPECT_EQ(found(each_area([](CapArea& a) { a.description.clear(); })),
            "error area-description-missing at info[1]/area[1]/areaDesc");
  EXPECT_EQ(found(each_area([](CapArea& a) { a.geocodes[0].value = "kangding"; })),
            "error code-form at info[1]/area[1]/geocode[1]");
  EXPECT_EQ(found(each_area([](CapArea& a) { a.ceiling_ft = 1; })),
            "error ceiling-alone at info[1]/area[1]/ceiling");
  EXPECT_EQ(found(each_area([](CapArea& a) {
              a.altitude_ft = 2;
              a.ceiling_ft = 1;
            })),
            "error ceiling-low at info[1]/area[1]/ceiling");
}

TEST(CapCheck, Polygons) {
  const auto with = [](geo::Ring ring, const CapCheckOptions& options = {}) {
    return found(each_area([=](CapArea& a) { a.polygons[0] = ring; }), options);
  };
  const std::string at = " at info[1]/area[1]/polygon[1]";
  EXPECT_EQ(with({{100, 30}, {101, 30}, {100, 30}}), "error polygon-short" + at);
  EXPECT_EQ(with({}), "error polygon-short" + at);
  EXPECT_EQ(with({{100, 30}, {101, 30}, {101, 31}, {100, 31}}), "error polygon-open" + at);
  EXPECT_EQ(with({{100, 30}, {101, 31}, {101, 30}, {100, 31}, {100, 30}}),
            "error polygon-crosses-itself" + at);
  EXPECT_EQ(with({{100, 30}, {101, 30}, {100.5, 30}, {100, 30}}),
            "warning polygon-touches-itself" + at);
  EXPECT_EQ(with({{-179, 30}, {179, 30}, {179, 31}, {-179, 30}}), "warning polygon-wide" + at);
  EXPECT_EQ(with({{100, 30}, {190, 30}, {100, 31}, {100, 30}}), "error coordinate-range" + at);
  EXPECT_EQ(with({{30, 101}, {31, 101}, {31, 102}, {30, 101}}), "error coordinates-swapped" + at);
  // Western China swapped lies in the Arctic: only the sender's own region tells.
  const geo::Ring kashgar{{39, 76}, {40, 76}, {40, 77}, {39, 76}};
  EXPECT_EQ(with(kashgar), "nothing");
  EXPECT_EQ(with(kashgar, {.home = geo::Box{73, 18, 135, 54}}), "error coordinates-swapped" + at);
  EXPECT_EQ(with({{76, 39}, {76, 40}, {77, 40}, {76, 39}}, {.home = geo::Box{73, 18, 135, 54}}),
            "nothing");
}

TEST(CapCheck, Circles) {
  const auto with = [](CapCircle circle) {
    return found(each_area([=](CapArea& a) { a.circles = {circle}; }));
  };
  const std::string at = " at info[1]/area[1]/circle[1]";
  EXPECT_EQ(with({{101, 30}, 5}), "nothing");
  EXPECT_EQ(with({{30, 101}, 5}), "error coordinates-swapped" + at);
  EXPECT_EQ(with({{101, 30}, -1}), "error circle-radius" + at);
  EXPECT_EQ(with({{101, 30}, 5'000}), "warning circle-radius" + at);
}

TEST(CapCheck, WarningsOfOthers) {
  for (const char* name : {"canada.cap", "australia.cap", "wcatwc-warning.cap"}) {
    const auto alert = read_cap(cap_file(CAIRN_SOURCE_DIR, name));
    ASSERT_TRUE(alert);
    for (const CapFinding& finding : check_cap(*alert)) {
      EXPECT_EQ(finding.weight, CapWeight::warning) << name << ": " << to_string(finding);
    }
  }
}

}  // namespace
}  // namespace cairn::codec
