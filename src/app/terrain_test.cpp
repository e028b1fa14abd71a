// SPDX-License-Identifier: Apache-2.0
#include "app/terrain.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "app/context.hpp"

namespace cairn::app {
namespace {

int run(const CommandSpec& command, int (*go)(const Args&), std::vector<std::string> words) {
  const auto args = parse_args(command, words);
  return args ? go(*args) : exit_usage;
}

TEST(Terrain, ParsesAreas) {
  const auto area = parse_area("101.5, 27,-179,28.25");
  ASSERT_TRUE(area);
  EXPECT_EQ(*area, (geo::TerrainArea{101.5, 27, -179, 28.25}));
  for (const char* wrong : {"", "1,2,3", "1,2,3,4,5", "1,2,3,x", "1;2;3;4", "1,,3,4"}) {
    EXPECT_FALSE(parse_area(wrong)) << wrong;
  }
}

TEST(Terrain, PreparesTheShippedReliefAndDescribesIt) {
  std::string folder = (std::filesystem::temp_directory_path() / "cairn-terrain-XXXXXX").string();
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  const std::string root = CAIRN_SOURCE_DIR;
  const std::string out = folder + "/panxi.terrain";
  EXPECT_EQ(run(terrain_prepare_command, run_terrain_prepare,
                {"--region", "panxi", "--root", root, "--cell", "1000", "--out", out}),
            exit_ok);
  const auto terrain = geo::PreparedTerrain::open(*system_files(), out);
  ASSERT_TRUE(terrain);
  EXPECT_TRUE(terrain->info().estimated);
  EXPECT_NE(terrain->info().label.find("coarse"), std::string::npos);
  EXPECT_EQ(terrain->info().missing, 0u);
  EXPECT_GT(terrain->info().highest_m, 4000);
  for (const geo::Point city : {geo::Point{102.26, 27.88}, {101.72, 26.58}}) {
    const auto at = terrain->grid().plane.forward(city);
    ASSERT_TRUE(at);
    EXPECT_GT(terrain->grid().height_m(*at).value_or(0), 900);
  }
  EXPECT_EQ(run(terrain_info_command, run_terrain_info, {out, "--verify"}), exit_ok);
  EXPECT_EQ(run(terrain_info_command, run_terrain_info, {root + "/README.md"}), exit_failed);
  std::filesystem::remove_all(folder);
}

TEST(Terrain, WrongCommandLines) {
  const std::string root = CAIRN_SOURCE_DIR;
  const std::string dem = root + "/regions/terrain/etopo5_swchina.asc.gz";
  const auto prepare = [&](std::vector<std::string> words) {
    words.insert(words.end(), {"--root", root});
    return run(terrain_prepare_command, run_terrain_prepare, std::move(words));
  };
  EXPECT_EQ(prepare({"--dem", dem, "--out", "x"}), exit_usage);               // no area
  EXPECT_EQ(prepare({"--dem", dem, "--area", "101,27,102,28"}), exit_usage);  // no file
  EXPECT_EQ(prepare({"--area", "101,27,102,28", "--out", "x"}), exit_usage);  // no relief
  EXPECT_EQ(prepare({"--dem", dem, "--region", "atlantis", "--out", "x"}), exit_usage);
  EXPECT_EQ(prepare({"--dem", "/no/such", "--area", "101,27,102,28", "--out", "x"}), exit_usage);
  EXPECT_EQ(prepare({"--dem", dem, "--area", "101,27,102,28", "--cell", "-3", "--out", "x"}),
            exit_usage);
  EXPECT_EQ(prepare({"--dem", dem, "--area", "27,81,28,82", "--out", "/tmp/no/such/folder/x"}),
            exit_failed);
}

}  // namespace
}  // namespace cairn::app
