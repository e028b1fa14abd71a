// SPDX-License-Identifier: Apache-2.0
// Which segments make up the history: a small text file that is replaced as a whole, so that after
// a crash the old or the new set stands. docs/formats/history.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "store/history_segment.hpp"

namespace cairn::store {

struct Manifest {
  std::uint64_t next_id = 1;
  std::uint64_t sealed_position = 0;
  std::vector<SegmentInfo> segments;  // the older first: a newer one's values win
  bool operator==(const Manifest&) const = default;
};

std::string to_text(const Manifest& manifest);
// Errors carry the line.
Result<Manifest> parse_manifest(std::string_view text, const std::string& path);

std::string segment_name(std::uint64_t id);

}  // namespace cairn::store
