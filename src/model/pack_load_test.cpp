// SPDX-License-Identifier: Apache-2.0
#include "model/pack_load.hpp"

#include <gtest/gtest.h>

#include "model/memory_files.hpp"

namespace cairn::model {
namespace {

constexpr const char* good = R"(pack: demo
version: 3
label: {zh: 示范, en: Demo}
summary: {zh: 摘要, en: Summary}
answers:
  - {plan: panxi, line: 2, quote: 建设 5G}
types:
  gauge:
    label: {zh: 站, en: Gauge}
    properties:
      level:
        label: {zh: 水位, en: Level}
        unit: m
        series: true
        counter: true
        every: 1h
        max_age: 3h
        note: {zh: 注, en: Note}
      revenue: {label: {zh: 收入, en: Revenue}, unit: 亿元, period: year}
      kind: {label: {zh: 类, en: Kind}, kind: text}
      high: {label: {zh: 高, en: High}, kind: boolean, formula: 'level > 2 m'}
indicators:
  highest: {label: {zh: 最高, en: Highest}, formula: 'max(level of gauge)', unit: cm, better: lower,
    digits: 1, levels: [county]}
  told: {label: {zh: 上报, en: Told}, given: true, rollup: sum, unit: 万户}
rules:
  flood: {label: {zh: 洪水, en: Flood}, type: gauge, when: 'level > 3 m', for: 30min,
    clear: 'level < 2 m', severity: Severe, urgency: Immediate, certainty: Observed}
layers:
  - {type: gauge, label: {zh: 站, en: Gauges}, colour_by: level, symbol: square}
things: [things.csv]
series:
  - file: data.csv
    thing: g1
    time: time
    lasts: 1h
    missing: [NA]
    columns:
      ft: {property: level, scale: 2, offset: 1, unit: '[ft_i]'}
    origin: {zh: 外地, en: elsewhere}
    elsewhere: true
    source: src
sources: SOURCES.md
replay:
  - {formula: highest, region: '51', at: '2020', value: 1, tolerance: 0.5, proposal: more}
  - {formula: highest, region: '51', at: '2019', value: none}
  - rule: flood
    thing: g1
    from: 2024-01-01
    firings:
      - {from: 2024-01-01T01:00, to: 2024-01-01T02:00}
      - {from: 2024-01-02}
)";

struct Loaded {
  Catalog catalog;
  Records records;
  Problems problems;

  std::string errors() const {
    std::string out;
    for (const Error& error : problems.errors) out += to_string(error) + "\n";
    return out;
  }
};

FileMap folder(std::string yaml) {
  return {
      {"p/pack.yaml", std::move(yaml)},
      {"p/things.csv", "id,type,region,source\ng1,gauge,5104,src\n"},
      {"p/data.csv", "time,ft\n2024-01-01T00:00,10\n2024-01-01T01:00,NA\n"},
      {"p/SOURCES.md",
       "| key | files | origin | licence |\n|---|---|---|---|\n| `src` | data.csv | o | CC0 |\n"}};
}

Loaded load(FileMap files) {
  Loaded out;
  load_pack(MemoryFiles(std::move(files)), "p", out.catalog, out.records, out.problems);
  return out;
}

// The good pack with one piece of it replaced.
std::string with(const std::string& old, const std::string& fresh) {
  std::string text = good;
  const std::size_t at = text.find(old);
  EXPECT_NE(at, std::string::npos) << old;
  return text.replace(at, old.size(), fresh);
}

std::string errors_with(const std::string& old, const std::string& fresh) {
  return load(folder(with(old, fresh))).errors();
}

TEST(PackLoad, ReadsEveryKey) {
  const Loaded loaded = load(folder(good));
  ASSERT_EQ(loaded.errors(), "");
  const PackDef* pack = loaded.catalog.pack("demo");
  ASSERT_NE(pack, nullptr);
  EXPECT_EQ(pack->version, 3);
  EXPECT_EQ(pack->summary.en, "Summary");
  EXPECT_EQ(pack->answers, (std::vector<Quote>{{"panxi", 2, "建设 5G"}}));

  const TypeDef* gauge = loaded.catalog.type("gauge");
  ASSERT_NE(gauge, nullptr);
  EXPECT_EQ(gauge->pack, "demo");
  const PropertyDef* level = gauge->property("level");
  EXPECT_TRUE(level->series && level->counter);
  EXPECT_EQ(level->unit.text, "m");
  EXPECT_EQ(level->every->ns, 3600 * ns_per_second);
  EXPECT_EQ(level->max_age->ns, 3 * 3600 * ns_per_second);
  EXPECT_EQ(level->note.zh, "注");
  EXPECT_EQ(level->place, "p/pack.yaml:12:9");
  EXPECT_TRUE(gauge->property("revenue")->series) << "a statistic is observed in time";
  EXPECT_EQ(gauge->property("revenue")->period, PeriodKind::year);
  EXPECT_EQ(gauge->property("kind")->kind, PropertyKind::text);
  EXPECT_EQ(gauge->property("high")->formula, "level > 2 m");

  const IndicatorDef* highest = loaded.catalog.indicator("highest");
  EXPECT_EQ(highest->formula, "max(level of gauge)");
  EXPECT_EQ(highest->better, Better::lower);
  EXPECT_EQ(highest->digits, 1);
  EXPECT_EQ(highest->levels, (std::vector<std::string>{"county"}));
  const IndicatorDef* told = loaded.catalog.indicator("told");
  EXPECT_TRUE(told->given);
  EXPECT_EQ(told->rollup, Rollup::sum);

  ASSERT_EQ(loaded.catalog.rules.size(), 1u);
  const RuleDef& flood = loaded.catalog.rules[0];
  EXPECT_EQ(flood.hold->ns, 1800 * ns_per_second);
  EXPECT_EQ(flood.clear, "level < 2 m");
  EXPECT_EQ(flood.severity + flood.urgency + flood.certainty, "SevereImmediateObserved");
  ASSERT_EQ(loaded.catalog.layers.size(), 1u);
  EXPECT_EQ(loaded.catalog.layers[0].symbol, "square");
  ASSERT_EQ(loaded.catalog.sources.size(), 1u);
  EXPECT_EQ(loaded.catalog.sources[0].key, "packs/demo/src");
}

TEST(PackLoad, ReadsThingsAndScalesSeries) {
  const Loaded loaded = load(folder(good));
  ASSERT_EQ(loaded.records.things.size(), 1u);
  EXPECT_EQ(loaded.records.things[0].source, "packs/demo/src");
  ASSERT_EQ(loaded.records.observations.size(), 1u) << "NA is no value";
  const Observation& first = loaded.records.observations[0];
  EXPECT_DOUBLE_EQ(first.value, 21 * 0.3048) << "2 x + 1 feet, in metres";
  const Instant begin = start_of({2024, 1, 1}, Zone{8 * 3600});
  EXPECT_EQ(first.time, (Interval{begin, begin + 3600 * ns_per_second}));
  EXPECT_EQ(first.source, "packs/demo/src");
}

TEST(PackLoad, ReadsReplays) {
  const Loaded loaded = load(folder(good));
  const auto& replay = loaded.catalog.packs[0].replay;
  ASSERT_EQ(replay.size(), 3u);
  EXPECT_EQ(replay[0].value, 1);
  EXPECT_EQ(replay[0].tolerance, 0.5);
  EXPECT_EQ(replay[0].proposal, "more");
  EXPECT_FALSE(replay[1].value.has_value());
  EXPECT_EQ(replay[2].rule, "flood");
  const Instant day = start_of({2024, 1, 1}, Zone{8 * 3600});
  EXPECT_EQ(replay[2].range, (Interval{day, Instant::max()}));
  const std::vector<Interval> firings{
      {day + 3600 * ns_per_second, day + 7200 * ns_per_second},
      {day + ns_per_day, Instant::max()},
  };
  EXPECT_EQ(replay[2].firings, firings);
}

struct Broken {
  const char* old;
  const char* fresh;
  const char* place;
  const char* says;
};

class PackLoadBroken : public testing::TestWithParam<Broken> {};

TEST_P(PackLoadBroken, SaysWhereAndWhat) {
  const std::string errors = errors_with(GetParam().old, GetParam().fresh);
  EXPECT_NE(errors.find(GetParam().says), std::string::npos) << errors;
  EXPECT_NE(errors.find(GetParam().place), std::string::npos) << errors;
}

INSTANTIATE_TEST_SUITE_P(
    Keys, PackLoadBroken,
    testing::Values(
        Broken{"version: 3", "verson: 3", "pack.yaml:2:", "did you mean 'version'"},
        Broken{"max_age: 3h", "max_ago: 3h", "pack.yaml:17:", "did you mean 'max_age'"},
        Broken{"max_age: 3h", "max_age: soon", "pack.yaml:17:", "soon"},
        Broken{"unit: m\n", "unit: metre\n", "pack.yaml:13:", "metre"},
        Broken{"kind: text", "kind: string", "pack.yaml:20:", "number, integer, boolean"},
        Broken{"  gauge:", "  Gauge 1:", "pack.yaml:9:", "not a name"},
        Broken{"better: lower", "better: less", "pack.yaml:23:", "higher, lower, neither"},
        Broken{"levels: [county]", "levels: [parish]", "pack.yaml:23:", "'parish' is no level"},
        Broken{"given: true, ", "", "pack.yaml:25:", "needs either a formula or"},
        Broken{"given: true", "given: true, formula: '1'",
               "pack.yaml:25:", "needs either a formula or"},
        Broken{"rollup: sum", "rollup: mean", "pack.yaml:25:", "one of: sum, none"},
        Broken{"severity: Severe", "severity: Bad", "pack.yaml:28:", "Extreme, Severe"},
        Broken{"when: 'level > 3 m', ", "", "pack.yaml:27:", "'when' is missing"},
        Broken{"kind: boolean, formula", "series: true, formula",
               "pack.yaml:21:", "either a series or a formula"},
        Broken{"period: year", "period: fortnight", "pack.yaml:19:", "fortnight"},
        Broken{"label: {zh: 示范, en: Demo}\n", "", "pack.yaml:1:", "'label' is missing"}),
    [](const auto& tested) { return "case" + std::to_string(tested.index); });

INSTANTIATE_TEST_SUITE_P(
    Series, PackLoadBroken,
    testing::Values(
        Broken{"thing: g1\n    time", "thing: g2\n    time", "pack.yaml:33:", "no thing 'g2'"},
        Broken{"property: level", "property: levl", "pack.yaml:33:", "did you mean 'level'"},
        Broken{"property: level", "property: kind", "pack.yaml:33:", "no series 'kind'"},
        Broken{"unit: '[ft_i]'", "unit: kg", "pack.yaml:33:", "kept in m"},
        Broken{"      ft:", "      fft:", "pack.yaml:33:", "no column 'fft'; did you mean 'ft'"},
        Broken{"scale: 2", "scale: two", "pack.yaml:39:", "scale"},
        Broken{"lasts: 1h", "lasts: long", "pack.yaml:36:", "long"},
        Broken{"    time: time\n", "", "pack.yaml:33:", "'time' is missing"},
        Broken{"file: data.csv", "file: other.csv", "p/other.csv", "no such file"},
        Broken{"things: [things.csv]", "things: [nothing.csv]", "p/nothing.csv", "no such file"},
        Broken{"    firings:\n      - {from: 2024-01-01T01:00", "    firing:\n      - {from: x",
               "pack.yaml:47:", "'firings' is missing"},
        Broken{"      - {from: 2024-01-02}", "      - {form: 2024-01-02}",
               "pack.yaml:52:", "did you mean 'from'"},
        Broken{"      - {from: 2024-01-02}", "      - {from: later}", "pack.yaml:52:", "later"},
        Broken{"at: '2019', value: none", "at: '2019'",
               "pack.yaml:46:", "write a number, none, or todo"},
        Broken{"at: '2019', value: none", "at: '2019', value: nine",
               "pack.yaml:46:", "must be a number"}),
    [](const auto& tested) { return "case" + std::to_string(tested.index); });

TEST(PackLoad, KeepsWhatIsGoodBesideWhatIsNot) {
  const Loaded loaded = load(folder(with("unit: m\n", "unit: metre\n")));
  EXPECT_EQ(loaded.problems.errors.size(), 2u) << loaded.errors();  // the unit; the series in ft
  EXPECT_NE(loaded.catalog.type("gauge"), nullptr);
  EXPECT_NE(loaded.catalog.indicator("highest"), nullptr);
  EXPECT_EQ(loaded.records.things.size(), 1u);
}

TEST(PackLoad, RefusesNamesThatAreTaken) {
  Loaded loaded = load(folder(good));
  FileMap files = folder(with("pack: demo", "pack: other"));
  load_pack(MemoryFiles(files), "p", loaded.catalog, loaded.records, loaded.problems);
  const std::string errors = loaded.errors();
  EXPECT_NE(errors.find("the type 'gauge' is declared already at p/pack.yaml:9"), std::string::npos)
      << errors;
  EXPECT_NE(errors.find("the indicator 'highest' is declared already"), std::string::npos);
  EXPECT_NE(errors.find("the rule 'flood' is declared already"), std::string::npos);
  EXPECT_EQ(loaded.catalog.types.size(), 1u);
  EXPECT_EQ(loaded.catalog.rules.size(), 1u);
  load_pack(MemoryFiles(folder(good)), "p", loaded.catalog, loaded.records, loaded.problems);
  EXPECT_NE(loaded.errors().find("there is a pack 'demo' already"), std::string::npos);
}

TEST(PackLoad, RefusesTwoOfOneNameInOneFile) {
  const std::string errors = errors_with("      kind: {", "      level: {");
  EXPECT_NE(errors.find("pack.yaml:20"), std::string::npos) << errors;
  EXPECT_NE(errors.find("'level' stands twice"), std::string::npos) << errors;
}

TEST(PackLoad, RefusesWhatIsNoPack) {
  for (const char* text :
       {"", "- a\n", "pack: [1]\n", "a: {", "\xFF\xFE", "pack: demo\nlabel: x\n\t"}) {
    EXPECT_NE(load(folder(text)).errors(), "") << text;
  }
  EXPECT_NE(load({}).errors().find("p/pack.yaml"), std::string::npos);
}

}  // namespace
}  // namespace cairn::model
