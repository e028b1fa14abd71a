// SPDX-License-Identifier: Apache-2.0
// The bytes behind the mark, with a check sum that is right: what the sum would refuse otherwise.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "core/crc32c.hpp"
#include "plan/study_cache.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string bytes = cairn::plan::write_study_cache({});
  bytes.resize(bytes.find('\n') + 1);
  bytes.append(reinterpret_cast<const char*>(data), size);
  const std::uint32_t sum = cairn::crc32c(bytes);
  char tail[sizeof sum];
  std::memcpy(tail, &sum, sizeof sum);
  bytes.append(tail, sizeof sum);
  const auto read = cairn::plan::read_study_cache(bytes);
  if (!read) return 0;
  // What reads is written again and reads the same.
  const auto again = cairn::plan::read_study_cache(cairn::plan::write_study_cache(*read));
  if (!again || *again != *read) std::abort();
  return 0;
}
