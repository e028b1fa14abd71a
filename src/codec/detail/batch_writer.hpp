// SPDX-License-Identifier: Apache-2.0
// Fills a batch within the limits of one message, and empties it again when the message as a whole
// turns out to be unreadable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "codec/decode.hpp"
#include "core/result.hpp"
#include "model/reading.hpp"

namespace cairn::codec::detail {

class BatchWriter {
 public:
  explicit BatchWriter(model::ReadingBatch& out)
      : out_(out),
        readings_(out.readings.size()),
        refused_(out.refused.size()),
        texts_(out.texts.size()) {}

  void add(const model::Reading& reading) { out_.readings.push_back(reading); }
  // `text` is the record as sent, of any length and content.
  void refuse(std::uint32_t record, Error error, std::string_view text);
  // No more readings or refusals may come.
  bool full() const;

  // Copies that live as long as the batch.
  std::string_view keep(std::string_view text) { return keep(text, {}); }
  std::string_view keep(std::string_view a, std::string_view b);  // one after the other
  std::string& keep_whole(std::string text) { return out_.texts.emplace_back(std::move(text)); }

  // Takes back everything of this message.
  tl::unexpected<Error> abandon(Error error);
  tl::unexpected<Error> too_many();

 private:
  model::ReadingBatch& out_;
  const std::size_t readings_;
  const std::size_t refused_;
  const std::size_t texts_;
  std::string* open_ = nullptr;  // the text that takes more copies
};

// Cut to limits::refused_text_bytes, and to valid UTF-8.
std::string shown(std::string_view text);
// The same for a name in a sentence: at most 60 bytes.
std::string shown_name(std::string_view name);
// "0x8ba2…": the beginning of bytes that are no text.
std::string shown_bytes(std::string_view bytes);

// The address and the record may both name a thing and a property; what both name must agree.
// Returns the reason when they do not, or when something is missing or too long. Empty texts in
// `thing` and `property` are filled from the address.
std::optional<Error> complete(const DecodeContext& context, model::Reading& reading,
                              std::uint32_t record);

}  // namespace cairn::codec::detail
