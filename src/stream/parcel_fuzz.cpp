// SPDX-License-Identifier: Apache-2.0
// Any bytes are a parcel or an error; what was read survives being written and read again.
#include <cstdint>
#include <cstdlib>

#include "stream/parcel.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cairn::stream;
  const auto records = read_parcel({reinterpret_cast<const char*>(data), size});
  if (!records) return 0;
  std::string again;
  begin_parcel(again);
  for (const ParcelRecord& record : *records) write(record, again);
  const auto second = read_parcel(again);
  if (!second || *second != *records) std::abort();
  return 0;
}
