// SPDX-License-Identifier: Apache-2.0
// Observations of SensorThings 1.1 as clients post them: one, a list of them, or data arrays
// (CreateObservations). Their datastreams are "thing:property", or numbers that the context knows.
#pragma once

#include <string_view>

#include "codec/decode.hpp"

namespace cairn::codec::detail {

class JsonBuffers;

Status decode_sta(JsonBuffers& buffers, std::string_view bytes, const DecodeContext& context,
                  model::ReadingBatch& out);

}  // namespace cairn::codec::detail
