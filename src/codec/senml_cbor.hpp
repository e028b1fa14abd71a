// SPDX-License-Identifier: Apache-2.0
// SenML in CBOR (RFC 8428 section 6): the same records with whole numbers for labels. Labels as
// texts are understood too, decimal fractions, and arrays and maps of indefinite length.
#pragma once

#include <string_view>

#include "codec/decode.hpp"

namespace cairn::codec::detail {

Status decode_senml_cbor(std::string_view bytes, const DecodeContext& context,
                         model::ReadingBatch& out);

}  // namespace cairn::codec::detail
