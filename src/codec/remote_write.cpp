// SPDX-License-Identifier: Apache-2.0
#include "codec/remote_write.hpp"

#include <snappy.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <protozero/pbf_reader.hpp>
#include <string>
#include <utility>

#include "codec/detail/batch_writer.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"

namespace cairn::codec::detail {
namespace {

// The NaN by which Prometheus says that a series has ended; it is no reading.
constexpr std::uint64_t stale_bits = 0x7ff0000000000002;

std::string_view view(protozero::data_view data) {
  return {data.data(), data.size()};
}

struct Sample {
  double value = 0;
  std::int64_t time_ms = 0;
};

class Reader {
 public:
  Reader(const DecodeContext& context, BatchWriter& out) : context_(context), out_(out) {}

  // Throws what protozero throws. False when the batch is full.
  bool read(std::string_view request);

 private:
  bool read_series(protozero::pbf_reader series);
  bool take(const Sample& sample);

  const DecodeContext& context_;
  BatchWriter& out_;
  model::Reading series_;
  std::optional<Error> spoiled_;  // why the series cannot be taken
  std::uint32_t record_ = 0;
};

// `thing` names the thing, or else `instance`, which every Prometheus target has.
model::Reading read_labels(protozero::pbf_reader series) {
  model::Reading out;
  bool named = false;
  while (series.next(1, protozero::pbf_wire_type::length_delimited)) {
    std::string_view name, value;
    protozero::pbf_reader label = series.get_message();
    while (label.next()) {
      if (label.tag_and_type() ==
          protozero::tag_and_type(1, protozero::pbf_wire_type::length_delimited)) {
        name = view(label.get_view());
      } else if (label.tag_and_type() ==
                 protozero::tag_and_type(2, protozero::pbf_wire_type::length_delimited)) {
        value = view(label.get_view());
      } else {
        label.skip();
      }
    }
    if (name == "__name__") out.property = value;
    if (name == "thing" || (name == "instance" && !named)) out.thing = value;
    named = named || name == "thing";
  }
  return out;
}

Sample read_sample(protozero::pbf_reader message) {
  Sample out;
  while (message.next()) {
    if (message.tag_and_type() == protozero::tag_and_type(1, protozero::pbf_wire_type::fixed64)) {
      out.value = message.get_double();
    } else if (message.tag_and_type() ==
               protozero::tag_and_type(2, protozero::pbf_wire_type::varint)) {
      out.time_ms = message.get_int64();
    } else {
      message.skip();
    }
  }
  return out;
}

bool Reader::take(const Sample& sample) {
  if (std::bit_cast<std::uint64_t>(sample.value) == stale_bits) return true;
  if (out_.full()) return false;
  model::Reading reading = series_;
  reading.record = record_;
  reading.value = sample.value;
  std::optional<Error> error = spoiled_;
  if (!error && !std::isfinite(sample.value)) {
    error = Error{Code::invalid, "the value is not a finite number", {}};
  }
  if (!error && __builtin_mul_overflow(sample.time_ms, 1'000'000, &reading.time.ns)) {
    error = Error{Code::invalid, "the time is out of range; it is in milliseconds", {}};
  }
  if (error) {
    error->place = format("record {}", record_);
    out_.refuse(record_, std::move(*error),
                format("{}{{thing=\"{}\"}} {} {}", shown_name(series_.property),
                       shown_name(series_.thing), sample.value, sample.time_ms));
  } else {
    out_.add(reading);
  }
  ++record_;
  return true;
}

bool Reader::read_series(protozero::pbf_reader series) {
  series_ = read_labels(series);
  spoiled_ = complete(context_, series_, record_);
  if (!spoiled_ && !(is_valid_utf8(series_.thing) && is_valid_utf8(series_.property))) {
    spoiled_ = Error{Code::invalid, "a label is not UTF-8", {}};
  }
  while (series.next(2, protozero::pbf_wire_type::length_delimited)) {
    if (!take(read_sample(series.get_message()))) return false;
  }
  return true;
}

bool Reader::read(std::string_view request) {
  protozero::pbf_reader message(request.data(), request.size());
  while (message.next(1, protozero::pbf_wire_type::length_delimited)) {
    if (!read_series(message.get_message())) return false;
  }
  return true;
}

}  // namespace

Status decode_remote_write(std::string_view bytes, const DecodeContext& context,
                           model::ReadingBatch& batch) {
  std::size_t size = 0;
  if (!snappy::GetUncompressedLength(bytes.data(), bytes.size(), &size)) {
    return fail(Code::invalid, "the message is not a snappy block", "byte 0");
  }
  if (size > limits::ingest_unpacked_bytes) {
    return fail(Code::too_large, format("the message unpacks to {} bytes; at most {} are read",
                                        size, limits::ingest_unpacked_bytes));
  }
  std::string unpacked(size, '\0');
  if (!snappy::RawUncompress(bytes.data(), bytes.size(), unpacked.data())) {
    return fail(Code::invalid, "the snappy block is damaged");
  }
  BatchWriter out(batch);
  const std::string& request = out.keep_whole(std::move(unpacked));
  try {
    if (!Reader(context, out).read(request)) return out.too_many();
  } catch (const protozero::exception&) {
    return out.abandon({Code::invalid, "the protobuf message is damaged", {}});
  }
  return {};
}

}  // namespace cairn::codec::detail
