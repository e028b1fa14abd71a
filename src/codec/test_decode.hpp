// SPDX-License-Identifier: Apache-2.0
// For the tests of decoders: a message in, lines of text out.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "codec/decode.hpp"
#include "core/text.hpp"

namespace cairn::codec {

inline constexpr Instant test_now{1'700'000'000'000'000'000};

inline DecodeContext test_context(std::string_view thing = {}, std::string_view property = {}) {
  DecodeContext context;
  context.now = test_now;
  context.thing = thing;
  context.property = property;
  context.zone = Zone{8 * 3600};
  return context;
}

struct Decoded {
  std::unique_ptr<std::string> message;  // what the views point into
  Status status;
  model::ReadingBatch batch;

  // "thing property value unit @+seconds after test_now", one a reading.
  std::vector<std::string> lines() const {
    std::vector<std::string> out;
    for (const model::Reading& r : batch.readings) {
      const double after_s = static_cast<double>(r.time.ns - test_now.ns) / 1e9;
      out.push_back(format("{} {} {}{}{} @{}", r.thing, r.property, number_text(r.value),
                           r.unit.empty() ? "" : " ", r.unit, number_text(after_s)));
    }
    return out;
  }
  // "record place: message" of each refusal.
  std::vector<std::string> refusals() const {
    std::vector<std::string> out;
    for (const model::Refusal& r : batch.refused) {
      out.push_back(format("{} {}: {}", r.record, r.error.place, r.error.message));
    }
    return out;
  }
};

inline Decoded decode_with(Format format, std::string_view bytes,
                           const DecodeContext& context = test_context()) {
  Decoded out;
  out.message = std::make_unique<std::string>(bytes);
  Decoder decoder;
  out.status = decoder.decode(format, *out.message, context, out.batch);
  return out;
}

using Lines = std::vector<std::string>;

}  // namespace cairn::codec
