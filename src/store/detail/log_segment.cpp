// SPDX-License-Identifier: Apache-2.0
#include "store/detail/log_segment.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/crc32c.hpp"
#include "core/text.hpp"

namespace cairn::store::detail {
namespace {

constexpr std::string_view magic = "CairnLog";
constexpr std::uint32_t version = 1;
constexpr std::string_view name_end = ".log";
constexpr std::size_t name_digits = 20;

template <class T>
void put(char* at, T value) {
  for (std::size_t i = 0; i < sizeof value; ++i) {
    at[i] = static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i));
  }
}

template <class T>
T get(const char* at) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    value |= std::uint64_t{static_cast<unsigned char>(at[i])} << (8 * i);
  }
  return static_cast<T>(value);
}

struct FrameHeader {
  std::uint32_t check;
  std::uint32_t length;
  std::uint32_t payload_check;
  std::uint32_t back;
  std::uint64_t position;
  std::int64_t arrival_ns;
  std::uint8_t kind;
  bool padded;  // the bytes behind `kind` are zero
};

FrameHeader load_frame(const char* at) {
  return {get<std::uint32_t>(at),      get<std::uint32_t>(at + 4),
          get<std::uint32_t>(at + 8),  get<std::uint32_t>(at + 12),
          get<std::uint64_t>(at + 16), get<std::int64_t>(at + 24),
          get<std::uint8_t>(at + 32),  at[33] == 0 && at[34] == 0 && at[35] == 0};
}

bool checks(const FrameHeader& header, const char* at, std::uint32_t salt) {
  return header.check == crc32c({at + 4, frame_header_bytes - 4}, salt);
}

}  // namespace

std::string encode_header(const SegmentHeader& header) {
  std::string out(segment_header_bytes, '\0');
  std::copy(magic.begin(), magic.end(), out.begin());
  put(out.data() + 8, version);
  put(out.data() + 16, header.first);
  put(out.data() + 24, header.previous);
  put(out.data() + 32, header.created.ns);
  put(out.data() + 44, crc32c({out.data(), 44}));
  return out;
}

Result<SegmentHeader> decode_header(std::string_view segment) {
  const char* at = segment.data();
  if (segment.size() < segment_header_bytes || !segment.starts_with(magic) ||
      get<std::uint32_t>(at + 44) != crc32c({at, 44})) {
    return fail(Code::invalid, "this is not the header of a log segment");
  }
  if (const auto given = get<std::uint32_t>(at + 8); given != version) {
    return fail(Code::unsupported,
                format("a log segment of version {}; version {} is known", given, version));
  }
  return SegmentHeader{
      get<std::uint64_t>(at + 16), get<std::uint64_t>(at + 24), {get<std::int64_t>(at + 32)}};
}

std::uint32_t salt_of(const SegmentHeader& header) {
  return get<std::uint32_t>(encode_header(header).data() + 44);
}

std::string segment_name(std::uint64_t first) {
  return format("{:0{}}{}", first, name_digits, name_end);
}

std::optional<std::uint64_t> first_of_name(std::string_view name) {
  if (name.size() != name_digits + name_end.size() || !name.ends_with(name_end)) {
    return std::nullopt;
  }
  std::uint64_t first = 0;
  const char* end = name.data() + name_digits;
  const auto parsed = std::from_chars(name.data(), end, first);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return first;
}

void encode_frame(const LogRecord& record, std::uint32_t salt, std::uint32_t back,
                  std::string& out) {
  std::array<char, frame_header_bytes> header{};
  put(header.data() + 4, static_cast<std::uint32_t>(record.payload.size()));
  put(header.data() + 8, crc32c(record.payload));
  put(header.data() + 12, back);
  put(header.data() + 16, record.position);
  put(header.data() + 24, record.arrival.ns);
  put(header.data() + 32, record.kind);
  put(header.data(), crc32c({header.data() + 4, frame_header_bytes - 4}, salt));
  out.append(header.data(), header.size());
  out.append(record.payload);
}

FrameReader::FrameReader(std::string_view segment, const SegmentHeader& header)
    : segment_(segment),
      salt_(salt_of(header)),
      position_(std::max(header.previous, std::max<std::uint64_t>(header.first, 1) - 1)) {}

FrameReader::Found FrameReader::next(LogRecord& record) {
  const auto otherwise = [this] { return torn_bytes() == 0 ? Found::end : Found::bad; };
  const std::uint64_t left = segment_.size() - offset_;
  if (left < frame_header_bytes) return otherwise();
  const char* at = segment_.data() + offset_;
  const FrameHeader header = load_frame(at);
  if (!checks(header, at, salt_)) return otherwise();
  const bool begins = header.back == 0;
  if (!header.padded || header.length > left - frame_header_bytes || header.position <= position_ ||
      (!begins && offset_ - header.back != commit_)) {
    return Found::bad;
  }
  const std::string_view payload(at + frame_header_bytes, header.length);
  if (crc32c(payload) != header.payload_check) return Found::bad;
  if (begins) commit_ = offset_;
  offset_ += frame_header_bytes + header.length;
  position_ = header.position;
  record = {header.position, header.kind, {header.arrival_ns}, payload};
  return Found::frame;
}

std::optional<std::uint64_t> FrameReader::later_commit() const {
  for (std::uint64_t at = offset_ + 1; at + frame_header_bytes <= segment_.size(); ++at) {
    const FrameHeader header = load_frame(segment_.data() + at);
    if (!header.padded || header.back >= at - offset_ || header.position <= position_) continue;
    if (checks(header, segment_.data() + at, salt_)) return at;
  }
  return std::nullopt;
}

std::uint64_t FrameReader::torn_bytes() const {
  const std::size_t last = segment_.find_last_not_of('\0');
  return last == std::string_view::npos || last < offset_ ? 0 : last + 1 - offset_;
}

}  // namespace cairn::store::detail
