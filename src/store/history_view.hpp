// SPDX-License-Identifier: Apache-2.0
// What a reader of the history sees: segments and memory as they stood when it began, which stay
// as long as the reader holds them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/result.hpp"
#include "core/time.hpp"
#include "store/history.hpp"
#include "store/history_memory.hpp"
#include "store/history_segment.hpp"

namespace cairn::store {

struct HistoryView {
  // shared: readers may hold them longer than the history does. The older first.
  std::vector<std::shared_ptr<const Segment>> segments;
  std::vector<std::shared_ptr<const MemoryPart>> memory;  // shared: as above; the last one grows
};

// As HistoryStore has them. A damaged segment or group is an error for whoever asks for its span.
Status read_points(const HistoryView& view, std::uint32_t series, Instant after, Instant until,
                   std::vector<Point>& out);
Result<std::optional<Point>> last_point(const HistoryView& view, std::uint32_t series,
                                        Instant until);
Status read_buckets(const HistoryView& view, std::uint32_t series, Instant after, Instant until,
                    std::int64_t step_ns, std::vector<Bucket>& out);
std::vector<std::uint32_t> all_series(const HistoryView& view);

}  // namespace cairn::store
