// SPDX-License-Identifier: Apache-2.0
// What the kernels of CQL2's functions share.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "formula/vec.hpp"

namespace cairn::formula {

// "a number", "a text" …, for messages.
const char* with_article(Type type);

// A RowFunction::check: every argument must be of type `wanted`.
std::optional<std::string> each_is(std::span<const Type> args, Type wanted, std::size_t& place);

inline bool all_present(std::span<const Vec* const> args, std::size_t lane) {
  for (const Vec* arg : args) {
    if (!arg->present(lane)) return false;
  }
  return true;
}

}  // namespace cairn::formula
