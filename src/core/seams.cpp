// SPDX-License-Identifier: Apache-2.0
#include "core/seams.hpp"

#include <zlib.h>

#include <chrono>

#include "core/text.hpp"

namespace cairn {
namespace {

class SystemClock final : public Clock {
 public:
  Instant now() const override {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<std::chrono::nanoseconds>(since).count()};
  }
};

}  // namespace

Status AppendFile::reserve(std::uint64_t) {
  return {};
}
Result<std::unique_ptr<AppendFile>> Files::append_to(const std::string& path) {
  return fail(Code::unsupported, "these files cannot be appended to", path);
}
Result<std::unique_ptr<MappedFile>> Files::map(const std::string& path) const {
  return fail(Code::unsupported, "these files cannot be mapped", path);
}
Status Files::truncate(const std::string& path, std::uint64_t) {
  return fail(Code::unsupported, "these files cannot be cut", path);
}
Status Files::overwrite(const std::string& path, std::uint64_t, std::string_view) {
  return fail(Code::unsupported, "these files cannot be written over", path);
}
Status Files::remove(const std::string& path) {
  return fail(Code::unsupported, "these files cannot be removed", path);
}
Status Files::make_directory(const std::string& path) {
  return fail(Code::unsupported, "there are no directories here", path);
}
Result<std::uint64_t> Files::free_bytes(const std::string& path) const {
  return fail(Code::unsupported, "the free space is not known", path);
}

std::unique_ptr<Clock> system_clock() {
  return std::make_unique<SystemClock>();
}

Result<std::string> gunzip(std::string_view bytes, std::size_t limit_bytes) {
  z_stream stream{};
  if (inflateInit2(&stream, 15 + 32) != Z_OK) return fail(Code::internal, "zlib did not start");
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  char buffer[64 * 1024];
  int status = Z_OK;
  while (status == Z_OK && out.size() <= limit_bytes) {
    stream.next_out = reinterpret_cast<Bytef*>(buffer);
    stream.avail_out = sizeof buffer;
    status = inflate(&stream, Z_NO_FLUSH);
    out.append(buffer, sizeof buffer - stream.avail_out);
    if (status == Z_STREAM_END && stream.avail_in > 0) status = inflateReset(&stream);
  }
  inflateEnd(&stream);
  if (out.size() > limit_bytes) {
    return fail(Code::too_large, format("unpacks to more than {} bytes", limit_bytes));
  }
  if (status != Z_STREAM_END) return fail(Code::invalid, "not a whole gzip file");
  return out;
}

}  // namespace cairn
