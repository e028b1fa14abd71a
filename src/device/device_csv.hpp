// SPDX-License-Identifier: Apache-2.0
// Devices from a spreadsheet. docs/devices.md lists the columns and their Chinese names.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "device/book.hpp"

namespace cairn::device {

inline constexpr std::size_t csv_rows_most = 200'000;

struct CsvDevice {
  std::size_t line = 0;  // of the file, from 1
  NewDevice device;      // its target: thing, and type, region and place of one to be made
};
struct CsvError {
  std::size_t line = 0;
  std::string column;  // as the file names it; empty: the whole row
  std::string message;
  bool operator==(const CsvError&) const = default;
};
struct CsvDevices {
  std::vector<CsvDevice> devices;  // of the rows without mistakes
  std::vector<CsvError> errors;    // one or more a wrong row
  std::size_t rows = 0;
  std::size_t wrong = 0;  // rows
};

// UTF-8 or GB 18030. An error when it cannot be read as a table of devices at all.
Result<CsvDevices> read_csv_devices(std::string_view bytes, std::string_view name);

}  // namespace cairn::device
