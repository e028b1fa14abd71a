// SPDX-License-Identifier: Apache-2.0
#include "geo/contour.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "geo/geojson.hpp"
#include "geo/predicates.hpp"

namespace cairn::geo {
namespace {

constexpr float nan = std::numeric_limits<float>::quiet_NaN();

double ring_area(const Ring& ring) {
  double sum = 0;
  for (std::size_t i = 0; i + 1 < ring.size(); ++i) {
    sum += ring[i].x * ring[i + 1].y - ring[i + 1].x * ring[i].y;
  }
  return 0.5 * sum;
}

TEST(AreaAtLeast, ACircleWithAHole) {
  std::vector<float> values;
  for (int row = 0; row < 101; ++row) {
    for (int column = 0; column < 101; ++column) {
      const double r = std::hypot(column - 50, row - 50);
      values.push_back(static_cast<float>(-std::abs(r - 30)));  // a ring of radius 30
    }
  }
  const MultiPolygon area = area_at_least(values, 101, 101, -10);
  ASSERT_EQ(area.polygons.size(), 1u);
  ASSERT_EQ(area.polygons[0].rings.size(), 2u);
  const double shell = ring_area(area.polygons[0].rings[0]);
  const double hole = ring_area(area.polygons[0].rings[1]);
  EXPECT_NEAR(-shell, 3.14159 * 40 * 40, 15);  // rows grow downwards: the sign turns
  EXPECT_NEAR(hole, 3.14159 * 20 * 20, 10);
}

// Pixels are inside exactly where their value is, for noise with holes.
TEST(AreaAtLeast, HoldsEveryPixelThatIsAtLeast) {
  std::mt19937 random(5);
  for (int round = 0; round < 20; ++round) {
    const std::uint32_t columns = 3 + random() % 40;
    const std::uint32_t rows = 3 + random() % 40;
    std::vector<float> values(columns * rows);
    for (float& value : values) {
      value = random() % 11 == 0 ? nan : static_cast<float>(random() % 1000) / 10;
    }
    const MultiPolygon area = area_at_least(values, columns, rows, 50.05);
    for (std::uint32_t row = 0; row < rows; ++row) {
      for (std::uint32_t column = 0; column < columns; ++column) {
        const bool in = contains(area, Point{column + 1e-7, row + 1e-7});
        EXPECT_EQ(in, values[row * columns + column] >= 50.05F) << column << ' ' << row;
      }
    }
    for (const Polygon& polygon : area.polygons) {
      for (std::size_t i = 0; i < polygon.rings.size(); ++i) {
        EXPECT_EQ(polygon.rings[i].front(), polygon.rings[i].back());
        EXPECT_EQ(ring_area(polygon.rings[i]) < 0, i == 0);
      }
    }
  }
}

// Flags: every crossing would lie on a pixel.
TEST(AreaAtLeast, LevelsThatAreValues) {
  std::mt19937 random(6);
  std::vector<float> values(900);
  for (float& value : values) value = static_cast<float>(random() % 2);
  const MultiPolygon area = area_at_least(values, 30, 30, 1);
  double pixels = 0;
  std::size_t holes = 0;
  for (const Polygon& polygon : area.polygons) {
    holes += polygon.rings.size() - 1;
    for (const Ring& ring : polygon.rings) pixels -= ring_area(ring);
  }
  EXPECT_GT(holes, 0u);
  EXPECT_GT(pixels, 0);
  for (int i = 0; i < 900; ++i) {
    const Point p{i % 30 + 1e-7, i / 30 + 1e-7};
    EXPECT_EQ(contains(area, p), values[static_cast<std::size_t>(i)] == 1) << i;
  }
}

TEST(AreaAtLeast, SmallIslandsAreLeftOut) {
  std::vector<float> values(400, 0);
  values[105] = 1;
  for (const int i : {210, 211, 212, 230, 231, 232, 250, 251, 252}) {
    values[static_cast<std::size_t>(i)] = 1;
  }
  EXPECT_EQ(area_at_least(values, 20, 20, 0.5).polygons.size(), 2u);
  EXPECT_EQ(area_at_least(values, 20, 20, 0.5, 4).polygons.size(), 1u);
  EXPECT_TRUE(area_at_least(values, 20, 20, 2).polygons.empty());
  EXPECT_TRUE(area_at_least(values, 20, 19, 0.5).polygons.empty());
}

TEST(ContoursGeojson, OurOwnReaderTakesThem) {
  const PlaneFrame frame{LocalPlane({102, 28}), -10'000, 10'000, 100, 201, 201};
  std::vector<float> values;
  for (int row = 0; row < 201; ++row) {
    for (int column = 0; column < 201; ++column) {
      values.push_back(static_cast<float>(-80 - 0.5 * std::hypot(column - 100, row - 100)));
    }
  }
  ContourOptions options;
  options.levels = {-110, -100};
  options.unit = "dBm";
  options.metadata = {{"estimated", "coarse \"relief\""}};
  const auto json = contours_geojson(frame, {"rsrp", "dBm", values}, options);
  ASSERT_TRUE(json);
  const auto features = read_geojson(*json, "contours");
  ASSERT_TRUE(features) << to_string(features.error());
  ASSERT_EQ(features->size(), 2u);
  EXPECT_EQ((*features)[0].text("level"), "-110");
  EXPECT_EQ((*features)[0].text("unit"), "dBm");
  // Radius of -110 dBm: 60 pixels of 100 m.
  for (const double bearing : {0.1, 1.7, 3.3, 5.0}) {
    const auto at = [&](double r) {
      return frame.plane.inverse({r * std::sin(bearing), r * std::cos(bearing)});
    };
    EXPECT_TRUE(contains((*features)[0].geometry, at(5'950)));
    EXPECT_FALSE(contains((*features)[0].geometry, at(6'050)));
    EXPECT_TRUE(contains((*features)[1].geometry, at(3'950)));
    EXPECT_FALSE(contains((*features)[1].geometry, at(4'050)));
  }
  options.lines = true;
  const auto lines = read_geojson(*contours_geojson(frame, {"rsrp", "dBm", values}, options), "l");
  ASSERT_TRUE(lines);
  EXPECT_TRUE(std::holds_alternative<MultiLine>((*lines)[0].geometry.shape));
  options.levels = {};
  EXPECT_FALSE(contours_geojson(frame, {"rsrp", "dBm", values}, options));
  options.levels = {0};
  const auto none = contours_geojson(frame, {"rsrp", "dBm", values}, options);
  ASSERT_TRUE(none);
  EXPECT_TRUE(read_geojson(*none, "none"));
}

}  // namespace
}  // namespace cairn::geo
