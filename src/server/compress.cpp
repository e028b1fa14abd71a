// SPDX-License-Identifier: Apache-2.0
#include "server/compress.hpp"

#include <zlib.h>

#include <cstdint>

#include "core/text.hpp"

namespace cairn::server {
namespace {

constexpr int gzip_window_bits = 15 + 16;  // zlib: 16 asks for the gzip wrapper
constexpr int memory_level = 8;
constexpr int fast_level = 5;  // most of the gain for a third of the time of 9

// "q=0.5" of "gzip;q=0.5"; 1 without.
double weight_of(std::string_view item) {
  const std::size_t at = item.find("q=");
  if (at == std::string_view::npos) return 1;
  return parse_number(trim(item.substr(at + 2))).value_or(0);
}

}  // namespace

bool accepts_gzip(std::string_view accept_encoding) {
  double any = 0;
  for (const std::string_view part : split(accept_encoding, ',')) {
    const std::string_view item = trim(part);
    const std::string_view name = trim(item.substr(0, item.find(';')));
    if (iequals_ascii(name, "gzip") || iequals_ascii(name, "x-gzip")) return weight_of(item) > 0;
    if (name == "*") any = weight_of(item);
  }
  return any > 0;
}

std::string gzip(std::string_view bytes) {
  z_stream stream{};
  if (deflateInit2(&stream, fast_level, Z_DEFLATED, gzip_window_bits, memory_level,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    return {};
  }
  std::string out(deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = deflate(&stream, Z_FINISH);
  out.resize(result == Z_STREAM_END ? stream.total_out : 0);
  deflateEnd(&stream);
  return out;
}

bool is_compressible(std::string_view media_type) {
  return media_type.starts_with("text/") || media_type.find("json") != std::string_view::npos ||
         media_type.find("javascript") != std::string_view::npos ||
         media_type.find("svg") != std::string_view::npos ||
         media_type.find("vector-tile") != std::string_view::npos;
}

std::string entity_tag(std::string_view content) {
  // FNV-1a, 64 bits, eight bytes a step: a tag needs speed and spread, not secrecy.
  std::uint64_t hash = 0xcbf29ce484222325ULL ^ content.size();
  std::size_t i = 0;
  for (; i + 8 <= content.size(); i += 8) {
    std::uint64_t word = 0;
    for (std::size_t k = 0; k < 8; ++k) {
      word |= std::uint64_t{static_cast<unsigned char>(content[i + k])} << (8 * k);
    }
    hash = (hash ^ word) * 0x100000001b3ULL;
    hash ^= hash >> 29;
  }
  for (; i < content.size(); ++i) {
    hash = (hash ^ static_cast<unsigned char>(content[i])) * 0x100000001b3ULL;
  }
  hash ^= hash >> 32;
  return format("\"{:016x}\"", hash);
}

bool matches_tag(std::string_view if_none_match, std::string_view tag) {
  if (trim(if_none_match) == "*") return true;
  for (const std::string_view part : split(if_none_match, ',')) {
    std::string_view item = trim(part);
    if (item.starts_with("W/")) item.remove_prefix(2);
    if (item == tag) return true;
  }
  return false;
}

}  // namespace cairn::server
