// SPDX-License-Identifier: Apache-2.0
#include "codec/mvt.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <protozero/pbf_reader.hpp>

namespace cairn::codec {
namespace {

// A reader of its own, written from the specification: what comes out must be what went in.
struct ReadFeature {
  int kind = 0;
  std::vector<std::vector<std::pair<int, int>>> paths;  // closed rings end with their beginning
  std::map<std::string, std::string> properties;        // values as text
};
struct ReadLayer {
  std::string name;
  std::uint32_t version = 0;
  std::uint32_t extent = 0;
  std::vector<ReadFeature> features;
};

std::string value_text(protozero::pbf_reader value) {
  std::string out;
  while (value.next()) {
    switch (value.tag()) {
      case 1:
        out = "s:" + value.get_string();
        break;
      case 3:
        out = "d:" + std::to_string(value.get_double());
        break;
      case 5:
        out = "u:" + std::to_string(value.get_uint64());
        break;
      case 6:
        out = "i:" + std::to_string(value.get_sint64());
        break;
      case 7:
        out = value.get_bool() ? "b:true" : "b:false";
        break;
      default:
        value.skip();
    }
  }
  return out;
}

ReadFeature read_feature(protozero::pbf_reader reader, const std::vector<std::string>& keys,
                         const std::vector<std::string>& values) {
  ReadFeature out;
  std::vector<std::uint32_t> tags, commands;
  while (reader.next()) {
    if (reader.tag() == 3) {
      out.kind = reader.get_enum();
    } else if (reader.tag() == 2 || reader.tag() == 4) {
      auto& target = reader.tag() == 2 ? tags : commands;
      for (const std::uint32_t v : reader.get_packed_uint32()) target.push_back(v);
    } else {
      reader.skip();
    }
  }
  for (std::size_t i = 0; i + 1 < tags.size(); i += 2) {
    out.properties[keys.at(tags[i])] = values.at(tags[i + 1]);
  }
  int x = 0, y = 0;
  for (std::size_t i = 0; i < commands.size();) {
    const std::uint32_t id = commands[i] & 7, count = commands[i] >> 3;
    ++i;
    if (id == 7) {
      out.paths.back().push_back(out.paths.back().front());
      continue;
    }
    for (std::uint32_t k = 0; k < count; ++k, i += 2) {
      x += protozero::decode_zigzag32(commands.at(i));
      y += protozero::decode_zigzag32(commands.at(i + 1));
      if (id == 1) out.paths.emplace_back();
      out.paths.back().emplace_back(x, y);
    }
  }
  return out;
}

std::vector<ReadLayer> read_tile(const std::string& bytes) {
  std::vector<ReadLayer> out;
  protozero::pbf_reader tile(bytes);
  while (tile.next(3)) {
    const auto view = tile.get_view();
    ReadLayer layer;
    std::vector<std::string> keys, values;
    protozero::pbf_reader first(view);
    while (first.next()) {
      switch (first.tag()) {
        case 1:
          layer.name = first.get_string();
          break;
        case 3:
          keys.push_back(first.get_string());
          break;
        case 4:
          values.push_back(value_text(first.get_message()));
          break;
        case 5:
          layer.extent = first.get_uint32();
          break;
        case 15:
          layer.version = first.get_uint32();
          break;
        default:
          first.skip();
      }
    }
    protozero::pbf_reader second(view);
    while (second.next(2)) {
      layer.features.push_back(read_feature(second.get_message(), keys, values));
    }
    out.push_back(std::move(layer));
  }
  return out;
}

std::int64_t double_area(const std::vector<std::pair<int, int>>& ring) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i + 1 < ring.size(); ++i) {
    sum += std::int64_t{ring[i].first} * ring[i + 1].second -
           std::int64_t{ring[i + 1].first} * ring[i].second;
  }
  return sum;
}

geo::Ring square(double west, double south, double east, double north) {
  return {{west, south}, {east, south}, {east, north}, {west, north}, {west, south}};
}

TEST(Mercator, KnownPlaces) {
  const geo::Point origin = to_mercator(geo::Point{0, 0});
  EXPECT_NEAR(origin.x, 0.5, 1e-15);
  EXPECT_NEAR(origin.y, 0.5, 1e-15);
  const geo::Point corner = to_mercator(geo::Point{-180, 85.0511287798066});
  EXPECT_NEAR(corner.x, 0, 1e-15);
  EXPECT_NEAR(corner.y, 0, 1e-9);
  // Xichang lies in tile 8/200/107 (by the slippy-map formula).
  const geo::Point xichang = to_mercator(geo::Point{102.26, 27.89});
  EXPECT_EQ(std::floor(xichang.x * 256), 200);
  EXPECT_EQ(std::floor(xichang.y * 256), 107);
}

TEST(TileLayer, PointsRoundTripWithEveryKindOfValue) {
  TileLayer layer("site", {1, 0, 0});
  EXPECT_TRUE(layer.add({geo::Point{0.25, 0.125}}, {{"name", std::string("甲")},
                                                    {"count", std::int64_t{7}},
                                                    {"fall", std::int64_t{-3}},
                                                    {"value", 1.5},
                                                    {"estimated", true}}));
  EXPECT_FALSE(layer.add({geo::Point{0.9, 0.9}}, {}));
  const auto layers = read_tile(layer.bytes());
  ASSERT_EQ(layers.size(), 1u);
  EXPECT_EQ(layers[0].name, "site");
  EXPECT_EQ(layers[0].version, 2u);
  EXPECT_EQ(layers[0].extent, 4096u);
  ASSERT_EQ(layers[0].features.size(), 1u);
  const ReadFeature& f = layers[0].features[0];
  EXPECT_EQ(f.kind, 1);
  EXPECT_EQ(f.paths[0][0], (std::pair{2048, 1024}));
  EXPECT_EQ(f.properties.at("name"), "s:甲");
  EXPECT_EQ(f.properties.at("count"), "u:7");
  EXPECT_EQ(f.properties.at("fall"), "i:-3");
  EXPECT_EQ(f.properties.at("value"), "d:1.500000");
  EXPECT_EQ(f.properties.at("estimated"), "b:true");
}

TEST(TileLayer, EqualKeysAndValuesAreWrittenOnce) {
  TileLayer once("l", {0, 0, 0});
  TileLayer often("l", {0, 0, 0});
  const TileProperties properties{{"kind", std::string("a long text that would be seen")}};
  once.add({geo::Point{0.5, 0.5}}, properties);
  for (int i = 0; i < 100; ++i) often.add({geo::Point{0.5, 0.5}}, properties);
  EXPECT_LT(often.bytes().size(), once.bytes().size() + 100 * 20);
}

TEST(TileLayer, LinesAreCutAtTheBufferIntoPieces) {
  TileLayer layer("rivers", {1, 0, 0});
  // In, out to the east, and back in: two pieces.
  layer.add({geo::Line{{0.1, 0.1}, {0.9, 0.1}, {0.9, 0.3}, {0.1, 0.3}}}, {});
  const auto layers = read_tile(layer.bytes());
  ASSERT_EQ(layers.at(0).features.size(), 1u);
  const ReadFeature& f = layers[0].features[0];
  EXPECT_EQ(f.kind, 2);
  ASSERT_EQ(f.paths.size(), 2u);
  EXPECT_EQ(f.paths[0].back().first, 4096 + 64);
  EXPECT_EQ(f.paths[1].front().first, 4096 + 64);
}

TEST(TileLayer, RingsHaveTheWindingOfTheSpecificationWhateverTheyHadBefore) {
  for (const bool turned : {false, true}) {
    geo::Polygon polygon{{square(0.1, 0.1, 0.4, 0.4), square(0.2, 0.2, 0.3, 0.3)}};
    if (turned) {
      for (geo::Ring& ring : polygon.rings) std::reverse(ring.begin(), ring.end());
    }
    TileLayer layer("county", {0, 0, 0});
    ASSERT_TRUE(layer.add({polygon}, {}));
    const auto layers = read_tile(layer.bytes());
    const ReadFeature& f = layers.at(0).features.at(0);
    EXPECT_EQ(f.kind, 3);
    ASSERT_EQ(f.paths.size(), 2u);
    EXPECT_GT(double_area(f.paths[0]), 0);
    EXPECT_LT(double_area(f.paths[1]), 0);
  }
}

TEST(TileLayer, APolygonAroundTheTileFillsItAndItsBuffer) {
  TileLayer layer("county", {4, 7, 7});
  ASSERT_TRUE(layer.add({geo::Polygon{{square(0, 0, 1, 1)}}}, {}));
  const auto layers = read_tile(layer.bytes());
  const auto& ring = layers.at(0).features.at(0).paths.at(0);
  EXPECT_EQ(std::abs(double_area(ring)), 2LL * (4096 + 128) * (4096 + 128));
}

TEST(TileLayer, WhatIsSmallerThanTheGridOrFarAwayIsLeftOut) {
  TileLayer layer("county", {0, 0, 0});
  EXPECT_FALSE(layer.add({geo::Polygon{{square(0.5, 0.5, 0.50001, 0.50001)}}}, {}));
  EXPECT_FALSE(layer.add({geo::Line{{0.5, 0.5}, {0.500001, 0.5}}}, {}));
  EXPECT_EQ(layer.bytes(), "");
}

TEST(TileLayer, StopsAtItsLimitOfFeatures) {
  TileLayer layer("l", {0, 0, 0}, {.max_features = 3});
  for (int i = 0; i < 10; ++i) layer.add({geo::Point{0.5, 0.5}}, {});
  EXPECT_EQ(layer.size(), 3u);
}

}  // namespace
}  // namespace cairn::codec
