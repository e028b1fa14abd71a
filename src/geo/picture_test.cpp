// SPDX-License-Identifier: Apache-2.0
#include <gdal.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/text.hpp"
#include "geo/raster_write.hpp"
#include "geo/terrain_testing.hpp"

namespace cairn::geo {
namespace {

using testing::TemporaryFolder;

const ColourRamp two_colours = {
    {{0, {255, 0, 0, 255}}, {1, {0, 0, 255, 255}, "covered"}}, false, "RSRP, dBm"};

// West half 0, east half 1; the northernmost tenth unknown.
std::vector<float> halves(const PlaneFrame& frame) {
  std::vector<float> out;
  for (std::uint32_t row = 0; row < frame.rows; ++row) {
    for (std::uint32_t column = 0; column < frame.columns; ++column) {
      out.push_back(row < frame.rows / 10        ? std::numeric_limits<float>::quiet_NaN()
                    : 2 * column < frame.columns ? 0.0F
                                                 : 1.0F);
    }
  }
  return out;
}

Rgba pixel_at(const Picture& picture, Point p) {
  const auto x = static_cast<std::size_t>((p.x - picture.west_deg) /
                                          (picture.east_deg - picture.west_deg) * picture.width);
  const auto y = static_cast<std::size_t>((picture.north_deg - p.y) /
                                          (picture.north_deg - picture.south_deg) * picture.height);
  const std::uint8_t* c = picture.rgba.data() + 4 * (y * picture.width + x);
  return {c[0], c[1], c[2], c[3]};
}

TEST(DrawPicture, ColoursLieWhereTheValuesDo) {
  const PlaneFrame frame{LocalPlane({102, 28}), -20'000, 15'000, 100, 400, 300};
  const auto values = halves(frame);
  const auto picture = draw_picture(frame, {"covered", "", values, true}, two_colours);
  ASSERT_TRUE(picture);
  EXPECT_NEAR(picture->width, 402, 5);
  EXPECT_NEAR(picture->height, 301, 5);
  const auto at = [&](double x, double y) {
    return pixel_at(*picture, frame.plane.inverse({x, y}));
  };
  EXPECT_EQ(at(-15'000, 0), (Rgba{255, 0, 0, 255}));
  EXPECT_EQ(at(-400, -14'000), (Rgba{255, 0, 0, 255}));
  EXPECT_EQ(at(400, -14'000), (Rgba{0, 0, 255, 255}));
  EXPECT_EQ(at(19'000, 11'000), (Rgba{0, 0, 255, 255}));
  EXPECT_EQ(at(0, 14'000), Rgba{});
  const auto small = draw_picture(frame, {"covered", "", values, true}, two_colours, 100);
  ASSERT_TRUE(small);
  EXPECT_EQ(small->width, 100u);
  EXPECT_NEAR(small->west_deg, picture->west_deg, 1e-12);
  EXPECT_FALSE(draw_picture(frame, {"covered", "", std::span(values).first(7)}, two_colours));
}

TEST(DrawPicture, AcrossTheAntimeridian) {
  const PlaneFrame frame{LocalPlane({-179.99, 10}), -20'000, 15'000, 100, 400, 300};
  const auto values = halves(frame);
  const auto picture = draw_picture(frame, {"covered", "", values, true}, two_colours);
  ASSERT_TRUE(picture);
  EXPECT_LT(picture->west_deg, -180);
  EXPECT_NEAR(picture->east_deg - picture->west_deg, 0.365, 0.01);
}

TEST(WritePng, WithItsPlaceBesideIt) {
  const TemporaryFolder folder;
  const PlaneFrame frame{LocalPlane({102, 28}), -20'000, 15'000, 100, 400, 300};
  const auto values = halves(frame);
  const auto picture = draw_picture(frame, {"covered", "", values, true}, two_colours);
  ASSERT_TRUE(picture);
  const auto files = system_files();
  ASSERT_TRUE(write_png(*files, *picture, folder / "map.v2.png"));
  EXPECT_TRUE(files->exists(folder / "map.v2.pgw"));
  EXPECT_TRUE(files->exists(folder / "map.v2.prj"));
  GDALAllRegister();
  GDALDatasetH file = GDALOpen((folder / "map.v2.png").c_str(), GA_ReadOnly);
  ASSERT_NE(file, nullptr);
  std::array<double, 6> corner{};
  EXPECT_EQ(GDALGetGeoTransform(file, corner.data()), CE_None);
  EXPECT_NEAR(corner[0], picture->west_deg, 1e-9);
  EXPECT_NEAR(corner[3] + corner[5] * picture->height, picture->south_deg, 1e-9);
  GDALClose(file);
}

TEST(DrawLegend, HasEveryColourOnce) {
  const auto legend = draw_legend(two_colours);
  ASSERT_TRUE(legend);
  std::size_t red = 0;
  std::size_t blue = 0;
  std::size_t ink = 0;
  for (std::size_t i = 0; i < legend->rgba.size(); i += 4) {
    const std::uint8_t* c = legend->rgba.data() + i;
    red += c[0] == 255 && c[2] == 0;
    blue += c[0] == 0 && c[2] == 255;
    ink += c[0] == 0 && c[1] == 0 && c[2] == 0;
  }
  EXPECT_EQ(red, blue);
  EXPECT_GT(red, 300u);
  EXPECT_GT(ink, 9u * 100);  // "RSRP, dBm", "0", "covered"
  EXPECT_FALSE(draw_legend(ColourRamp{}));
}

}  // namespace
}  // namespace cairn::geo
