// SPDX-License-Identifier: Apache-2.0
#include "model/workspace.hpp"

#include <gtest/gtest.h>

#include <set>

#include "model/memory_files.hpp"

namespace cairn::model {
namespace {

TEST(ShippedWorkspace, LoadsWithoutAMistake) {
  Problems problems;
  const auto files = system_files();
  const auto workspace = load_workspace(*files, {.root = CAIRN_SOURCE_DIR}, problems);
  ASSERT_TRUE(workspace) << to_string(workspace.error());
  for (const Error& error : problems.errors) ADD_FAILURE() << to_string(error);
  EXPECT_EQ(workspace->zone, Zone{8 * 3600});
  std::set<std::string> plans;
  for (const Plan& plan : workspace->plans) plans.insert(plan.id);
  EXPECT_EQ(plans,
            (std::set<std::string>{"panxi", "northwest-sichuan", "ganzi", "guizhou", "chengdu"}));
  EXPECT_NE(workspace->catalog->type("base_station"), nullptr);
  EXPECT_NE(workspace->catalog->indicator("resident_population"), nullptr);
  EXPECT_FALSE(workspace->proposals.empty());
  EXPECT_FALSE(workspace->map_layers.empty());
  // Panxi's 22 counties have their boundary.
  const RegionIndex panxi = workspace->regions->find("panxi");
  const auto counties = workspace->regions->at_level(panxi, Level::county, Instant{});
  ASSERT_EQ(counties.size(), 22u);
  for (const RegionIndex county : counties) EXPECT_TRUE(workspace->boundaries.contains(county));
  // Everything that was read also fits the types: nothing is left out of the tables.
  Problems building;
  const Snapshot snapshot = build_snapshot(
      {workspace->catalog, workspace->regions, workspace->zone}, workspace->records, building);
  for (const Error& error : building.errors) ADD_FAILURE() << to_string(error);
  EXPECT_EQ(snapshot.table("village")->size(), 2713u);
  EXPECT_EQ(snapshot.table("base_station")->size(), 31'000u);
}

std::string region_yaml(const std::string& id, const std::string& member,
                        const std::string& needs = "") {
  return "id: " + id + "\nlabel: {zh: 区, en: Region}\nmembers: ['" + member + "']\nrequires: [" +
         needs + "]\ntime_zone: '+08:00'\ndivisions: divisions.csv\nsources: SOURCES.md\n";
}

FileMap good_files() {
  return {{"w/regions/a/region.yaml", region_yaml("a", "5134")},
          {"w/regions/a/divisions.csv",
           "code,name_zh,name_en,level,parent,valid_from,valid_to,successor,aliases,lon,lat,"
           "estimated,source\n51,川,S,province,,,,,,,,,s\n5134,凉山,L,prefecture,51,,,,,,,,s\n"},
          {"w/regions/a/SOURCES.md",
           "# S\n\n| key | files | origin | licence |\n|---|---|---|---|\n| `s` | all | x | y |\n"},
          {"w/packs/p/pack.yaml",
           "pack: p\nversion: 1\nlabel: {zh: 包, en: P}\nsummary: {zh: 包, en: P}\ntypes:\n"
           "  site:\n    label: {zh: 站, en: Site}\n    properties: {}\n"}};
}

struct Loaded {
  Result<Workspace> workspace;
  Problems problems;

  bool says(std::string_view part) const {
    for (const Error& error : problems.errors) {
      if (to_string(error).find(part) != std::string::npos) return true;
    }
    return !workspace && to_string(workspace.error()).find(part) != std::string::npos;
  }
};

Loaded load(FileMap files) {
  const MemoryFiles memory(std::move(files));
  Problems problems;
  auto workspace = load_workspace(memory, {.root = "w", .home = "a"}, problems);
  return {std::move(workspace), std::move(problems)};
}

TEST(Workspace, LoadsASmallOne) {
  const Loaded loaded = load(good_files());
  ASSERT_TRUE(loaded.workspace) << to_string(loaded.workspace.error());
  for (const Error& error : loaded.problems.errors) ADD_FAILURE() << to_string(error);
  EXPECT_EQ(loaded.workspace->home, "a");
  EXPECT_EQ(loaded.workspace->catalog->types.size(), 1u);
  EXPECT_EQ(loaded.workspace->plan("a"), nullptr);
}

TEST(Workspace, WithoutARegionThereIsNothingToShow) {
  const Loaded loaded = load({{"w/packs/p/pack.yaml", "pack: p\n"}});
  ASSERT_FALSE(loaded.workspace);
  EXPECT_EQ(loaded.workspace.error().code, Code::not_found);
  EXPECT_TRUE(loaded.says("w/regions"));
}

TEST(Workspace, ABrokenFolderIsNamedAndTheOthersStand) {
  FileMap files = good_files();
  files["w/regions/b/region.yaml"] = "id: b\nlabel: {zh: 乙\nmembers: [\n";
  files["w/packs/q/pack.yaml"] = "pack: [unclosed\n";
  files["w/proposals/x.yaml"] = "proposal: x\n  bad: : indent\n";
  const Loaded loaded = load(files);
  ASSERT_TRUE(loaded.workspace);
  EXPECT_TRUE(loaded.says("w/regions/b/region.yaml:"));
  EXPECT_TRUE(loaded.says("w/packs/q/pack.yaml"));
  EXPECT_TRUE(loaded.says("w/proposals/x.yaml"));
  EXPECT_NE(loaded.workspace->regions->find("5134"), no_region);
  EXPECT_NE(loaded.workspace->catalog->type("site"), nullptr);
}

TEST(Workspace, RequiredRegionsComeFirstAndRingsAreNamed) {
  FileMap files = good_files();
  // In order of names "0" would come before "a", which it requires.
  files["w/regions/0/region.yaml"] = region_yaml("zero", "5133", "a");
  files["w/regions/0/divisions.csv"] =
      "code,name_zh,name_en,level,parent,valid_from,valid_to,successor,aliases,lon,lat,estimated,"
      "source\n5133,甘孜,G,prefecture,51,,,,,,,,s\n";
  files["w/regions/0/SOURCES.md"] = files["w/regions/a/SOURCES.md"];
  const Loaded good = load(files);
  ASSERT_TRUE(good.workspace);
  for (const Error& error : good.problems.errors) ADD_FAILURE() << to_string(error);
  EXPECT_NE(good.workspace->regions->find("5133"), no_region);
  files["w/regions/0/region.yaml"] = region_yaml("zero", "5133", "one");
  files["w/regions/1/region.yaml"] = region_yaml("one", "5132", "zero");
  files["w/regions/1/divisions.csv"] = "code,name_zh,level,parent\n5132,阿坝,prefecture,51\n";
  files["w/regions/1/SOURCES.md"] = files["w/regions/a/SOURCES.md"];
  const Loaded ring = load(files);
  ASSERT_TRUE(ring.workspace);
  EXPECT_TRUE(ring.says("'zero' requires a region"));
  EXPECT_TRUE(ring.says("'one' requires a region"));
  EXPECT_EQ(ring.workspace->regions->find("5133"), no_region);
}

TEST(Workspace, AnUnknownHomeIsAProblem) {
  FileMap files = good_files();
  files["w/regions/a/region.yaml"] = region_yaml("other", "5134");
  EXPECT_TRUE(load(files).says("no region 'a'"));
}

TEST(Workspace, MissingFilesAreNamed) {
  FileMap files = good_files();
  files.erase("w/regions/a/divisions.csv");
  EXPECT_TRUE(load(files).says("w/regions/a/divisions.csv"));
}

}  // namespace
}  // namespace cairn::model
