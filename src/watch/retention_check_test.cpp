// SPDX-License-Identifier: Apache-2.0
#include "watch/retention_check.hpp"

#include <gtest/gtest.h>

#include "core/text.hpp"
#include "model/memory_files.hpp"
#include "model/pack_load.hpp"

namespace cairn::watch {
namespace {

const std::string pack =
    "pack: demo\nlabel: {zh: a, en: b}\ntypes:\n  gauge:\n    label: {zh: a, en: b}\n"
    "    properties:\n"
    "      level: {label: {zh: a, en: b}, unit: m, series: true, max_age: 2h}\n"
    "      yearly: {label: {zh: a, en: b}, unit: m, period: year}\n"
    "      month: {label: {zh: a, en: b}, unit: m, formula: 'avg(level, 30d)'}\n"
    "      day: {label: {zh: a, en: b}, unit: m, formula: 'avg(level, 1d)'}\n"
    "indicators:\n"
    "  now: {label: {zh: a, en: b}, unit: m, formula: 'max(level of gauge)'}\n"
    "  wet: {label: {zh: a, en: b}, unit: m, formula: 'max(month of gauge)'}\n"
    "  wetter: {label: {zh: a, en: b}, unit: m, formula: 'wet + 1 m'}\n"
    "  before: {label: {zh: a, en: b}, unit: m, formula: 'now - at(now, -1y)'}\n"
    "  base: {label: {zh: a, en: b}, unit: m, formula: 'now - at(now, 2020)'}\n"
    "  figures: {label: {zh: a, en: b}, unit: m, formula: 'max(at(yearly, 2020) of gauge)'}\n"
    "rules:\n  high:\n    label: {zh: a, en: b}\n    type: gauge\n    when: 'level > 2 m'\n"
    "    clear: 'max(level, 8d) < 1 m'\n"
    "things: [t.csv]\n";

std::vector<std::string> warnings(std::vector<store::Retention> retention) {
  const model::MemoryFiles files(
      {{"p/pack.yaml", pack}, {"p/t.csv", "id,type,region\ng1,gauge,51\n"}});
  model::Workspace workspace;
  Problems problems;
  auto catalog = std::make_shared<model::Catalog>();
  model::load_pack(files, "p", *catalog, workspace.records, problems);
  World world;
  world.workspace = workspace;
  world.library = formula::Library::build(catalog, problems);
  for (const Error& error : problems.errors) ADD_FAILURE() << to_string(error);
  std::vector<std::string> out;
  for (const Error& error : beyond_retention(world, retention)) out.push_back(to_string(error));
  return out;
}

constexpr std::int64_t day = ns_per_day;

TEST(BeyondRetention, NamesWhatReadsFurtherBack) {
  const auto found = warnings({{7 * day, 3600 * ns_per_second}, {3650 * day, 0}});
  ASSERT_EQ(found.size(), 5u);
  EXPECT_NE(found[0].find("the property 'month' of 'gauge' reads 'level' of 'gauge' 30 d back"),
            std::string::npos);
  EXPECT_NE(found[0].find("as observed for 7 d only"), std::string::npos);
  EXPECT_NE(found[0].find("p/pack.yaml:9"), std::string::npos) << found[0];
  EXPECT_NE(found[1].find("'wet'"), std::string::npos);
  EXPECT_NE(found[2].find("'before' reads 'level' of 'gauge' 372 d back"), std::string::npos);
  EXPECT_NE(found[3].find("'base' reads 'level' of 'gauge' to a fixed date"), std::string::npos);
  EXPECT_NE(found[4].find("the rule 'high' reads 'level' of 'gauge' 8 d back"), std::string::npos);
}

TEST(BeyondRetention, IsSilentWhereAllIsKeptLongEnough) {
  EXPECT_TRUE(warnings({}).empty());
  const auto found = warnings({{400 * day, 0}});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_NE(found[0].find("fixed date"), std::string::npos);
}

}  // namespace
}  // namespace cairn::watch
