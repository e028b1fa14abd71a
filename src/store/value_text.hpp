// SPDX-License-Identifier: Apache-2.0
// A property value as one text with its kind in front, and back: "n:3.5", "t:西昌", "b:1",
// "d:2020-12-31", "i:2020-12-31T00:00:00Z". Used in the registry's rows.
#pragma once

#include <string>
#include <string_view>

#include "core/result.hpp"
#include "model/value.hpp"

namespace cairn::store {

// Geometries and arrays are not kept as properties; they are an error.
Result<std::string> value_text(const model::Value& value);
Result<model::Value> text_value(std::string_view text);

}  // namespace cairn::store
