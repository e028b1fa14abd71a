// SPDX-License-Identifier: Apache-2.0
#include "geo/detail/terrain_bands.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/crc32c.hpp"

namespace cairn::geo::detail {
namespace {

template <class T>
void append(std::vector<T>& to, const std::vector<T>& from) {
  to.insert(to.end(), from.begin(), from.end());
}
template <class T>
void drop(std::vector<T>& from, std::size_t count) {
  if (!from.empty()) from.erase(from.begin(), from.begin() + static_cast<std::ptrdiff_t>(count));
}
template <class T>
std::string_view bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

}  // namespace

TerrainBands::TerrainBands(const TerrainHead& head, std::uint32_t fill_posts, AsideFile& file)
    : head_(head), fill_posts_(fill_posts), file_(file) {}

Status TerrainBands::add(TerrainRows rows) {
  end_ += rows.height_m.size() / head_.columns;
  append(rows_.height_m, rows.height_m);
  append(rows_.klass, rows.klass);
  append(rows_.half_m, rows.half_m);
  append(rows_.inside, rows.inside);
  // A hole is judged by up to fill_posts rows to the north and to the south.
  const std::uint64_t until =
      end_ == head_.rows ? end_ : end_ - std::min<std::uint64_t>(end_, fill_posts_);
  if (until <= written_) return {};
  auto done = write_until(until);
  forget_before(written_ - std::min<std::uint64_t>(written_, fill_posts_));
  return done;
}

void TerrainBands::forget_before(std::uint64_t row) {
  const std::size_t posts = (row - first_) * head_.columns;
  drop(rows_.height_m, posts);
  drop(rows_.klass, posts);
  drop(rows_.half_m, posts);
  drop(rows_.inside, posts);
  first_ = row;
}

// The four nearest heights along the row and the column, nearer ones counting more; NaN where the
// gap is too wide in either direction, or open on one side.
float TerrainBands::filled_height(std::uint64_t row, std::uint32_t column) const {
  const std::uint32_t reach = fill_posts_;
  std::array<std::uint32_t, 4> distance{};
  std::array<float, 4> height{};
  const float* here = line(row);
  for (std::uint32_t d = 1; d <= reach; ++d) {
    const auto take = [&](std::size_t i, bool there, auto value) {
      if (distance[i] != 0 || !there || std::isnan(value())) return;
      distance[i] = d;
      height[i] = value();
    };
    take(0, column >= d, [&] { return here[column - d]; });
    take(1, column + d < head_.columns, [&] { return here[column + d]; });
    take(2, row >= first_ + d, [&] { return line(row - d)[column]; });
    take(3, row + d < end_, [&] { return line(row + d)[column]; });
  }
  if (distance[0] == 0 || distance[1] == 0 || distance[2] == 0 || distance[3] == 0 ||
      distance[0] + distance[1] - 1 > reach || distance[2] + distance[3] - 1 > reach) {
    return std::numeric_limits<float>::quiet_NaN();
  }
  double sum = 0;
  double weights = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    sum += double{height[i]} / distance[i];
    weights += 1.0 / distance[i];
  }
  return static_cast<float>(sum / weights);
}

std::uint16_t TerrainBands::sample(float height_m) {
  const double steps = std::round((height_m - head_.offset_m) / head_.scale_m);
  if (!(steps >= 0 && steps < TerrainGrid::missing)) {
    overflowed_ = true;
    return TerrainGrid::missing;
  }
  const double kept_m = head_.offset_m + head_.scale_m * steps;
  if (known_ == 0) lowest_m_ = highest_m_ = kept_m;
  lowest_m_ = std::min(lowest_m_, kept_m);
  highest_m_ = std::max(highest_m_, kept_m);
  ++known_;
  return static_cast<std::uint16_t>(steps);
}

Status TerrainBands::write_until(std::uint64_t row) {
  const std::size_t from = (written_ - first_) * head_.columns;
  const std::size_t posts = (row - written_) * head_.columns;
  std::vector<std::uint16_t> samples(posts);
  for (std::size_t i = 0; i < posts; ++i) {
    float height_m = rows_.height_m[from + i];
    if (std::isnan(height_m)) {
      height_m = filled_height(written_ + i / head_.columns,
                               static_cast<std::uint32_t>(i % head_.columns));
      if (!std::isnan(height_m)) ++filled_;
    }
    samples[i] = std::isnan(height_m) ? TerrainGrid::missing : sample(height_m);
    if (samples[i] == TerrainGrid::missing) missing_ += rows_.inside[from + i];
  }
  const auto part = [&](const std::vector<std::uint8_t>& layer) {
    return layer.empty() ? std::string_view() : bytes_of(layer).substr(from, posts);
  };
  auto done = write_layer(0, written_, bytes_of(samples));
  if (done) done = write_layer(1, written_, part(rows_.klass));
  if (done) done = write_layer(2, written_, part(rows_.half_m));
  written_ = row;
  return done;
}

Status TerrainBands::write_layer(std::size_t layer, std::uint64_t row, std::string_view bytes) {
  if (bytes.empty()) return {};
  sums_[layer].add(bytes);
  const std::uint64_t post_bytes = layer == 0 ? 2 : 1;
  return file_.write(head_.layer_offsets()[layer] + row * head_.columns * post_bytes, bytes);
}

Status TerrainBands::end(const TerrainInfo& info) {
  std::string tail = write_terrain_info(info);
  head_.info_bytes = static_cast<std::uint32_t>(tail.size());
  for (BlockSums& sums : sums_) tail += bytes_of(sums.end());
  head_.tail_crc = crc32c(tail);
  auto done = file_.write(head_.tail_offset(), tail);
  if (done) done = file_.write(0, write_terrain_head(head_));
  if (done) done = file_.keep();
  return done;
}

}  // namespace cairn::geo::detail
