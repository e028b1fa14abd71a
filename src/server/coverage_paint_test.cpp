// SPDX-License-Identifier: Apache-2.0
#include "server/coverage_paint.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "codec/mvt.hpp"

namespace cairn::server {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

TEST(CoveragePaint, ClassesAgainstTheThreshold) {
  const auto id = [](double dbm) { return level_classes()[level_class(dbm, -110)].id; };
  EXPECT_EQ(id(-60), "strong");
  EXPECT_EQ(id(-95), "strong");
  EXPECT_EQ(id(-95.1), "enough");
  EXPECT_EQ(id(-110), "enough");
  EXPECT_EQ(id(-110.1), "weak");
  EXPECT_EQ(id(-120.1), "none");
  EXPECT_EQ(id(nan), "none");
}

// Relative luminance after WCAG: the order must be seen without any hue.
double luminance(Rgba c) {
  const auto linear = [](std::uint8_t v) {
    const double s = v / 255.0;
    return s <= 0.04045 ? s / 12.92 : std::pow((s + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * linear(c.r) + 0.7152 * linear(c.g) + 0.0722 * linear(c.b);
}

TEST(CoveragePaint, ColoursAreInOrderWithoutHue) {
  const auto& c = level_classes();
  for (std::size_t i = 0; i + 2 < c.size(); ++i) {
    EXPECT_GT(luminance(c[i + 1].light), luminance(c[i].light) * 1.4) << i;
    EXPECT_LT(luminance(c[i + 1].dark), luminance(c[i].dark) / 1.4) << i;
  }
  EXPECT_EQ(c.back().light.a, 0);
  EXPECT_EQ(hex_colour({1, 171, 255, 255}), "#01abff");
}

TEST(CoveragePaint, PixelsFindTheirPlace) {
  const geo::LocalPlane plane({102.5, 27});
  const codec::TileId tile{10, 803, 431};
  double worst = 0;
  const geo::Box box = codec::tile_square(tile);
  int count = 0;
  std::vector<geo::PlanePoint> asked;
  const auto png = paint(plane, box, 256, 256, [&](geo::PlanePoint at) {
    asked.push_back(at);
    return Rgba{};
  });
  ASSERT_TRUE(png.has_value());
  EXPECT_EQ(png->substr(0, 4), "\x89PNG");
  ASSERT_EQ(asked.size(), 65536u);
  for (int row = 0; row < 256; row += 15) {
    for (int column = 0; column < 256; column += 15, ++count) {
      const geo::PlanePoint at = asked[static_cast<std::size_t>(row * 256 + column)];
      const geo::Point back = codec::to_mercator(plane.inverse(at));
      const double pixel = (box.max_x - box.min_x) / 256;
      worst = std::max({worst, std::fabs((back.x - box.min_x) / pixel - (column + 0.5)),
                        std::fabs((back.y - box.min_y) / pixel - (row + 0.5))});
    }
  }
  EXPECT_LT(worst, 0.01) << "pixels";
}

TEST(CoveragePaint, SamplesBetweenPixels) {
  const radio::MapFrame frame{0, 0, 100, 3, 2};
  const double values[] = {-100, -90, nan, -100, -90, -80};
  const auto at = [&](double x, double y) {
    return sample_frame(frame, {x, y}, -140, [&](std::size_t i) { return values[i]; });
  };
  EXPECT_DOUBLE_EQ(at(0, 0), -100);
  EXPECT_DOUBLE_EQ(at(50, 0), -95);
  EXPECT_DOUBLE_EQ(at(140, 0), -90 * 0.6 - 140 * 0.4);  // beside one that hears nobody
  EXPECT_TRUE(std::isnan(at(200, 0)));
  EXPECT_DOUBLE_EQ(at(200, -100), -80);
  EXPECT_TRUE(std::isnan(at(-60, 0)));
  EXPECT_TRUE(std::isnan(at(0, 60)));
  EXPECT_TRUE(std::isnan(sample_frame({}, {0, 0}, -140, [](std::size_t) { return 0.0; })));
}

TEST(CoveragePaint, DataAddresses) {
  EXPECT_EQ(png_address(""), "data:image/png;base64,");
  EXPECT_EQ(png_address("M"), "data:image/png;base64,TQ==");
  EXPECT_EQ(png_address("Ma"), "data:image/png;base64,TWE=");
  EXPECT_EQ(png_address("Man\xff"), "data:image/png;base64,TWFu/w==");
}

}  // namespace
}  // namespace cairn::server
