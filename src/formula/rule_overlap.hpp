// SPDX-License-Identifier: Apache-2.0
// Whether a rule's `clear` can be true while its `when` is.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cairn::formula {

// For two comparisons of the same thing with a number each (`level > 3 m` and `level < 2.5 m`):
// where both hold, as text ("level from 3 m to 4 m"). Nothing where they exclude each other, and
// for formulas of any other shape, of which it does not judge.
std::optional<std::string> overlap(std::string_view when, std::string_view clear);

}  // namespace cairn::formula
