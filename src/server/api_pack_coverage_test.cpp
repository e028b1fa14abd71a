// SPDX-License-Identifier: Apache-2.0
#include "server/api_pack_coverage.hpp"

#include <gtest/gtest.h>

#include "model/pack_coverage.hpp"
#include "server/detail/render.hpp"

namespace cairn::server {
namespace {

model::LeftOut left(model::LeftOutKind kind, int line) {
  model::LeftOut out;
  out.kind = kind;
  out.line = line;
  out.quote = "x";
  out.reason = {"不做", "no"};
  return out;
}

TEST(PackCoverageJson, CountsAddUpAndKindsAreNamed) {
  model::Chapter chapter;
  chapter.title = "一、任务";
  chapter.line = 3;
  chapter.passages.resize(4);
  chapter.passages[0].packs = {"slope"};
  chapter.passages[0].left_out = {left(model::LeftOutKind::never, 4)};
  chapter.passages[1].left_out = {left(model::LeftOutKind::outside, 5)};
  chapter.passages[2].left_out = {left(model::LeftOutKind::later, 6)};
  chapter.passages[3].line = 7;
  chapter.passages[3].text = "建设系统。";
  model::PlanCoverage plan;
  plan.plan = "p";
  plan.chapters = {chapter};

  const Json whole = Json::parse(pack_coverage_json({plan, plan}));
  EXPECT_EQ(whole["passages"], 8);
  EXPECT_EQ(whole["answered"], 2);
  EXPECT_EQ(whole["partly"], 2);
  EXPECT_EQ(whole["never"], 0);  // the passage is answered in part
  EXPECT_EQ(whole["outside"], 2);
  EXPECT_EQ(whole["later"], 2);
  EXPECT_EQ(whole["open"], 2);
  const Json& one = whole["plans"][0]["chapters"][0];
  EXPECT_EQ(one["packs"], Json::parse(R"(["slope"])"));
  ASSERT_EQ(one["left_out"].size(), 3u);
  EXPECT_EQ(one["left_out"][0]["kind"], "never");
  EXPECT_EQ(one["left_out"][1]["kind"], "outside");
  EXPECT_EQ(one["left_out"][2], Json::parse(R"({"kind": "later", "line": 6, "quote": "x",
                            "reason": {"zh": "不做", "en": "no"}})"));
  EXPECT_EQ(one["open_passages"], Json::parse(R"([{"line": 7, "text": "建设系统。"}])"));
}

}  // namespace
}  // namespace cairn::server
