// SPDX-License-Identifier: Apache-2.0
// A segment file of the history: chunks by series and time in groups, each group with its index
// and check sums, and a directory of the groups. Never changed once written.
// docs/formats/history.md has the layout.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/seams.hpp"
#include "store/chunk.hpp"

namespace cairn::store {

// Points up to and with `until_ns` are kept as buckets of `step_ns` (0: forgotten).
struct Sampled {
  std::int64_t step_ns = 0;
  std::int64_t until_ns = 0;
  bool operator==(const Sampled&) const = default;
};

// What the manifest says of a segment.
struct SegmentInfo {
  std::uint64_t id = 0;
  std::uint64_t points = 0;
  std::uint64_t bytes = 0;
  std::int64_t first_ns = 0;
  std::int64_t last_ns = 0;
  std::vector<Sampled> sampled;
  bool operator==(const SegmentInfo&) const = default;
};

// A chunk's line in the index.
struct ChunkRef {
  std::uint32_t series = 0;
  std::uint32_t count = 0;
  std::int64_t first_ns = 0;
  std::int64_t last_ns = 0;
  std::uint64_t offset = 0;  // in the file
  std::uint32_t bytes = 0;
  std::uint32_t group = 0;
};

// A group of chunks, as the directory has it (56 bytes in this order).
struct ChunkGroup {
  std::uint64_t offset = 0;  // of the chunks; the index follows them
  std::int64_t first_ns = 0;
  std::int64_t last_ns = 0;
  std::uint32_t data_bytes = 0;
  std::uint32_t index_bytes = 0;
  std::uint32_t chunks = 0;
  std::uint32_t first_series = 0;
  std::uint32_t last_series = 0;
  std::uint32_t data_crc = 0;
  std::uint32_t index_crc = 0;
  std::uint32_t zero = 0;
};
static_assert(sizeof(ChunkGroup) == 56);

class SegmentWriter {
 public:
  explicit SegmentWriter(std::unique_ptr<AppendFile> file);

  // By rising series and time within it; `last_ns` is that of the last point.
  Status add(std::uint32_t series, std::int64_t first_ns, std::int64_t last_ns, std::size_t count,
             std::string_view chunk);
  // Ends the file and syncs it. Of a file without points nothing is worth keeping.
  Status finish();
  // What was written: after finish(), without the id.
  const SegmentInfo& info() const { return info_; }

 private:
  Status end_group();
  Status write_out();

  std::unique_ptr<AppendFile> file_;
  SegmentInfo info_;
  std::string buffer_;        // not yet in the file
  std::uint64_t offset_ = 0;  // of the buffer's end
  std::string data_;          // of the group that is being filled
  std::vector<ChunkRef> refs_;
  std::vector<ChunkGroup> groups_;
  IntScratch scratch_;
  std::vector<std::int64_t> column_;
  BitWriter bits_;
};

class Segment {
 public:
  // A file that cannot be read is a segment with `damage`: its points are missing, those of others
  // are not.
  static std::unique_ptr<Segment> open(const Files& files, const std::string& path,
                                       SegmentInfo info);

  const SegmentInfo& info() const { return info_; }
  const std::string& path() const { return path_; }
  const std::optional<Error>& damage() const { return damage_; }

  // Appends the chunks of a series with points in (after, until], oldest first.
  Status chunks(std::uint32_t series, std::int64_t after_ns, std::int64_t until_ns,
                std::vector<ChunkRef>& out) const;
  std::size_t groups() const { return groups_.size(); }
  // All chunks of a group.
  Status group(std::size_t number, std::vector<ChunkRef>& out) const;
  // A chunk's bytes. The group's check sum is looked at once.
  Result<std::string_view> bytes(const ChunkRef& chunk) const;
  // A chunk's points. An error names file and offset.
  Status decode(const ChunkRef& chunk, ChunkCodec& codec, Columns& out) const;

 private:
  Segment(std::string path, SegmentInfo info) : path_(std::move(path)), info_(std::move(info)) {}
  Status load(const Files& files);
  tl::unexpected<Error> damaged(std::uint64_t offset, std::string_view what) const;
  // The chunks of a group; those of the groups asked for last are kept, since who asks for one
  // series mostly asks for its neighbours next.
  using Index = std::shared_ptr<const std::vector<ChunkRef>>;  // shared: outlives its place
  Result<Index> index_of(std::size_t number) const;

  std::string path_;
  SegmentInfo info_;
  std::optional<Error> damage_;
  std::unique_ptr<MappedFile> file_;
  std::vector<ChunkGroup> groups_;
  // One a group: 1 when its chunks were found whole.
  mutable std::unique_ptr<std::atomic<std::uint8_t>[]> checked_;
  struct KeptIndex {
    std::size_t group = SIZE_MAX;
    Index chunks;
  };
  mutable std::mutex kept_mutex_;
  mutable std::array<KeptIndex, 4> kept_;  // under the mutex, as the next
  mutable std::size_t next_kept_ = 0;
};

// All chunks of a segment in order, for merging.
class SegmentScan {
 public:
  explicit SegmentScan(const Segment& segment) : segment_(&segment) {}
  const Segment& segment() const { return *segment_; }
  // Moves to the next chunk's group if needed; nothing at the end.
  Result<const ChunkRef*> peek();
  // Appends the chunks of `series`; those of series before it are passed over.
  Status take(std::uint32_t series, std::vector<ChunkRef>& out);

 private:
  const Segment* segment_;
  std::size_t group_ = 0;
  std::vector<ChunkRef> refs_;
  std::size_t at_ = 0;
};

}  // namespace cairn::store
