// SPDX-License-Identifier: Apache-2.0
// Small helpers for messages whose JSON is read as a tree.
#pragma once

#include <string>
#include <string_view>

#include "codec/detail/json_buffers.hpp"
#include "core/result.hpp"

namespace cairn::codec::detail {

// The whole message; good until the next one is parsed.
Result<simdjson::dom::element> parse_document(JsonBuffers& buffers, std::string_view bytes);
// A number, or true and false as 1 and 0.
bool read_result(const simdjson::dom::element& element, double& out);
std::string_view kind_name(const simdjson::dom::element& element);  // "a text"
std::string json_text(const simdjson::dom::element& element);       // on one line

}  // namespace cairn::codec::detail
