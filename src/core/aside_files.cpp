// SPDX-License-Identifier: Apache-2.0
#include "core/aside_files.hpp"

#include <algorithm>

namespace cairn {
namespace {

class Mapped final : public MappedFile {
 public:
  explicit Mapped(std::shared_ptr<const std::string> bytes) : bytes_(std::move(bytes)) {}
  std::string_view bytes() const override { return *bytes_; }

 private:
  std::shared_ptr<const std::string> bytes_;
};

class Appended final : public AppendFile {
 public:
  explicit Appended(std::shared_ptr<std::string> bytes) : bytes_(std::move(bytes)) {}
  Status append(std::string_view bytes) override {
    *bytes_ += bytes;
    return {};
  }
  Status sync() override { return {}; }
  std::uint64_t size() const override { return bytes_->size(); }

 private:
  std::shared_ptr<std::string> bytes_;
};

}  // namespace

// A fresh string each time that something changes: what was mapped before stays as it was.
Result<AsideFiles::Copy> AsideFiles::copy_of(const std::string& path) const {
  const auto known = copies_.find(path);
  if (known != copies_.end()) return known->second;
  auto bytes = real_.read(path);
  if (!bytes) return fail(bytes.error());
  return copies_[path] = std::make_shared<std::string>(std::move(*bytes));
}

Result<std::string> AsideFiles::read(const std::string& path) const {
  if (!copies_.contains(path) && !path.ends_with(growing_)) return real_.read(path);
  const auto copy = copy_of(path);
  if (!copy) return fail(copy.error());
  return **copy;
}

Status AsideFiles::replace(const std::string& path, std::string_view bytes) {
  copies_[path] = std::make_shared<std::string>(bytes);
  return {};
}

bool AsideFiles::exists(const std::string& path) const {
  return copies_.contains(path) || real_.exists(path);
}

Result<std::vector<std::string>> AsideFiles::list(const std::string& directory) const {
  return real_.list(directory);
}

Result<std::unique_ptr<AppendFile>> AsideFiles::append_to(const std::string& path) {
  if (!exists(path)) copies_[path] = std::make_shared<std::string>();
  const auto copy = copy_of(path);
  if (!copy) return fail(copy.error());
  copies_[path] = std::make_shared<std::string>(**copy);
  return std::make_unique<Appended>(copies_[path]);
}

Result<std::unique_ptr<MappedFile>> AsideFiles::map(const std::string& path) const {
  if (!copies_.contains(path) && !path.ends_with(growing_)) return real_.map(path);
  const auto copy = copy_of(path);
  if (!copy) return fail(copy.error());
  return std::make_unique<Mapped>(*copy);
}

Status AsideFiles::truncate(const std::string& path, std::uint64_t size) {
  const auto copy = copy_of(path);
  if (!copy) return fail(copy.error());
  copies_[path] = std::make_shared<std::string>(**copy);
  copies_[path]->resize(size);
  return {};
}

Status AsideFiles::overwrite(const std::string& path, std::uint64_t offset,
                             std::string_view bytes) {
  const auto copy = copy_of(path);
  if (!copy) return fail(copy.error());
  if (offset > (*copy)->size() || bytes.size() > (*copy)->size() - offset) {
    return fail(Code::io, "bytes that the file does not have", path);
  }
  copies_[path] = std::make_shared<std::string>(**copy);
  copies_[path]->replace(offset, bytes.size(), bytes);
  return {};
}

// It stays where it is; who asked does not look at it again.
Status AsideFiles::remove(const std::string& path) {
  copies_.erase(path);
  return {};
}

Status AsideFiles::make_directory(const std::string&) {
  return {};
}

}  // namespace cairn
