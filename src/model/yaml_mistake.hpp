// SPDX-License-Identifier: Apache-2.0
// Why a text is no YAML, in the words of somebody who wrote it: the parser says where it gave up
// and what it looked for, which is seldom what is to be mended.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cairn::model {

struct YamlMistake {
  std::string message;
  int line = 0;    // 1-based
  int column = 0;  // 1-based, in code points; 0: the whole line
};

// `line` and `column` (1-based): where the parser gave up with `said`. Looks for a tab in the
// indentation, full-width punctuation, a colon without its blank, a text that needs quotes, a quote
// or bracket that is not closed, and an indentation that fits no line above, in this order; none:
// nullopt.
std::optional<YamlMistake> explain_yaml(std::string_view text, int line, int column,
                                        std::string_view said);

}  // namespace cairn::model
