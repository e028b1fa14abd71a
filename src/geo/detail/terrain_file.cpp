// SPDX-License-Identifier: Apache-2.0
#include "geo/detail/terrain_file.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "core/crc32c.hpp"
#include "core/text.hpp"

namespace cairn::geo::detail {
namespace {

static_assert(std::endian::native == std::endian::little, "the file is mapped as it is");

constexpr std::string_view magic = "CAIRNTRN";
constexpr std::uint32_t flag_surface = 1;
constexpr std::uint32_t flag_class = 2;
constexpr std::uint32_t flag_height = 4;

std::uint64_t to_page(std::uint64_t bytes) {
  return (bytes + terrain_page_bytes - 1) / terrain_page_bytes * terrain_page_bytes;
}

template <class T>
void put(std::string& out, T value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out.append(bytes, sizeof value);
}
template <class T>
T take(std::string_view& in) {
  T value;
  std::memcpy(&value, in.data(), sizeof value);
  in.remove_prefix(sizeof value);
  return value;
}

bool read_texts(const nlohmann::json& json, const char* name, std::vector<std::string>& out) {
  const auto found = json.find(name);
  if (found == json.end() || !found->is_array()) return false;
  for (const auto& text : *found) {
    if (!text.is_string()) return false;
    out.push_back(text.get<std::string>());
  }
  return true;
}
bool read_count(const nlohmann::json& json, const char* name, std::uint64_t& out) {
  const auto found = json.find(name);
  if (found == json.end() || !found->is_number_unsigned()) return false;
  out = found->get<std::uint64_t>();
  return true;
}
bool read_value(const nlohmann::json& json, const char* name, double& out) {
  const auto found = json.find(name);
  if (found == json.end() || !found->is_number()) return false;
  out = found->get<double>();
  return std::isfinite(out);
}

}  // namespace

std::array<std::uint64_t, 3> TerrainHead::layer_bytes() const {
  return {2 * posts(), clutter_class ? posts() : 0, clutter_height ? posts() : 0};
}

std::array<std::uint64_t, 3> TerrainHead::layer_offsets() const {
  const auto bytes = layer_bytes();
  const std::uint64_t second = terrain_page_bytes + to_page(bytes[0]);
  return {terrain_page_bytes, second, second + to_page(bytes[1])};
}

std::uint64_t TerrainHead::tail_offset() const {
  return layer_offsets()[2] + to_page(layer_bytes()[2]);
}

std::uint64_t TerrainHead::blocks() const {
  std::uint64_t count = 0;
  for (const std::uint64_t bytes : layer_bytes()) {
    count += (bytes + terrain_block_bytes - 1) / terrain_block_bytes;
  }
  return count;
}

std::string terrain_head_fault(const TerrainHead& head) {
  if (!(std::abs(head.origin.x) <= 360 && std::abs(head.origin.y) <= 90)) {
    return "its origin is no place on earth";
  }
  if (!(head.cell_m >= 0.1 && head.cell_m <= 100'000)) return "its cell is not 0.1 m to 100 km";
  if (head.columns < 2 || head.rows < 2 || head.posts() > terrain_posts) {
    return format("{} x {} posts are not 2 x 2 to {} together", head.columns, head.rows,
                  terrain_posts);
  }
  const double reach_m = 2 * LocalPlane::reach_m;
  const double east_m = head.west_m + head.cell_m * head.columns;
  const double south_m = head.north_m - head.cell_m * head.rows;
  if (!(std::abs(head.west_m) <= reach_m && std::abs(head.north_m) <= reach_m &&
        std::abs(east_m) <= reach_m && std::abs(south_m) <= reach_m)) {
    return "it reaches beyond its plane";
  }
  if (!(head.scale_m > 0 && head.scale_m <= 1 && std::abs(head.offset_m) <= 20'000)) {
    return "its heights have an impossible scale";
  }
  if (head.info_bytes > terrain_info_bytes) return "its description is too long";
  return {};
}

std::string write_terrain_head(const TerrainHead& head) {
  std::string out(magic);
  put(out, terrain_version);
  put(out, (head.surface ? flag_surface : 0) | (head.clutter_class ? flag_class : 0) |
               (head.clutter_height ? flag_height : 0));
  for (const double value : {head.origin.x, head.origin.y, head.west_m, head.north_m, head.cell_m,
                             head.scale_m, head.offset_m}) {
    put(out, value);
  }
  put(out, head.columns);
  put(out, head.rows);
  put(out, head.tail_offset());
  put(out, head.info_bytes);
  put(out, static_cast<std::uint32_t>(terrain_block_bytes));
  put(out, head.tail_crc);
  put(out, crc32c(out));
  return out;
}

Result<TerrainHead> read_terrain_head(std::string_view file, std::uint32_t& digest) {
  if (file.size() < terrain_page_bytes || !file.starts_with(magic)) {
    return fail(Code::invalid, "not a prepared terrain: make one with `cairn terrain prepare`");
  }
  std::string_view in = file.substr(magic.size());
  const auto version = take<std::uint32_t>(in);
  if (version != terrain_version) {
    return fail(Code::unsupported,
                format("a prepared terrain of version {}, this program reads {}: prepare it anew",
                       version, terrain_version));
  }
  const auto flags = take<std::uint32_t>(in);
  TerrainHead head;
  for (double* value : {&head.origin.x, &head.origin.y, &head.west_m, &head.north_m, &head.cell_m,
                        &head.scale_m, &head.offset_m}) {
    *value = take<double>(in);
  }
  head.columns = take<std::uint32_t>(in);
  head.rows = take<std::uint32_t>(in);
  const auto tail_offset = take<std::uint64_t>(in);
  head.info_bytes = take<std::uint32_t>(in);
  const auto block_bytes = take<std::uint32_t>(in);
  head.tail_crc = take<std::uint32_t>(in);
  digest = take<std::uint32_t>(in);
  if (digest != crc32c(file.substr(0, terrain_head_bytes - 4))) {
    return fail(Code::invalid, "the head of the terrain is damaged: prepare it anew");
  }
  head.surface = (flags & flag_surface) != 0;
  head.clutter_class = (flags & flag_class) != 0;
  head.clutter_height = (flags & flag_height) != 0;
  std::string fault = terrain_head_fault(head);
  if (fault.empty() && (flags > 7 || block_bytes != terrain_block_bytes)) {
    fault = "it has parts that this program does not know";
  }
  if (fault.empty() && tail_offset != head.tail_offset()) fault = "its parts do not fit together";
  if (!fault.empty()) return fail(Code::invalid, format("no usable terrain: {}", fault));
  return head;
}

std::string write_terrain_info(const TerrainInfo& info) {
  const nlohmann::json json = {{"sources", info.sources},
                               {"label", info.label},
                               {"source_cell_m", info.source_cell_m},
                               {"estimated", info.estimated},
                               {"missing", info.missing},
                               {"filled", info.filled},
                               {"absent", info.absent},
                               {"refused", info.refused},
                               {"clutter", info.clutter},
                               {"lowest_m", info.lowest_m},
                               {"highest_m", info.highest_m}};
  return json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Result<TerrainInfo> read_terrain_info(std::string_view text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  TerrainInfo info;
  const bool whole =
      json.is_object() && read_texts(json, "sources", info.sources) &&
      read_texts(json, "absent", info.absent) && read_texts(json, "refused", info.refused) &&
      read_texts(json, "clutter", info.clutter) && read_count(json, "missing", info.missing) &&
      read_count(json, "filled", info.filled) &&
      read_value(json, "source_cell_m", info.source_cell_m) &&
      read_value(json, "lowest_m", info.lowest_m) &&
      read_value(json, "highest_m", info.highest_m) && json.contains("label") &&
      json["label"].is_string() && json.contains("estimated") && json["estimated"].is_boolean();
  if (!whole) {
    return fail(Code::invalid, "the terrain's description is not complete: prepare it anew");
  }
  info.label = json["label"].get<std::string>();
  info.estimated = json["estimated"].get<bool>();
  return info;
}

void BlockSums::add(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::string_view part = bytes.substr(0, terrain_block_bytes - in_block_);
    sum_ = crc32c(part, sum_);
    in_block_ += part.size();
    bytes.remove_prefix(part.size());
    if (in_block_ == terrain_block_bytes) {
      sums_.push_back(sum_);
      sum_ = 0;
      in_block_ = 0;
    }
  }
}

std::vector<std::uint32_t> BlockSums::end() {
  if (in_block_ > 0) sums_.push_back(sum_);
  return std::move(sums_);
}

}  // namespace cairn::geo::detail
