// SPDX-License-Identifier: Apache-2.0
// A zip archive of a few files (PKWARE's APPNOTE 6.3.3, deflate), the same bytes each time.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace cairn::geo::detail {

struct ZipEntry {
  std::string_view name;  // ASCII
  std::string_view bytes;
};

// All entries are dated 1980-01-01, the format's first day. Errors: more than 4 GB.
Result<std::string> encode_zip(std::span<const ZipEntry> entries);

}  // namespace cairn::geo::detail
