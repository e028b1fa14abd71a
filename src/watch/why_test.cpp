// SPDX-License-Identifier: Apache-2.0
#include "watch/why.hpp"

#include <gtest/gtest.h>

#include "model/memory_files.hpp"
#include "model/pack_load.hpp"

namespace cairn::watch {
namespace {

struct Bench {
  Bench() {
    const model::MemoryFiles files(
        {{"p/pack.yaml",
          "pack: demo\nlabel: {zh: a, en: b}\ntypes:\n  gauge:\n    label: {zh: a, en: b}\n"
          "    properties:\n      level: {label: {zh: a, en: b}, unit: m, series: true}\n"
          "rules:\n  high:\n    label: {zh: a, en: High}\n    type: gauge\n"
          "    when: 'level > 2 m'\n  silent:\n    label: {zh: a, en: Silent}\n    type: gauge\n"
          "    no_data: level\n    for: 1h\nthings: [things.csv]\n"
          "series:\n  - {file: data.csv, thing: g1, time: time, columns: {level: level},\n"
          "     origin: {zh: a, en: b}}\n"},
         {"p/things.csv", "id,type,region\ng1,gauge,5104\n"},
         {"p/data.csv", "time,level\n2024-05-01T00:00,3\n"}});
    auto catalog = std::make_shared<model::Catalog>();
    model::Records records;
    Problems problems;
    model::load_pack(files, "p", *catalog, records, problems);
    auto regions = std::make_shared<model::RegionTree>();
    model::Region region;
    region.code = "5104";
    region.level = model::Level::prefecture;
    EXPECT_TRUE(regions->add(region, "").has_value());
    library = formula::Library::build(catalog, problems);
    snapshot = model::build_snapshot({catalog, regions, {}}, records, problems);
    for (const Error& error : problems.errors) ADD_FAILURE() << to_string(error);
  }
  Why why(std::string_view rule) const {
    auto found = explain_rule(library, snapshot, rule, "g1", at);
    EXPECT_TRUE(found.has_value()) << rule;
    if (!found) return {};
    tell_state({}, at, *snapshot.catalog, {}, *found);
    return *found;
  }
  formula::Library library;
  model::Snapshot snapshot;
  Instant at = *parse_instant("2024-05-01T00:30");
};

TEST(Why, TellsTheConditionAndWhatItWasReadFrom) {
  const Why why = Bench().why("high");
  EXPECT_EQ(why.condition, true);
  ASSERT_EQ(why.explanation.inputs.size(), 1u);
  EXPECT_EQ(why.explanation.inputs[0].value, 3);
  ASSERT_TRUE(why.compared);
  EXPECT_EQ(why.compared->left, "level");
  EXPECT_FALSE(why.compared->label.empty());
  EXPECT_EQ(why.compared->op, ">");
  EXPECT_EQ(why.compared->value, 3);
  EXPECT_EQ(why.compared->limit, 2);
  EXPECT_NE(why.sentence.find("level > 2 m holds."), std::string::npos) << why.sentence;
}

TEST(Why, OfSilenceTellsWhatIsWaitedFor) {
  const Bench b;
  const Why why = b.why("silent");
  EXPECT_FALSE(why.condition.has_value());
  EXPECT_NE(why.sentence.find("inactive: it fires when nothing was heard of level for 1h."),
            std::string::npos)
      << why.sentence;
  EXPECT_NE(why.rule_digest, b.why("high").rule_digest);
  EXPECT_EQ(explain_rule(b.library, b.snapshot, "silnet", "g1", b.at).error().code,
            Code::not_found);
}

}  // namespace
}  // namespace cairn::watch
