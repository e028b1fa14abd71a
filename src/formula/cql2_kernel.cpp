// SPDX-License-Identifier: Apache-2.0
#include "formula/cql2_kernel.hpp"

#include "core/text.hpp"

namespace cairn::formula {

const char* with_article(Type type) {
  switch (type) {
    case Type::number:
      return "a number";
    case Type::boolean:
      return "a truth value";
    case Type::text:
      return "a text";
    case Type::time:
      return "a time";
    case Type::date:
      return "a date";
    case Type::interval:
      return "an interval";
    case Type::geometry:
      return "a geometry";
    case Type::array:
      return "an array";
  }
  return "a value";
}

std::optional<std::string> each_is(std::span<const Type> args, Type wanted, std::size_t& place) {
  for (std::size_t i = 0; i < args.size(); ++i) {
    if (args[i] == wanted) continue;
    place = i;
    return format("needs {}, got {}", with_article(wanted), with_article(args[i]));
  }
  return std::nullopt;
}

}  // namespace cairn::formula
