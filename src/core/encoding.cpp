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
  const std::size_t bad = first_invalid_utf8(bytes);
  if (bad == std::string_view::npos) return DecodedText{std::string(bytes), "UTF-8"};
  const auto converted = convert(bytes, "GB18030");
  if (!converted) return fail(Code::internal, "this system cannot convert GB 18030");
  if (converted->stopped_at != std::string_view::npos) {
    return fail(Code::invalid,
                format("neither UTF-8 (fails at {}) nor GB 18030; save the file as UTF-8",
                       line_place(bytes, bad)),
                line_place(bytes, converted->stopped_at));
  }
  return DecodedText{converted->text, "GB 18030"};
}

}  // namespace cairn
