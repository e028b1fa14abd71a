// SPDX-License-Identifier: Apache-2.0
#include "server/query.hpp"

#include <algorithm>
#include <set>

#include "core/text.hpp"

namespace cairn::server {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_unreserved(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

}  // namespace

Result<std::string> percent_decode(std::string_view text, bool plus_is_blank) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
      if (high < 0 || low < 0) {
        return fail(Code::invalid,
                    format("'%' at byte {} must be followed by two hexadecimal digits; a percent "
                           "sign itself is written %25",
                           i));
      }
      c = static_cast<char>(high * 16 + low);
      i += 2;
    } else if (c == '+' && plus_is_blank) {
      c = ' ';
    }
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7F) {
      return fail(Code::invalid, format("a control character (0x{:02x}) at byte {}", byte, i));
    }
    out.push_back(c);
  }
  if (const std::size_t bad = first_invalid_utf8(out); bad != std::string::npos) {
    return fail(Code::invalid, format("not valid UTF-8 at byte {} of the decoded text", bad));
  }
  return out;
}

std::string percent_encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_unreserved(byte)) {
      out.push_back(c);
    } else {
      out += format("%{:02X}", byte);
    }
  }
  return out;
}

Result<QueryItems> parse_query(std::string_view query) {
  QueryItems out;
  if (query.empty()) return out;
  for (const std::string_view part : split(query, '&')) {
    if (part.empty()) continue;
    const std::size_t equals = part.find('=');
    const auto name = percent_decode(part.substr(0, equals), true);
    if (!name) return fail(Code::invalid, name.error().message, "query");
    if (equals == std::string_view::npos) {
      out.emplace_back(*name, "");
      continue;
    }
    auto value = percent_decode(part.substr(equals + 1), true);
    if (!value) return fail(Code::invalid, value.error().message, "query:" + *name);
    out.emplace_back(*name, std::move(*value));
  }
  return out;
}

std::optional<std::string> Parameters::text(std::string_view name) {
  known_.emplace_back(name);
  for (const auto& [key, value] : items_) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::string Parameters::text_or(std::string_view name, std::string_view otherwise) {
  return text(name).value_or(std::string(otherwise));
}

std::string Parameters::required(std::string_view name) {
  auto value = text(name);
  if (!value || value->empty()) {
    complain(name, format("the parameter '{}' is required", name));
    return {};
  }
  return *value;
}

std::optional<std::int64_t> Parameters::integer(std::string_view name, std::int64_t least,
                                                std::int64_t greatest) {
  const auto value = text(name);
  if (!value) return std::nullopt;
  const auto number = parse_integer(*value);
  if (!number || *number < least || *number > greatest) {
    complain(name, format("'{}' must be a whole number from {} to {}", *value, least, greatest));
    return std::nullopt;
  }
  return number;
}

std::optional<double> Parameters::number(std::string_view name) {
  const auto value = text(name);
  if (!value) return std::nullopt;
  const auto number = parse_number(*value);
  if (!number) complain(name, format("'{}' is no number", *value));
  return number;
}

bool Parameters::boolean(std::string_view name, bool otherwise) {
  const auto value = word(name, {"true", "false"});
  return value ? *value == "true" : otherwise;
}

std::optional<std::string> Parameters::word(std::string_view name, std::vector<std::string> words) {
  const auto value = text(name);
  if (!value) return std::nullopt;
  if (std::find(words.begin(), words.end(), *value) != words.end()) return value;
  complain(name, format("'{}' is not one of {}", *value, join(words, ", ")));
  if (const auto near = nearest(*value, words)) {
    complaints_.back().suggestion = format("Did you mean \"{}\"?", *near);
  }
  return std::nullopt;
}

void Parameters::complain(std::string_view name, std::string message) {
  complaints_.push_back({format("query:{}", name), std::move(message), std::nullopt, 1, {}});
}

QueryItems Parameters::rest() {
  QueryItems out;
  for (const auto& [key, value] : items_) {
    if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
    out.emplace_back(key, value);
  }
  for (const auto& [key, value] : out) known_.push_back(key);
  return out;
}

std::vector<Complaint> Parameters::done() {
  std::set<std::string> seen;
  for (const auto& [key, value] : items_) {
    if (!seen.insert(key).second) {
      complain(key, format("the parameter '{}' is given more than once", key));
      continue;
    }
    if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
    complain(key, format("there is no parameter '{}' here", key));
    if (const auto near = nearest(key, known_)) {
      complaints_.back().suggestion = format("Did you mean \"{}\"?", *near);
    }
  }
  return std::move(complaints_);
}

}  // namespace cairn::server
