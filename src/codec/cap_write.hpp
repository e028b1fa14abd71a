// SPDX-License-Identifier: Apache-2.0
// Warnings to CAP 1.2 XML: UTF-8, elements in the order of the schema, coordinates "lat,lon" with
// a fixed number of decimals. Equal alerts give equal bytes.
#pragma once

#include <string>

#include "codec/cap.hpp"

namespace cairn::codec {

inline constexpr int cap_coordinate_decimals = 6;  // 0.1 m
inline constexpr int cap_radius_decimals = 3;      // 1 m
inline constexpr int cap_height_decimals = 2;      // of feet

inline constexpr std::string_view cap_namespace = "urn:oasis:names:tc:emergency:cap:1.2";
inline constexpr std::string_view cap_media_type = "application/cap+xml";

// What is written validates against the schema. An alert that cannot be (no category, an open
// polygon, a time with fractions, a character that XML has not) is refused; Error::place is the
// way to the element: "alert/info[1]/area[2]/polygon[1]". Whether the message makes sense is
// for check_cap().
Result<std::string> write_cap(const CapAlert& alert);

}  // namespace cairn::codec
