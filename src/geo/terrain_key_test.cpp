// SPDX-License-Identifier: Apache-2.0
#include "geo/terrain_key.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

namespace cairn::geo {
namespace {

namespace fs = std::filesystem;

class TerrainKey : public ::testing::Test {
 protected:
  TerrainKey() : folder_(fs::path(::testing::TempDir()) / "terrain_key_test") {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    write("a.asc", "one");
    request_.sources = {{.path = folder_.string()}};
    request_.area = {.west_deg = 102, .south_deg = 27, .east_deg = 103, .north_deg = 28};
    request_.cell_m = 30;
  }
  ~TerrainKey() override { fs::remove_all(folder_); }

  void write(const char* name, const char* text) { std::ofstream(folder_ / name) << text; }

  fs::path folder_;
  TerrainRequest request_;
};

TEST_F(TerrainKey, IsOneForOneQuestion) {
  const std::string key = terrain_key(request_);
  EXPECT_EQ(key.size(), 16U);
  EXPECT_EQ(key.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_EQ(terrain_key(request_), key);
}

TEST_F(TerrainKey, ChangesWithWhatTheTerrainDependsOn) {
  std::set<std::string> keys{terrain_key(request_)};
  const auto differs = [&](const char* what) {
    EXPECT_TRUE(keys.insert(terrain_key(request_)).second) << what;
  };
  request_.cell_m = 60;
  differs("the cell");
  request_.fill_m += 100;
  differs("holes that are filled");
  request_.area.east_deg = 104;
  differs("the area");
  request_.sources[0].ground = true;
  differs("ground or surface");
  request_.label = "ours";
  differs("the label");
  write("a.asc", "longer");
  differs("a file that grew");
  write("b.asc", "");
  differs("one file more");
  fs::last_write_time(folder_ / "b.asc", fs::file_time_type::clock::now() + std::chrono::hours(1));
  differs("a file written again");
  request_.clutter_path = (folder_ / "b.asc").string();
  differs("land cover");
}

}  // namespace
}  // namespace cairn::geo
