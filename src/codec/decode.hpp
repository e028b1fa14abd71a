// SPDX-License-Identifier: Apache-2.0
// Messages of devices and gateways into readings: SenML (JSON and CBOR), SensorThings observations
// and data arrays, Influx line protocol, Prometheus remote write, plain numbers and JSON objects.
//
//   Decoder decoder;                                     // one a thread; keeps its buffers
//   model::ReadingBatch batch;
//   DecodeContext context{.now = clock.now(), .thing = "meter-7", .zone = zone};
//   const Format format = sniff(content_type, topic, bytes);
//   if (auto read = decoder.decode(format, bytes, context, batch); !read) … refuse the message
//   … batch.readings are to be checked and written, batch.refused to be told
//
// docs/formats/ingest.md says how each format names thing, property, time and unit.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "core/time.hpp"
#include "model/reading.hpp"

namespace cairn::codec {

enum class Format : std::uint8_t {
  unknown,
  senml_json,    // RFC 8428, application/senml+json
  senml_cbor,    // RFC 8428, application/senml+cbor
  sta,           // SensorThings 1.1: an Observation, a list of them, or data arrays
  influx,        // line protocol
  remote_write,  // Prometheus remote write 1.0: protobuf in a snappy block
  plain,         // "23.5", "23.5 Cel", "true", or {"temperature": 23.5, "time": "…"}
};
const char* to_string(Format format);  // "senml-json", …
std::optional<Format> find_format(std::string_view name);

// Where a SensorThings datastream is given by its number, this finds what it names.
class DatastreamNames {
 public:
  virtual ~DatastreamNames() = default;
  // False when there is no such datastream. The texts are copied at once.
  virtual bool find(std::int64_t number, std::string& thing, std::string& property) const = 0;
};

// What a message does not say itself.
struct DecodeContext {
  Instant now;                      // of readings without a time, and for relative times
  std::string_view thing;           // from the address (topic or URL); may be empty
  std::string_view property;        // the same; only together with `thing`
  Zone zone;                        // of written times without a zone
  std::int64_t influx_unit_ns = 1;  // of Influx times: see influx_precision()
  const DatastreamNames* datastreams = nullptr;  // without it only texts name datastreams
};

// "ns", "us" or "u", "ms", "s", "m", "h": nanoseconds of one unit of an Influx time stamp.
std::optional<std::int64_t> influx_precision(std::string_view text);

// Decodes messages, one after the other; not thread-safe. Appends to `out`; the views in it point
// into `bytes`, into the context's texts, into out.texts or to constants. Records are counted from
// 0 within the message.
// An error means that nothing of the message could be taken, and `out` is as before; its place is
// a byte offset ("byte 17"), a JSON pointer or "line 3". A record that alone is wrong goes to
// out.refused, the rest goes on.
class Decoder {
 public:
  Decoder();
  ~Decoder();
  Decoder(Decoder&&) noexcept;
  Decoder& operator=(Decoder&&) noexcept;

  Status decode(Format format, std::string_view bytes, const DecodeContext& context,
                model::ReadingBatch& out);

 private:
  struct Buffers;
  std::unique_ptr<Buffers> buffers_;
};

// The likely format of a message, cheaply: by the media type ("application/senml+json;…", may be
// empty), then by the hint (a topic or URL path: "…/Observations", "…/senml"), then by the first
// bytes. `unknown` when nothing fits.
Format sniff(std::string_view content_type, std::string_view hint, std::string_view bytes);

// The beginning of a message that was refused, for those who look for the mistake: whole
// characters, or hexadecimal digits where it is no text.
std::string shown_message(std::string_view bytes);

// SensorThings names the series of a property of a thing "thing:property". Property names hold no
// colon, things may. Empty parts when there is no colon.
struct SeriesName {
  std::string_view thing;
  std::string_view property;
};
SeriesName split_datastream_id(std::string_view id);

}  // namespace cairn::codec
