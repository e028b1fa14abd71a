// SPDX-License-Identifier: Apache-2.0
#include "plan/report.hpp"

#include <gtest/gtest.h>

#include <string>

#include "plan/testdata/builder.hpp"

namespace cairn::plan {
namespace {

using testing::plan_of;
using testing::row;

constexpr Zone zone{8 * 3600};

std::size_t count(const std::string& in, const std::string& what) {
  std::size_t n = 0;
  for (std::size_t at = in.find(what); at != std::string::npos; at = in.find(what, at + 1)) ++n;
  return n;
}

struct Sample {
  model::Plan plan;
  model::RegionTree regions;
  std::vector<Finding> found;
  PlanResult result;

  Sample() {
    row pue = row("pue", "1").base(2020, "1.4").goal(2025, "<1.3").better(model::Better::lower);
    pue.claim.binding = "binding";
    pue.claim.label = {"数据中心<PUE>值", "PUE of \"new\" centres & halls"};
    row stations = row("bs4g", "万个").base(2020, "18.3").goal(2025, "19.6").change("1.6");
    stations.claim.binding = "expected";
    plan = plan_of({pue, stations, row("review", "个").base(2020, "7")});
    found = check(std::vector<model::Plan>{plan}, regions);
    result = evaluate(plan, start_of({2024, 1, 1}, zone), zone, [](const model::Claim& claim) {
      if (claim.id != "bs4g") return std::optional<Actual>();
      Actual actual;
      actual.value = 19;
      actual.estimated = true;
      actual.data_time = start_of({2024, 1, 1}, zone);
      return std::optional<Actual>(actual);
    });
  }
  std::string html(Language language) const {
    return report_html({plan, result, found, regions, language, {}});
  }
};

TEST(Report, ShowsGoalsCountsAndFindings) {
  const std::string html = Sample().html(Language::zh);
  EXPECT_EQ(html.find("<!doctype html>"), 0u);
  EXPECT_NE(html.find("<html lang=\"zh-CN\">"), std::string::npos);
  EXPECT_NE(html.find("demo 中期评估报告"), std::string::npos);
  EXPECT_NE(html.find("评估日期: 2023-12-31"), std::string::npos);
  EXPECT_NE(html.find("<tr><th>约束性</th><td class=\"n\">1</td><td class=\"n\">0</td>"
                      "<td class=\"n\">0</td><td class=\"n\">0</td><td class=\"n\">1</td></tr>"),
            std::string::npos);
  EXPECT_NE(html.find("<tr><th>预期性</th><td class=\"n\">1</td><td class=\"n\">0</td>"
                      "<td class=\"n\">0</td><td class=\"n\">1</td><td class=\"n\">0</td></tr>"),
            std::string::npos)
      << "19 of 19.08 required";
  EXPECT_EQ(count(html, "<svg"), 2u) << "one a goal with a path; the review's number is no goal";
  EXPECT_NE(html.find("19<br><small>估计</small><br><small>2023-12-31</small>"), std::string::npos);
  EXPECT_NE(html.find("19.6 − 18.3 = 1.3 ≠ 1.6"), std::string::npos);
  EXPECT_NE(
      html.find(
          "<blockquote><span lang=\"zh-CN\">line 2</span> <small>(第 2 行)</small></blockquote>"),
      std::string::npos);
}

TEST(Report, InEnglish) {
  const std::string html = Sample().html(Language::en);
  EXPECT_NE(html.find("<html lang=\"en\">"), std::string::npos);
  EXPECT_NE(html.find("demo: mid-term evaluation"), std::string::npos);
  EXPECT_NE(html.find("is behind the 19.08 required by now."), std::string::npos);
  EXPECT_EQ(html.find("约束性"), std::string::npos);
  EXPECT_EQ(html.find("建议"), std::string::npos);
}

TEST(Report, EscapesEveryText) {
  const std::string zh = Sample().html(Language::zh);
  EXPECT_NE(zh.find("数据中心&lt;PUE&gt;值"), std::string::npos);
  EXPECT_EQ(zh.find("<PUE>"), std::string::npos);
  EXPECT_NE(zh.find("&lt;1.3"), std::string::npos);
  const std::string en = Sample().html(Language::en);
  EXPECT_NE(en.find("PUE of &quot;new&quot; centres &amp; halls"), std::string::npos);
}

TEST(Report, StandsAlone) {
  const std::string html = Sample().html(Language::zh);
  EXPECT_EQ(html.find("<script"), std::string::npos);
  EXPECT_EQ(html.find("http"), std::string::npos);
  EXPECT_EQ(html.find("url("), std::string::npos);
  EXPECT_EQ(html.find("src="), std::string::npos);
  EXPECT_NE(html.find("@page{size:A4"), std::string::npos);
  EXPECT_EQ(count(html, "<table"), count(html, "</table>"));
  EXPECT_EQ(count(html, "<div"), count(html, "</div>"));
}

TEST(Report, NamesTheProposal) {
  const Sample sample;
  const std::string html = report_html(
      {sample.plan, sample.result, sample.found, sample.regions, Language::zh, {"新建 <5G>", ""}});
  EXPECT_NE(html.find("新建 &lt;5G&gt;"), std::string::npos);
}

}  // namespace
}  // namespace cairn::plan
