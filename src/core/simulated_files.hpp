// SPDX-License-Identifier: Apache-2.0
// A disk that fails on demand: files in memory, with a model of what is on disk and what only in
// the cache. For tests and simulations; everything follows from the seed and the calls.
//
//   SimulatedFiles disk(seed);
//   disk.crash_at(17, SimulatedFiles::Crash::power);  // in the midst of the 17th operation
//   work(disk);                                       // from there on every call fails
//   disk.restart();                                   // what stands there then is what is on disk
//   check(disk);
//
// Operations are the steps that change or sync something, counted from 1: making a file, writing,
// cutting, renaming, removing, syncing a file, syncing a directory. One call may take several:
// `replace` has five. All fault points of a script one after the other:
//
//   SimulatedFiles dry(seed);
//   script(dry);
//   for (std::uint64_t at = 1; at <= dry.operations().size(); ++at) run(script, at);
//
// where run makes a new disk with that seed, calls fail_at(at) or crash_at(at), and the script.
//
// The model. Writing changes the cache; a successful sync of a file puts its writes on disk, one
// of a directory its names. A power cut keeps what was synced; of the rest each write, or each
// sector of 512 bytes of it, each change of size and each name is kept, lost or torn by the seed,
// in any order. A sync that fails drops what was to be written (some of it may be on disk): the
// cache goes on showing it and the next sync succeeds, as Linux does; names wait for the next sync
// of their directory, as journals have it. A killed process leaves the cache as it is. New
// directories are on disk at once.
//
// Calls may come from several threads; the order of operations is then theirs.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/seams.hpp"

namespace cairn {

class SimulatedFiles final : public Files {
 public:
  enum class Crash : std::uint8_t { power, process };
  enum class Operation : std::uint8_t {
    create,
    write,
    cut,
    rename,
    unlink,
    sync,
    make_directory,
    sync_directory,
  };

  explicit SimulatedFiles(std::uint64_t seed);
  ~SimulatedFiles() override;
  SimulatedFiles(const SimulatedFiles&) = delete;
  SimulatedFiles& operator=(const SimulatedFiles&) = delete;

  // Faults to come. Operations are numbered as in operations(), from 1.
  void crash_at(std::uint64_t operation, Crash crash = Crash::power);
  // Writes leave a part and say that the disk is full, syncs drop what they should have written.
  void fail_at(std::uint64_t operation);
  void set_space(std::uint64_t bytes);    // of all files together; the rest of a write is refused
  void slow_syncs(std::uint64_t one_in);  // about one sync in so many takes 100 ms; 0: none

  // Faults now.
  void crash(Crash crash = Crash::power);
  void flip(const std::string& path, std::uint64_t offset, std::uint8_t mask);
  void put(const std::string& path, std::string_view bytes);  // on disk, beside all counting

  bool crashed() const;
  // After a crash: calls work again. What was open before stays dead.
  void restart();

  std::vector<Operation> operations() const;  // so far, over restarts
  std::uint64_t busy_ns()
      const;  // what the operations would have taken: 10 us + 2 ns/B, 150 us a sync

  Result<std::string> read(const std::string& path) const override;  // .gz is not unpacked
  Status replace(const std::string& path, std::string_view bytes) override;
  bool exists(const std::string& path) const override;
  Result<std::vector<std::string>> list(const std::string& directory) const override;
  Result<std::unique_ptr<AppendFile>> append_to(const std::string& path) override;
  Result<std::unique_ptr<MappedFile>> map(const std::string& path) const override;
  Status truncate(const std::string& path, std::uint64_t size) override;
  Status overwrite(const std::string& path, std::uint64_t offset, std::string_view bytes) override;
  Status remove(const std::string& path) override;
  Status make_directory(const std::string& path) override;
  Result<std::uint64_t> free_bytes(const std::string& path) const override;

 private:
  class Appending;
  class Mapped;
  // One write, or with `cut` a change of size to `offset`.
  struct Change {
    bool cut = false;
    std::uint64_t offset = 0;
    std::string bytes;
  };
  struct File {
    std::string cache;
    std::string disk;
    std::vector<Change> pending;  // in the cache, not on disk
  };
  // shared: names of cache and disk and open files may be of one file.
  using FilePtr = std::shared_ptr<File>;
  using Names = std::map<std::string, FilePtr>;
  // `path` names `file`, or nothing any more; with `from` the file had that name before.
  struct NameChange {
    std::string path;
    std::string from;
    FilePtr file;
  };
  enum class Verdict : std::uint8_t { pass, fail, crash };

  Result<FilePtr> find(const std::string& path) const;
  Result<Verdict> begin(Operation operation, std::uint64_t bytes, const std::string& path);
  // The steps of one operation each; they leave room for the fault that is due.
  Status create(const std::string& path);
  Status write(File& file, std::uint64_t offset, std::string_view bytes, const std::string& path);
  Status cut(File& file, std::uint64_t size, const std::string& path);
  Status sync(File& file, const std::string& path);
  Status rename(const std::string& from, const std::string& to);
  Status unlink(const std::string& path);
  Status sync_directory(const std::string& path);

  static void apply(const Change& change, std::string& bytes);
  static void apply(const NameChange& change, Names& names);
  void note(File& file, Change change) const;
  void note(NameChange change);
  void settle(File& file);  // what a power cut leaves of it on disk
  void settle_names();
  void go_down(Crash crash);
  std::uint64_t used() const;
  std::uint64_t roll(std::uint64_t below) { return random_() % below; }

  mutable std::mutex mutex_;
  std::mt19937_64 random_;
  Names names_;
  Names disk_names_;
  std::vector<NameChange> pending_names_;
  std::set<std::string> directories_{".", "/"};
  std::vector<Operation> operations_;
  std::uint64_t crash_at_ = 0;
  Crash crash_kind_ = Crash::power;
  std::set<std::uint64_t> fail_at_;
  std::uint64_t space_ = ~std::uint64_t{0};
  std::uint64_t slow_one_in_ = 0;
  std::uint64_t busy_ns_ = 0;
  std::uint64_t generation_ = 0;  // of open files: rises with each crash
  bool crashed_ = false;
};

}  // namespace cairn
