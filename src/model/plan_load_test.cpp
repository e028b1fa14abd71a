// SPDX-License-Identifier: Apache-2.0
#include "model/plan_load.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "core/text.hpp"

namespace cairn::model {
namespace {

constexpr const char* text =
    "Preface\n"
    "到 2025 年，5G 基站达到\n"
    "1.7 万个，PUE 值低于 1.30\n"
    "5G 基站数（万） 0.16 1.7 [1.54]\n";

const std::string head =
    "plan: demo\n"
    "title: {zh: 示例, en: Demo}\n"
    "issuer: {zh: 局, en: Bureau}\n"
    "period: [2021, 2025]\n"
    "region: demo\n"
    "text: plan.txt\n"
    "claims:\n";

const std::string claim =
    "  - id: bs5g\n"
    "    indicator: bs5g\n"
    "    region: demo\n"
    "    label: {zh: 5G基站数, en: 5G base stations}\n"
    "    unit: 万\n"
    "    place: table\n"
    "    baseline: {year: 2020, value: 0.16}\n"
    "    target: {year: 2025, value: 1.70, op: '>='}\n"
    "    change: {value: 1.54, kind: cumulative}\n"
    "    class: binding\n"
    "    better: higher\n"
    "    quotes:\n"
    "      - {line: 4, text: \"5G 基站数（万）0.16 1.7 [1.54]\"}\n";

struct Loaded {
  Plan plan;
  Problems problems;
};

Loaded load(const std::string& yaml) {
  Loaded out;
  auto plan = read_plan(yaml, "plan.yaml", text, out.problems);
  if (plan) {
    out.plan = *plan;
  } else {
    out.problems.errors.push_back(plan.error());
  }
  return out;
}

std::string replaced(std::string in, const std::string& what, const std::string& with) {
  const std::size_t at = in.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return in.replace(at, what.size(), with);
}

testing::AssertionResult has_error(const Loaded& loaded, const std::string& message,
                                   const std::string& place) {
  for (const Error& error : loaded.problems.errors) {
    if (error.message.find(message) != std::string::npos && error.place == place) {
      return testing::AssertionSuccess();
    }
  }
  auto result = testing::AssertionFailure() << "no error '" << message << "' at " << place;
  for (const Error& error : loaded.problems.errors) result << "\n  " << to_string(error);
  return result;
}

TEST(PlanLoad, ReadsEveryKey) {
  const Loaded loaded = load(head + claim);
  ASSERT_TRUE(loaded.problems.ok()) << to_string(loaded.problems.errors.front());
  ASSERT_EQ(loaded.plan.claims.size(), 1u);
  const Claim& c = loaded.plan.claims[0];
  EXPECT_EQ(loaded.plan.first_year, 2021);
  EXPECT_EQ(loaded.plan.last_year, 2025);
  EXPECT_EQ(loaded.plan.lines.size(), 4u);
  EXPECT_EQ(c.label.en, "5G base stations");
  EXPECT_EQ(c.unit, "万");
  EXPECT_EQ(c.binding, "binding");
  EXPECT_EQ(c.better, Better::higher);
  EXPECT_EQ(c.baseline->year, 2020);
  EXPECT_EQ(c.baseline->decimals, 2);
  EXPECT_EQ(c.target->value, 1.7);
  EXPECT_EQ(c.target->decimals, 2) << "1.70 was printed with two decimals";
  EXPECT_EQ(c.target->bound, Bound::at_least);
  EXPECT_EQ(c.change->kind, ChangeKind::cumulative);
  EXPECT_EQ(c.quotes[0].line, 4);
  EXPECT_EQ(c.quotes[0].plan, "demo");
  EXPECT_EQ(c.file_place, "plan.yaml:8");
}

TEST(PlanLoad, QuoteMayCrossLineBreaks) {
  const std::string across = replaced(claim, "{line: 4, text: \"5G 基站数（万）0.16 1.7 [1.54]\"}",
                                      "{line: 2, text: \"5G 基站达到1.7 万个，PUE\"}");
  EXPECT_TRUE(load(head + across).problems.ok());
}

TEST(PlanLoad, WrongQuotesSayWhere) {
  const std::string quote = "5G 基站数（万）0.16 1.7 [1.54]";
  EXPECT_TRUE(has_error(load(head + replaced(claim, quote, "5G 基站数（万）0.17 1.7 [1.54]")),
                        "the quote is not in the text", "plan.yaml:20:9"));
  EXPECT_TRUE(has_error(load(head + replaced(claim, "line: 4", "line: 3")), "it begins on line 4",
                        "plan.yaml:20:9"));
  EXPECT_TRUE(has_error(load(head + replaced(claim, "line: 4", "line: 40")),
                        "the text has 4 lines, no line 40", "plan.yaml:20:9"));
}

TEST(PlanLoad, UnknownKeysGetASuggestion) {
  EXPECT_TRUE(has_error(load(head + replaced(claim, "better:", "beter:")),
                        "unknown key 'beter'; did you mean 'better'?", "plan.yaml:18:5"));
  EXPECT_TRUE(has_error(load(head + replaced(claim, "op: '>='", "opp: '>='")), "did you mean 'op'?",
                        "plan.yaml:15:39"));
}

TEST(PlanLoad, RefusesWhatDoesNotRead) {
  EXPECT_TRUE(has_error(load(head + replaced(claim, "'>='", "'=>'")), "unknown 'op' '=>'",
                        "plan.yaml:15:43"));
  EXPECT_TRUE(has_error(load(head + replaced(claim, "class: binding", "class: strict")),
                        "'class' cannot be 'strict'; one of: expected, binding",
                        "plan.yaml:17:12"));
  EXPECT_TRUE(
      has_error(load(head + replaced(claim, "unit: 万", "unit: Gbqs")), "Gbqs", "plan.yaml:12:11"));
  EXPECT_TRUE(has_error(load(head + replaced(claim, "year: 2020", "year: 20200")), "the year 20200",
                        "plan.yaml:14:15"));
  EXPECT_TRUE(has_error(load(head + replaced(claim, "value: 0.16", "value: x")),
                        "'value' must be a number", "plan.yaml:14:35"));
  EXPECT_TRUE(has_error(load(head + replaced(claim, "value: 0.16", "text: a, value: 1")),
                        "either a 'value' or a 'text'", "plan.yaml:14:15"));
  EXPECT_TRUE(has_error(load(head + claim + claim), "'bs5g' stands twice", "plan.yaml:21:5"));
  EXPECT_TRUE(has_error(load(replaced(head, "[2021, 2025]", "[2025, 2021]") + claim),
                        "'period' must be", "plan.yaml:4:9"));
}

TEST(PlanLoad, KeepsTheOtherClaims) {
  const std::string other = replaced(claim, "id: bs5g", "id: other");
  const Loaded loaded = load(head + replaced(claim, "place: table", "place: tabel") + other);
  ASSERT_EQ(loaded.plan.claims.size(), 1u);
  EXPECT_EQ(loaded.plan.claims[0].id, "other");
  EXPECT_EQ(loaded.problems.errors.size(), 1u);
}

TEST(PlanLoad, TextTargetsNeedNoUnitThatComputes) {
  std::string words =
      replaced(claim, "{year: 2025, value: 1.70, op: '>='}", "{year: 2025, text: 初步建成}");
  words = replaced(words, "    baseline: {year: 2020, value: 0.16}\n", "");
  words = replaced(words, "    change: {value: 1.54, kind: cumulative}\n", "");
  words = replaced(words, "unit: 万", "unit: (stage)");
  EXPECT_TRUE(load(head + words).problems.ok());
}

TEST(PlanLoad, RelationsNameClaims) {
  const std::string more =
      head + claim + replaced(claim, "id: bs5g", "id: bs5g_text") + "relations:\n";
  const Loaded good = load(more +
                           "  - {kind: same, claims: [bs5g, bs5g_text]}\n"
                           "  - {kind: ratio, of: bs5g, numerator: bs5g, denominator: bs5g_text, "
                           "factor: 100}\n"
                           "  - {kind: sum, total: 100, parts: [bs5g, bs5g_text]}\n"
                           "  - {kind: part, whole: bs5g, parts: [bs5g_text], exclusive: true}\n"
                           "  - {kind: implied, of: bs5g, numerator: bs5g, denominator: area}\n");
  ASSERT_TRUE(good.problems.ok()) << to_string(good.problems.errors.front());
  ASSERT_EQ(good.plan.relations.size(), 5u);
  EXPECT_EQ(good.plan.relations[1].factor, 100);
  EXPECT_EQ(good.plan.relations[2].total->value, 100);
  EXPECT_TRUE(good.plan.relations[3].exclusive);
  EXPECT_TRUE(has_error(load(more + "  - {kind: same, claims: [bs5g, bs5g_txt]}\n"),
                        "no claim 'bs5g_txt'; did you mean 'bs5g_text'?", "plan.yaml:35:33"));
  EXPECT_TRUE(has_error(load(more + "  - {kind: sum, whole: bs5g, parts: [bs5g_text]}\n"),
                        "'parts' needs 2 or more claims", "plan.yaml:35:37"));
  EXPECT_TRUE(has_error(load(more + "  - {kind: product, of: bs5g}\n"), "'kind' cannot be",
                        "plan.yaml:35:12"));
}

TEST(PlanLoad, NamesUnknownRegions) {
  Problems problems;
  const Loaded loaded = load(head + claim);
  check_plan_regions(loaded.plan, RegionTree(), problems);
  ASSERT_EQ(problems.errors.size(), 1u) << "one code is told once";
  EXPECT_EQ(problems.errors[0].place, "plan.yaml:8");
}

TEST(PlanLoad, FilesBesideEachOther) {
  Problems problems;
  const auto files = system_files();
  const std::string root = std::string(CAIRN_SOURCE_DIR) + "/regions/";
  for (const char* region : {"panxi", "northwest-sichuan", "ganzi", "guizhou", "chengdu"}) {
    const auto plan = load_plan(*files, root + region + "/plan.yaml", problems);
    ASSERT_TRUE(plan) << to_string(plan.error());
    EXPECT_EQ(plan->id, region);
    EXPECT_GT(plan->claims.size(), 40u) << region;
  }
  for (const Error& error : problems.errors) ADD_FAILURE() << to_string(error);
  EXPECT_EQ(load_plan(*files, root + "nowhere/plan.yaml", problems).error().code, Code::not_found);
}

}  // namespace
}  // namespace cairn::model
