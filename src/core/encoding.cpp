// SPDX-License-Identifier: Apache-2.0
#include "core/encoding.hpp"

#include <iconv.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "core/text.hpp"

namespace cairn {
namespace {

struct Converted {
  std::string text;
  std::size_t stopped_at = std::string_view::npos;  // offset of the first byte not understood
};

std::optional<Converted> convert(std::string_view bytes, const char* from) {
  const iconv_t handle = iconv_open("UTF-8", from);
  if (handle == iconv_t(-1)) return std::nullopt;
  Converted out;
  char* in = const_cast<char*>(bytes.data());
  std::size_t left = bytes.size();
  char buffer[16 * 1024];
  while (left > 0) {
    char* to = buffer;
    std::size_t room = sizeof buffer;
    const std::size_t status = iconv(handle, &in, &left, &to, &room);
    out.text.append(buffer, sizeof buffer - room);
    if (status == std::size_t(-1) && errno != E2BIG) {
      out.stopped_at = bytes.size() - left;
      break;
    }
  }
  iconv_close(handle);
  return out;
}

// True when most of the bytes beyond ASCII stand in well-formed UTF-8 sequences. In GB 18030 text
// about one character in six looks so by chance.
bool is_mostly_utf8(std::string_view bytes) {
  std::size_t good = 0;
  std::size_t bad = 0;
  while (!bytes.empty()) {
    const std::size_t stop = std::min(first_invalid_utf8(bytes), bytes.size());
    good += static_cast<std::size_t>(
        std::count_if(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(stop),
                      [](char c) { return static_cast<unsigned char>(c) >= 0x80; }));
    if (stop == bytes.size()) break;
    ++bad;
    bytes.remove_prefix(stop + 1);
  }
  return good > 3 * bad;
}

// What is no text at all, by what it most likely is.
const char* not_text(std::string_view bytes) {
  if (bytes.starts_with("PK\x03\x04") || bytes.starts_with("\xD0\xCF\x11\xE0")) {
    return "this is a workbook or an archive, not text; save the table as CSV (UTF-8)";
  }
  if (bytes.find('\0') != std::string_view::npos) {
    return "the file holds NUL bytes: it is binary, or UTF-16 without its mark; save it as UTF-8";
  }
  return nullptr;
}

std::string line_place(std::string_view bytes, std::size_t offset) {
  const auto line = 1 + std::count(bytes.begin(), bytes.begin() + offset, '\n');
  return format("line {}, byte {}", line, offset + 1);
}

}  // namespace

Result<DecodedText> decode_text(std::string_view bytes) {
  if (bytes.substr(0, 3) == "\xEF\xBB\xBF") {
    bytes.remove_prefix(3);
    const std::size_t bad = first_invalid_utf8(bytes);
    if (bad != std::string_view::npos) {
      return fail(Code::invalid, "the file has a UTF-8 mark but this byte is not UTF-8",
                  line_place(bytes, bad));
    }
    return DecodedText{std::string(bytes), "UTF-8 with BOM"};
  }
  const bool le = bytes.substr(0, 2) == "\xFF\xFE";
  const bool be = bytes.substr(0, 2) == "\xFE\xFF";
  if (le || be) {
    const auto converted = convert(bytes.substr(2), le ? "UTF-16LE" : "UTF-16BE");
    if (!converted || converted->stopped_at != std::string_view::npos) {
      return fail(Code::invalid, "the file has a UTF-16 mark but is not valid UTF-16");
    }
    return DecodedText{converted->text, le ? "UTF-16LE" : "UTF-16BE"};
  }
  if (const char* reason = not_text(bytes)) return fail(Code::unsupported, reason);
  const std::size_t bad = first_invalid_utf8(bytes);
  if (bad == std::string_view::npos) return DecodedText{std::string(bytes), "UTF-8"};
  if (is_mostly_utf8(bytes)) {
    return fail(Code::invalid, "the text is UTF-8 except for this byte; save the file as UTF-8",
                line_place(bytes, bad));
  }
  auto converted = convert(bytes, "GB18030");
  if (!converted) return fail(Code::internal, "this system cannot convert GB 18030");
  if (converted->stopped_at != std::string_view::npos) {
    return fail(Code::invalid,
                format("neither UTF-8 (fails at {}) nor GB 18030; save the file as UTF-8",
                       line_place(bytes, bad)),
                line_place(bytes, converted->stopped_at));
  }
  return DecodedText{std::move(converted->text), "GB 18030"};
}

}  // namespace cairn
