// SPDX-License-Identifier: Apache-2.0
#include "model/pack_coverage.hpp"

#include <gtest/gtest.h>

#include "model/memory_files.hpp"

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
  EXPECT_EQ(count.left_out, 0);
}

TEST(PackCoverage, AQuoteOfAReviewCountsToo) {
  const auto coverage = pack_coverage(plan_of(text), catalog_of(3), {});
  EXPECT_EQ(coverage.chapters[0].title, "一、“十三五”回顾");
}

TEST(PackCoverage, LeftOutIsQuotedAndChecked) {
  MemoryFiles files(
      FileMap{{"left-out.yaml",
               "- {plan: p, line: 11, quote: 推进雪亮工程, reason: {zh: 不做, en: no}}\n"
               "- {plan: p, line: 10, quote: 推进雪亮工程, reason: {zh: 不做, en: no}}\n"
               "- {plan: q, line: 1, quote: x, reason: x}\n"}});
  Problems problems;
  const auto left_out = load_left_out(files, "left-out.yaml", {plan_of(text)}, problems);
  ASSERT_EQ(left_out.size(), 1u);
  ASSERT_EQ(problems.errors.size(), 2u);
  EXPECT_EQ(problems.errors[0].place, "left-out.yaml:2:3");
  EXPECT_NE(problems.errors[0].message.find("begins on line 11"), std::string::npos);
  const auto coverage = pack_coverage(plan_of(text), catalog_of(8), left_out);
  EXPECT_EQ(count_of(coverage).left_out, 1);
}

}  // namespace
}  // namespace cairn::model
