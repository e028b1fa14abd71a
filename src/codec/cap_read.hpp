// SPDX-License-Identifier: Apache-2.0
// CAP 1.2 XML to values, as strictly as the schema: unknown elements, another order, a wrong code
// value or time are refused. The first mistake is the error: Error::place is "12:5 alert/info[2]",
// line, column and element; the message says what to do. CAP 1.0 and 1.1 are recognised and
// refused. Signatures (XML-DSig) are passed over, not verified.
#pragma once

#include <string_view>

#include "codec/cap.hpp"
#include "codec/cap_xml.hpp"

namespace cairn::codec {

struct CapLimits {
  XmlLimits xml = {};
  std::size_t text_bytes = 64 * 1024;  // of one text; derefUri and polygon have those of xml
  std::size_t infos = 64;              // one a language is the rule
  std::size_t points = 100'000;        // of all polygons: a province's border has 20,000
};

Result<CapAlert> read_cap(std::string_view bytes, const CapLimits& limits = {});
// The same for a tree that was read: `root` is the alert.
Result<CapAlert> read_cap(const XmlDocument& document, const CapLimits& limits = {});

}  // namespace cairn::codec
