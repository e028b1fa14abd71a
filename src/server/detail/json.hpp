// SPDX-License-Identifier: Apache-2.0
// JSON as the server writes it: members in the order in which they are added.
#pragma once

#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "core/label.hpp"
#include "server/message.hpp"

namespace cairn::server {

using Json = nlohmann::ordered_json;

// Whole numbers without a fraction; null for what JSON cannot say.
inline Json json_number(double value) {
  if (!std::isfinite(value)) return nullptr;
  if (value == std::floor(value) && std::fabs(value) < 9.0e15) {
    return static_cast<std::int64_t>(value);
  }
  return value;
}
inline Json json_number(const std::optional<double>& value) {
  return value ? json_number(*value) : Json(nullptr);
}
inline Json json_label(const Label& label) {
  return {{"zh", label.in(Language::zh)}, {"en", label.in(Language::en)}};
}
inline Json json_label_or_null(const Label& label) {
  return label.empty() ? Json(nullptr) : json_label(label);
}
inline Json json_text_or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}
// Texts that are not UTF-8 (a bug elsewhere) are shown with replacement characters.
inline std::string json_text(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}
inline Response json_response(const Json& value, int status = 200) {
  Response out;
  out.status = status;
  out.type = "application/json";
  out.body = json_text(value);
  return out;
}

}  // namespace cairn::server
