// SPDX-License-Identifier: Apache-2.0
// SenML in JSON (RFC 8428 section 5), read on demand by simdjson: no tree, no allocation a record.
#pragma once

#include <string_view>

#include "codec/decode.hpp"

namespace cairn::codec::detail {

class JsonBuffers;

Status decode_senml_json(JsonBuffers& buffers, std::string_view bytes, const DecodeContext& context,
                         model::ReadingBatch& out);

// The value that begins at `begin`, cut to what a refusal shows.
std::string_view json_slice(std::string_view bytes, std::size_t begin);

}  // namespace cairn::codec::detail
