// SPDX-License-Identifier: Apache-2.0
// What travels between machines: records of a parent's log with the names they need, so that who
// reads them needs nothing else. docs/formats/parcel.md has the bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/time.hpp"
#include "stream/record.hpp"

namespace cairn::stream {

// One record, or the part of it that a partition gets. Numbers in the payload are indices of
// `series` and `sources`.
struct ParcelRecord {
  std::uint64_t position = 0;  // in the log of the parent
  std::uint32_t first = 0;     // messages of the position that stand in earlier records
  Instant arrival;
  RecordKind kind = RecordKind::observations;  // or shelve
  std::vector<SeriesName> series;              // by number
  std::vector<std::string> sources;            // likewise
  std::string payload;                         // as of the log
  bool operator==(const ParcelRecord&) const = default;
};

// Begins a parcel, then appends records, (position, first) rising.
void begin_parcel(std::string& out);
void write(const ParcelRecord& record, std::string& out);

// All records of a parcel, checked: every number has its name.
Result<std::vector<ParcelRecord>> read_parcel(std::string_view bytes);

}  // namespace cairn::stream
