// SPDX-License-Identifier: Apache-2.0
#include "model/pack_coverage.hpp"

#include <gtest/gtest.h>

#include "model/memory_files.hpp"
#include "model/workspace.hpp"

namespace cairn::model {
namespace {

Plan plan_of(std::vector<std::string> lines) {
  Plan plan;
  plan.id = "p";
  plan.region = "p";
  plan.lines = std::move(lines);
  return plan;
}

// Lines broken at a width, as a typeset plan has them.
const std::vector<std::string> text = {
    "一、加快建设 ......3",                                                // contents
    "一、“十三五”回顾",                                                    // 2
    "建设了水质监测系统，覆盖全州，运行情况总体良好，数据逐步完整可用，",  // 3
    "取得成效。",                                                          // 4
    "二、主要任务",                                                        // 5
    "（一）构建监测体系",                                                  // 6
    "建设地质灾害监测预警系统，覆盖重点隐患点，实现数据实时汇聚共享，提",  // 7
    "高能力。",                                                            // 8
    "1.发展旅游",                                                          // 9
    "推进旅游宣传。",                                                      // 10
    "推进雪亮工程视频监控建设，全面联网，实现全域覆盖全网共享全时可用，",  // 11
    "全程可控。",                                                          // 12
};

Catalog catalog_of(int line) {
  Catalog catalog;
  PackDef pack;
  pack.id = "slope";
  pack.answers.push_back({"p", line, "x"});
  catalog.packs.push_back(pack);
  return catalog;
}

TEST(PackCoverage, ParagraphsStandUnderTheirHeadings) {
  const auto chapters = chapters_of(text);
  ASSERT_EQ(chapters.size(), 5u);  // the first is what stands before any heading
  EXPECT_EQ(chapters[3].title, "（一）构建监测体系");
  EXPECT_EQ(chapters[3].path, std::vector<std::string>{"二、主要任务"});
  ASSERT_EQ(chapters[3].passages.size(), 1u);
  EXPECT_EQ(chapters[3].passages[0].line, 7);
  EXPECT_EQ(chapters[3].passages[0].last_line, 8);
  EXPECT_TRUE(chapters[3].passages[0].text.ends_with("提高能力。"));
  EXPECT_EQ(chapters[4].passages.size(), 2u);
}

TEST(PackCoverage, WhoAnswersAndWhatIsOpen) {
  const auto coverage = pack_coverage(plan_of(text), catalog_of(8), {});
  ASSERT_EQ(coverage.chapters.size(), 2u);  // the review asks for nothing
  EXPECT_EQ(coverage.chapters[0].passages[0].packs, std::vector<std::string>{"slope"});
  EXPECT_TRUE(coverage.chapters[1].passages[0].packs.empty());
  const CoverageCount count = count_of(coverage);
  EXPECT_EQ(count.passages, 2);
  EXPECT_EQ(count.answered, 1);
  EXPECT_EQ(count.open, 1);
}

TEST(PackCoverage, AQuoteOfAReviewCountsToo) {
  const auto coverage = pack_coverage(plan_of(text), catalog_of(3), {});
  EXPECT_EQ(coverage.chapters[0].title, "一、“十三五”回顾");
}

TEST(PackCoverage, LeftOutIsQuotedAndChecked) {
  MemoryFiles files(FileMap{{"left-out.yaml",
                             "- kind: never\n  reason: {zh: 不做, en: no}\n  passages:\n"
                             "    - {plan: p, line: 11, quote: 推进雪亮工程}\n"
                             "    - {plan: p, line: 10, quote: 推进雪亮工程}\n"
                             "    - {plan: q, line: 1, quote: x}\n"
                             "- {kind: maybe, reason: x, passages: []}\n"
                             "- {kind: later, reason: x}\n"}});
  Problems problems;
  const auto left_out = load_left_out(files, "left-out.yaml", {plan_of(text)}, problems);
  ASSERT_EQ(left_out.size(), 1u);
  EXPECT_EQ(left_out[0].kind, LeftOutKind::never);
  EXPECT_EQ(left_out[0].reason.en, "no");
  ASSERT_EQ(problems.errors.size(), 4u);
  EXPECT_EQ(problems.errors[0].place, "left-out.yaml:5:7");
  EXPECT_NE(problems.errors[0].message.find("begins on line 11"), std::string::npos);
  EXPECT_NE(problems.errors[1].message.find("no plan 'q'"), std::string::npos);
  EXPECT_NE(problems.errors[2].message.find("never, outside, later"), std::string::npos);
  EXPECT_NE(problems.errors[3].message.find("passages"), std::string::npos);
  const auto coverage = pack_coverage(plan_of(text), catalog_of(8), left_out);
  const CoverageCount count = count_of(coverage);
  EXPECT_EQ(count.never, 1);
  EXPECT_EQ(count.open, 0);
}

TEST(PackCoverage, EveryPassageHasOneState) {
  const auto left = [](LeftOutKind kind) {
    LeftOut out;
    out.kind = kind;
    return out;
  };
  Chapter chapter;
  chapter.passages.resize(6);
  auto& passages = chapter.passages;
  passages[0].packs = {"slope"};
  passages[1].packs = {"slope"};  // a part of it
  passages[1].left_out = {left(LeftOutKind::never)};
  passages[2].left_out = {left(LeftOutKind::never), left(LeftOutKind::later)};  // the gap counts
  passages[3].left_out = {left(LeftOutKind::outside), left(LeftOutKind::never)};
  passages[4].left_out = {left(LeftOutKind::outside)};
  EXPECT_EQ(state_of(passages[2]), PassageState::later);
  EXPECT_EQ(state_of(passages[5]), PassageState::open);
  CoverageCount count = count_of(chapter);
  EXPECT_EQ(count.passages, 6);
  EXPECT_EQ(count.answered, 2);
  EXPECT_EQ(count.partly, 1);
  EXPECT_EQ(count.never, 1);
  EXPECT_EQ(count.outside, 1);
  EXPECT_EQ(count.later, 1);
  EXPECT_EQ(count.open, 1);
  count += count_of(chapter);
  EXPECT_EQ(count.passages, 12);
  EXPECT_EQ(count.answered + count.never + count.outside + count.later + count.open, 12);
}

TEST(PackCoverage, ATurnOfPhraseNamesNoSystem) {
  EXPECT_FALSE(
      asks_for_system("系统推进“卡脖子”技术攻关，加快研发操作系统，加快产业创新平台建设。"));
  EXPECT_TRUE(asks_for_system("系统推进水质监测系统建设。"));
  EXPECT_TRUE(asks_for_system("组建智慧城市运行中心。"));
  EXPECT_FALSE(asks_for_system("推进旅游宣传。"));
}

TEST(PackCoverage, HeadingsAreWrittenInManyWays) {
  const auto chapters = chapters_of({
      "四、主要任务",
      "(一) 构建监测体系",              // half-width brackets
      "1. 推动智慧农业发展。",          // with a full stop
      "（1）精准灌溉",                  // below the numbers
      "建设墒情监测系统。",             // 5
      "图 10: 智慧农业布局",            // a caption
      "（二）建设智慧社区。",           // 7
      "3. 服务业。鼓励发展在线订餐。",  // a paragraph: a sentence follows
      "（1）到二〇二五年建成覆盖全州的水质监测网络，（2）到二〇三〇年建成覆盖全州的空气监测网络",
  });
  ASSERT_EQ(chapters.size(), 6u);
  EXPECT_EQ(chapters[4].title, "（1）精准灌溉");
  EXPECT_EQ(chapters[4].path, (std::vector<std::string>{"四、主要任务", "(一) 构建监测体系",
                                                        "1. 推动智慧农业发展。"}));
  ASSERT_EQ(chapters[4].passages.size(), 1u);
  EXPECT_EQ(chapters[4].passages[0].text, "建设墒情监测系统。");
  EXPECT_EQ(chapters[5].path, std::vector<std::string>{"四、主要任务"});
  ASSERT_EQ(chapters[5].passages.size(), 1u);
  EXPECT_EQ(chapters[5].passages[0].line, 8);
  EXPECT_EQ(chapters[5].passages[0].last_line, 9);
}

TEST(PackCoverage, WhereChaptersOnlyTalk) {
  const auto asking = [](std::vector<std::string> lines) {
    return count_of(pack_coverage(plan_of(std::move(lines)), Catalog(), {})).passages;
  };
  const std::string ask = "建设水质监测系统。";
  EXPECT_EQ(asking({ask}), 0);  // a preface
  EXPECT_EQ(asking({"一、发展环境", ask}), 0);
  EXPECT_EQ(asking({"三、主攻方向", ask}), 0);
  EXPECT_EQ(asking({"一、环境信息化项目", ask}), 1);
  EXPECT_EQ(asking({"三、打造监管能力，优化行业发展环境", ask}), 1);
  EXPECT_EQ(asking({"二、总体要求", "（一）指导思想", ask}), 0);
  EXPECT_EQ(asking({"二、总体要求", "（二）数字生态环保发展布局", ask}), 1);
}

// The five plans and the packs as they are: every passage was looked at.
TEST(PackCoverage, NoPassageOfOurPlansIsOpen) {
  const auto files = system_files();
  Problems problems;
  const auto workspace = load_workspace(*files, {.root = CAIRN_SOURCE_DIR}, problems);
  ASSERT_TRUE(workspace);
  const auto left_out =
      load_left_out(*files, CAIRN_SOURCE_DIR "/packs/left-out.yaml", workspace->plans, problems);
  for (const Error& error : problems.errors) ADD_FAILURE() << error.place << error.message;
  const auto plans =
      pack_coverage(workspace->plans, workspace->home, *workspace->catalog, left_out);
  ASSERT_EQ(plans.size(), 5u);
  for (const PlanCoverage& plan : plans) {
    for (const Chapter& chapter : plan.chapters) {
      for (const Passage& passage : chapter.passages) {
        EXPECT_NE(state_of(passage), PassageState::open) << plan.plan << " " << passage.line;
        for (const LeftOut& one : passage.left_out) {
          EXPECT_FALSE(one.reason.zh.empty() || one.reason.en.empty()) << one.place;
        }
      }
    }
  }
}

}  // namespace
}  // namespace cairn::model
