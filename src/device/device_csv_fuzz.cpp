// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "device/device_csv.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cairn::device;
  const auto read = read_csv_devices({reinterpret_cast<const char*>(data), size}, "fuzz.csv");
  if (!read) return 0;
  if (read->devices.size() + read->wrong != read->rows) std::abort();
  for (const CsvDevice& row : read->devices) {
    if (row.device.identity.empty() || row.line < 2) std::abort();
  }
  return 0;
}
