// SPDX-License-Identifier: Apache-2.0
// Any bytes are either a prepared terrain whose posts can be read, or an error with a place; also
// when somebody made the check sums right.
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "core/crc32c.hpp"
#include "geo/detail/terrain_file.hpp"
#include "geo/terrain.hpp"
#include "geo/tile_name.hpp"

namespace {

using namespace cairn;

class Bytes final : public MappedFile {
 public:
  explicit Bytes(std::string_view bytes) : bytes_(bytes) {}
  std::string_view bytes() const override { return bytes_; }

 private:
  std::string_view bytes_;
};

class OneFile final : public Files {
 public:
  explicit OneFile(std::string_view bytes) : bytes_(bytes) {}
  Result<std::string> read(const std::string&) const override { return std::string(bytes_); }
  Status replace(const std::string&, std::string_view) override { return {}; }
  bool exists(const std::string&) const override { return true; }
  Result<std::vector<std::string>> list(const std::string&) const override {
    return std::vector<std::string>();
  }
  Result<std::unique_ptr<MappedFile>> map(const std::string&) const override {
    return std::make_unique<Bytes>(bytes_);
  }

 private:
  std::string_view bytes_;
};

void try_open(std::string_view bytes) {
  const auto terrain = geo::PreparedTerrain::open(OneFile(bytes), "fuzz");
  if (!terrain) {
    if (terrain.error().message.empty() || terrain.error().place.empty()) std::abort();
    return;
  }
  (void)terrain->verify();
  const geo::TerrainGrid& grid = terrain->grid();
  for (const double part : {0.0, 0.5, 1.0}) {
    const geo::PlanePoint at{grid.west_m + part * (grid.columns - 1) * grid.cell_m,
                             grid.north_m - part * (grid.rows - 1) * grid.cell_m};
    (void)grid.height_m(at);
    (void)grid.clutter_m(at);
    (void)grid.plane.inverse(at);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto tile = geo::parse_tile_name(text.substr(0, 200))) {
    if (geo::tile_text(tile->south_deg, tile->west_deg).size() != 7) std::abort();
  }
  try_open(text);
  if (size < geo::detail::terrain_page_bytes) return 0;
  std::string mended(text);
  const auto put = [&](std::size_t at, std::uint32_t value) {
    std::memcpy(mended.data() + at, &value, sizeof value);
  };
  std::uint64_t tail = 0;
  std::memcpy(&tail, mended.data() + 80, sizeof tail);
  if (tail < size) put(96, crc32c(text.substr(tail)));
  const std::size_t sum = geo::detail::terrain_head_bytes - 4;
  put(sum, crc32c(std::string_view(mended).substr(0, sum)));
  try_open(mended);
  return 0;
}
