// SPDX-License-Identifier: Apache-2.0
#include "core/crc32c.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace cairn {
namespace {

// Bit by bit, as the definition reads.
std::uint32_t slow(std::string_view bytes) {
  std::uint32_t sum = ~0u;
  for (const char c : bytes) {
    sum ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) sum = (sum >> 1) ^ ((sum & 1) ? 0x82F63B78u : 0);
  }
  return ~sum;
}

TEST(Crc32c, Rfc3720Examples) {  // appendix B.4; the RFC prints the bytes in the order of sending
  std::string rising;
  std::string falling;
  for (int i = 0; i < 32; ++i) {
    rising += static_cast<char>(i);
    falling += static_cast<char>(31 - i);
  }
  const unsigned char read_command[48] = {
      0x01, 0xc0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
      0x00, 0x00, 0x00, 0x00, 0x14, 0x00, 0x00, 0x00, 0x00, 0x00, 0x04, 0x00,
      0x00, 0x00, 0x00, 0x14, 0x00, 0x00, 0x00, 0x18, 0x28, 0x00, 0x00, 0x00,
      0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00};
  const std::string_view command(reinterpret_cast<const char*>(read_command), 48);
  for (const auto sum : {&crc32c, &crc32c_by_table}) {
    EXPECT_EQ(sum(std::string(32, '\0'), 0), 0x8A9136AAu);
    EXPECT_EQ(sum(std::string(32, '\xFF'), 0), 0x62A8AB43u);
    EXPECT_EQ(sum(rising, 0), 0x46DD794Eu);
    EXPECT_EQ(sum(falling, 0), 0x113FDB5Cu);
    EXPECT_EQ(sum(command, 0), 0xD9963A56u);
    EXPECT_EQ(sum("123456789", 0), 0xE3069283u);
    EXPECT_EQ(sum("", 0), 0u);
  }
}

TEST(Crc32c, AnyLengthAndAlignmentAgreesWithTheDefinition) {
  std::mt19937_64 random(7);
  std::string bytes(8'000, '\0');
  for (char& c : bytes) c = static_cast<char>(random());
  for (int round = 0; round < 400; ++round) {
    const std::size_t from = random() % 64;
    const std::size_t length =
        round < 100 ? static_cast<std::size_t>(round) : random() % (bytes.size() - from);
    const std::string_view part = std::string_view(bytes).substr(from, length);
    const std::uint32_t want = slow(part);
    ASSERT_EQ(crc32c(part), want) << from << " " << length;
    ASSERT_EQ(crc32c_by_table(part), want) << from << " " << length;
    const std::size_t cut = length == 0 ? 0 : random() % length;
    ASSERT_EQ(crc32c(part.substr(cut), crc32c(part.substr(0, cut))), want);
    ASSERT_EQ(crc32c_by_table(part.substr(cut), crc32c(part.substr(0, cut))), want);
  }
}

}  // namespace
}  // namespace cairn
