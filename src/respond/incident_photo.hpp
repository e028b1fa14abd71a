// SPDX-License-Identifier: Apache-2.0
// Files of evidence as bytes: what they are, and pictures without what the camera wrote into them
// (where it stood, its serial number, a preview of what was cut away). Bytes of strangers: anything
// that does not parse is refused.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "geo/geometry.hpp"

namespace cairn::respond {

inline constexpr std::size_t evidence_bytes_most = std::size_t{10} << 20;

// "image/jpeg", "image/png", "image/webp", "application/pdf", "text/plain" by the first bytes
// (text: by all of them); empty: none of these.
std::string media_type_of(std::string_view bytes);

// A picture with what it shows and how to show it, and nothing else: JPEG without its APP segments
// (but JFIF, Adobe's colours and ICC profiles) and comments, PNG and WebP without their metadata
// chunks, each cut behind its end. Error: invalid (damaged, or no picture).
Result<std::string> without_metadata(std::string_view picture);

// Where a JPEG says it was taken.
std::optional<geo::Point> exif_position(std::string_view jpeg);

// The EXIF orientation of a JPEG, 1 to 8; 1 when it says nothing.
int exif_orientation(std::string_view jpeg);

}  // namespace cairn::respond
