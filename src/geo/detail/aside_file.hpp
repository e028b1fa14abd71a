// SPDX-License-Identifier: Apache-2.0
// Files that appear whole or not at all, for what is too large to be made in memory or is written
// by a library: a name beside the real one, then a rename.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace cairn::geo::detail {

// "x.tif" -> "x.part.tif": libraries look at the end of a name.
std::string aside_path(const std::string& path);
// Syncs `aside`, renames it to `path`, syncs the directory.
Status move_into_place(const std::string& aside, const std::string& path);

// Removes a file when it is left, unless it was kept.
class RemovedUnlessKept {
 public:
  explicit RemovedUnlessKept(std::string path) : path_(std::move(path)) {}
  ~RemovedUnlessKept();
  RemovedUnlessKept(const RemovedUnlessKept&) = delete;
  RemovedUnlessKept& operator=(const RemovedUnlessKept&) = delete;
  const std::string& path() const { return path_; }
  Status keep_as(const std::string& path);

 private:
  std::string path_;
};

// Bytes written anywhere in a file of a size known before.
class AsideFile {
 public:
  // An error when another process is writing it.
  static Result<AsideFile> create(const std::string& path, std::uint64_t bytes);
  AsideFile(AsideFile&& other) noexcept;
  AsideFile& operator=(AsideFile&&) = delete;
  ~AsideFile();

  Status write(std::uint64_t offset, std::string_view bytes);
  Status keep();  // under its real name; without it nothing is left

 private:
  AsideFile(int file, std::string path) : file_(file), path_(std::move(path)) {}
  int file_ = -1;
  std::string path_;
};

}  // namespace cairn::geo::detail
