// SPDX-License-Identifier: Apache-2.0
// The mistakes that a pack or a region can have, by a code that stays: what the loaders and the
// formula checker say is recognised by its wording and gets a code, a way to mend it, and a longer
// text with an example (`cairn check --explain P0010`).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/label.hpp"

namespace cairn::model {

struct Fault {
  std::string_view code;     // "P0010"; never given to another mistake
  std::string_view pattern;  // of the message: `*` stands for anything; several: one a line
  std::string_view zh;       // what it means, one or two sentences
  std::string_view en;
  std::string_view help_zh;  // how to mend it, a line; {1} is what the first * stood for
  std::string_view help_en;
  std::string_view wrong;  // an example, and the same mended
  std::string_view right;
};

// The last one, P0000, is for what no other knows.
std::span<const Fault> faults();
const Fault* find_fault(std::string_view code);  // whatever the case; none: nullptr

// Which mistake a message tells of, and what its stars stood for.
struct Recognised {
  const Fault* fault = nullptr;
  std::vector<std::string> words;
};
Recognised recognise(std::string_view message);

// The help of a recognised message with its words filled in; empty where there is none.
Label help_of(const Recognised& recognised);

}  // namespace cairn::model
