// SPDX-License-Identifier: Apache-2.0
#include "geo/detail/zip.hpp"

#include <zlib.h>

#include <cstdint>

namespace cairn::geo::detail {
namespace {

constexpr std::uint32_t local_magic = 0x04034b50;
constexpr std::uint32_t central_magic = 0x02014b50;
constexpr std::uint32_t end_magic = 0x06054b50;
constexpr std::uint16_t version = 20;
constexpr std::uint16_t deflated = 8;
constexpr std::uint16_t first_day = 1 << 5 | 1;  // 1980-01-01

void put16(std::string& out, std::size_t value) {
  out.push_back(static_cast<char>(value));
  out.push_back(static_cast<char>(value >> 8));
}
void put32(std::string& out, std::size_t value) {
  put16(out, value & 0xffff);
  put16(out, value >> 16);
}

Result<std::string> deflate_raw(std::string_view bytes) {
  z_stream stream{};
  if (deflateInit2(&stream, 6, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY) != Z_OK) {
    return fail(Code::internal, "zlib did not start");
  }
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int status = deflate(&stream, Z_FINISH);
  out.resize(out.size() - stream.avail_out);
  deflateEnd(&stream);
  if (status != Z_STREAM_END) return fail(Code::internal, "zlib failed");
  return out;
}

}  // namespace

Result<std::string> encode_zip(std::span<const ZipEntry> entries) {
  constexpr std::size_t limit = 0xffffffff;
  std::string out;
  std::string directory;
  for (const ZipEntry& entry : entries) {
    if (entry.bytes.size() > limit / 2) return fail(Code::too_large, "a file of more than 2 GB");
    auto packed = deflate_raw(entry.bytes);
    if (!packed) return fail(packed.error());
    std::string about;  // what both headers have
    put16(about, version);
    put16(about, 0);  // flags
    put16(about, deflated);
    put16(about, 0);  // time
    put16(about, first_day);
    put32(about,
          crc32_z(0, reinterpret_cast<const Bytef*>(entry.bytes.data()), entry.bytes.size()));
    put32(about, packed->size());
    put32(about, entry.bytes.size());
    put16(about, entry.name.size());
    put16(about, 0);  // extra
    put32(directory, central_magic);
    put16(directory, version);
    directory += about;
    put16(directory, 0);  // comment
    put16(directory, 0);  // disk
    put16(directory, 0);  // internal attributes
    put32(directory, 0);  // external attributes
    put32(directory, out.size());
    directory += entry.name;
    put32(out, local_magic);
    out += about;
    out += entry.name;
    out += *packed;
    if (out.size() > limit) return fail(Code::too_large, "an archive of more than 4 GB");
  }
  const std::size_t offset = out.size();
  out += directory;
  put32(out, end_magic);
  put32(out, 0);  // disks
  put16(out, entries.size());
  put16(out, entries.size());
  put32(out, directory.size());
  put32(out, offset);
  put16(out, 0);  // comment
  return out;
}

}  // namespace cairn::geo::detail
