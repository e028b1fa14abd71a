// SPDX-License-Identifier: Apache-2.0
// InfluxDB line protocol: `air_station,thing=air-7 pm25=41,pm10=80i 1700000000000000000`.
#pragma once

#include <string_view>

#include "codec/decode.hpp"

namespace cairn::codec::detail {

Status decode_influx(std::string_view bytes, const DecodeContext& context,
                     model::ReadingBatch& out);

}  // namespace cairn::codec::detail
