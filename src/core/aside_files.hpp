// SPDX-License-Identifier: Apache-2.0
// Reads what another process writes, without touching it: whatever is changed through these files
// is changed in memory, beside the real ones. So that a log can be opened, and its torn end cut
// off, while a server goes on writing it.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "core/seams.hpp"

namespace cairn {

class AsideFiles final : public Files {
 public:
  // Files whose names end in `growing` may grow and be cut meanwhile: they are read once, whole,
  // and never mapped. `real` must outlive this.
  AsideFiles(const Files& real, std::string growing) : real_(real), growing_(std::move(growing)) {}

  Result<std::string> read(const std::string& path) const override;
  Status replace(const std::string& path, std::string_view bytes) override;
  bool exists(const std::string& path) const override;
  Result<std::vector<std::string>> list(const std::string& directory) const override;
  Result<std::unique_ptr<AppendFile>> append_to(const std::string& path) override;
  Result<std::unique_ptr<MappedFile>> map(const std::string& path) const override;
  Status truncate(const std::string& path, std::uint64_t size) override;
  Status overwrite(const std::string& path, std::uint64_t offset, std::string_view bytes) override;
  Status remove(const std::string& path) override;
  Status make_directory(const std::string& path) override;

 private:
  using Copy = std::shared_ptr<std::string>;  // shared: with what was mapped of it
  Result<Copy> copy_of(const std::string& path) const;

  const Files& real_;
  std::string growing_;
  mutable std::map<std::string, Copy> copies_;
};

}  // namespace cairn
