// SPDX-License-Identifier: Apache-2.0
// Percent-encoding and query strings, read strictly: a wrong escape or bytes that are no UTF-8 are
// an error, never guessed at.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"

namespace cairn::server {

// `plus_is_blank` as in forms. The result is UTF-8 without control characters other than tab and
// line breaks.
Result<std::string> percent_decode(std::string_view text, bool plus_is_blank);
// Everything but unreserved characters (RFC 3986) escaped.
std::string percent_encode(std::string_view text);

using QueryItems = std::vector<std::pair<std::string, std::string>>;
// `a=1&b=` in order. Errors carry the place "query:<name>" where the name could be read.
Result<QueryItems> parse_query(std::string_view query);

// What is wrong with one input of a request.
struct Complaint {
  std::string place;  // "query:at", a JSON pointer, "record 7", "formula:1:17"
  std::string message;
  std::optional<std::size_t> offset;  // code points
  std::size_t length = 1;
  std::string suggestion;
  bool operator==(const Complaint&) const = default;
};

// Reads parameters by name and kind and collects what is wrong; afterwards done() also refuses
// parameters that nobody asked for and such as are given twice.
class Parameters {
 public:
  explicit Parameters(QueryItems items) : items_(std::move(items)) {}

  std::optional<std::string> text(std::string_view name);
  std::string text_or(std::string_view name, std::string_view otherwise);
  std::string required(std::string_view name);
  std::optional<std::int64_t> integer(std::string_view name, std::int64_t least,
                                      std::int64_t greatest);
  std::optional<double> number(std::string_view name);
  bool boolean(std::string_view name, bool otherwise);
  // One of the words, or nothing (which is a complaint when another word was given).
  std::optional<std::string> word(std::string_view name, std::vector<std::string> words);
  void complain(std::string_view name, std::string message);
  // Every parameter that was not asked for yet, in order; they count as asked for.
  QueryItems rest();

  // Ends the reading: all complaints.
  std::vector<Complaint> done();

 private:
  QueryItems items_;
  std::vector<std::string> known_;
  std::vector<Complaint> complaints_;
};

}  // namespace cairn::server
