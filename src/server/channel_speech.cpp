// SPDX-License-Identifier: Apache-2.0
#include "server/channel_speech.hpp"

#include "core/text.hpp"

namespace cairn::server {
namespace {

constexpr std::size_t one_message = 70;
constexpr std::size_t one_of_several = 67;  // three go into the header that joins them
constexpr double characters_a_second = 4;
constexpr double words_a_second = 2.5;
constexpr double pause_s = 0.5;  // at a full stop or line break

std::size_t units_of(char32_t c) {
  return c > 0xFFFF ? 2 : 1;
}

}  // namespace

SmsSize sms_size(std::string_view text) {
  SmsSize out;
  for (std::size_t at = 0; at < text.size();) out.characters += units_of(next_code_point(text, at));
  if (out.characters == 0) return out;
  out.segments =
      out.characters <= one_message ? 1 : (out.characters + one_of_several - 1) / one_of_several;
  return out;
}

std::string sms_cut(std::string_view text, std::size_t segments) {
  const std::size_t most = segments <= 1 ? one_message : segments * one_of_several;
  if (sms_size(text).characters <= most) return std::string(text);
  std::size_t units = 1;  // the ellipsis
  std::size_t end = 0;
  for (std::size_t at = 0; at < text.size();) {
    units += units_of(next_code_point(text, at));
    if (units > most) break;
    end = at;
  }
  return std::string(text.substr(0, end)) + "…";
}

double speech_s(std::string_view text) {
  double out = 0;
  bool in_word = false;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = next_code_point(text, at);
    const bool latin = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
    if (latin && !in_word) out += 1 / words_a_second;
    in_word = latin;
    if (c == U'。' || c == U'；' || c == U'\n' || c == U'！') {
      out += pause_s;
    } else if (c >= 0x3400 && c < 0xFF00) {
      out += 1 / characters_a_second;
    }
  }
  return out;
}

}  // namespace cairn::server
