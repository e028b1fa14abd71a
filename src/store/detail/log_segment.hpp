// SPDX-License-Identifier: Apache-2.0
// The bytes of a log segment: header and frames, written and read. docs/formats/log.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "store/log.hpp"

namespace cairn::store::detail {

inline constexpr std::size_t segment_header_bytes = 48;
inline constexpr std::size_t frame_header_bytes = 36;

struct SegmentHeader {
  std::uint64_t first = 0;     // no record of the segment has a lower position
  std::uint64_t previous = 0;  // last record before the segment; 0: it is the first of all
  Instant created;             // arrival of the record that it was made for
  bool operator==(const SegmentHeader&) const = default;
};

std::string encode_header(const SegmentHeader& header);
// `invalid` if these are not the bytes of a whole header, `unsupported` for another version.
Result<SegmentHeader> decode_header(std::string_view segment);
// The check sum of the header. Those of the frames begin with it, so that no bytes of a payload or
// of another segment pass for a frame of this one.
std::uint32_t salt_of(const SegmentHeader& header);

// "00000000000000000001.log" and back.
std::string segment_name(std::uint64_t first);
std::optional<std::uint64_t> first_of_name(std::string_view name);

// Appends a frame. `back`: bytes from the beginning of its commit.
void encode_frame(const LogRecord& record, std::uint32_t salt, std::uint32_t back,
                  std::string& out);

// Walks along the frames of a segment.
class FrameReader {
 public:
  enum class Found : std::uint8_t {
    frame,
    end,  // nothing or only zeros behind the last frame
    bad,  // something else
  };

  FrameReader(std::string_view segment, const SegmentHeader& header);
  Found next(LogRecord& record);

  std::uint64_t offset() const { return offset_; }      // behind the last good frame
  std::uint64_t commit() const { return commit_; }      // where the commit of that frame begins
  std::uint64_t position() const { return position_; }  // of that frame, or `previous`
  // After `bad`: where a frame stands that belongs to a commit begun behind offset(). Commits are
  // written one after the other is on disk: then the bad bytes had been on disk, too.
  std::optional<std::uint64_t> later_commit() const;
  // After `end` or `bad`: bytes behind offset() up to the last that is not zero.
  std::uint64_t torn_bytes() const;

 private:
  std::string_view segment_;
  std::uint32_t salt_;
  std::uint64_t offset_ = segment_header_bytes;
  std::uint64_t commit_ = segment_header_bytes;
  std::uint64_t position_;
};

}  // namespace cairn::store::detail
