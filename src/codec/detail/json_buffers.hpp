// SPDX-License-Identifier: Apache-2.0
// The JSON parsers and the copy with the padding that they need, kept from message to message.
#pragma once

#include <simdjson.h>

#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include "core/limits.hpp"
#include "core/result.hpp"
#include "core/text.hpp"

namespace cairn::codec::detail {

class JsonBuffers {
 public:
  simdjson::ondemand::parser on_demand;
  simdjson::dom::parser dom;

  // The bytes, followed by what the parsers may read beyond their end.
  const char* pad(std::string_view bytes) {
    const std::size_t needed = bytes.size() + simdjson::SIMDJSON_PADDING;
    if (needed > capacity_) {
      copy_ = std::make_unique<char[]>(needed * 2);
      capacity_ = needed * 2;
    }
    if (!bytes.empty()) std::memcpy(copy_.get(), bytes.data(), bytes.size());
    std::memset(copy_.get() + bytes.size(), 0, simdjson::SIMDJSON_PADDING);
    return copy_.get();
  }
  std::size_t capacity() const { return capacity_; }

 private:
  std::unique_ptr<char[]> copy_;
  std::size_t capacity_ = 0;
};

// What simdjson found, in our words, without a place.
Error json_error(simdjson::error_code code);

}  // namespace cairn::codec::detail
