// SPDX-License-Identifier: Apache-2.0
// Integers in few bits: what is left after a simple prediction, in Golomb-Rice codes whose
// parameter follows the data (S. Golomb, "Run-length encodings", IEEE Trans. Inf. Theory 1966;
// R. Rice, JPL 79-22), with a run mode while most of it is zero. Any 64-bit integers come back;
// docs/formats/history.md has the bits.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace cairn::store {

static_assert(std::endian::native == std::endian::little, "files of the history are little-endian");

// Bits, lowest first, into bytes that somebody else made room for. Copied into hot loops.
class BitSink {
 public:
  BitSink() = default;
  explicit BitSink(std::uint8_t* at) : at_(at) {}

  // The low `width` bits of `bits`; width <= 64, the rest of `bits` must be zero.
  void put(std::uint64_t bits, unsigned width) {
    if (width > 56) {
      put_short(bits & 0xFFFFFFFF, 32);
      put_short(bits >> 32, width - 32);
    } else {
      put_short(bits, width);
    }
  }
  // The end of what was written, the last byte padded with zeros.
  const std::uint8_t* end() const { return at_ + (fill_ > 0 ? 1 : 0); }

 private:
  friend class BitWriter;
  void put_short(std::uint64_t bits, unsigned width) {
    rest_ |= bits << fill_;
    fill_ += width;
    std::memcpy(at_, &rest_, 8);
    at_ += fill_ >> 3;
    rest_ >>= fill_ & ~7u;
    fill_ &= 7u;
  }

  std::uint8_t* at_ = nullptr;  // behind the last whole byte; 8 bytes here may be written
  std::uint64_t rest_ = 0;      // bits behind them
  unsigned fill_ = 0;           // how many, < 8
};

class BitWriter {
 public:
  void clear();
  // Room for `bytes` more; write into the copy, then give it back with `set`.
  BitSink room(std::size_t bytes);
  void set(const BitSink& sink) { sink_ = sink; }
  void put(std::uint64_t bits, unsigned width) {
    BitSink sink = room(8);
    sink.put(bits, width);
    sink_ = sink;
  }
  // Pads to a whole byte and appends all to `out`.
  void finish(std::string& out) const;

 private:
  std::vector<std::uint8_t> bytes_;
  BitSink sink_;
};

// Reads what BitSink wrote. Reading past the end gives any bits, and `good()` false.
class BitReader {
 public:
  // So many bytes behind the end must be readable.
  static constexpr std::size_t padding = 16;
  BitReader() = default;
  BitReader(const std::uint8_t* bytes, std::size_t size) : bytes_(bytes), end_(size * 8) {}

  bool good() const { return at_ <= end_; }
  std::uint64_t get(unsigned width) {
    if (width > 56) {
      const std::uint64_t low = get_short(32);
      return low | get_short(width - 32) << 32;
    }
    return get_short(width);
  }
  // At least 57 bits from here.
  std::uint64_t peek() const {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes_ + (at_ >> 3), 8);
    return word >> (at_ & 7);
  }
  void skip(unsigned width) {
    at_ += width;
    if (at_ > end_) at_ = end_ + 1;
  }

 private:
  std::uint64_t get_short(unsigned width) {
    const std::uint64_t bits = peek() & ((std::uint64_t{1} << width) - 1);
    skip(width);
    return bits;
  }

  const std::uint8_t* bytes_ = nullptr;
  std::size_t at_ = 0;
  std::size_t end_ = 0;
};

// A number with its width in front: 6 + width bits.
void put_sized(BitSink& out, std::uint64_t number);
void put_sized(BitWriter& out, std::uint64_t number);
std::uint64_t get_sized(BitReader& in);

inline std::uint64_t zigzag(std::int64_t v) {
  return static_cast<std::uint64_t>(v) << 1 ^ static_cast<std::uint64_t>(v >> 63);
}
inline std::int64_t unzigzag(std::uint64_t u) {
  return static_cast<std::int64_t>(u >> 1 ^ (~(u & 1) + 1));
}

// Space that encoding and decoding reuse.
struct IntScratch {
  std::vector<std::int64_t> steps;
  std::vector<std::uint64_t> rest;
};

// All but the first integer, which the caller keeps. Differences count modulo 2^64, so that any
// integers fit.
void encode_integers(std::span<const std::int64_t> integers, IntScratch& scratch, BitWriter& out);
// Fills `integers` behind its first; false when the bits are no such sequence.
bool decode_integers(BitReader& in, IntScratch& scratch, std::span<std::int64_t> integers);

}  // namespace cairn::store
