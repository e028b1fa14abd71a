// SPDX-License-Identifier: Apache-2.0
#include "codec/decode.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "codec/detail/batch_writer.hpp"
#include "codec/detail/json_buffers.hpp"
#include "codec/influx.hpp"
#include "codec/plain.hpp"
#include "codec/remote_write.hpp"
#include "codec/senml_cbor.hpp"
#include "codec/senml_json.hpp"
#include "codec/sta_observation.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"

namespace cairn::codec {
namespace {

// How far into a message the sniffing looks.
constexpr std::size_t sniffed_bytes = 1024;

constexpr std::array<std::pair<Format, const char*>, 7> names{{
    {Format::unknown, "unknown"},
    {Format::senml_json, "senml-json"},
    {Format::senml_cbor, "senml-cbor"},
    {Format::sta, "sta"},
    {Format::influx, "influx"},
    {Format::remote_write, "remote-write"},
    {Format::plain, "plain"},
}};

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// What a media type says; application/json and text/plain may be several.
Format of_media_type(std::string_view type) {
  if (iequals_ascii(type, "application/senml+json")) return Format::senml_json;
  if (iequals_ascii(type, "application/sensml+json")) return Format::senml_json;
  if (iequals_ascii(type, "application/senml+cbor")) return Format::senml_cbor;
  if (iequals_ascii(type, "application/sensml+cbor")) return Format::senml_cbor;
  if (iequals_ascii(type, "application/cbor")) return Format::senml_cbor;
  if (iequals_ascii(type, "application/x-protobuf")) return Format::remote_write;
  return Format::unknown;
}

Format of_hint(std::string_view hint) {
  if (hint.ends_with("Observations")) return Format::sta;  // also CreateObservations
  const std::string_view last = hint.substr(hint.rfind('/') + 1);
  if (last == "senml") return Format::senml_json;
  if (last == "senml-json" || last == "senml-cbor") return *find_format(last);
  if (last == "influx" || last == "remote-write" || last == "plain") return *find_format(last);
  return Format::unknown;
}

Format of_object(std::string_view start) {
  const bool sta = contains(start, "\"phenomenonTime\"") || contains(start, "\"@iot.id\"") ||
                   contains(start, "\"dataArray\"");
  return sta ? Format::sta : Format::unknown;
}

Format of_bytes(std::string_view bytes) {
  const std::size_t text = bytes.find_first_not_of(" \t\r\n");
  if (text == std::string_view::npos) return Format::unknown;
  const std::string_view start = bytes.substr(text, sniffed_bytes);
  const auto first = static_cast<unsigned char>(start[0]);
  // An array of CBOR, or its mark, is no beginning of a text in UTF-8.
  if ((first >= 0x80 && first <= 0x9f) || start.starts_with("\xd9\xd9\xf7")) {
    return Format::senml_cbor;
  }
  if (first == '[') return of_object(start) == Format::sta ? Format::sta : Format::senml_json;
  if (first == '{') return of_object(start) == Format::sta ? Format::sta : Format::plain;
  const std::string_view line = start.substr(0, start.find('\n'));
  if (first == '#' || (contains(line, "=") && contains(line, " "))) return Format::influx;
  const bool number = (first >= '0' && first <= '9') || contains("+-.", start.substr(0, 1));
  if (number || start.starts_with("true") || start.starts_with("false")) return Format::plain;
  return Format::unknown;
}

}  // namespace

const char* to_string(Format format) {
  for (const auto& [known, name] : names) {
    if (known == format) return name;
  }
  return "unknown";
}

std::optional<Format> find_format(std::string_view name) {
  for (const auto& [format, known] : names) {
    if (name == known && format != Format::unknown) return format;
  }
  return std::nullopt;
}

std::string shown_message(std::string_view bytes) {
  const std::string_view begin = bytes.substr(0, limits::refused_text_bytes);
  const std::size_t wrong = first_invalid_utf8(begin);
  // Where the look at the beginning ends, it may cut a character.
  const bool cut =
      begin.size() < bytes.size() && wrong != std::string_view::npos && wrong + 4 > begin.size();
  const bool text =
      (wrong == std::string_view::npos || cut) && begin.find('\0') == std::string_view::npos;
  return text ? detail::shown(bytes) : detail::shown_bytes(bytes);
}

SeriesName split_datastream_id(std::string_view id) {
  const std::size_t colon = id.rfind(':');
  if (colon == std::string_view::npos) return {};
  return {id.substr(0, colon), id.substr(colon + 1)};
}

Format sniff(std::string_view content_type, std::string_view hint, std::string_view bytes) {
  const Format by_type = of_media_type(trim(content_type.substr(0, content_type.find(';'))));
  if (by_type != Format::unknown) return by_type;
  Format by_hint = of_hint(hint);
  const Format by_bytes = of_bytes(bytes);
  // "…/senml" may carry either encoding.
  if (by_hint == Format::senml_json && by_bytes == Format::senml_cbor) by_hint = by_bytes;
  return by_hint != Format::unknown ? by_hint : by_bytes;
}

struct Decoder::Buffers {
  detail::JsonBuffers json;
};

Decoder::Decoder() : buffers_(std::make_unique<Buffers>()) {}
Decoder::~Decoder() = default;
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;

Status Decoder::decode(Format format, std::string_view bytes, const DecodeContext& context,
                       model::ReadingBatch& out) {
  if (bytes.size() > limits::ingest_message_bytes) {
    return fail(Code::too_large, cairn::format("the message has {} bytes; at most {} are read",
                                               bytes.size(), limits::ingest_message_bytes));
  }
  switch (format) {
    case Format::senml_json:
      return detail::decode_senml_json(buffers_->json, bytes, context, out);
    case Format::senml_cbor:
      return detail::decode_senml_cbor(bytes, context, out);
    case Format::sta:
      return detail::decode_sta(buffers_->json, bytes, context, out);
    case Format::influx:
      return detail::decode_influx(bytes, context, out);
    case Format::remote_write:
      return detail::decode_remote_write(bytes, context, out);
    case Format::plain:
      return detail::decode_plain(buffers_->json, bytes, context, out);
    case Format::unknown:
      break;
  }
  return fail(Code::unsupported,
              "the format of the message is not known; send SenML (JSON or CBOR), SensorThings "
              "observations, Influx lines, remote write, or a plain number");
}

}  // namespace cairn::codec
