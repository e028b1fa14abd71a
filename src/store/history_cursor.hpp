// SPDX-License-Identifier: Apache-2.0
// The points of one series in time, from any number of chunks and columns that may overlap: of
// several values for one time the newest part's counts. What nothing overlaps comes whole, so that
// the caller may copy it or use its summary without decoding it.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/result.hpp"
#include "store/chunk.hpp"
#include "store/history_segment.hpp"

namespace cairn::store {

struct Part {
  std::int64_t first_ns = 0;
  std::int64_t last_ns = 0;
  std::uint32_t age = 0;  // a part with a greater number was written later
  // Its points are another's to give: here they only hide older ones of the same time.
  bool shadow = false;
  const Segment* segment = nullptr;  // where `chunk` is; or
  ChunkRef chunk;
  const Columns* columns = nullptr;  // the points themselves
};

Part part_of(const Segment& segment, const ChunkRef& chunk, std::uint32_t age);
Part part_of(const Columns& columns, std::uint32_t age);  // at least one point

class SeriesCursor {
 public:
  SeriesCursor(ChunkCodec& codec, std::vector<Part> parts);

  // What comes next: a whole part that is not decoded yet (`columns` null), or points
  // [begin, end) of `columns`. Valid until the next call.
  struct Stretch {
    const Part* whole = nullptr;
    const Columns* columns = nullptr;
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  // False at the end.
  Result<bool> next(Stretch& out);
  // Turns a whole part into points.
  Status decode(Stretch& stretch);
  // The segment that the last error came from.
  const Segment* failed() const { return failed_; }

 private:
  struct Open {
    const Part* part = nullptr;
    std::unique_ptr<Columns> decoded;  // when it was a chunk
    const Columns* columns = nullptr;
    std::size_t at = 0;
    std::int64_t head() const { return columns->times_ns[at]; }
  };

  Status load(const Part& part, Columns& out);
  Status open(const Part& part);
  void close_finished();
  std::int64_t least_head() const;
  // All open parts with a point at `time_ns` become one point; false if shadows hide it.
  bool combine(std::int64_t time_ns);

  ChunkCodec* codec_;
  std::vector<Part> parts_;
  std::size_t next_ = 0;
  std::vector<Open> open_;
  std::vector<std::unique_ptr<Columns>> spare_;
  const Segment* failed_ = nullptr;
  Columns whole_;
  Columns combined_;
};

}  // namespace cairn::store
