// SPDX-License-Identifier: Apache-2.0
// Prometheus remote write 1.0: a WriteRequest (protobuf) in a snappy block.
#pragma once

#include <string_view>

#include "codec/decode.hpp"

namespace cairn::codec::detail {

Status decode_remote_write(std::string_view bytes, const DecodeContext& context,
                           model::ReadingBatch& out);

}  // namespace cairn::codec::detail
