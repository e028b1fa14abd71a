// SPDX-License-Identifier: Apache-2.0
// The seams that tests replace: time and files come in from outside.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/time.hpp"

namespace cairn {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;
};

// A file that only grows. One writer; not thread-safe.
class AppendFile {
 public:
  virtual ~AppendFile() = default;
  // All bytes or an error; after an error the file may hold a part of them behind size(): close
  // it, cut it back with Files::truncate, open it again.
  virtual Status append(std::string_view bytes) = 0;
  // On disk when it returns. After a failure what was written before is in doubt for ever: the
  // caller must stop, never try again (fsyncgate: the kernel drops the dirty pages).
  virtual Status sync() = 0;
  virtual std::uint64_t size() const = 0;
  // Writes zeros behind the end, so that the next `bytes` bytes change no metadata and sync sooner
  // (44 kB: 0.13 ms instead of 0.21 ms). They are not part of size(); closing cuts what is left of
  // them, a crash leaves them in the file. Where it fails or is not offered nothing changes.
  virtual Status reserve(std::uint64_t bytes);
};

// Bytes of a file for reading, mapped where the system can. Valid as long as it lives; the file
// must not be cut meanwhile.
class MappedFile {
 public:
  virtual ~MappedFile() = default;
  virtual std::string_view bytes() const = 0;
};

// Reading and writing of whole files. Paths are as the operating system has them.
class Files {
 public:
  virtual ~Files() = default;
  virtual Result<std::string> read(const std::string& path) const = 0;
  // Writes aside, syncs and renames: afterwards the old or the new content stands, never a half.
  virtual Status replace(const std::string& path, std::string_view bytes) = 0;
  virtual bool exists(const std::string& path) const = 0;
  // Names (not paths) of the entries of a directory, sorted; an error if it cannot be read.
  virtual Result<std::vector<std::string>> list(const std::string& directory) const = 0;

  // What logs and histories need besides. The defaults answer `unsupported`.
  // Opens for appending, created when missing (the directory is then synced).
  virtual Result<std::unique_ptr<AppendFile>> append_to(const std::string& path);
  virtual Result<std::unique_ptr<MappedFile>> map(const std::string& path) const;
  // The following are on disk when they return (file and directory synced).
  virtual Status truncate(const std::string& path, std::uint64_t size);
  // Writes over bytes that the file has already: where they may be in the cache only.
  virtual Status overwrite(const std::string& path, std::uint64_t offset, std::string_view bytes);
  virtual Status remove(const std::string& path);          // also of what is not there
  virtual Status make_directory(const std::string& path);  // with its parents
  virtual Result<std::uint64_t> free_bytes(const std::string& path) const;
};

// The real ones. `read` of a name ending in .gz gives the unpacked content.
std::unique_ptr<Clock> system_clock();
std::unique_ptr<Files> system_files();

// Inflates gzip data; refuses more than `limit_bytes` of output.
Result<std::string> gunzip(std::string_view bytes, std::size_t limit_bytes);

// A clock that stands still until it is set: for tests and replays.
class FixedClock final : public Clock {
 public:
  explicit FixedClock(Instant now) : now_(now) {}
  Instant now() const override { return now_; }
  void set(Instant now) { now_ = now; }

 private:
  Instant now_;
};

}  // namespace cairn
