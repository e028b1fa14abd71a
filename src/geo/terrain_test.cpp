// SPDX-License-Identifier: Apache-2.0
#include "geo/terrain.hpp"

#include <gtest/gtest.h>

#include "core/crc32c.hpp"
#include "core/text.hpp"
#include "geo/detail/terrain_file.hpp"
#include "geo/terrain_prepare.hpp"
#include "geo/terrain_testing.hpp"

namespace cairn::geo {
namespace {

using testing::TemporaryFolder;

// 101 x 101 posts or so over a slope, with clutter.
std::string small_terrain(const TemporaryFolder& folder) {
  testing::write_tiff(folder / "dtm.tif", 60, 60, 102, 28.06, 0.001,
                      [](int column, int row) { return 1000 + 3 * column - 2 * row; });
  testing::TiffOptions bytes;
  bytes.type = GDT_Byte;
  testing::write_tiff(
      folder / "classes.tif", 60, 60, 102, 28.06, 0.001,
      [](int column, int) { return column < 30 ? 10 : 30; }, bytes);
  TerrainRequest wish;
  wish.sources = {{.path = folder / "dtm.tif", .ground = true}};
  wish.clutter_path = folder / "classes.tif";
  wish.area = {.west_deg = 102.01, .south_deg = 28.01, .east_deg = 102.05, .north_deg = 28.05};
  wish.cell_m = 40;
  EXPECT_TRUE(prepare_terrain(wish, *serial_workers(), folder / "x.terrain"));
  return testing::read_bytes(folder / "x.terrain");
}

std::string open_error(const TemporaryFolder& folder, const std::string& bytes) {
  testing::write_bytes(folder / "y.terrain", bytes);
  const auto open = PreparedTerrain::open(*system_files(), folder / "y.terrain");
  return open ? "" : to_string(open.error());
}

TEST(TerrainGrid, InterpolatesAndKnowsItsEdges) {
  const std::vector<std::uint16_t> samples = {0, 8, 16, 80, 88, TerrainGrid::missing};
  TerrainGrid grid;
  grid.plane = LocalPlane({102, 28});
  grid.columns = 3;
  grid.rows = 2;
  grid.cell_m = 10;
  grid.west_m = -10;
  grid.north_m = 5;
  grid.offset_m = 100;
  grid.heights = samples;
  EXPECT_EQ(grid.height_m({-10, 5}), 100);
  EXPECT_EQ(grid.height_m({-5, 0}), 100 + 5.5);
  EXPECT_FALSE(grid.height_m({5, 0}));  // one of the four is missing
  EXPECT_FALSE(grid.height_m({-10.1, 5}));
  EXPECT_FALSE(grid.height_m({std::nan(""), 5}));
  EXPECT_EQ(grid.nearest({4, -4}), 4u);
  EXPECT_FALSE(grid.nearest({16, 0}));
}

TEST(PreparedTerrain, OpensWithoutReadingThePosts) {
  const TemporaryFolder folder;
  const std::string bytes = small_terrain(folder);
  const auto terrain = PreparedTerrain::open(*system_files(), folder / "x.terrain");
  ASSERT_TRUE(terrain);
  EXPECT_EQ(terrain->file_bytes(), bytes.size());
  EXPECT_FALSE(terrain->grid().surface);
  EXPECT_EQ(terrain->grid().heights.size(), terrain->grid().clutter_class.size());
  EXPECT_EQ(terrain->grid().clutter_m({-1000, 0}), 15);
  EXPECT_TRUE(terrain->verify());
  const PreparedTerrain copy = *terrain;  // reads the same mapping
  EXPECT_EQ(copy.grid().heights.data(), terrain->grid().heights.data());
}

TEST(PreparedTerrain, CutShortAtAnyByteItDoesNotOpen) {
  const TemporaryFolder folder;
  const std::string bytes = small_terrain(folder);
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{7}, std::size_t{103}, std::size_t{4095}, std::size_t{4096},
        bytes.size() / 2, bytes.size() - 1}) {
    EXPECT_NE(open_error(folder, bytes.substr(0, size)), "") << size;
  }
  EXPECT_NE(open_error(folder, bytes + "x").find("cut short or grew"), std::string::npos);
  EXPECT_EQ(open_error(folder, bytes), "");
}

TEST(PreparedTerrain, AnyFlippedBitIsSeen) {
  const TemporaryFolder folder;
  const std::string bytes = small_terrain(folder);
  for (std::size_t at = 0; at < bytes.size(); at += at < 104 ? 1 : 331) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << at % 8));
    testing::write_bytes(folder / "y.terrain", damaged);
    const auto open = PreparedTerrain::open(*system_files(), folder / "y.terrain");
    EXPECT_TRUE(!open || !open->verify()) << at;
  }
}

TEST(PreparedTerrain, OtherContentHasAnotherDigest) {
  const TemporaryFolder folder;
  small_terrain(folder);
  const auto one = PreparedTerrain::open(*system_files(), folder / "x.terrain");
  ASSERT_TRUE(one);
  TerrainRequest wish;
  wish.sources = {{.path = folder / "dtm.tif", .ground = true}};
  wish.area = {.west_deg = 102.01, .south_deg = 28.01, .east_deg = 102.05, .north_deg = 28.05};
  ASSERT_TRUE(prepare_terrain(wish, *serial_workers(), folder / "z.terrain"));
  const auto other = PreparedTerrain::open(*system_files(), folder / "z.terrain");
  ASSERT_TRUE(other);
  EXPECT_NE(one->digest(), other->digest());
}

// A head with a right check sum may still be nonsense.
TEST(PreparedTerrain, ImpossibleGridsAreRefused) {
  const TemporaryFolder folder;
  const std::string bytes = small_terrain(folder);
  std::uint32_t digest = 0;
  const auto head = detail::read_terrain_head(bytes, digest);
  ASSERT_TRUE(head);
  const auto with = [&](auto change) {
    detail::TerrainHead changed = *head;
    change(changed);
    std::string out = bytes;
    const std::string written = detail::write_terrain_head(changed);
    out.replace(0, written.size(), written);
    return open_error(folder, out);
  };
  EXPECT_EQ(with([](auto&) {}), "");
  EXPECT_NE(with([](auto& h) { h.columns = 1; }), "");
  EXPECT_NE(with([](auto& h) { h.columns = h.rows = 0xffffffff; }), "");
  EXPECT_NE(with([](auto& h) { h.rows += 1000; }).find("cut short"), std::string::npos);
  EXPECT_NE(with([](auto& h) { h.cell_m = std::nan(""); }), "");
  EXPECT_NE(with([](auto& h) { h.origin.y = 91; }), "");
  EXPECT_NE(with([](auto& h) { h.west_m = 1e300; }), "");
  EXPECT_NE(with([](auto& h) { h.scale_m = 0; }), "");
  EXPECT_NE(with([](auto& h) { h.info_bytes = 0xffffffff; }), "");
  EXPECT_NE(with([](auto& h) { h.clutter_class = false; }), "");
}

TEST(PreparedTerrain, OtherFilesAreNamedAsWhatTheyAreNot) {
  const TemporaryFolder folder;
  EXPECT_NE(open_error(folder, "GIF89a").find("not a prepared terrain"), std::string::npos);
  const auto nothing = PreparedTerrain::open(*system_files(), folder / "nothing");
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().code, Code::not_found);
}

}  // namespace
}  // namespace cairn::geo
