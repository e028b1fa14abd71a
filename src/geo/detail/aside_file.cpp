// SPDX-License-Identifier: Apache-2.0
#include "geo/detail/aside_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "core/text.hpp"

namespace cairn::geo::detail {
namespace {

tl::unexpected<Error> os_failure(std::string_view what, const std::string& path) {
  return fail(Code::io, format("cannot {}: {}", what, std::strerror(errno)), path);
}

Status sync_path(const std::string& path, int flags) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | flags);
  if (file < 0) return os_failure("open", path);
  const bool done = ::fsync(file) == 0;
  Status status;
  if (!done) status = os_failure("sync", path);
  ::close(file);
  return status;
}

}  // namespace

std::string aside_path(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::size_t dot = path.rfind('.');
  const std::size_t name = slash == std::string::npos ? 0 : slash + 1;
  if (dot == std::string::npos || dot <= name) return path + ".part";
  return path.substr(0, dot) + ".part" + path.substr(dot);
}

Status move_into_place(const std::string& aside, const std::string& path) {
  if (auto synced = sync_path(aside, 0); !synced) return synced;
  if (std::rename(aside.c_str(), path.c_str()) != 0) return os_failure("rename to", path);
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "."
                             : slash == 0               ? "/"
                                                        : path.substr(0, slash);
  return sync_path(folder, O_DIRECTORY);
}

RemovedUnlessKept::~RemovedUnlessKept() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

Status RemovedUnlessKept::keep_as(const std::string& path) {
  auto moved = move_into_place(path_, path);
  if (moved) path_.clear();
  return moved;
}

Result<AsideFile> AsideFile::create(const std::string& path, std::uint64_t bytes) {
  const std::string aside = aside_path(path);
  const int file = ::open(aside.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0) return os_failure("create", aside);
  if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    ::close(file);
    return fail(Code::conflict, "another process is writing it", path);
  }
  AsideFile out(file, path);
  if (::ftruncate(file, 0) != 0 || ::ftruncate(file, static_cast<off_t>(bytes)) != 0) {
    return os_failure("make room in", aside);
  }
  return out;
}

AsideFile::AsideFile(AsideFile&& other) noexcept
    : file_(std::exchange(other.file_, -1)), path_(std::move(other.path_)) {}

AsideFile::~AsideFile() {
  if (file_ < 0) return;
  ::unlink(aside_path(path_).c_str());
  ::close(file_);
}

Status AsideFile::write(std::uint64_t offset, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return os_failure("write", aside_path(path_));
    offset += static_cast<std::uint64_t>(put);
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

Status AsideFile::keep() {
  auto moved = move_into_place(aside_path(path_), path_);
  if (moved) ::close(std::exchange(file_, -1));
  return moved;
}

}  // namespace cairn::geo::detail
