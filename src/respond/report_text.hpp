// SPDX-License-Identifier: Apache-2.0
// Words from anybody, made harmless before they are kept.
#pragma once

#include <string>
#include <string_view>

#include "core/result.hpp"

namespace cairn::respond {

// Trimmed, line ends as \n, without marks that turn the direction of the writing for what stands
// behind them. Error with `place`: not UTF-8, control characters, longer than `most` code points.
Result<std::string> clean_words(std::string_view text, std::string_view place, std::size_t most);

// The same time for equal lengths, whatever the content.
bool same_digest(std::string_view a, std::string_view b);

}  // namespace cairn::respond
