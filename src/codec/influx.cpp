// SPDX-License-Identifier: Apache-2.0
#include "codec/influx.hpp"

#include <simdjson.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "codec/detail/batch_writer.hpp"
#include "codec/detail/number.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"

namespace cairn::codec {
namespace detail {
namespace {

// A name as written, and whether a backslash is in it.
struct Token {
  std::string_view text;
  bool escaped = false;
};

std::optional<double> truth_of(std::string_view text) {
  for (const std::string_view word : {"t", "T", "true", "True", "TRUE"}) {
    if (text == word) return 1;
  }
  for (const std::string_view word : {"f", "F", "false", "False", "FALSE"}) {
    if (text == word) return 0;
  }
  return std::nullopt;
}

bool ends_field(char c) {
  return c == ',' || c == ' ' || c == '\n' || c == '\r';
}

class Reader {
 public:
  Reader(std::string_view bytes, const DecodeContext& context, model::ReadingBatch& out)
      : at_(bytes.data()),
        end_(bytes.data() + bytes.size()),
        context_(context),
        readings_(out.readings),
        out_(out) {}

  Status read();

 private:
  // Each returns the reason why the line cannot be read, or null. They leave at_ behind what was
  // read, at a line's end at most.
  const char* read_line();
  const char* read_tags();
  const char* read_fields();
  const char* read_field(std::string_view key);
  const char* read_time(Instant& out);

  bool at_line_end() const { return at_ == end_ || *at_ == '\n' || *at_ == '\r'; }
  // Up to a `stop` (or blank, or line end) that no backslash precedes.
  Token token(char stop, char other_stop);
  std::string_view plain(const Token& token);
  bool skip_quoted();
  void refuse(std::string message, const char* from);
  void next_line();

  const char* at_;
  const char* const end_;
  const DecodeContext& context_;
  std::vector<model::Reading>& readings_;
  BatchWriter out_;
  const char* line_begin_ = nullptr;
  std::uint32_t line_ = 0;  // from 0
  std::string_view thing_;  // of the line
  bool overflow_ = false;   // there is more than a batch may hold
};

Token Reader::token(char stop, char other_stop) {
  const char* const begin = at_;
  bool escaped = false;
  while (at_ != end_) {
    const char c = *at_;
    if (c == stop || c == other_stop || c == ' ' || c == '\n' || c == '\r') break;
    if (c == '\\' && end_ - at_ > 1 && at_[1] != '\n' && at_[1] != '\r') {
      escaped = true;
      ++at_;
    }
    ++at_;
  }
  return {{begin, static_cast<std::size_t>(at_ - begin)}, escaped};
}

// Without the backslashes that protect a comma, an equals sign or a blank; others stay.
std::string_view Reader::plain(const Token& token) {
  if (!token.escaped) return token.text;
  std::string text;
  for (std::size_t i = 0; i < token.text.size(); ++i) {
    const char next = i + 1 < token.text.size() ? token.text[i + 1] : '\0';
    if (token.text[i] == '\\' && (next == ',' || next == '=' || next == ' ')) ++i;
    text += token.text[i];
  }
  return out_.keep(text);
}

const char* Reader::read_tags() {
  thing_ = {};
  bool named = false;  // by the tag `thing`, which goes before `id`
  while (at_ != end_ && *at_ == ',') {
    ++at_;
    const Token key = token('=', ',');
    if (at_ == end_ || *at_ != '=') return "a tag has no '='";
    ++at_;
    const Token value = token(',', '=');
    if (at_ != end_ && *at_ == '=') return "a tag has more than one '='";
    if (key.text == "thing") {
      thing_ = plain(value);
      named = true;
    } else if (key.text == "id" && !named) {
      thing_ = plain(value);
    }
  }
  return nullptr;
}

// Behind the opening quote; over the closing one.
bool Reader::skip_quoted() {
  while (at_ != end_) {
    const char c = *at_++;
    if (c == '\\' && at_ != end_) ++at_;
    if (c == '"') return true;
  }
  return false;
}

const char* Reader::read_field(std::string_view key) {
  const char* const begin = at_;
  if (at_ != end_ && *at_ == '"') {
    ++at_;
    if (!skip_quoted()) return "a text has no closing quote";
    refuse(
        format("the field '{}' is a text; only numbers and truth values are kept", shown_name(key)),
        begin);
    return nullptr;
  }
  while (at_ != end_ && !ends_field(*at_)) ++at_;
  const std::string_view text(begin, static_cast<std::size_t>(at_ - begin));
  const bool whole = text.ends_with('i') || text.ends_with('u');
  model::Reading reading;
  reading.thing = thing_;
  reading.property = key;
  reading.record = line_;
  if (!read_decimal(whole ? text.substr(0, text.size() - 1) : text, reading.value)) {
    const auto truth = truth_of(text);
    if (!truth) {
      refuse(format("the field '{}' has the value '{}', which is no number", shown_name(key),
                    shown_name(text)),
             begin);
      return nullptr;
    }
    reading.value = *truth;
  }
  if (auto error = complete(context_, reading, line_)) {
    error->place = format("line {}", line_ + 1);
    out_.refuse(line_, std::move(*error),
                {line_begin_, static_cast<std::size_t>(at_ - line_begin_)});
    return nullptr;
  }
  out_.add(reading);
  return nullptr;
}

const char* Reader::read_fields() {
  for (;;) {
    const Token key = token('=', ',');
    if (key.text.empty()) return "a field has no name";
    if (at_ == end_ || *at_ != '=') return "a field has no '='";
    ++at_;
    overflow_ = overflow_ || out_.full();
    if (overflow_) return nullptr;
    if (const char* reason = read_field(plain(key))) return reason;
    if (at_ == end_ || *at_ != ',') return nullptr;
    ++at_;
  }
}

const char* Reader::read_time(Instant& out) {
  const char* const begin = at_;
  while (at_ != end_ && !ends_field(*at_)) ++at_;
  const auto stamp = parse_integer({begin, static_cast<std::size_t>(at_ - begin)});
  if (!stamp) return "the time stamp is not a whole number";
  if (__builtin_mul_overflow(*stamp, context_.influx_unit_ns, &out.ns)) {
    return "the time stamp is out of range; check the precision";
  }
  return nullptr;
}

const char* Reader::read_line() {
  const std::size_t first = readings_.size();
  const Token measurement = token(',', ',');
  if (measurement.text.empty()) return "the measurement is missing";
  if (const char* reason = read_tags()) return reason;
  while (at_ != end_ && *at_ == ' ') ++at_;
  if (at_line_end()) return "there are no fields behind the measurement";
  const char* reason = read_fields();
  while (at_ != end_ && *at_ == ' ') ++at_;
  Instant time = context_.now;
  if (reason == nullptr && !at_line_end()) reason = read_time(time);
  while (at_ != end_ && *at_ == ' ') ++at_;
  if (reason == nullptr && !at_line_end()) reason = "the line goes on behind the time stamp";
  if (reason != nullptr) {
    readings_.resize(first);
    return reason;
  }
  for (std::size_t i = first; i < readings_.size(); ++i) readings_[i].time = time;
  return nullptr;
}

void Reader::next_line() {
  while (at_ != end_ && *at_ != '\n') ++at_;
  if (at_ != end_) ++at_;
}

void Reader::refuse(std::string message, const char* from) {
  // No further than is shown, and a character: a line may have many fields that are refused.
  const auto most = std::min<std::ptrdiff_t>(end_ - from, limits::refused_text_bytes + 4);
  const char* const stop = std::find(from, from + most, '\n');
  out_.refuse(line_, {Code::invalid, std::move(message), format("line {}", line_ + 1)},
              {from, static_cast<std::size_t>(stop - from)});
}

Status Reader::read() {
  const char* counted = at_;
  for (; at_ != end_; next_line()) {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\t')) ++at_;
    line_ += static_cast<std::uint32_t>(std::count(counted, at_, '\n'));
    counted = line_begin_ = at_;
    if (at_line_end() || *at_ == '#') continue;
    const char* reason = read_line();
    if (overflow_ || (reason != nullptr && out_.full())) return out_.too_many();
    if (reason != nullptr) refuse(reason, line_begin_);
  }
  return {};
}

}  // namespace

Status decode_influx(std::string_view bytes, const DecodeContext& context,
                     model::ReadingBatch& out) {
  if (!simdjson::validate_utf8(bytes.data(), bytes.size())) {
    return fail(Code::invalid, "the message is not UTF-8",
                format("byte {}", first_invalid_utf8(bytes)));
  }
  return Reader(bytes, context, out).read();
}

}  // namespace detail

std::optional<std::int64_t> influx_precision(std::string_view text) {
  if (text == "ns" || text == "n") return 1;
  if (text == "us" || text == "u") return 1'000;
  if (text == "ms") return 1'000'000;
  if (text == "s") return ns_per_second;
  if (text == "m") return 60 * ns_per_second;
  if (text == "h") return 3600 * ns_per_second;
  return std::nullopt;
}

}  // namespace cairn::codec
