// SPDX-License-Identifier: Apache-2.0
// JSON of a stranger: no doubled keys, no deep nesting, nothing behind its end.
#pragma once

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace cairn::protect::detail {

using StrictJson = nlohmann::json;

inline Result<StrictJson> parse_strict(std::string_view text, int depth_most = 16) {
  std::vector<std::set<std::string>> keys;
  bool doubled = false;
  bool deep = false;
  const auto watch = [&](int depth, StrictJson::parse_event_t event, StrictJson& value) {
    using Event = StrictJson::parse_event_t;
    deep |= depth > depth_most;
    if (event == Event::object_start) keys.emplace_back();
    if (event == Event::object_end) keys.pop_back();
    if (event == Event::key) doubled |= !keys.back().insert(value.get<std::string>()).second;
    return !deep;
  };
  StrictJson out = StrictJson::parse(text, watch, false);
  if (deep) return fail(Code::invalid, "the JSON is nested too deep");
  if (out.is_discarded()) return fail(Code::invalid, "this is no JSON");
  if (doubled) return fail(Code::invalid, "a member of the JSON stands there twice");
  return out;
}

// A member that is a text; "" otherwise.
inline std::string text_of(const StrictJson& object, const char* name) {
  const auto at = object.find(name);
  return at == object.end() || !at->is_string() ? std::string() : at->get<std::string>();
}

}  // namespace cairn::protect::detail
