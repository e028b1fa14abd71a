// SPDX-License-Identifier: Apache-2.0
#include "stream/rule_compile.hpp"

#include <gtest/gtest.h>

#include "model/memory_files.hpp"
#include "model/pack_load.hpp"

namespace cairn::stream {
namespace {

constexpr std::int64_t hour = 3600 * ns_per_second;

formula::Library library_of(const std::string& rules) {
  const std::string yaml =
      "pack: demo\nlabel: {zh: a, en: b}\ntypes:\n  gauge:\n    label: {zh: a, en: b}\n"
      "    properties:\n      level: {label: {zh: a, en: b}, unit: m, series: true}\n"
      "      limit: {label: {zh: a, en: b}, unit: m, series: true}\nrules:\n" +
      rules;
  const model::MemoryFiles files({{"p/pack.yaml", yaml}});
  auto catalog = std::make_shared<model::Catalog>();
  model::Records records;
  Problems problems;
  model::load_pack(files, "p", *catalog, records, problems);
  return formula::Library::build(catalog, problems);
}

std::string rule_of(const std::string& id, const std::string& lines) {
  return "  " + id + ":\n    label: {zh: a, en: b}\n    type: gauge\n" + lines;
}

TEST(RuleCompile, KnowsTheTimesAndWhatIsSilent) {
  const auto library =
      library_of(rule_of("high",
                         "    when: 'level > 2 m'\n    clear: 'level < 1 m'\n    for: 1h\n"
                         "    keep: 2h\n    while: 'limit > 5 m'\n") +
                 rule_of("silent", "    no_data: limit\n    for: 3h\n"));
  const auto rules = compile_rules(library, {});
  ASSERT_EQ(rules.size(), 2u);
  const CompiledRule& high = rules[rules[0].silent ? 1 : 0];
  const CompiledRule& silent = rules[rules[0].silent ? 0 : 1];
  EXPECT_TRUE(high.times.has_clear && high.clear && high.suppress);
  EXPECT_EQ(high.times.hold->ns, hour);
  EXPECT_EQ(high.times.keep->ns, 2 * hour);
  EXPECT_EQ(silent.silent, 1u);
  EXPECT_EQ(silent.times.hold->ns, 3 * hour);
}

TEST(RuleCompile, LeavesOutWhatIsNoCondition) {
  const auto library = library_of(rule_of("sum", "    when: 'level + limit'\n") +
                                  rule_of("high", "    when: 'level > limit'\n"));
  const auto rules = compile_rules(library, {});
  ASSERT_EQ(rules.size(), 1u);
  EXPECT_EQ(rules[0].def->id, "high");
}

TEST(RuleCompile, ReachesAsFarBackAsTheFormulasRead) {
  const auto library = library_of(rule_of("high", "    when: 'level > 2 m'\n"));
  const auto reach = [&](const std::string& text) {
    std::vector<Reached> reached;
    const auto formula = library.compile_row(text, "gauge");
    EXPECT_TRUE(formula.has_value()) << text;
    if (formula) add_reach(*formula, library.catalog(), reached);
    return reached;
  };
  EXPECT_EQ(reach("level > limit"), (std::vector<Reached>{{}, {}}));
  EXPECT_EQ(reach("count(level, 6h) > 3"), (std::vector<Reached>{{6 * hour, false}, {}}));
  EXPECT_EQ(reach("count(level, 6h) > count(level, 2h)")[0].span_ns, 6 * hour);
  EXPECT_EQ(reach("stddev(limit, 2h) > 1 m"), (std::vector<Reached>{{}, {2 * hour, true}}));
  // A window over an expression begins where its own windows do.
  EXPECT_EQ(reach("max(avg(limit, 2h) + level, 6h) > 1 m")[1].span_ns, 8 * hour);
}

}  // namespace
}  // namespace cairn::stream
