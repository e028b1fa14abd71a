// SPDX-License-Identifier: Apache-2.0
// Files that live in a map: for tests. Faults and crashes: core/simulated_files.hpp.
#pragma once

#include <limits>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/seams.hpp"

namespace cairn::model {

using FileMap = std::map<std::string, std::string>;

class MemoryFiles final : public Files {
 public:
  explicit MemoryFiles(FileMap files) : files_(std::move(files)) {}

  Result<std::string> read(const std::string& path) const override {
    const auto at = files_.find(path);
    if (at == files_.end()) return fail(Code::not_found, "there is no such file", path);
    return at->second;
  }
  Status replace(const std::string& path, std::string_view bytes) override {
    files_[path] = std::string(bytes);
    return {};
  }
  bool exists(const std::string& path) const override { return files_.contains(path); }
  Result<std::vector<std::string>> list(const std::string& directory) const override {
    std::vector<std::string> names;
    const std::string prefix = directory + "/";
    for (const auto& [path, bytes] : files_) {
      if (!path.starts_with(prefix)) continue;
      std::string name = path.substr(prefix.size(), path.find('/', prefix.size()) - prefix.size());
      if (names.empty() || names.back() != name) names.push_back(std::move(name));
    }
    return names;
  }
  // What is appended, mapped or cut; everything succeeds. Maps are copies. A file that was removed
  // while open for appending comes back with the next append.
  Result<std::unique_ptr<AppendFile>> append_to(const std::string& path) override {
    return std::make_unique<Appending>(files_, path);
  }
  Result<std::unique_ptr<MappedFile>> map(const std::string& path) const override {
    auto bytes = read(path);
    if (!bytes) return fail(bytes.error());
    return std::make_unique<Mapped>(std::move(*bytes));
  }
  Status truncate(const std::string& path, std::uint64_t size) override {
    const auto at = files_.find(path);
    if (at == files_.end()) return fail(Code::not_found, "there is no such file", path);
    at->second.resize(size);
    return {};
  }
  Status overwrite(const std::string& path, std::uint64_t offset, std::string_view bytes) override {
    const auto at = files_.find(path);
    if (at == files_.end()) return fail(Code::not_found, "there is no such file", path);
    if (offset + bytes.size() > at->second.size()) {
      return fail(Code::invalid, "only what is there can be written over", path);
    }
    at->second.replace(offset, bytes.size(), bytes);
    return {};
  }
  Status remove(const std::string& path) override {
    files_.erase(path);
    return {};
  }
  Status make_directory(const std::string&) override { return {}; }
  Result<std::uint64_t> free_bytes(const std::string&) const override {
    return std::numeric_limits<std::uint64_t>::max();
  }

 private:
  class Appending final : public AppendFile {
   public:
    Appending(FileMap& files, std::string path) : files_(files), path_(std::move(path)) {
      files_[path_];
    }
    Status append(std::string_view bytes) override {
      files_[path_] += bytes;
      return {};
    }
    Status sync() override { return {}; }
    std::uint64_t size() const override {
      const auto at = files_.find(path_);
      return at == files_.end() ? 0 : at->second.size();
    }

   private:
    FileMap& files_;
    std::string path_;
  };
  class Mapped final : public MappedFile {
   public:
    explicit Mapped(std::string bytes) : bytes_(std::move(bytes)) {}
    std::string_view bytes() const override { return bytes_; }

   private:
    std::string bytes_;
  };

  FileMap files_;
};

}  // namespace cairn::model
