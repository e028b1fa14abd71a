// SPDX-License-Identifier: Apache-2.0
#include "store/value_text.hpp"

#include "core/text.hpp"

namespace cairn::store {

Result<std::string> value_text(const model::Value& value) {
  if (value.missing()) return std::string("-:");
  if (const bool* truth = value.get<bool>()) return std::string(*truth ? "b:1" : "b:0");
  if (const double* number = value.get<double>()) return "n:" + number_text(*number);
  if (const std::string* text = value.get<std::string>()) return "t:" + *text;
  if (const Date* date = value.get<Date>()) return "d:" + to_string(*date);
  if (const Instant* time = value.get<Instant>()) return "i:" + to_string(*time);
  return fail(Code::unsupported, "a geometry or list cannot be kept as a property");
}

Result<model::Value> text_value(std::string_view text) {
  const std::string_view body = text.size() < 2 ? std::string_view() : text.substr(2);
  switch (text.size() < 2 || text[1] != ':' ? '?' : text[0]) {
    case '-':
      return model::Value{};
    case 'b':
      return model::Value{body == "1"};
    case 'n':
      if (const auto number = parse_number(body)) return model::Value{*number};
      break;
    case 't':
      return model::Value{std::string(body)};
    case 'd':
      if (const auto date = parse_date(body)) return model::Value{*date};
      break;
    case 'i':
      if (const auto time = parse_instant(body)) return model::Value{*time};
      break;
    default:
      break;
  }
  return fail(Code::io, format("'{}' is not a stored value", text));
}

}  // namespace cairn::store
