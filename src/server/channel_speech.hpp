// SPDX-License-Identifier: Apache-2.0
// How long a text is as SMS and as speech.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cairn::server {

struct SmsSize {
  std::size_t characters = 0;  // UCS-2 units
  std::size_t segments = 0;    // 70 in one message, 67 each in several (3GPP TS 23.040)
};
SmsSize sms_size(std::string_view text);
// The beginning that fits into so many segments; never half a character.
std::string sms_cut(std::string_view text, std::size_t segments);
// Read aloud clearly: four Chinese characters, or two and a half Latin words, a second.
double speech_s(std::string_view text);

}  // namespace cairn::server
