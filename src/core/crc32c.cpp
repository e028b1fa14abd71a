// SPDX-License-Identifier: Apache-2.0
#include "core/crc32c.hpp"

#include <array>
#include <cstddef>
#include <cstring>

namespace cairn {
namespace {

constexpr std::uint32_t polynomial = 0x82F63B78u;

// table[k][b]: the register after byte b and k zero bytes.
using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

constexpr Tables make_tables() {
  Tables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t value = byte;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) ? polynomial : 0);
    tables[0][byte] = value;
  }
  for (std::size_t k = 1; k < tables.size(); ++k) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t value = tables[k - 1][byte];
      tables[k][byte] = (value >> 8) ^ tables[0][value & 0xFF];
    }
  }
  return tables;
}

constexpr Tables tables = make_tables();

std::uint64_t load(const char* at) {
  std::uint64_t word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

#if defined(__x86_64__)

// The register moved over `length` zero bytes, by the four bytes of the register: linear, so the
// sums of neighbouring stretches can be taken side by side and joined.
using Shift = std::array<std::array<std::uint32_t, 256>, 4>;

constexpr Shift make_shift(std::size_t length) {
  Shift shift{};
  for (std::size_t part = 0; part < shift.size(); ++part) {
    // Powers of two first, the rest by linearity.
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::uint32_t value = std::uint32_t{1} << (8 * part + bit);
      for (std::size_t i = 0; i < length; ++i) value = (value >> 8) ^ tables[0][value & 0xFF];
      shift[part][std::size_t{1} << bit] = value;
    }
    for (std::size_t byte = 1; byte < 256; ++byte) {
      const std::size_t lowest = byte & (~byte + 1);
      if (lowest != byte) shift[part][byte] = shift[part][lowest] ^ shift[part][byte ^ lowest];
    }
  }
  return shift;
}

std::uint32_t move_over(const Shift& shift, std::uint32_t value) {
  return shift[0][value & 0xFF] ^ shift[1][value >> 8 & 0xFF] ^ shift[2][value >> 16 & 0xFF] ^
         shift[3][value >> 24];
}

// The instruction takes three cycles and can start in each one: three stretches at a time.
constexpr std::size_t stretch = 512;
constexpr Shift over_stretch = make_shift(stretch);

__attribute__((target("sse4.2"))) std::uint32_t by_instruction(std::string_view bytes,
                                                               std::uint32_t before) {
  const char* at = bytes.data();
  std::size_t left = bytes.size();
  std::uint64_t sum = ~before;
  while (left >= 3 * stretch) {
    std::uint64_t second = 0;
    std::uint64_t third = 0;
    for (std::size_t i = 0; i < stretch; i += 8) {
      sum = __builtin_ia32_crc32di(sum, load(at + i));
      second = __builtin_ia32_crc32di(second, load(at + stretch + i));
      third = __builtin_ia32_crc32di(third, load(at + 2 * stretch + i));
    }
    sum = move_over(over_stretch, static_cast<std::uint32_t>(sum)) ^ second;
    sum = move_over(over_stretch, static_cast<std::uint32_t>(sum)) ^ third;
    at += 3 * stretch;
    left -= 3 * stretch;
  }
  for (; left >= 8; at += 8, left -= 8) sum = __builtin_ia32_crc32di(sum, load(at));
  auto rest = static_cast<std::uint32_t>(sum);
  for (; left > 0; ++at, --left) {
    rest = __builtin_ia32_crc32qi(rest, static_cast<unsigned char>(*at));
  }
  return ~rest;
}

bool has_instruction() {
  static const bool yes = __builtin_cpu_supports("sse4.2") != 0;
  return yes;
}

#endif

}  // namespace

std::uint32_t crc32c_by_table(std::string_view bytes, std::uint32_t before) {
  const char* at = bytes.data();
  std::size_t left = bytes.size();
  std::uint32_t sum = ~before;
  const auto byte_at = [&](std::size_t i) { return static_cast<unsigned char>(at[i]); };
  for (; left >= 8; at += 8, left -= 8) {  // eight bytes at a time, whatever the byte order
    sum = tables[7][(sum ^ byte_at(0)) & 0xFF] ^ tables[6][(sum >> 8 ^ byte_at(1)) & 0xFF] ^
          tables[5][(sum >> 16 ^ byte_at(2)) & 0xFF] ^ tables[4][(sum >> 24 ^ byte_at(3)) & 0xFF] ^
          tables[3][byte_at(4)] ^ tables[2][byte_at(5)] ^ tables[1][byte_at(6)] ^
          tables[0][byte_at(7)];
  }
  for (; left > 0; ++at, --left) sum = (sum >> 8) ^ tables[0][(sum ^ byte_at(0)) & 0xFF];
  return ~sum;
}

std::uint32_t crc32c(std::string_view bytes, std::uint32_t before) {
#if defined(__x86_64__)
  if (has_instruction()) return by_instruction(bytes, before);
#endif
  return crc32c_by_table(bytes, before);
}

}  // namespace cairn
