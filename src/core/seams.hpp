// SPDX-License-Identifier: Apache-2.0
// The seams that tests replace: time and files come in from outside.
#pragma once

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
