// SPDX-License-Identifier: Apache-2.0
// Text encodings of files from outside: UTF-8 with or without BOM, UTF-16 with BOM, GB 18030.
#pragma once

#include <string>
#include <string_view>

#include "core/result.hpp"

namespace cairn {

struct DecodedText {
  std::string text;      // UTF-8 without BOM
  std::string encoding;  // "UTF-8", "UTF-8 with BOM", "UTF-16LE", "UTF-16BE", "GB 18030"
};

// Detects and converts. Bytes that are no valid UTF-8 are taken for GB 18030 when they are valid
// in it and are not UTF-8 for the greater part (a single damaged byte does not make a file
// Chinese gibberish); otherwise an error names the line and byte of the first one that is not.
// Workbooks and other files with NUL bytes are refused.
Result<DecodedText> decode_text(std::string_view bytes);

}  // namespace cairn
