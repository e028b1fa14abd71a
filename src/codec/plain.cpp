// SPDX-License-Identifier: Apache-2.0
#include "codec/plain.hpp"

#include <cmath>
#include <string>

#include "codec/detail/batch_writer.hpp"
#include "codec/detail/json_buffers.hpp"
#include "codec/detail/json_element.hpp"
#include "codec/detail/number.hpp"
#include "core/text.hpp"

namespace cairn::codec::detail {
namespace {

// A number of seconds since 1970, or a written time.
Result<Instant> read_time(const simdjson::dom::element& element, Zone zone) {
  std::string_view text;
  if (element.get_string().get(text) == simdjson::SUCCESS) return parse_instant(text, zone);
  // Half of what nanoseconds hold: a time in milliseconds is far beyond.
  constexpr double largest_time_s = 9e9;
  double seconds = 0;
  if (element.get_double().get(seconds) != simdjson::SUCCESS ||
      std::fabs(seconds) > largest_time_s) {
    return fail(Code::invalid,
                "a time is a text such as 2026-01-31T08:00:00Z or seconds since 1970");
  }
  return Instant{std::llround(seconds * 1e6) * 1000};
}

Status decode_object(JsonBuffers& buffers, std::string_view bytes, const DecodeContext& context,
                     model::ReadingBatch& batch) {
  BatchWriter out(batch);
  simdjson::dom::object object;
  const auto root = parse_document(buffers, bytes);
  if (!root) return fail(root.error());
  if (root->get_object().get(object) != simdjson::SUCCESS) {
    return fail(Code::invalid, "the message is neither a number nor a JSON object", "byte 0");
  }
  Instant time = context.now;
  simdjson::dom::element element;
  if (object["time"].get(element) == simdjson::SUCCESS && !element.is_null()) {
    const auto read = read_time(element, context.zone);
    if (!read) return fail(read.error().code, read.error().message, "/time");
    time = *read;
  }
  std::string_view unit;
  if (!context.property.empty() && object["unit"].get_string().get(unit) == simdjson::SUCCESS) {
    unit = out.keep(unit);
  }
  std::uint32_t record = 0;
  for (const auto& [key, value] : object) {
    if (key == "time" || (key == "unit" && !context.property.empty())) continue;
    if (out.full()) return out.too_many();
    const bool of_address = !context.property.empty() && key == "value";
    model::Reading reading;
    reading.property = of_address ? context.property : out.keep(key);
    reading.unit = unit;
    reading.time = time;
    reading.record = record;
    std::optional<Error> error;
    if (!read_result(value, reading.value)) {
      error = Error{
          Code::invalid, format("{} is neither a number nor true or false", kind_name(value)), {}};
    } else {
      error = complete(context, reading, record);
    }
    if (error) {
      error->place = "/" + shown_name(key);
      out.refuse(record, std::move(*error), format("\"{}\":{}", key, json_text(value)));
    } else {
      out.add(reading);
    }
    ++record;
  }
  if (record == 0) return out.abandon({Code::invalid, "the object names no property", {}});
  return {};
}

}  // namespace

Status decode_plain(JsonBuffers& buffers, std::string_view bytes, const DecodeContext& context,
                    model::ReadingBatch& batch) {
  const std::string_view text = trim(bytes);
  if (text.starts_with('{')) return decode_object(buffers, bytes, context, batch);
  if (text.empty()) return fail(Code::invalid, "the message is empty");
  const std::size_t blank = text.find_first_of(" \t\r\n");
  const std::string_view number = text.substr(0, blank);
  model::Reading reading;
  reading.time = context.now;
  if (blank != std::string_view::npos) reading.unit = trim(text.substr(blank));
  if (number == "true" || number == "false") {
    reading.value = number == "true" ? 1 : 0;
  } else if (!read_decimal(number, reading.value)) {
    return fail(Code::invalid,
                format("'{}' is not a number; send a number with a unit behind a blank where it is "
                       "needed, true or false, or a JSON object",
                       shown_name(number)),
                "byte 0");
  }
  if (!is_valid_utf8(reading.unit)) {
    return fail(Code::invalid, "the unit is not UTF-8", format("byte {}", number.size() + 1));
  }
  if (auto error = complete(context, reading, 0)) return fail(std::move(*error));
  batch.readings.push_back(reading);
  return {};
}

}  // namespace cairn::codec::detail
