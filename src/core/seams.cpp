// SPDX-License-Identifier: Apache-2.0
#include "core/seams.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "core/limits.hpp"
#include "core/text.hpp"

namespace cairn {
namespace {

tl::unexpected<Error> os_error(std::string_view what, const std::string& path) {
  const Code code = errno == ENOENT ? Code::not_found : Code::io;
  return fail(code, format("cannot {}: {}", what, std::strerror(errno)), path);
}

Result<std::string> read_bytes(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return os_error("open", path);
  std::string out;
  char buffer[64 * 1024];
  for (;;) {
    const ssize_t got = ::read(fd, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      auto error = os_error("read", path);
      ::close(fd);
      return error;
    }
    if (got == 0) break;
    out.append(buffer, static_cast<std::size_t>(got));
  }
  ::close(fd);
  return out;
}

Status write_synced(const std::string& path, std::string_view bytes) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return os_error("create", path);
  while (!bytes.empty()) {
    const ssize_t put = ::write(fd, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) {
      auto error = os_error("write", path);
      ::close(fd);
      return error;
    }
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  if (::fsync(fd) != 0) {
    auto error = os_error("sync", path);
    ::close(fd);
    return error;
  }
  if (::close(fd) != 0) return os_error("close", path);
  return {};
}

class SystemClock final : public Clock {
 public:
  Instant now() const override {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<std::chrono::nanoseconds>(since).count()};
  }
};

class SystemFiles final : public Files {
 public:
  Result<std::string> read(const std::string& path) const override {
    auto bytes = read_bytes(path);
    if (!bytes || !path.ends_with(".gz")) return bytes;
    auto plain = gunzip(*bytes, limits::geojson_bytes);
    if (!plain) return fail(plain.error().code, plain.error().message, path);
    return plain;
  }

  Status replace(const std::string& path, std::string_view bytes) override {
    const std::string aside = path + ".new";
    if (auto done = write_synced(aside, bytes); !done) {
      ::unlink(aside.c_str());
      return done;
    }
    if (::rename(aside.c_str(), path.c_str()) != 0) return os_error("rename", path);
    const std::size_t slash = path.rfind('/');
    const std::string directory = slash == std::string::npos ? "." : path.substr(0, slash);
    const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return os_error("open", directory);
    const int synced = ::fsync(fd);
    ::close(fd);
    if (synced != 0) return os_error("sync", directory);
    return {};
  }

  bool exists(const std::string& path) const override {
    struct stat info {};
    return ::stat(path.c_str(), &info) == 0;
  }

  Result<std::vector<std::string>> list(const std::string& directory) const override {
    DIR* handle = ::opendir(directory.c_str());
    if (handle == nullptr) return os_error("list", directory);
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(handle)) {
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
    }
    ::closedir(handle);
    std::sort(names.begin(), names.end());
    return names;
  }
};

}  // namespace

Result<std::unique_ptr<AppendFile>> Files::append_to(const std::string& path) {
  return fail(Code::unsupported, "these files cannot be appended to", path);
}
Result<std::unique_ptr<MappedFile>> Files::map(const std::string& path) const {
  return fail(Code::unsupported, "these files cannot be mapped", path);
}
Status Files::truncate(const std::string& path, std::uint64_t) {
  return fail(Code::unsupported, "these files cannot be cut", path);
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
std::unique_ptr<Files> system_files() {
  return std::make_unique<SystemFiles>();
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
