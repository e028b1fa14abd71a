// SPDX-License-Identifier: Apache-2.0
// Files that live in a map: for tests.
#pragma once

#include <map>
#include <string>
#include <string_view>
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

 private:
  FileMap files_;
};

}  // namespace cairn::model
