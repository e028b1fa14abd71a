// SPDX-License-Identifier: Apache-2.0
// Reads CBOR (RFC 8949) item by item, without a tree: enough for SenML, bounded in depth.
//
//   CborReader reader(bytes);
//   auto list = reader.begin_array();
//   while (reader.has_next(*list)) … reader.number() …
//
// After an error the reader stands still and every call fails; error() says where.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace cairn::codec {

class CborReader {
 public:
  enum class Kind : std::uint8_t { integer, floating, text, bytes, array, map, tag, truth, other };

  explicit CborReader(std::string_view bytes) : bytes_(bytes) {}

  // Of the next item; empty at the end of the bytes, at a break, and after an error.
  std::optional<Kind> peek() const;

  // Integers, halves, singles, doubles, and decimal fractions and bigfloats (tags 4 and 5), under
  // any other tags. Empty for another kind, which stays unread, and for what is malformed.
  std::optional<double> number();
  std::optional<std::int64_t> integer();
  std::optional<bool> truth();
  // Valid UTF-8. A text in pieces is put together in `scratch`, otherwise it points into the bytes.
  std::optional<std::string_view> text(std::string& scratch);
  // Any item, with all that it contains.
  bool skip();

  // How many items are left in an array, or pairs in a map; none: until the break.
  struct Container {
    std::optional<std::uint64_t> left;
  };
  std::optional<Container> begin_array();
  std::optional<Container> begin_map();
  // True when another item or pair follows; ends the container otherwise.
  bool has_next(Container& container);

  // Steps over tags in front of the next item; CBOR's own mark (55799) among them.
  bool skip_tags();

  bool failed() const { return failed_ != nullptr; }
  // What is malformed, with its byte offset.
  Error error() const;
  std::size_t offset() const { return at_; }
  bool at_end() const { return at_ == bytes_.size(); }

 private:
  struct Head {
    std::uint8_t major = 0;
    std::uint8_t info = 0;  // 31: of indefinite length
    std::uint64_t value = 0;
    std::size_t size = 0;
  };
  std::optional<Head> head() const;
  std::optional<Head> next();  // head() and step over it; fails at the end
  std::optional<Container> begin(std::uint8_t major);
  std::optional<double> fraction(double base);
  std::optional<double> plain_number();
  bool skip_item(int depth);
  bool skip_string(const Head& head);
  bool skip_items(const Head& head, int depth);
  std::nullopt_t malformed(const char* what);

  std::string_view bytes_;
  std::size_t at_ = 0;
  const char* failed_ = nullptr;
};

}  // namespace cairn::codec
