// SPDX-License-Identifier: Apache-2.0
// Pictures as PNG bytes (ISO/IEC 15948): the same bytes for the same picture.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "core/result.hpp"

namespace cairn::geo {

// `rgba`: four bytes a pixel, row by row from the top, alpha not multiplied in. Written as RGB
// where every pixel is opaque. Errors: no pixel, more than 2^28 pixels, a span of another size.
Result<std::string> encode_png(std::uint32_t width, std::uint32_t height,
                               std::span<const std::uint8_t> rgba);

}  // namespace cairn::geo
