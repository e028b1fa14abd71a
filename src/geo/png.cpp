// SPDX-License-Identifier: Apache-2.0
#include "geo/png.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "core/text.hpp"

namespace cairn::geo {
namespace {

constexpr std::uint64_t max_pixels = std::uint64_t{1} << 28;

void put_u32(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
}

void put_chunk(std::string& out, std::string_view type, std::string_view data) {
  put_u32(out, static_cast<std::uint32_t>(data.size()));
  const std::size_t begin = out.size();
  out += type;
  out += data;
  const auto* bytes = reinterpret_cast<const Bytef*>(out.data() + begin);
  put_u32(out, static_cast<std::uint32_t>(
                   crc32_z(crc32(0, nullptr, 0), bytes, type.size() + data.size())));
}

std::uint8_t paeth(int left, int up, int corner) {
  const int from_left = std::abs(up - corner);
  const int from_up = std::abs(left - corner);
  const int from_corner = std::abs(left + up - 2 * corner);
  if (from_left <= from_up && from_left <= from_corner) return static_cast<std::uint8_t>(left);
  return static_cast<std::uint8_t>(from_up <= from_corner ? up : corner);
}

// One row after filter `type` (0 none, 1 left, 2 up, 4 Paeth); `above` is the row before or zeros.
void filter_row(int type, std::span<const std::uint8_t> row, std::span<const std::uint8_t> above,
                std::size_t pixel_bytes, std::span<std::uint8_t> out) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    const std::uint8_t left = i >= pixel_bytes ? row[i - pixel_bytes] : 0;
    const std::uint8_t corner = i >= pixel_bytes ? above[i - pixel_bytes] : 0;
    std::uint8_t predicted = 0;
    if (type == 1) predicted = left;
    if (type == 2) predicted = above[i];
    if (type == 4) predicted = paeth(left, above[i], corner);
    out[i] = static_cast<std::uint8_t>(row[i] - predicted);
  }
}

// How badly a filtered row packs: the sum of its bytes as signed distances from zero, the usual
// rule of thumb (PNG, section 12.8).
std::uint64_t roughness(std::span<const std::uint8_t> row) {
  std::uint64_t sum = 0;
  for (const std::uint8_t byte : row) sum += std::min<int>(byte, 256 - byte);
  return sum;
}

// The rows of a picture one after the other, filtered and deflated.
class Packer {
 public:
  Packer() { ok_ = deflateInit2(&stream_, 6, Z_DEFLATED, 15, 9, Z_DEFAULT_STRATEGY) == Z_OK; }
  ~Packer() { deflateEnd(&stream_); }
  Packer(const Packer&) = delete;
  Packer& operator=(const Packer&) = delete;

  void add(std::span<const std::uint8_t> bytes, int flush = Z_NO_FLUSH) {
    stream_.next_in = const_cast<Bytef*>(bytes.data());
    stream_.avail_in = static_cast<uInt>(bytes.size());
    do {
      stream_.next_out = buffer_.data();
      stream_.avail_out = static_cast<uInt>(buffer_.size());
      const int status = ok_ ? deflate(&stream_, flush) : Z_STREAM_ERROR;
      ok_ = status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR;
      if (!ok_) return;
      out_.append(reinterpret_cast<const char*>(buffer_.data()),
                  buffer_.size() - stream_.avail_out);
    } while (stream_.avail_out == 0);
  }
  bool ok() const { return ok_; }
  const std::string& bytes() const { return out_; }

 private:
  z_stream stream_{};
  std::array<Bytef, 64 * 1024> buffer_{};
  std::string out_;
  bool ok_ = false;
};

}  // namespace

Result<std::string> encode_png(std::uint32_t width, std::uint32_t height,
                               std::span<const std::uint8_t> rgba) {
  const std::uint64_t pixels = std::uint64_t{width} * height;
  if (pixels == 0 || pixels > max_pixels || rgba.size() != 4 * pixels) {
    return fail(Code::invalid, format("a picture of {} x {} pixels does not have {} bytes", width,
                                      height, rgba.size()));
  }
  bool opaque = true;
  for (std::size_t i = 3; i < rgba.size() && opaque; i += 4) opaque = rgba[i] == 255;
  const std::size_t pixel_bytes = opaque ? 3 : 4;
  std::vector<std::uint8_t> row(width * pixel_bytes);
  std::vector<std::uint8_t> above(row.size(), 0);
  std::vector<std::uint8_t> best(row.size() + 1);
  std::vector<std::uint8_t> candidate(row.size());
  Packer packer;
  for (std::uint32_t y = 0; y < height; ++y) {
    const auto from = rgba.subspan(std::size_t{y} * width * 4, std::size_t{width} * 4);
    for (std::size_t x = 0; x < width; ++x) {
      std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(4 * x), pixel_bytes,
                  row.begin() + static_cast<std::ptrdiff_t>(pixel_bytes * x));
    }
    std::uint64_t least = ~std::uint64_t{0};
    for (const int type : {0, 1, 2, 4}) {
      filter_row(type, row, above, pixel_bytes, candidate);
      const std::uint64_t cost = roughness(candidate);
      if (cost >= least) continue;
      least = cost;
      best[0] = static_cast<std::uint8_t>(type);
      std::copy(candidate.begin(), candidate.end(), best.begin() + 1);
    }
    packer.add(best);
    std::swap(row, above);
  }
  packer.add({}, Z_FINISH);
  if (!packer.ok()) return fail(Code::internal, "zlib failed");

  std::string out = "\x89PNG\r\n\x1a\n";
  std::string header;
  put_u32(header, width);
  put_u32(header, height);
  header += {8, static_cast<char>(opaque ? 2 : 6), 0, 0, 0};  // depth, colour type, defaults
  put_chunk(out, "IHDR", header);
  put_chunk(out, "IDAT", packer.bytes());
  put_chunk(out, "IEND", {});
  return out;
}

}  // namespace cairn::geo
