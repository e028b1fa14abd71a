// SPDX-License-Identifier: Apache-2.0
// CRC-32C (Castagnoli, reflected polynomial 0x82F63B78, RFC 3720 section 12.1): the check sum of
// everything that the store writes. Uses the processor's instruction where there is one.
#pragma once

#include <cstdint>
#include <string_view>

namespace cairn {

// Of the bytes, going on from `before` = the sum of what stands before them (0: nothing does).
// crc32c(b, crc32c(a)) == crc32c(a + b).
std::uint32_t crc32c(std::string_view bytes, std::uint32_t before = 0);

// The same by table, for processors without the instruction; tests compare the two.
std::uint32_t crc32c_by_table(std::string_view bytes, std::uint32_t before = 0);

}  // namespace cairn
