// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "codec/hj212.hpp"
#include "core/text.hpp"

namespace cairn::codec::hj212 {
namespace {

constexpr std::size_t header_bytes = 6;  // ## and four digits
constexpr std::size_t crc_bytes = 4;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// A header, or what may become one with more bytes.
enum class Begins { no, maybe, yes };
Begins header_at(std::string_view bytes, std::size_t at) {
  for (std::size_t i = 0; i < header_bytes; ++i) {
    if (at + i >= bytes.size()) return Begins::maybe;
    const char c = bytes[at + i];
    if (i < 2 ? c != '#' : !is_digit(c)) return Begins::no;
  }
  return Begins::yes;
}

// The first header at or behind `from`; what may be one at the end counts.
std::size_t find_header(std::string_view bytes, std::size_t from, Begins& what) {
  for (std::size_t at = bytes.find('#', from); at != std::string_view::npos;
       at = bytes.find('#', at + 1)) {
    what = header_at(bytes, at);
    if (what != Begins::no) return at;
  }
  what = Begins::no;
  return bytes.size();
}

std::uint16_t shift_out(std::uint16_t value) {
  for (int bit = 0; bit < 8; ++bit) {
    const bool carry = (value & 1) != 0;
    value = static_cast<std::uint16_t>(value >> 1);
    if (carry) value ^= 0xA001;
  }
  return value;
}

std::uint16_t modbus_crc(std::string_view data) {
  std::uint16_t value = 0xFFFF;
  for (const char c : data) {
    value = shift_out(static_cast<std::uint16_t>(value ^ static_cast<unsigned char>(c)));
  }
  return value;
}

std::uint16_t swapped(std::uint16_t value) {
  return static_cast<std::uint16_t>(value << 8 | value >> 8);
}

std::optional<std::uint16_t> read_hex(std::string_view text) {
  unsigned value = 0;
  for (const char c : text) {
    const char low = static_cast<char>(c | 0x20);
    if (is_digit(c)) {
      value = value * 16 + static_cast<unsigned>(c - '0');
    } else if (low >= 'a' && low <= 'f') {
      value = value * 16 + static_cast<unsigned>(low - 'a' + 10);
    } else {
      return std::nullopt;
    }
  }
  return static_cast<std::uint16_t>(value);
}

// What a wrong CRC would be right for: what the maker has to mend.
std::string crc_guess(std::string_view bytes, std::string_view data, std::uint16_t said) {
  if (said == modbus_crc(data)) return ": it is that of Modbus, not the standard's variant";
  if (said == swapped(modbus_crc(data))) {
    return ": it is that of Modbus with its bytes exchanged, not the standard's variant";
  }
  if (said == swapped(crc(data))) return ": its two bytes are exchanged";
  const std::string_view with_header = bytes.substr(0, header_bytes + data.size());
  if (said == crc(with_header) || said == crc(with_header.substr(2))) {
    return ": it counts the header too, but is of the data segment only";
  }
  return ": the text was changed on its way, or the CRC was made of another one";
}

std::string length_guess(std::size_t declared, std::size_t real) {
  const std::size_t more = declared - real;
  if (declared < real) return "";
  if (more == crc_bytes) return ": it counts the CRC too";
  if (more == header_bytes) return ": it counts six more, as CRC and line end or the header are";
  if (more == header_bytes + crc_bytes || more == header_bytes + crc_bytes + 2) {
    return ": it counts the whole frame, as it seems";
  }
  return "";
}

void check_crc(Frame& frame, std::string_view said) {
  const auto value = read_hex(said);
  if (!value) {
    frame.findings.push_back(
        {Trouble::checksum, true,
         "the last four characters are no CRC: it has four hexadecimal digits"});
    return;
  }
  const std::uint16_t real = crc(frame.data);
  if (*value == real) return;
  frame.findings.push_back({Trouble::checksum, true,
                            format("the CRC says {:04X}, but that of the data segment is {:04X}{}",
                                   *value, real, crc_guess(frame.bytes, frame.data, *value))});
}

void check_characters(Frame& frame) {
  const auto strange = std::find_if(frame.data.begin(), frame.data.end(),
                                    [](char c) { return c < 0x20 || c > 0x7E; });
  if (strange == frame.data.end()) return;
  frame.findings.push_back(
      {Trouble::syntax, false,
       format("byte {} of the data segment ({:02X}) is no printable ASCII",
              strange - frame.data.begin() + 1, static_cast<unsigned char>(*strange))});
}

// `bytes` begin with a header and end where the frame does.
Frame examine(std::string_view bytes, std::string_view without_end) {
  Frame out;
  out.bytes = bytes;
  std::string_view body = bytes;
  if (body.ends_with("\r\n")) {
    body.remove_suffix(2);
  } else if (body.ends_with('\n')) {
    body.remove_suffix(1);
    out.findings.push_back({Trouble::framing, false, "the frame ends in LF alone, not in CR LF"});
  } else {
    out.findings.push_back({Trouble::framing, false, std::string(without_end)});
  }
  std::size_t declared = 0;
  for (std::size_t i = 2; i < header_bytes; ++i) {
    declared = declared * 10 + static_cast<std::size_t>(body[i] - '0');
  }
  body.remove_prefix(std::min(header_bytes, body.size()));
  if (body.size() < crc_bytes) {
    out.findings.push_back(
        {Trouble::framing, true, format("the frame is cut off behind {} bytes", bytes.size())});
    return out;
  }
  const std::string_view said = body.substr(body.size() - crc_bytes);
  if (declared == body.size() && !read_hex(said)) {
    out.data = body;
    out.findings.push_back({Trouble::checksum, true, "there is no CRC behind the data segment"});
    return out;
  }
  body.remove_suffix(crc_bytes);
  out.data = body;
  if (declared != body.size()) {
    out.findings.push_back({Trouble::length, true,
                            format("the length says {:04}, but the data segment has {} bytes{}",
                                   declared, body.size(), length_guess(declared, body.size()))});
  }
  check_crc(out, said);
  if (body.size() > standard_data) {
    out.findings.push_back({Trouble::length, false,
                            format("the data segment has {} bytes; the standard allows {} and "
                                   "divides longer ones",
                                   body.size(), standard_data)});
  }
  check_characters(out);
  return out;
}

}  // namespace

std::uint16_t crc(std::string_view data) {
  std::uint16_t value = 0xFFFF;
  for (const char c : data) {
    value = shift_out(static_cast<std::uint16_t>(value >> 8 ^ static_cast<unsigned char>(c)));
  }
  return value;
}

bool Frame::right() const {
  return !rubbish && std::none_of(findings.begin(), findings.end(),
                                  [](const Finding& finding) { return finding.refuses; });
}

std::string write_frame(std::string_view data) {
  data = data.substr(0, longest_data);
  return format("##{:04}{}{:04X}\r\n", data.size(), data, crc(data));
}

void Framer::skip(std::size_t bytes) {
  const std::string_view gone = std::string_view(buffer_).substr(0, bytes);
  if (rubbish_.size() < shown_bytes) rubbish_ += gone.substr(0, shown_bytes - rubbish_.size());
  const auto seen = static_cast<std::uint64_t>(std::count_if(
      gone.begin(), gone.end(), [](char c) { return c != '\r' && c != '\n' && c != ' '; }));
  rubbish_bytes_ += seen;
  skipped_ += seen;
  buffer_.erase(0, bytes);
}

std::optional<Frame> Framer::told_rubbish() {
  const std::uint64_t bytes = rubbish_bytes_;
  Frame out;
  out.bytes.swap(rubbish_);
  rubbish_bytes_ = 0;
  if (bytes == 0) return std::nullopt;  // blank lines between frames
  out.rubbish = true;
  const bool mark = out.bytes.find("##") != std::string::npos;
  out.findings.push_back(
      {Trouble::framing, true,
       mark
           ? format("{} bytes belong to no frame: behind ## four digits must say the length", bytes)
           : format("{} bytes belong to no frame: one begins with ## and its length", bytes)});
  return out;
}

std::optional<Frame> Framer::next() {
  Begins begins = Begins::no;
  if (const std::size_t at = find_header(buffer_, 0, begins); at > 0) skip(at);
  if (begins != Begins::yes) return std::nullopt;
  if (auto rubbish = told_rubbish()) return rubbish;
  const std::size_t line = std::min(buffer_.find('\n', header_bytes), buffer_.size());
  Begins follows = Begins::no;
  const std::size_t header =
      find_header(std::string_view(buffer_).substr(0, line), header_bytes, follows);
  std::size_t end = line + 1;
  std::string_view without_end = "the frame has no CR LF at its end: the next one begins at once";
  if (header < line && follows == Begins::yes) {
    end = header;
  } else if (std::min(line, header) >= longest_frame) {
    end = longest_frame;
    without_end = "the frame does not end within the 9999 bytes that its length can say";
  } else if (line == buffer_.size()) {
    return std::nullopt;
  }
  Frame out = examine(std::string_view(buffer_).substr(0, end), without_end);
  buffer_.erase(0, end);
  return out;
}

std::optional<Frame> Framer::finish() {
  if (auto frame = next()) return frame;
  Begins begins = Begins::no;
  if (!buffer_.empty()) find_header(buffer_, 0, begins);
  if (begins != Begins::yes) {
    skip(buffer_.size());
    return told_rubbish();
  }
  Frame out = examine(buffer_, "the stream ends within the frame");
  buffer_.clear();
  return out;
}

}  // namespace cairn::codec::hj212
