// SPDX-License-Identifier: Apache-2.0
#include "core/simulated_files.hpp"

#include <algorithm>
#include <utility>

#include "core/detail/path.hpp"

namespace cairn {
namespace {

using detail::directory_of;

constexpr std::size_t sector_bytes = 512;

tl::unexpected<Error> down(const std::string& path) {
  return fail(Code::io, "the machine is down", path);
}

}  // namespace

class SimulatedFiles::Appending final : public AppendFile {
 public:
  Appending(SimulatedFiles& disk, FilePtr file, std::string path)
      : disk_(disk),
        file_(std::move(file)),
        path_(std::move(path)),
        size_(file_->cache.size()),
        reserved_(size_),
        generation_(disk.generation_) {}
  ~Appending() override {
    const std::lock_guard lock(disk_.mutex_);
    if (dead() || reserved_ <= size_) return;
    disk_.note(*file_, {.cut = true, .offset = size_, .bytes = {}});
  }

  Status append(std::string_view bytes) override {
    const std::lock_guard lock(disk_.mutex_);
    if (dead()) return down(path_);
    if (auto done = disk_.write(*file_, size_, bytes, path_); !done) return done;
    size_ += bytes.size();
    reserved_ = std::max(reserved_, size_);
    return {};
  }
  Status sync() override {
    const std::lock_guard lock(disk_.mutex_);
    if (dead()) return down(path_);
    return disk_.sync(*file_, path_);
  }
  std::uint64_t size() const override { return size_; }
  Status reserve(std::uint64_t bytes) override {
    const std::lock_guard lock(disk_.mutex_);
    if (dead()) return down(path_);
    if (reserved_ >= size_ + bytes) return {};
    const std::string zeros(size_ + bytes - reserved_, '\0');
    if (auto done = disk_.write(*file_, reserved_, zeros, path_); !done) {
      if (!dead()) disk_.note(*file_, {.cut = true, .offset = reserved_, .bytes = {}});
      return done;
    }
    reserved_ = size_ + bytes;
    return {};
  }

 private:
  bool dead() const { return disk_.crashed_ || generation_ != disk_.generation_; }

  SimulatedFiles& disk_;
  FilePtr file_;
  std::string path_;
  std::uint64_t size_;
  std::uint64_t reserved_;
  std::uint64_t generation_;
};

class SimulatedFiles::Mapped final : public MappedFile {
 public:
  explicit Mapped(std::string bytes) : bytes_(std::move(bytes)) {}
  std::string_view bytes() const override { return bytes_; }

 private:
  std::string bytes_;
};

SimulatedFiles::SimulatedFiles(std::uint64_t seed) : random_(seed) {}
SimulatedFiles::~SimulatedFiles() = default;

void SimulatedFiles::crash_at(std::uint64_t operation, Crash crash) {
  const std::lock_guard lock(mutex_);
  crash_at_ = operation;
  crash_kind_ = crash;
}
void SimulatedFiles::fail_at(std::uint64_t operation) {
  const std::lock_guard lock(mutex_);
  fail_at_.insert(operation);
}
void SimulatedFiles::set_space(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  space_ = bytes;
}
void SimulatedFiles::slow_syncs(std::uint64_t one_in) {
  const std::lock_guard lock(mutex_);
  slow_one_in_ = one_in;
}
void SimulatedFiles::crash(Crash crash) {
  const std::lock_guard lock(mutex_);
  go_down(crash);
}
void SimulatedFiles::flip(const std::string& path, std::uint64_t offset, std::uint8_t mask) {
  const std::lock_guard lock(mutex_);
  const auto file = names_.find(path);
  if (file == names_.end()) return;
  for (std::string* bytes : {&file->second->cache, &file->second->disk}) {
    if (offset >= bytes->size()) continue;
    (*bytes)[offset] = static_cast<char>(static_cast<std::uint8_t>((*bytes)[offset]) ^ mask);
  }
}
void SimulatedFiles::put(const std::string& path, std::string_view bytes) {
  const std::lock_guard lock(mutex_);
  auto file = std::make_shared<File>();
  file->cache = std::string(bytes);
  file->disk = file->cache;
  names_[path] = file;
  disk_names_[path] = std::move(file);
}
bool SimulatedFiles::crashed() const {
  const std::lock_guard lock(mutex_);
  return crashed_;
}
void SimulatedFiles::restart() {
  const std::lock_guard lock(mutex_);
  crashed_ = false;
}
std::vector<SimulatedFiles::Operation> SimulatedFiles::operations() const {
  const std::lock_guard lock(mutex_);
  return operations_;
}
std::uint64_t SimulatedFiles::busy_ns() const {
  const std::lock_guard lock(mutex_);
  return busy_ns_;
}

// ---- what a crash leaves ----

void SimulatedFiles::apply(const Change& change, std::string& bytes) {
  if (change.cut) {
    bytes.resize(change.offset);
    return;
  }
  const std::size_t end = change.offset + change.bytes.size();
  if (bytes.size() < end) bytes.resize(end);
  bytes.replace(change.offset, change.bytes.size(), change.bytes);
}

void SimulatedFiles::apply(const NameChange& change, Names& names) {
  if (!change.from.empty()) names.erase(change.from);
  if (change.file == nullptr) {
    names.erase(change.path);
  } else {
    names[change.path] = change.file;
  }
}

void SimulatedFiles::settle(File& file) {
  const auto pending = std::exchange(file.pending, {});
  const std::uint64_t way = roll(4);  // 0: all lost, 1: all kept, 2: up to a point, 3: in disorder
  if (way == 0) return;
  std::uint64_t left = way == 2 ? roll(pending.size() + 1) : pending.size();
  for (const Change& change : pending) {
    if (left == 0) {  // the one where the power went
      Change torn = change;
      if (torn.cut) break;
      torn.bytes.resize(roll(torn.bytes.size() + 1));
      if (!torn.bytes.empty()) apply(torn, file.disk);
      break;
    }
    --left;
    if (way != 3) {
      apply(change, file.disk);
    } else if (change.cut) {
      if (roll(2) == 0) apply(change, file.disk);
    } else {
      for (std::size_t at = 0; at < change.bytes.size();) {
        const std::size_t in_sector = (change.offset + at) % sector_bytes;
        const std::size_t size = std::min(sector_bytes - in_sector, change.bytes.size() - at);
        if (roll(2) == 0) {
          apply({.offset = change.offset + at, .bytes = change.bytes.substr(at, size)}, file.disk);
        }
        at += size;
      }
    }
  }
  // The size may be there before the bytes are.
  if (way == 3 && file.disk.size() < file.cache.size() && roll(2) == 0) {
    file.disk.resize(file.cache.size());
  }
}

void SimulatedFiles::settle_names() {
  const auto changes = std::exchange(pending_names_, {});
  const std::uint64_t way = roll(4);
  const std::uint64_t kept = way == 2 ? roll(changes.size() + 1) : changes.size();
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (way == 0 || i >= kept || (way == 3 && roll(2) == 0)) continue;
    apply(changes[i], disk_names_);
  }
}

void SimulatedFiles::go_down(Crash crash) {
  crashed_ = true;
  ++generation_;
  if (crash == Crash::process) return;
  // Files by name, so that the seed decides the same way in each run.
  std::vector<File*> files;
  const auto take = [&](File* file) {
    if (file == nullptr || std::find(files.begin(), files.end(), file) != files.end()) return;
    files.push_back(file);
  };
  for (const auto& [path, file] : names_) take(file.get());
  for (const auto& [path, file] : disk_names_) take(file.get());
  for (const NameChange& change : pending_names_) take(change.file.get());
  for (File* file : files) settle(*file);
  settle_names();
  for (const auto& [path, file] : disk_names_) {
    file->cache = file->disk;
    file->pending.clear();
  }
  names_ = disk_names_;
}

// ---- the steps ----

Result<SimulatedFiles::FilePtr> SimulatedFiles::find(const std::string& path) const {
  if (crashed_) return down(path);
  const auto at = names_.find(path);
  if (at == names_.end()) return fail(Code::not_found, "there is no such file", path);
  return at->second;
}

Result<SimulatedFiles::Verdict> SimulatedFiles::begin(Operation operation, std::uint64_t bytes,
                                                      const std::string& path) {
  if (crashed_) return down(path);
  operations_.push_back(operation);
  const bool syncs = operation == Operation::sync || operation == Operation::sync_directory;
  busy_ns_ += syncs ? 150'000 : 10'000 + 2 * bytes;
  if (syncs && slow_one_in_ > 0 && roll(slow_one_in_) == 0) busy_ns_ += 100'000'000;
  if (operations_.size() == crash_at_) return Verdict::crash;
  return fail_at_.contains(operations_.size()) ? Verdict::fail : Verdict::pass;
}

void SimulatedFiles::note(File& file, Change change) const {
  apply(change, file.cache);
  file.pending.push_back(std::move(change));
}

void SimulatedFiles::note(NameChange change) {
  apply(change, names_);
  pending_names_.push_back(std::move(change));
}

std::uint64_t SimulatedFiles::used() const {
  std::uint64_t sum = 0;
  for (const auto& [path, file] : names_) sum += file->cache.size();
  return sum;
}

Status SimulatedFiles::create(const std::string& path) {
  const auto verdict = begin(Operation::create, 0, path);
  if (!verdict) return fail(verdict.error());
  if (*verdict == Verdict::fail) return fail(Code::io, "cannot create: no space is left", path);
  if (!directories_.contains(directory_of(path))) {
    return fail(Code::not_found, "there is no such directory", path);
  }
  if (*verdict == Verdict::pass || roll(2) == 0) {
    note({.path = path, .from = {}, .file = std::make_shared<File>()});
  }
  if (*verdict == Verdict::pass) return {};
  go_down(crash_kind_);
  return down(path);
}

Status SimulatedFiles::write(File& file, std::uint64_t offset, std::string_view bytes,
                             const std::string& path) {
  const auto verdict = begin(Operation::write, bytes.size(), path);
  if (!verdict) return fail(verdict.error());
  std::uint64_t size = bytes.size();
  if (*verdict == Verdict::crash) size = roll(size + 1);
  if (*verdict == Verdict::fail) size = size == 0 ? 0 : roll(size);
  const std::uint64_t taken = used();
  const std::uint64_t room = (space_ > taken ? space_ - taken : 0) + file.cache.size();
  if (offset + size > room) size = std::max(room, offset) - offset;
  if (size > 0) {
    note(file, {.cut = false, .offset = offset, .bytes = std::string(bytes.substr(0, size))});
  }
  if (*verdict == Verdict::crash) {
    go_down(crash_kind_);
    return down(path);
  }
  if (*verdict == Verdict::fail || size < bytes.size()) {
    return fail(Code::io, "cannot write: no space is left", path);
  }
  return {};
}

Status SimulatedFiles::cut(File& file, std::uint64_t size, const std::string& path) {
  const auto verdict = begin(Operation::cut, 0, path);
  if (!verdict) return fail(verdict.error());
  if (*verdict == Verdict::fail) return fail(Code::io, "cannot cut", path);
  if (*verdict == Verdict::pass || roll(2) == 0) {
    note(file, {.cut = true, .offset = size, .bytes = {}});
  }
  if (*verdict == Verdict::pass) return {};
  go_down(crash_kind_);
  return down(path);
}

Status SimulatedFiles::sync(File& file, const std::string& path) {
  const auto verdict = begin(Operation::sync, 0, path);
  if (!verdict) return fail(verdict.error());
  if (*verdict == Verdict::fail) {
    settle(file);
    return fail(Code::io, "cannot sync", path);
  }
  if (*verdict == Verdict::pass || roll(2) == 0) {
    for (const Change& change : file.pending) apply(change, file.disk);
    file.pending.clear();
  }
  if (*verdict == Verdict::pass) return {};
  go_down(crash_kind_);
  return down(path);
}

Status SimulatedFiles::rename(const std::string& from, const std::string& to) {
  const auto verdict = begin(Operation::rename, 0, from);
  if (!verdict) return fail(verdict.error());
  if (*verdict == Verdict::fail) return fail(Code::io, "cannot rename", from);
  const auto file = names_.find(from);
  if (file == names_.end()) return fail(Code::not_found, "there is no such file", from);
  if (*verdict == Verdict::pass || roll(2) == 0) {
    note({.path = to, .from = from, .file = FilePtr(file->second)});
  }
  if (*verdict == Verdict::pass) return {};
  go_down(crash_kind_);
  return down(from);
}

Status SimulatedFiles::unlink(const std::string& path) {
  const auto verdict = begin(Operation::unlink, 0, path);
  if (!verdict) return fail(verdict.error());
  if (*verdict == Verdict::fail) return fail(Code::io, "cannot remove", path);
  if (*verdict == Verdict::pass || roll(2) == 0) {
    note({.path = path, .from = {}, .file = nullptr});
  }
  if (*verdict == Verdict::pass) return {};
  go_down(crash_kind_);
  return down(path);
}

Status SimulatedFiles::sync_directory(const std::string& path) {
  const std::string directory = directory_of(path);
  const auto verdict = begin(Operation::sync_directory, 0, directory);
  if (!verdict) return fail(verdict.error());
  if (*verdict == Verdict::fail) return fail(Code::io, "cannot sync", directory);
  if (*verdict == Verdict::pass || roll(2) == 0) {
    std::vector<NameChange> others;
    for (NameChange& change : pending_names_) {
      if (directory_of(change.path) == directory) {
        apply(change, disk_names_);
      } else {
        others.push_back(std::move(change));
      }
    }
    pending_names_ = std::move(others);
  }
  if (*verdict == Verdict::pass) return {};
  go_down(crash_kind_);
  return down(directory);
}

// ---- the calls ----

Result<std::string> SimulatedFiles::read(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  const auto file = find(path);
  if (!file) return fail(file.error());
  return (*file)->cache;
}

Status SimulatedFiles::replace(const std::string& path, std::string_view bytes) {
  const std::lock_guard lock(mutex_);
  const std::string aside = path + ".new";
  const auto steps = [&]() -> Status {
    const auto there = names_.find(aside);
    if (there == names_.end()) {
      if (auto done = create(aside); !done) return done;
    } else if (auto done = cut(*there->second, 0, aside); !done) {
      return done;
    }
    const FilePtr file = names_.at(aside);
    if (auto done = write(*file, 0, bytes, aside); !done) return done;
    if (auto done = sync(*file, aside); !done) return done;
    return rename(aside, path);
  };
  if (auto done = steps(); !done) {
    if (!crashed_ && names_.contains(aside)) note({.path = aside, .from = {}, .file = nullptr});
    return done;
  }
  return sync_directory(path);
}

bool SimulatedFiles::exists(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  return !crashed_ && (names_.contains(path) || directories_.contains(path));
}

Result<std::vector<std::string>> SimulatedFiles::list(const std::string& directory) const {
  const std::lock_guard lock(mutex_);
  if (crashed_) return down(directory);
  if (!directories_.contains(directory)) {
    return fail(Code::not_found, "there is no such directory", directory);
  }
  std::set<std::string> names;
  const auto consider = [&](const std::string& path) {
    if (path != directory && directory_of(path) == directory) {
      names.insert(path.substr(path.rfind('/') + 1));
    }
  };
  for (const auto& [path, file] : names_) consider(path);
  for (const std::string& path : directories_) consider(path);
  return std::vector<std::string>(names.begin(), names.end());
}

Result<std::unique_ptr<AppendFile>> SimulatedFiles::append_to(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (!names_.contains(path)) {
    if (auto done = create(path); !done) return fail(done.error());
    if (auto done = sync_directory(path); !done) return fail(done.error());
  }
  const auto file = find(path);
  if (!file) return fail(file.error());
  return std::make_unique<Appending>(*this, *file, path);
}

Result<std::unique_ptr<MappedFile>> SimulatedFiles::map(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  const auto file = find(path);
  if (!file) return fail(file.error());
  return std::make_unique<Mapped>((*file)->cache);
}

Status SimulatedFiles::truncate(const std::string& path, std::uint64_t size) {
  const std::lock_guard lock(mutex_);
  const auto file = find(path);
  if (!file) return fail(file.error());
  if (auto done = cut(**file, size, path); !done) return done;
  return sync(**file, path);
}

Status SimulatedFiles::overwrite(const std::string& path, std::uint64_t offset,
                                 std::string_view bytes) {
  const std::lock_guard lock(mutex_);
  const auto file = find(path);
  if (!file) return fail(file.error());
  if (offset + bytes.size() > (*file)->cache.size()) {
    return fail(Code::invalid, "only what is there can be written over", path);
  }
  if (auto done = write(**file, offset, bytes, path); !done) return done;
  return sync(**file, path);
}

Status SimulatedFiles::remove(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (crashed_) return down(path);
  if (!directories_.contains(directory_of(path))) return {};
  if (names_.contains(path)) {
    if (auto done = unlink(path); !done) return done;
  }
  return sync_directory(path);
}

Status SimulatedFiles::make_directory(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (crashed_) return down(path);
  for (std::size_t end = 0; end != std::string::npos;) {
    end = path.find('/', end + 1);
    const std::string part = path.substr(0, end);
    if (part.empty() || part.back() == '/' || directories_.contains(part)) continue;
    if (names_.contains(part)) return fail(Code::io, "there is a file of that name", part);
    const auto verdict = begin(Operation::make_directory, 0, part);
    if (!verdict) return fail(verdict.error());
    if (*verdict == Verdict::fail) return fail(Code::io, "cannot create", part);
    if (*verdict == Verdict::pass || roll(2) == 0) directories_.insert(part);
    if (*verdict == Verdict::crash) {
      go_down(crash_kind_);
      return down(part);
    }
  }
  return {};
}

Result<std::uint64_t> SimulatedFiles::free_bytes(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  if (crashed_) return down(path);
  const std::uint64_t taken = used();
  return space_ > taken ? space_ - taken : 0;
}

}  // namespace cairn
