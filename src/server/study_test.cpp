// SPDX-License-Identifier: Apache-2.0
// The study with its files: a small region in a folder of its own, a wall between two villages.
#include "server/study.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <condition_variable>
#include <filesystem>
#include <fstream>

#include "core/text.hpp"
#include "watch/replay.hpp"

namespace cairn::server {
namespace {

namespace fs = std::filesystem;

class StudyTest : public testing::Test {
 protected:
  void SetUp() override {
    root_ = testing::TempDir() + format("cairn_study_{}", ::getpid());
    fs::remove_all(root_);
    fs::create_directories(root_ + "/packs");
    for (const char* pack : {"region-base", "radio-coverage"}) {
      fs::create_directory_symlink(format("{}/packs/{}", CAIRN_SOURCE_DIR, pack),
                                   format("{}/packs/{}", root_, pack));
    }
    write("regions/r/region.yaml",
          "id: r\nlabel: {zh: 区, en: Region}\nmembers: ['5134']\ntime_zone: '+08:00'\n"
          "divisions: divisions.csv\nboundaries: boundaries.geojson\nthings: [things.csv]\n"
          "terrain: {dem: [relief.asc], cell_m: 250}\nsources: SOURCES.md\n");
    write("regions/r/divisions.csv",
          "code,name_zh,name_en,level,parent,valid_from,valid_to,successor,aliases,lon,lat,"
          "estimated,source\n"
          "51,四川省,Sichuan,province,,,,,,,,,s\n"
          "5134,凉山州,Liangshan,prefecture,51,,,,,,,,s\n"
          "513401,西昌市,Xichang,county,5134,,,,,102.5,27.5,false,s\n"
          "513401001,北城,Beicheng,town,513401,,,,,,,,s\n"
          "513401001001,西村,West,village,513401001,,,,,102.43,27.5,false,s\n"
          "513401001002,东村,East,village,513401001,,,,,102.54,27.5,false,s\n");
    write("regions/r/boundaries.geojson",
          R"({"type":"FeatureCollection","features":[{"type":"Feature","properties":
          {"code":"513401"},"geometry":{"type":"Polygon","coordinates":
          [[[102.4,27.4],[102.6,27.4],[102.6,27.6],[102.4,27.6],[102.4,27.4]]]}}]})");
    write("regions/r/things.csv", things_header + "a,base_station,513401001001,102.45,27.5," +
                                      "live,2020-06-01,false,s,5g,n28,mobile,30,\n" +
                                      "513401001001,village,,,,live,,false,s,,,,,true\n" +
                                      "513401001002,village,,,,live,,false,s,,,,,true\n");
    write("regions/r/SOURCES.md",
          "# Sources\n\n| key | files | origin | licence |\n|---|---|---|---|\n"
          "| `s` | all | made for this test | Apache-2.0 |\n");
    write("regions/r/relief.asc", relief(3'500));
    write("proposals/more.yaml",
          "proposal: more\nlabel: {zh: 更多, en: More}\nregion: r\nthings: [more.csv]\n");
    write("proposals/more.csv", things_header +
                                    "b,base_station,513401001002,102.55,27.5,planned,2024-01-01,"
                                    "false,s,5g,n28,mobile,30,\n");
  }
  void TearDown() override { fs::remove_all(root_); }

  void write(const std::string& name, const std::string& text) const {
    const fs::path path = root_ + "/" + name;
    fs::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }
  // 0.7 degrees of plain at 1,500 m with a wall at 102.5 degrees.
  static std::string relief(int wall_m) {
    std::string out =
        "ncols 280\nnrows 280\nxllcorner 102.15\nyllcorner 27.15\ncellsize 0.0025\n"
        "NODATA_value -9999\n";
    for (int row = 0; row < 280; ++row) {
      for (int column = 0; column < 280; ++column) {
        const bool wall = column >= 138 && column <= 141;
        out += format("{} ", wall ? wall_m : 1'500);
      }
      out += '\n';
    }
    return out;
  }

  std::shared_ptr<StudyDesk> desk(bool aside = false) const {
    return StudyDesk::make(*files_,
                           {.data_directory = root_ + "/data", .threads = 1, .aside = aside});
  }
  std::shared_ptr<const watch::World> world(std::shared_ptr<StudyDesk> desk,
                                            const model::Records& imported = {}) const {
    auto out = watch::load_world(*files_, {root_, "r"}, imported, std::move(desk));
    EXPECT_TRUE(out.has_value()) << to_string(out.error());
    for (const Error& error : (*out)->problems.errors) ADD_FAILURE() << to_string(error);
    return *out;
  }
  static std::string value(const watch::World& world, const char* formula,
                           const std::string& proposal = {}, const char* at = "2025") {
    const auto snapshot = world.with_proposal(proposal);
    if (!snapshot) return to_string(snapshot.error());
    formula::Evaluator evaluator(world.library, *snapshot);
    const auto compiled = world.library.compile(formula);
    if (!compiled) return compiled.error().message;
    const Instant as_of = *parse_as_of(at, world.workspace.zone);
    const auto cell =
        evaluator.evaluate(*compiled, {{world.workspace.regions->find("r")}, as_of}).cells[0];
    return cell.value ? number_text(*cell.value) : "none";
  }
  static std::string complaint(const watch::World& world) {
    for (const Error& warning : world.problems.warnings) {
      if (warning.message.starts_with("coverage is not computed")) return to_string(warning);
    }
    return {};
  }

  static constexpr const char* share = "share(village where administrative: coverage_5g)";
  const std::string things_header =
      "id,type,region,lon,lat,status,valid_from,estimated,source,tech,band,operator,height_m,"
      "administrative\n";
  std::string root_;
  std::unique_ptr<Files> files_ = system_files();
};

TEST_F(StudyTest, AWorldHasWhatStationsGiveIt) {
  const auto loaded = world(desk());
  EXPECT_EQ(complaint(*loaded), "");
  EXPECT_EQ(value(*loaded, share), "0.5");
  EXPECT_EQ(value(*loaded, share, {}, "2020-05"), "none") << "nothing is registered yet";
  EXPECT_EQ(value(*loaded, share, "more", "2023"), "0.5");
  EXPECT_EQ(value(*loaded, share, "more", "2024"), "1") << "a proposal is studied too";
  EXPECT_EQ(value(*world(nullptr), share), "none");
  ASSERT_NE(loaded->study->terrain(), nullptr);
  EXPECT_FALSE(loaded->study->terrain()->info().label.empty());
}

TEST_F(StudyTest, WhatIsKeptEqualsWhatIsComputed) {
  const auto first = world(desk());
  const std::string kept = root_ + "/data/study/coverage";
  ASSERT_TRUE(fs::exists(kept));
  const auto again = desk();
  const auto second = world(again);
  EXPECT_EQ(first->snapshot.derived, second->snapshot.derived);
  const std::string bytes = *files_->read(kept);
  // Without it, and with a damaged one, the same comes out.
  for (const std::string& damaged : {std::string(), bytes.substr(0, bytes.size() / 2)}) {
    ASSERT_TRUE(files_->replace(kept, damaged).has_value());
    const auto third = world(desk());
    EXPECT_EQ(value(*third, share), "0.5");
    EXPECT_EQ(first->snapshot.derived, third->snapshot.derived);
    EXPECT_EQ(*files_->read(kept), bytes);
  }
}

TEST_F(StudyTest, AnImportedStationIsStudied) {
  const auto one = desk();
  const auto before = world(one);
  model::Records imported;
  Problems problems;
  model::read_things_csv(things_header +
                             "c,base_station,513401001002,102.56,27.5,live,2022-01-01,"
                             "false,,5g,n28,mobile,30,\n",
                         "import.csv", Zone{8 * 3600}, imported, problems);
  ASSERT_TRUE(problems.ok());
  imported.things[0].beside_estimated = true;
  const auto after = watch::build_world(before->workspace, imported, {}, before->study);
  EXPECT_EQ(value(*after, share, {}, "2021"), "0.5");
  EXPECT_EQ(value(*after, share, {}, "2022"), "1");
  EXPECT_NE(after->snapshot.derived[0].key, before->snapshot.derived[0].key);
  const auto gone = watch::build_world(before->workspace, {}, {}, before->study);
  EXPECT_EQ(gone->snapshot.derived, before->snapshot.derived);
}

TEST_F(StudyTest, ABrokenReliefLeavesNoValues) {
  write("regions/r/relief.asc", "this is no raster");
  const auto loaded = world(desk());
  EXPECT_NE(complaint(*loaded), "");
  EXPECT_EQ(value(*loaded, share), "none") << "no value, not false";
  EXPECT_NE(loaded->study->trouble(), "");
  EXPECT_EQ(loaded->study->terrain(), nullptr);
}

TEST_F(StudyTest, WithoutReliefItSaysHowToGetSome) {
  write("regions/r/region.yaml",
        "id: r\nlabel: {zh: 区, en: Region}\nmembers: ['5134']\ntime_zone: '+08:00'\n"
        "divisions: divisions.csv\nboundaries: boundaries.geojson\nthings: [things.csv]\n"
        "sources: SOURCES.md\n");
  const auto loaded = world(desk());
  EXPECT_NE(complaint(*loaded).find("region.yaml"), std::string::npos) << complaint(*loaded);
  EXPECT_EQ(value(*loaded, share), "none");
}

TEST_F(StudyTest, AUsersOwnReliefComesFirst) {
  write("data/dem/flat.asc", relief(1'500));
  EXPECT_EQ(value(*world(desk()), share), "1") << "there is no wall in it";
  fs::remove_all(root_ + "/data/dem");
  EXPECT_EQ(value(*world(desk()), share), "0.5") << "another terrain is prepared";
}

TEST_F(StudyTest, WhatNobodyWaitsForIsComputedAside) {
  const auto one = desk(true);
  const auto before = world(one);
  EXPECT_EQ(value(*before, share), "none");
  EXPECT_TRUE(one->computing());
  std::mutex mutex;
  std::condition_variable told;
  bool ready = false;
  one->start([&] {
    const std::lock_guard lock(mutex);
    ready = true;
    told.notify_all();
  });
  {
    std::unique_lock lock(mutex);
    ASSERT_TRUE(told.wait_for(lock, std::chrono::minutes(2), [&] { return ready; }));
  }
  const auto after = watch::build_world(before->workspace, {}, {}, before->study);
  EXPECT_EQ(value(*after, share), "0.5");
  EXPECT_EQ(value(*after, share, "more"), "1");
  one->stop();
  EXPECT_FALSE(one->computing());
}

TEST_F(StudyTest, ThePackReplaysOverTheShippedRegion) {
  auto loaded = watch::load_world(*files_, {CAIRN_SOURCE_DIR, "panxi"}, {},
                                  StudyDesk::make(*files_, {.data_directory = root_ + "/data"}));
  ASSERT_TRUE(loaded.has_value());
  EXPECT_EQ(complaint(**loaded), "");
  const auto report = watch::replay_pack(**loaded, "radio-coverage");
  ASSERT_TRUE(report.has_value()) << to_string(report.error());
  EXPECT_GT(report->lines.size(), 4u);
  for (const watch::ReplayLine& line : report->lines) {
    EXPECT_TRUE(line.passed) << line.place << ": " << line.what << " " << line.at << ": expected "
                             << line.expected << ", got " << line.actual << " (" << line.reason
                             << ")";
  }
}

}  // namespace
}  // namespace cairn::server
