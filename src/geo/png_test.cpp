// SPDX-License-Identifier: Apache-2.0
#include "geo/png.hpp"

#include <cpl_vsi.h>
#include <gdal.h>
#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace cairn::geo {
namespace {

// The pixels as another library reads them: `bands` bytes a pixel.
std::vector<std::uint8_t> read_back(std::string bytes, int bands, const char* name) {
  GDALAllRegister();
  VSIFCloseL(VSIFileFromMemBuffer(name, reinterpret_cast<GByte*>(bytes.data()), bytes.size(), 0));
  std::vector<std::uint8_t> out;
  if (GDALDatasetH picture = GDALOpen(name, GA_ReadOnly)) {
    const int width = GDALGetRasterXSize(picture);
    const int height = GDALGetRasterYSize(picture);
    if (GDALGetRasterCount(picture) == bands) {
      out.resize(static_cast<std::size_t>(width) * height * bands);
      EXPECT_EQ(
          GDALDatasetRasterIOEx(picture, GF_Read, 0, 0, width, height, out.data(), width, height,
                                GDT_Byte, bands, nullptr, bands, bands * width, 1, nullptr),
          CE_None);
    }
    GDALClose(picture);
  }
  VSIUnlink(name);
  return out;
}

TEST(EncodePng, GivesEveryPixelBack) {
  std::mt19937 random(3);
  std::vector<std::uint8_t> rgba;
  const std::uint32_t width = 77;
  const std::uint32_t height = 50;
  for (std::uint32_t i = 0; i < width * height; ++i) {
    const bool noise = i % width > 40;  // flat, sloping and noisy parts
    for (int band = 0; band < 4; ++band) {
      rgba.push_back(static_cast<std::uint8_t>(noise ? random() : i / width * (band + 1)));
    }
  }
  const auto png = encode_png(width, height, rgba);
  ASSERT_TRUE(png);
  EXPECT_EQ(read_back(*png, 4, "/vsimem/png_test_rgba.png"), rgba);
  EXPECT_EQ(*encode_png(width, height, rgba), *png);
}

TEST(EncodePng, LeavesOutAlphaWhereNothingShinesThrough) {
  std::vector<std::uint8_t> rgba;
  std::vector<std::uint8_t> rgb;
  for (std::uint32_t i = 0; i < 9 * 5; ++i) {
    for (const std::uint32_t value : {i, 2 * i, 5 * i}) {
      rgba.push_back(static_cast<std::uint8_t>(value));
      rgb.push_back(static_cast<std::uint8_t>(value));
    }
    rgba.push_back(255);
  }
  const auto png = encode_png(9, 5, rgba);
  ASSERT_TRUE(png);
  EXPECT_EQ(read_back(*png, 3, "/vsimem/png_test_rgb.png"), rgb);
}

TEST(EncodePng, FlatTilesAreSmall) {
  const std::vector<std::uint8_t> clear(4 * 256 * 256, 0);
  const auto png = encode_png(256, 256, clear);
  ASSERT_TRUE(png);
  EXPECT_LT(png->size(), 1000u);
}

TEST(EncodePng, RefusesWhatIsNoPicture) {
  const std::vector<std::uint8_t> bytes(16, 0);
  EXPECT_FALSE(encode_png(0, 4, {}));
  EXPECT_FALSE(encode_png(2, 3, bytes));
  EXPECT_FALSE(encode_png(0xffffffff, 0xffffffff, bytes));
  EXPECT_TRUE(encode_png(2, 2, bytes));
}

}  // namespace
}  // namespace cairn::geo
