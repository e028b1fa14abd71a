// SPDX-License-Identifier: Apache-2.0
#include "plan/check.hpp"

#include <gtest/gtest.h>

#include "core/seams.hpp"
#include "model/plan_load.hpp"
#include "model/region_load.hpp"
#include "plan/testdata/builder.hpp"

namespace cairn::plan {
namespace {

using testing::findings;
using testing::ids;
using testing::plan_of;
using testing::row;
using Ids = std::vector<std::string>;

TEST(Check, OrdersAndFilters) {
  const auto all =
      findings({plan_of({row("a", "%", "x").goal(2025, "15"), row("b", "%", "x").goal(2025, ">15"),
                         row("c", "%").goal(2025, "105")},
                        {}, "p"),
                plan_of({row("d", "%").goal(2025, "105").in("other")}, {}, "q")});
  EXPECT_EQ(ids(all), (Ids{"error share-beyond-100 p/c", "error share-beyond-100 q/d",
                           "note bounds-differ p/a p/b"}));
  EXPECT_EQ(ids(concerning(all, "q")), Ids{"error share-beyond-100 q/d"});
  for (const Finding& finding : all) {
    EXPECT_FALSE(finding.title.zh.empty() || finding.title.en.empty()) << finding.rule;
    EXPECT_FALSE(finding.text.zh.empty() || finding.text.en.empty()) << finding.rule;
    EXPECT_FALSE(finding.suggestion.zh.empty() || finding.suggestion.en.empty()) << finding.rule;
    EXPECT_FALSE(finding.arithmetic.empty()) << finding.rule;
  }
}

TEST(Check, SaysNothingAboutNothing) {
  EXPECT_TRUE(findings({}).empty());
  EXPECT_TRUE(findings({plan_of({})}).empty());
}

// The five plans: findings.txt was compared with two readings by hand; see its comments.
TEST(Check, FivePlans) {
  const auto files = system_files();
  const std::string root = CAIRN_SOURCE_DIR;
  Problems problems;
  std::vector<model::Plan> plans;
  std::vector<model::RegionFolder> folders;
  for (const char* id : {"panxi", "northwest-sichuan", "ganzi", "guizhou", "chengdu"}) {
    const std::string directory = root + "/regions/" + id;
    auto folder = model::load_region_folder(*files, directory, problems);
    ASSERT_TRUE(folder) << to_string(folder.error());
    folders.push_back(std::move(*folder));
    auto plan = model::load_plan(*files, directory + "/plan.yaml", problems);
    ASSERT_TRUE(plan) << to_string(plan.error());
    plans.push_back(std::move(*plan));
  }
  const model::RegionTree tree = model::assemble_regions(folders, problems);
  for (const model::Plan& plan : plans) model::check_plan_regions(plan, tree, problems);
  ASSERT_TRUE(problems.ok()) << to_string(problems.errors.front());
  Ids expected;
  const auto text = files->read(root + "/src/plan/testdata/findings.txt");
  ASSERT_TRUE(text);
  for (const std::string_view line : split(*text, '\n')) {
    if (!line.empty() && line[0] != '#') expected.emplace_back(line);
  }
  EXPECT_EQ(ids(check(plans, tree)), expected);
}

}  // namespace
}  // namespace cairn::plan
