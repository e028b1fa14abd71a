// SPDX-License-Identifier: Apache-2.0
// What the smallest devices send: a number as text, or a flat JSON object of numbers.
#pragma once

#include <string_view>

#include "codec/decode.hpp"

namespace cairn::codec::detail {

class JsonBuffers;

Status decode_plain(JsonBuffers& buffers, std::string_view bytes, const DecodeContext& context,
                    model::ReadingBatch& out);

}  // namespace cairn::codec::detail
