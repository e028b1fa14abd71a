// SPDX-License-Identifier: Apache-2.0
#include "codec/detail/batch_writer.hpp"

#include <algorithm>

#include "core/limits.hpp"
#include "core/text.hpp"

namespace cairn::codec::detail {
namespace {

constexpr std::size_t text_chunk_bytes = 4096;
constexpr std::size_t shown_name_bytes = 60;

std::string cut(std::string_view text, std::size_t bytes) {
  std::string out;
  out.reserve(std::min(text.size(), bytes + 4));
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = out.size();
    // A byte that is no character takes three, so that the result is measured.
    append_utf8(out, next_code_point(text, at));
    if (out.size() <= bytes) continue;
    out.resize(begin);
    out += "…";
    break;
  }
  return out;
}

}  // namespace

void BatchWriter::refuse(std::uint32_t record, Error error, std::string_view text) {
  out_.refused.push_back({.record = record, .text = shown(text), .error = std::move(error)});
}

bool BatchWriter::full() const {
  return out_.readings.size() - readings_ + (out_.refused.size() - refused_) >=
         limits::ingest_readings;
}

std::string_view BatchWriter::keep(std::string_view a, std::string_view b) {
  const std::size_t size = a.size() + b.size();
  // Within its capacity a string does not move, so that earlier views stay good.
  if (open_ == nullptr || open_->capacity() - open_->size() < size) {
    open_ = &out_.texts.emplace_back();
    open_->reserve(std::max(size, text_chunk_bytes));
  }
  const std::size_t begin = open_->size();
  open_->append(a).append(b);
  return std::string_view(*open_).substr(begin);
}

tl::unexpected<Error> BatchWriter::abandon(Error error) {
  out_.readings.resize(readings_);
  out_.refused.resize(refused_);
  out_.texts.resize(texts_);
  open_ = nullptr;
  return fail(std::move(error));
}

tl::unexpected<Error> BatchWriter::too_many() {
  return abandon(
      {Code::too_large,
       format("the message has more than {} readings; divide it", limits::ingest_readings),
       {}});
}

std::string shown(std::string_view text) {
  return cut(text, limits::refused_text_bytes);
}

std::string shown_name(std::string_view name) {
  return cut(name, shown_name_bytes);
}

std::string shown_bytes(std::string_view bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  const std::size_t most = limits::refused_text_bytes / 2 - 4;
  std::string out = "0x";
  for (const char c : bytes.substr(0, most)) {
    const auto byte = static_cast<unsigned char>(c);
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  if (bytes.size() > most) out += "…";
  return out;
}

std::optional<Error> complete(const DecodeContext& context, model::Reading& reading,
                              std::uint32_t record) {
  const auto refusal = [&](std::string message, Code code = Code::invalid) {
    return Error{code, std::move(message), format("record {}", record)};
  };
  if (!context.thing.empty()) {
    if (!reading.thing.empty() && reading.thing != context.thing) {
      return refusal(format("the record is for '{}', but the message came to the address of '{}'",
                            shown_name(reading.thing), shown_name(context.thing)),
                     Code::conflict);
    }
    reading.thing = context.thing;
    if (!context.property.empty()) {
      if (!reading.property.empty() && reading.property != context.property) {
        return refusal(
            format("the record is for the property '{}', but the message came to the address of "
                   "'{}'",
                   shown_name(reading.property), shown_name(context.property)),
            Code::conflict);
      }
      reading.property = context.property;
    }
  }
  if (reading.thing.empty()) return refusal("no thing is named");
  if (reading.property.empty()) return refusal("no property is named");
  if (reading.thing.size() > limits::ingest_name_bytes ||
      reading.property.size() > limits::ingest_name_bytes ||
      reading.unit.size() > limits::ingest_name_bytes) {
    return refusal(format("a name or unit is longer than {} bytes", limits::ingest_name_bytes),
                   Code::too_large);
  }
  return std::nullopt;
}

}  // namespace cairn::codec::detail
