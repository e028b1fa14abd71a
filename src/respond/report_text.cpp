// SPDX-License-Identifier: Apache-2.0
#include "respond/report_text.hpp"

#include <openssl/crypto.h>

#include "core/text.hpp"

namespace cairn::respond {
namespace {

// Embeddings, overrides and isolates (UAX #9): harmless in a letter, misleading in a list.
bool turns_direction(char32_t c) {
  return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x200E ||
         c == 0x200F || c == 0x061C || c == 0xFEFF;
}

}  // namespace

Result<std::string> clean_words(std::string_view text, std::string_view place, std::size_t most) {
  const auto refuse = [&](std::string message) {
    return fail(Code::invalid, std::move(message), std::string(place));
  };
  if (!is_valid_utf8(text)) return refuse("this is not UTF-8");
  std::string out;
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = next_code_point(text, at);
    if (c == '\r') {
      if (at < text.size() && text[at] == '\n') continue;
      out += '\n';
    } else if ((c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7F && c <= 0x9F)) {
      return refuse(
          format("control characters (U+{:04X}) are not taken", static_cast<std::uint32_t>(c)));
    } else if (!turns_direction(c)) {
      append_utf8(out, c);
    } else {
      continue;
    }
    if (++count > most) return refuse(format("this has more than {} characters", most));
  }
  return std::string(trim(out));
}

bool same_digest(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace cairn::respond
