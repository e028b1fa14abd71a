// SPDX-License-Identifier: Apache-2.0
#include "geo/terrain.hpp"

#include <cstring>

#include "core/crc32c.hpp"
#include "core/text.hpp"
#include "geo/detail/terrain_file.hpp"

namespace cairn::geo {
namespace {

TerrainGrid grid_over(const detail::TerrainHead& head, std::string_view file) {
  const auto offsets = head.layer_offsets();
  TerrainGrid grid;
  grid.plane = LocalPlane(head.origin);
  grid.columns = head.columns;
  grid.rows = head.rows;
  grid.cell_m = head.cell_m;
  grid.west_m = head.west_m;
  grid.north_m = head.north_m;
  grid.scale_m = head.scale_m;
  grid.offset_m = head.offset_m;
  grid.surface = head.surface;
  grid.heights = {reinterpret_cast<const std::uint16_t*>(file.data() + offsets[0]), head.posts()};
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(file.data());
  if (head.clutter_class) grid.clutter_class = {bytes + offsets[1], head.posts()};
  if (head.clutter_height) grid.clutter_half_metres = {bytes + offsets[2], head.posts()};
  return grid;
}

bool has_bits(std::string_view file, std::uint64_t from, std::uint64_t to) {
  return file.substr(from, to - from).find_first_not_of('\0') != std::string_view::npos;
}

}  // namespace

Result<PreparedTerrain> PreparedTerrain::open(const Files& files, const std::string& path) {
  auto mapped = files.map(path);
  if (!mapped) return fail(mapped.error());
  PreparedTerrain out;
  out.path_ = path;
  const std::string_view file = (*mapped)->bytes();
  const auto head = detail::read_terrain_head(file, out.digest_);
  if (!head) return fail(head.error().code, head.error().message, path);
  if (file.size() != head->file_bytes()) {
    return fail(Code::invalid,
                format("the terrain has {} bytes instead of {}: it was cut short or grew; prepare "
                       "it anew",
                       file.size(), head->file_bytes()),
                path);
  }
  const std::string_view tail = file.substr(head->tail_offset());
  if (crc32c(tail) != head->tail_crc) {
    return fail(Code::invalid, "the end of the terrain is damaged: prepare it anew", path);
  }
  auto info = detail::read_terrain_info(tail.substr(0, head->info_bytes));
  if (!info) return fail(info.error().code, info.error().message, path);
  out.info_ = std::move(*info);
  out.grid_ = grid_over(*head, file);
  out.file_ = std::move(*mapped);
  return out;
}

Status PreparedTerrain::verify() const {
  if (!file_) return fail(Code::invalid, "no terrain is open");
  const std::string_view file = file_->bytes();
  std::uint32_t digest = 0;
  const auto head = detail::read_terrain_head(file, digest);
  if (!head) return fail(head.error().code, head.error().message, path_);
  const auto offsets = head->layer_offsets();
  const auto bytes = head->layer_bytes();
  // Between the parts, up to the next page, there is nothing.
  bool damaged = has_bits(file, detail::terrain_head_bytes, offsets[0]);
  for (std::size_t layer = 0; layer < bytes.size(); ++layer) {
    const std::uint64_t next = layer + 1 < bytes.size() ? offsets[layer + 1] : head->tail_offset();
    damaged = damaged || has_bits(file, offsets[layer] + bytes[layer], next);
  }
  std::string_view table = file.substr(head->tail_offset() + head->info_bytes);
  for (std::size_t layer = 0; layer < bytes.size(); ++layer) {
    detail::BlockSums sums;
    sums.add(file.substr(offsets[layer], bytes[layer]));
    for (const std::uint32_t sum : sums.end()) {
      std::uint32_t stored = 0;
      std::memcpy(&stored, table.data(), sizeof stored);
      table.remove_prefix(sizeof stored);
      damaged = damaged || sum != stored;
    }
  }
  if (damaged) {
    return fail(Code::invalid, "posts of the terrain are damaged: prepare it anew", path_);
  }
  return {};
}

std::size_t PreparedTerrain::file_bytes() const {
  return file_ ? file_->bytes().size() : 0;
}

}  // namespace cairn::geo
