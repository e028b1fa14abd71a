// SPDX-License-Identifier: Apache-2.0
// A label in both languages. Chinese comes first everywhere; English stands beside it.
#pragma once

#include <cstdint>
#include <string>

namespace cairn {

enum class Language : std::uint8_t { zh, en };

struct Label {
  std::string zh;
  std::string en;

  // The label in `language`, or the other one where it is missing.
  const std::string& in(Language language) const {
    if (language == Language::en) return en.empty() ? zh : en;
    return zh.empty() ? en : zh;
  }
  bool empty() const { return zh.empty() && en.empty(); }
  bool operator==(const Label&) const = default;
};

}  // namespace cairn
