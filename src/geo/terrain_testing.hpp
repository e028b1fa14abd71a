// SPDX-License-Identifier: Apache-2.0
// For tests: a folder that goes away, and small rasters made up on the spot.
#pragma once

#include <gdal.h>
#include <gtest/gtest.h>
#include <ogr_srs_api.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

namespace cairn::geo::testing {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "cairn-geo-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }
  std::vector<std::string> names() const {
    std::vector<std::string> out;
    for (const auto& entry : std::filesystem::directory_iterator(path_)) {
      out.push_back(entry.path().filename().string());
    }
    return out;
  }

 private:
  std::string path_;
};

inline void write_bytes(const std::string& path, const std::string& bytes) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

inline std::string read_bytes(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// An SRTM tile of 3 arc-seconds: height(longitude, latitude), -32768 where there is none.
inline std::string hgt_bytes(int south_deg, int west_deg,
                             const std::function<int(double, double)>& height) {
  std::string out;
  for (int row = 0; row <= 1200; ++row) {
    for (int column = 0; column <= 1200; ++column) {
      const int value = height(west_deg + column / 1200.0, south_deg + 1 - row / 1200.0);
      out.push_back(static_cast<char>(value >> 8));
      out.push_back(static_cast<char>(value));
    }
  }
  return out;
}

struct TiffOptions {
  int epsg = 4326;  // 0: none
  double nodata = -9999;
  std::string unit;
  GDALDataType type = GDT_Float32;
};

// Pixels of `size` from the corner (west, north) on; value(column, row).
inline void write_tiff(const std::string& path, int columns, int rows, double west, double north,
                       double size, const std::function<double(int, int)>& value,
                       const TiffOptions& options = {}) {
  GDALAllRegister();
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  GDALDatasetH out = GDALCreate(GDALGetDriverByName("GTiff"), path.c_str(), columns, rows, 1,
                                options.type, nullptr);
  ASSERT_NE(out, nullptr);
  std::array<double, 6> corner = {west, size, 0, north, 0, -size};
  GDALSetGeoTransform(out, corner.data());
  if (options.epsg != 0) {
    OGRSpatialReferenceH reference = OSRNewSpatialReference(nullptr);
    OSRImportFromEPSG(reference, options.epsg);
    GDALSetSpatialRef(out, reference);
    OSRDestroySpatialReference(reference);
  }
  GDALRasterBandH band = GDALGetRasterBand(out, 1);
  GDALSetRasterNoDataValue(band, options.nodata);
  if (!options.unit.empty()) GDALSetRasterUnitType(band, options.unit.c_str());
  std::vector<double> line(static_cast<std::size_t>(columns));
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < columns; ++column) {
      line[static_cast<std::size_t>(column)] = value(column, row);
    }
    EXPECT_EQ(GDALRasterIO(band, GF_Write, 0, row, columns, 1, line.data(), columns, 1, GDT_Float64,
                           0, 0),
              CE_None);
  }
  GDALClose(out);
}

}  // namespace cairn::geo::testing
