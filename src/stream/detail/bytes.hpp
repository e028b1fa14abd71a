// SPDX-License-Identifier: Apache-2.0
// Numbers and texts as bytes, and back without ever reading past the end.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace cairn::stream {

static_assert(std::endian::native == std::endian::little, "the log's numbers are little-endian");

// Small absolute values become small numbers: 0, -1, 1, -2, …
inline std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
inline std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

// Seven bits a byte, least significant first; at most ten bytes.
inline constexpr std::size_t varint_bytes = 10;
inline char* put_varint(char* at, std::uint64_t value) {
  while (value >= 0x80) {
    *at++ = static_cast<char>(value | 0x80);
    value >>= 7;
  }
  *at++ = static_cast<char>(value);
  return at;
}
inline void put_varint(std::string& out, std::uint64_t value) {
  char bytes[varint_bytes];
  out.append(bytes, static_cast<std::size_t>(put_varint(bytes, value) - bytes));
}
template <class T>
void put_fixed(std::string& out, T value) {
  char bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof(T));
  out.append(bytes, sizeof(T));
}
inline void put_text(std::string& out, std::string_view text) {
  put_varint(out, text.size());
  out.append(text);
}

// Takes values off the front; after the first that is not there whole, ok() is false and
// everything else reads as zero.
class ByteReader {
 public:
  explicit ByteReader(std::string_view in) : at_(in.data()), end_(in.data() + in.size()) {}

  bool ok() const { return ok_; }
  std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }
  bool finished() const { return ok_ && at_ == end_; }
  std::string_view rest() const { return {at_, left()}; }

  std::uint64_t varint() {
    if (at_ != end_ && static_cast<unsigned char>(*at_) < 0x80) {
      return static_cast<unsigned char>(*at_++);
    }
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (at_ == end_) break;
      const auto byte = static_cast<unsigned char>(*at_++);
      value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if (byte >= 0x80) continue;
      if (shift == 63 && byte > 1) break;  // more than 64 bits
      return value;
    }
    return failed();
  }
  std::int64_t signed_varint() { return unzigzag(varint()); }
  // At most 32 bits.
  std::uint32_t number() {
    const std::uint64_t value = varint();
    return static_cast<std::uint32_t>(value <= UINT32_MAX ? value : failed());
  }
  template <class T>
  T fixed() {
    T value{};
    if (left() < sizeof(T)) {
      failed();
      return value;
    }
    std::memcpy(&value, at_, sizeof(T));
    at_ += sizeof(T);
    return value;
  }
  std::string_view text() {
    const std::uint64_t size = varint();
    if (size > left()) failed();
    if (!ok_) return {};
    const std::string_view out(at_, size);
    at_ += size;
    return out;
  }
  // A count of things that take at least `least` bytes each; more than there is room for fails.
  std::size_t count(std::size_t least) {
    const std::uint64_t value = varint();
    return value <= left() / least ? static_cast<std::size_t>(value) : failed();
  }
  std::uint64_t failed() {
    ok_ = false;
    at_ = end_;
    return 0;
  }

 private:
  const char* at_;
  const char* end_;
  bool ok_ = true;
};

}  // namespace cairn::stream
