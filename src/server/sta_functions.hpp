// SPDX-License-Identifier: Apache-2.0
// The functions of $filter: text, dates, arithmetic, geography (OGC 18-088, tables 23 and 24).
#pragma once

#include <string_view>
#include <vector>

#include "server/sta_query.hpp"

namespace cairn::server::sta {

struct Function {
  std::string_view name;
  std::size_t least = 1;  // number of arguments
  std::size_t most = 1;
  // Null when an argument is of a kind that the function does not take.
  Value (*apply)(const Value* args, std::size_t count, Instant now) = nullptr;
};

const Function* find_function(std::string_view name);
std::vector<std::string> function_names();

}  // namespace cairn::server::sta
