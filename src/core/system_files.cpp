// SPDX-License-Identifier: Apache-2.0
// Files of the operating system (Linux): what reports success is on disk.
#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/detail/path.hpp"
#include "core/limits.hpp"
#include "core/seams.hpp"
#include "core/text.hpp"

namespace cairn {
namespace {

using detail::directory_of;

tl::unexpected<Error> os_error(std::string_view what, const std::string& path) {
  const Code code = errno == ENOENT ? Code::not_found : Code::io;
  return fail(code, format("cannot {}: {}", what, std::strerror(errno)), path);
}

// An open file that closes itself; errno survives.
class Descriptor {
 public:
  Descriptor(const std::string& path, int flags) {
    do {
      fd_ = ::open(path.c_str(), flags | O_CLOEXEC, 0644);
    } while (fd_ < 0 && errno == EINTR);
  }
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    const int error = errno;
    if (fd_ >= 0) ::close(fd_);
    errno = error;
  }
  explicit operator bool() const { return fd_ >= 0; }
  int get() const { return fd_; }
  // For writers: on some file systems only closing tells that the space was not there.
  bool close() { return ::close(std::exchange(fd_, -1)) == 0; }

 private:
  int fd_;
};

Result<std::string> read_bytes(const std::string& path) {
  const Descriptor file(path, O_RDONLY);
  if (!file) return os_error("open", path);
  std::string out;
  char buffer[64 * 1024];
  for (;;) {
    const ssize_t got = ::read(file.get(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return os_error("read", path);
    if (got == 0) return out;
    out.append(buffer, static_cast<std::size_t>(got));
  }
}

// False, with errno, when not all of it could be written.
bool write_at(int fd, std::uint64_t offset, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return false;
    if (put == 0) {  // POSIX allows it; it must not become an endless loop
      errno = EIO;
      return false;
    }
    offset += static_cast<std::uint64_t>(put);
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return true;
}

Status write_synced(const std::string& path, std::string_view bytes) {
  Descriptor file(path, O_WRONLY | O_CREAT | O_TRUNC);
  if (!file) return os_error("create", path);
  if (!write_at(file.get(), 0, bytes)) return os_error("write", path);
  if (::fsync(file.get()) != 0) return os_error("sync", path);
  if (!file.close()) return os_error("close", path);
  return {};
}

Status sync_directory_of(const std::string& path) {
  const std::string directory = directory_of(path);
  const Descriptor handle(directory, O_RDONLY | O_DIRECTORY);
  if (!handle) return os_error("open", directory);
  if (::fsync(handle.get()) != 0) return os_error("sync", directory);
  return {};
}

class SystemAppendFile final : public AppendFile {
 public:
  SystemAppendFile(Descriptor file, std::string path, std::uint64_t size)
      : file_(std::move(file)), path_(std::move(path)), size_(size), reserved_(size) {}
  ~SystemAppendFile() override {
    // Left-over zeros are no harm: whoever reads such files knows them as the end.
    if (reserved_ > size_ && ::ftruncate(file_.get(), static_cast<off_t>(size_)) != 0) errno = 0;
  }

  Status append(std::string_view bytes) override {
    if (!write_at(file_.get(), size_, bytes)) return os_error("write", path_);
    size_ += bytes.size();
    reserved_ = std::max(reserved_, size_);
    return {};
  }
  Status sync() override {
    if (::fdatasync(file_.get()) != 0) return os_error("sync", path_);
    return {};
  }
  std::uint64_t size() const override { return size_; }
  Status reserve(std::uint64_t bytes) override {
    if (reserved_ >= size_ + bytes) return {};
    const std::string zeros(size_ + bytes - reserved_, '\0');
    if (!write_at(file_.get(), reserved_, zeros)) {
      auto error = os_error("reserve space in", path_);
      if (::ftruncate(file_.get(), static_cast<off_t>(reserved_)) != 0) errno = 0;
      return error;
    }
    reserved_ = size_ + bytes;
    return {};
  }

 private:
  Descriptor file_;
  std::string path_;
  std::uint64_t size_;
  std::uint64_t reserved_;  // the file's end, at or behind size_
};

class SystemMappedFile final : public MappedFile {
 public:
  explicit SystemMappedFile(std::string_view bytes) : bytes_(bytes) {}
  SystemMappedFile(const SystemMappedFile&) = delete;
  SystemMappedFile& operator=(const SystemMappedFile&) = delete;
  ~SystemMappedFile() override {
    if (!bytes_.empty()) ::munmap(const_cast<char*>(bytes_.data()), bytes_.size());
  }
  std::string_view bytes() const override { return bytes_; }

 private:
  std::string_view bytes_;
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
    if (::rename(aside.c_str(), path.c_str()) != 0) {
      auto error = os_error("rename", path);
      ::unlink(aside.c_str());
      return error;
    }
    return sync_directory_of(path);
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

  Result<std::unique_ptr<AppendFile>> append_to(const std::string& path) override {
    Descriptor file(path, O_RDWR);
    if (file || errno != ENOENT) return opened(std::move(file), path, false);
    return opened(Descriptor(path, O_RDWR | O_CREAT | O_EXCL), path, true);
  }

  Result<std::unique_ptr<MappedFile>> map(const std::string& path) const override {
    const Descriptor file(path, O_RDONLY);
    if (!file) return os_error("open", path);
    struct stat info {};
    if (::fstat(file.get(), &info) != 0) return os_error("look at", path);
    const auto size = static_cast<std::size_t>(info.st_size);
    if (size == 0) return std::make_unique<SystemMappedFile>(std::string_view{});
    void* at = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file.get(), 0);
    if (at == MAP_FAILED) return os_error("map", path);
    return std::make_unique<SystemMappedFile>(std::string_view(static_cast<char*>(at), size));
  }

  Status truncate(const std::string& path, std::uint64_t size) override {
    const Descriptor file(path, O_WRONLY);
    if (!file) return os_error("open", path);
    if (::ftruncate(file.get(), static_cast<off_t>(size)) != 0) return os_error("cut", path);
    if (::fsync(file.get()) != 0) return os_error("sync", path);
    return {};
  }

  Status overwrite(const std::string& path, std::uint64_t offset, std::string_view bytes) override {
    const Descriptor file(path, O_WRONLY);
    if (!file) return os_error("open", path);
    struct stat info {};
    if (::fstat(file.get(), &info) != 0) return os_error("look at", path);
    if (offset + bytes.size() > static_cast<std::uint64_t>(info.st_size)) {
      return fail(Code::invalid, "only what is there can be written over", path);
    }
    if (!write_at(file.get(), offset, bytes)) return os_error("write", path);
    if (::fsync(file.get()) != 0) return os_error("sync", path);
    return {};
  }

  Status remove(const std::string& path) override {
    if (::unlink(path.c_str()) != 0) {
      if (errno != ENOENT) return os_error("remove", path);
      if (!exists(directory_of(path))) return {};
    }
    return sync_directory_of(path);  // also of what a process before has removed
  }

  Status make_directory(const std::string& path) override {
    for (std::size_t end = 0; end != std::string::npos;) {
      end = path.find('/', end + 1);
      const std::string part = path.substr(0, end);
      if (part.empty() || exists(part)) continue;
      if (::mkdir(part.c_str(), 0755) != 0) {
        if (errno != EEXIST) return os_error("create", part);
      } else if (auto synced = sync_directory_of(part); !synced) {
        return synced;
      }
    }
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) return os_error("create", path);
    if (!S_ISDIR(info.st_mode)) return fail(Code::io, "there is a file of that name", path);
    return {};
  }

  Result<std::uint64_t> free_bytes(const std::string& path) const override {
    struct statvfs info {};
    if (::statvfs(path.c_str(), &info) != 0) return os_error("look at", path);
    return static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize;
  }

 private:
  static Result<std::unique_ptr<AppendFile>> opened(Descriptor file, const std::string& path,
                                                    bool created) {
    if (!file) return os_error(created ? "create" : "open", path);
    struct stat info {};
    if (::fstat(file.get(), &info) != 0) return os_error("look at", path);
    if (created) {
      if (auto synced = sync_directory_of(path); !synced) return fail(synced.error());
    }
    return std::make_unique<SystemAppendFile>(std::move(file), path,
                                              static_cast<std::uint64_t>(info.st_size));
  }
};

}  // namespace

std::unique_ptr<Files> system_files() {
  return std::make_unique<SystemFiles>();
}

}  // namespace cairn
