// SPDX-License-Identifier: Apache-2.0
// For the fuzzers of decoders: any message is readings and refusals that the intake can rely on,
// or one error that leaves the batch as it was; and twice the same.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "codec/decode.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"

namespace cairn::codec {

inline void fuzz_expect(bool good) {
  if (!good) std::abort();
}

inline void check_reading(const model::Reading& reading, const DecodeContext& context) {
  for (const std::string_view text : {reading.thing, reading.property, reading.unit}) {
    fuzz_expect(text.size() <= limits::ingest_name_bytes && is_valid_utf8(text));
  }
  fuzz_expect(!reading.thing.empty() && !reading.property.empty());
  fuzz_expect(context.thing.empty() || reading.thing == context.thing);
  fuzz_expect(context.property.empty() || reading.property == context.property);
  fuzz_expect(std::isfinite(reading.value));
}

inline void check_refusal(const model::Refusal& refusal) {
  constexpr std::size_t mark = 3;  // "…"
  fuzz_expect(refusal.text.size() <= limits::refused_text_bytes + mark);
  fuzz_expect(is_valid_utf8(refusal.text));
  fuzz_expect(!refusal.error.message.empty());
  fuzz_expect(is_valid_utf8(refusal.error.message) && is_valid_utf8(refusal.error.place));
  fuzz_expect(refusal.error.message.size() < 1'000 && refusal.error.place.size() < 300);
}

// What a batch holds of its own.
inline std::size_t kept_bytes(const model::ReadingBatch& batch) {
  std::size_t out = 0;
  for (const auto& text : batch.texts) out += text.capacity();
  return out;
}

inline void check_same(const model::ReadingBatch& a, const model::ReadingBatch& b) {
  fuzz_expect(a.readings.size() == b.readings.size() && a.refused.size() == b.refused.size());
  for (std::size_t i = 0; i < a.readings.size(); ++i) {
    const model::Reading& x = a.readings[i];
    const model::Reading& y = b.readings[i];
    fuzz_expect(x.thing == y.thing && x.property == y.property && x.unit == y.unit &&
                x.time == y.time && x.value == y.value && x.record == y.record);
  }
  for (std::size_t i = 0; i < a.refused.size(); ++i) {
    fuzz_expect(a.refused[i].text == b.refused[i].text &&
                a.refused[i].error.message == b.refused[i].error.message);
  }
}

inline void fuzz_decoder(Format format, std::string_view bytes, const DecodeContext& context) {
  Decoder decoder;
  model::ReadingBatch batch;
  const Status status = decoder.decode(format, bytes, context, batch);
  if (!status) {
    fuzz_expect(batch.readings.empty() && batch.refused.empty() && batch.texts.empty());
    fuzz_expect(!status.error().message.empty() && is_valid_utf8(status.error().message));
  }
  fuzz_expect(batch.readings.size() + batch.refused.size() <= limits::ingest_readings);
  // Names put together, each record's once; chunks of 4 KiB; a message unpacked.
  const std::size_t records = batch.readings.size() + batch.refused.size();
  fuzz_expect(format == Format::remote_write ||
              kept_bytes(batch) <=
                  8'192 + 4 * (bytes.size() + limits::ingest_name_bytes * records));
  for (const model::Reading& reading : batch.readings) check_reading(reading, context);
  for (const model::Refusal& refusal : batch.refused) check_refusal(refusal);
  // The decoder keeps its buffers, which hold the message before.
  model::ReadingBatch again;
  fuzz_expect(decoder.decode(format, bytes, context, again).has_value() == status.has_value());
  check_same(batch, again);
}

// At an address of its own, at that of a thing, and at that of a property.
inline void fuzz_decoder(Format format, std::string_view bytes) {
  DecodeContext context;
  context.now = Instant{1'700'000'000'000'000'000};
  fuzz_decoder(format, bytes, context);
  context.thing = "a";
  context.zone = Zone{8 * 3600};
  context.influx_unit_ns = ns_per_second;
  fuzz_decoder(format, bytes, context);
  context.property = "b";
  fuzz_decoder(format, bytes, context);
}

}  // namespace cairn::codec
