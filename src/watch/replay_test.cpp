// SPDX-License-Identifier: Apache-2.0
#include "watch/replay.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/text.hpp"
#include "model/memory_files.hpp"
#include "model/pack_load.hpp"
#include "watch/detail/test_packs.hpp"

namespace cairn::watch {
namespace {

constexpr Zone china{8 * 3600};

// --- A world of one county and one gauge -------------------------------------------------------

std::string pack_yaml(const std::string& rule, const std::string& replay = "") {
  return "pack: demo\nlabel: {zh: 示范, en: Demo}\n"
         "types:\n  gauge:\n    label: {zh: 站, en: Gauge}\n    properties:\n"
         "      level: {label: {zh: 水位, en: Level}, unit: m, series: true, max_age: 90min}\n"
         "indicators:\n  highest: {label: {zh: 最高, en: Highest}, unit: cm,\n"
         "    formula: 'max(level of gauge)'}\n"
         "rules:\n  high:\n    label: {zh: 高, en: High}\n    type: gauge\n" +
         rule +
         "things: [things.csv]\n"
         "series:\n  - {file: data.csv, thing: g1, time: time, columns: {level: level},\n"
         "     missing: [NA], origin: {zh: 示范, en: demo}}\n" +
         replay;
}

std::shared_ptr<World> world_of(const std::string& yaml, const std::string& samples) {
  const model::MemoryFiles files({{"p/pack.yaml", yaml},
                                  {"p/things.csv", "id,type,region\ng1,gauge,5104\n"},
                                  {"p/data.csv", "time,level\n" + samples}});
  auto world = std::make_shared<World>();
  auto catalog = std::make_shared<model::Catalog>();
  Problems& problems = world->problems;
  model::load_pack(files, "p", *catalog, world->workspace.records, problems);
  auto regions = std::make_shared<model::RegionTree>();
  model::Region region;
  region.code = "5104";
  region.level = model::Level::prefecture;
  EXPECT_TRUE(regions->add(region, "").has_value());
  world->workspace.catalog = catalog;
  world->workspace.regions = regions;
  world->workspace.zone = china;
  world->library = formula::Library::build(catalog, problems);
  world->snapshot =
      model::build_snapshot({catalog, regions, china}, world->workspace.records, problems);
  for (const Error& error : problems.errors) ADD_FAILURE() << to_string(error);
  return world;
}

std::string firings(const std::string& rule, const std::string& samples) {
  const auto world = world_of(pack_yaml(rule), samples);
  const auto fired = rule_firings(*world, "high", "g1", {Instant::min(), Instant::max()});
  if (!fired) return to_string(fired.error());
  std::string out;
  for (const Firing& firing : *fired) {
    out += to_string(firing.begin, china).substr(11, 5) + "-" +
           (firing.end ? to_string(*firing.end, china).substr(11, 5) : "open") + " ";
  }
  return out;
}

TEST(RuleFirings, BeginAndEndWithTheCondition) {
  EXPECT_EQ(firings("    when: 'level > 2 m'\n",
                    "2024-05-01T00:00,1\n2024-05-01T01:00,3\n2024-05-01T02:00,4\n"
                    "2024-05-01T03:00,2\n2024-05-01T04:00,5\n"),
            "01:00-03:00 04:00-open ");
}

TEST(RuleFirings, WaitForTheHoldingTime) {
  const std::string rule = "    when: 'level > 2 m'\n    for: 2h\n";
  // Above for one hour only: nothing. Above for two: it begins when they are over.
  EXPECT_EQ(firings(rule,
                    "2024-05-01T00:00,3\n2024-05-01T01:00,3\n2024-05-01T02:00,1\n"
                    "2024-05-01T03:00,3\n2024-05-01T04:00,3\n2024-05-01T05:00,3\n"
                    "2024-05-01T06:00,1\n"),
            "05:00-06:00 ");
}

TEST(RuleFirings, EndOnlyWhenClear) {
  const std::string rule = "    when: 'level > 2 m'\n    clear: 'level < 1 m'\n";
  EXPECT_EQ(firings(rule,
                    "2024-05-01T00:00,3\n2024-05-01T01:00,1.5\n2024-05-01T02:00,3\n"
                    "2024-05-01T03:00,0.5\n2024-05-01T04:00,1.5\n"),
            "00:00-03:00 ");
}

TEST(RuleFirings, SilenceNeitherRaisesNorClears) {
  // `level` is unknown while the window holds too few samples: count(level, 2h) >= 2.
  const std::string rule = "    when: 'if(count(level, 2h) >= 2, level > 2 m)'\n    for: 1h\n";
  // A gap while waiting starts the wait anew; a gap while firing changes nothing.
  EXPECT_EQ(firings(rule,
                    "2024-05-01T00:00,3\n2024-05-01T01:00,3\n2024-05-01T06:00,3\n"
                    "2024-05-01T07:00,3\n2024-05-01T08:00,3\n2024-05-01T14:00,3\n"
                    "2024-05-01T15:00,1\n"),
            "08:00-15:00 ");
}

TEST(RuleFirings, EndOnlyWhenClearForTheTimeToKeep) {
  const std::string samples =
      "2024-05-01T00:00,3\n2024-05-01T01:00,1\n2024-05-01T02:00,3\n2024-05-01T03:00,1\n"
      "2024-05-01T04:00,1\n2024-05-01T05:00,1\n";
  EXPECT_EQ(firings("    when: 'level > 2 m'\n    keep: 2h\n", samples), "00:00-05:00 ");
  EXPECT_EQ(firings("    when: 'level > 2 m'\n    keep: 1h\n", samples), "00:00-04:00 ");
  EXPECT_EQ(firings("    when: 'level > 2 m'\n", samples), "00:00-01:00 02:00-03:00 ");
}

TEST(RuleFirings, OfSilenceLastFromItsDueTimeToTheNextSample) {
  const std::string rule = "    no_data: level\n    for: 2h\n";
  // Two hours to the minute are no silence yet; the end of the series tells nothing.
  const std::string samples = "2024-05-01T00:00,3\n2024-05-01T02:00,1\n2024-05-01T05:00,3\n";
  EXPECT_EQ(firings(rule, samples), "04:00-05:00 ");
  const auto world = world_of(pack_yaml(rule), samples);
  const Instant five = *parse_instant("2024-05-01T05:00", china);
  const Interval day{Instant::min(), five + 3 * 3600 * ns_per_second};
  const auto fired = rule_firings(*world, "high", "g1", day);
  ASSERT_TRUE(fired.has_value());
  ASSERT_EQ(fired->size(), 2u);
  EXPECT_EQ(fired->back().begin, five + 2 * 3600 * ns_per_second);
  EXPECT_FALSE(fired->back().end.has_value());
}

TEST(RuleFirings, WhileSuppressesWhatBeginsThenAndNothingElse) {
  const auto world = world_of(pack_yaml("    when: 'level > 2 m'\n    while: 'level > 4 m'\n"),
                              "2024-05-01T00:00,5\n2024-05-01T01:00,1\n2024-05-01T02:00,3\n"
                              "2024-05-01T03:00,5\n");
  const auto fired = rule_firings(*world, "high", "g1", {Instant::min(), Instant::max()});
  ASSERT_TRUE(fired.has_value());
  ASSERT_EQ(fired->size(), 2u);
  EXPECT_TRUE(fired->front().suppressed);
  EXPECT_FALSE(fired->back().suppressed);
}

TEST(RuleFirings, NamesWhatIsNotThere) {
  const auto world = world_of(pack_yaml("    when: 'level > 2 m'\n"), "2024-05-01T00:00,1\n");
  const Interval always{Instant::min(), Instant::max()};
  EXPECT_EQ(rule_firings(*world, "hihg", "g1", always).error().code, Code::not_found);
  EXPECT_EQ(rule_firings(*world, "high", "g2", always).error().code, Code::not_found);
}

// --- The report --------------------------------------------------------------------------------

TEST(ReplayPack, ComparesValuesInTheIndicatorsUnitAndFirings) {
  const std::string replay =
      "replay:\n"
      "  - {formula: highest, region: '5104', at: '2024-05-01T01:00', value: 300}\n"
      "  - {formula: highest, region: '5104', at: '2024-05-01T01:00', value: 301, tolerance: 1}\n"
      "  - {formula: highest, region: '5104', at: '2024-05-01T01:00', value: 302, tolerance: 1}\n"
      "  - {formula: highest, region: '5104', at: '2024-05-01T01:00', value: none}\n"
      "  - {formula: highest, region: '5104', at: '2023', value: none}\n"
      "  - {formula: highest, region: '5104', at: '2023', value: 1}\n"
      "  - {formula: hihgest, region: '5104', at: '2023', value: 1}\n"
      "  - {rule: high, thing: g1, firings: [{from: 2024-05-01T01:00, to: 2024-05-01T02:00}]}\n"
      "  - {rule: high, thing: g1, firings: [{from: 2024-05-01T01:00}]}\n"
      "  - {rule: high, thing: g1, firings: []}\n"
      "  - {rule: high, thing: g1, to: 2024-05-01T00:30, firings: []}\n"
      "  - {rule: high, thing: g2, firings: []}\n"
      "  - {rule: low, thing: g1, firings: []}\n";
  const auto world = world_of(pack_yaml("    when: 'level > 2 m'\n", replay),
                              "2024-05-01T00:00,NA\n2024-05-01T01:00,3\n2024-05-01T02:00,1\n");
  const auto report = replay_pack(*world, "demo");
  ASSERT_TRUE(report.has_value());
  std::string passed;
  for (const ReplayLine& line : report->lines) passed += line.passed ? '+' : '-';
  EXPECT_EQ(passed, "++--+--+--+--");
  EXPECT_FALSE(report->passed());
  EXPECT_EQ(report->lines[2].difference, -2);
  EXPECT_NE(report->lines[5].reason, "");
  EXPECT_NE(report->lines[6].reason.find("highest"), std::string::npos) << "suggests a name";
  EXPECT_NE(report->lines[0].place.find("p/pack.yaml:"), std::string::npos);
  EXPECT_EQ(report->firings.size(), 1u);
  EXPECT_EQ(replay_pack(*world, "dmeo").error().code, Code::not_found);
}

// --- The packs of this repository --------------------------------------------------------------

class Packs : public detail::PacksTest {};

TEST_F(Packs, LoadWithoutAProblem) {
  for (const Error& error : world_->problems.errors) ADD_FAILURE() << to_string(error);
  for (const Error& warning : world_->problems.warnings) {
    // Every figure of every region is declared by a pack.
    EXPECT_EQ(warning.message.find("is not used"), std::string::npos) << to_string(warning);
  }
}

TEST_F(Packs, EachReplaysAsItDeclares) {
  for (const model::PackDef& pack : world_->snapshot.catalog->packs) {
    EXPECT_FALSE(pack.replay.empty()) << pack.id << " declares no replay";
    // Its values come from a study, which server/study_test.cpp hands to the world.
    if (pack.id == world_->snapshot.catalog->coverage->pack) continue;
    const auto report = replay_pack(*world_, pack.id);
    ASSERT_TRUE(report.has_value()) << to_string(report.error());
    for (const ReplayLine& line : report->lines) {
      EXPECT_TRUE(line.passed) << line.place << ": " << line.what << " " << line.region << " "
                               << line.at << ": expected " << line.expected << ", got "
                               << line.actual << " (" << line.reason << ")";
    }
  }
}

TEST_F(Packs, EveryRuleHasAnExpectation) {
  for (const model::RuleDef& rule : world_->snapshot.catalog->rules) {
    const model::PackDef* pack = world_->snapshot.catalog->pack(rule.pack);
    EXPECT_TRUE(std::any_of(pack->replay.begin(), pack->replay.end(), [&](const auto& line) {
      return line.rule == rule.id;
    })) << rule.place;
  }
}

// Numbers that are wrong by one part in a hundred are noticed.
TEST_F(Packs, AChangedIndicatorFailsItsReplay) {
  auto catalog = std::make_shared<model::Catalog>(*world_->snapshot.catalog);
  // Each by its own factor, so that a ratio of two of them does not come out right again.
  double factor = 1.01;
  for (model::IndicatorDef& indicator : catalog->indicators) {
    if (indicator.formula.empty()) continue;
    indicator.formula = format("({}) * {:.3f}", indicator.formula, factor += 0.001);
  }
  const World changed = with(catalog);
  std::size_t noticed = 0;
  for (model::PackDef& pack : catalog->packs) {
    // Values only: the firings do not depend on indicators.
    std::erase_if(pack.replay, [](const auto& line) { return !line.rule.empty(); });
  }
  std::erase_if(catalog->rules, [](const auto&) { return true; });
  for (const model::PackDef& pack : catalog->packs) {
    const auto report = replay_pack(changed, pack.id);
    ASSERT_TRUE(report.has_value());
    for (std::size_t i = 0; i < report->lines.size(); ++i) {
      const model::ReplayExpectation& line = pack.replay[i];
      const model::IndicatorDef* indicator = catalog->indicator(line.formula);
      if (indicator == nullptr || indicator->formula.empty()) continue;
      // A sketch's quantile is only as exact as its stated error.
      const bool sketch = indicator->formula.find("quantile(") != std::string::npos;
      if (!line.value || *line.value == 0 || sketch) continue;
      EXPECT_FALSE(report->lines[i].passed) << line.place << ": " << line.formula;
      ++noticed;
    }
  }
  EXPECT_GT(noticed, 80u);
}

}  // namespace
}  // namespace cairn::watch
