// SPDX-License-Identifier: Apache-2.0
#include "codec/cap.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "core/text.hpp"

namespace cairn::codec {
namespace {

using Names = std::span<const std::string_view>;

constexpr std::array<std::string_view, 5> statuses{"Actual", "Exercise", "System", "Test", "Draft"};
constexpr std::array<std::string_view, 5> types{"Alert", "Update", "Cancel", "Ack", "Error"};
constexpr std::array<std::string_view, 3> scopes{"Public", "Restricted", "Private"};
constexpr std::array<std::string_view, 12> categories{"Geo",       "Met",   "Safety", "Security",
                                                      "Rescue",    "Fire",  "Health", "Env",
                                                      "Transport", "Infra", "CBRNE",  "Other"};
constexpr std::array<std::string_view, 9> responses{
    "Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear", "None"};
constexpr std::array<std::string_view, 5> urgencies{"Immediate", "Expected", "Future", "Past",
                                                    "Unknown"};
constexpr std::array<std::string_view, 5> severities{"Extreme", "Severe", "Moderate", "Minor",
                                                     "Unknown"};
constexpr std::array<std::string_view, 5> certainties{"Observed", "Likely", "Possible", "Unlikely",
                                                      "Unknown"};
constexpr std::array<std::string_view, 4> level_names{"Blue", "Yellow", "Orange", "Red"};
constexpr std::array<std::string_view, 4> level_names_zh{"蓝色", "黄色", "橙色", "红色"};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

// Digits at `offset`; the caller has checked the shape.
int number_at(std::string_view text, std::size_t offset, std::size_t count) {
  int out = 0;
  for (std::size_t i = 0; i < count; ++i) out = out * 10 + (text[offset + i] - '0');
  return out;
}

bool has_time_shape(std::string_view text) {
  constexpr std::string_view shape = "dddd-dd-ddTdd:dd:dd+dd:dd";
  if (text.size() != shape.size()) return false;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const bool fits = shape[i] == 'd'   ? is_digit(text[i])
                      : shape[i] == '+' ? text[i] == '+' || text[i] == '-'
                                        : text[i] == shape[i];
    if (!fits) return false;
  }
  return true;
}

}  // namespace

template <>
Names cap_codes<CapStatus>() {
  return statuses;
}
template <>
Names cap_codes<CapType>() {
  return types;
}
template <>
Names cap_codes<CapScope>() {
  return scopes;
}
template <>
Names cap_codes<CapCategory>() {
  return categories;
}
template <>
Names cap_codes<CapResponse>() {
  return responses;
}
template <>
Names cap_codes<CapUrgency>() {
  return urgencies;
}
template <>
Names cap_codes<CapSeverity>() {
  return severities;
}
template <>
Names cap_codes<CapCertainty>() {
  return certainties;
}

std::string_view excerpt(std::string_view text, std::size_t most_bytes) {
  if (text.size() <= most_bytes) return text;
  const auto continues = [&](std::size_t at) {
    return (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
  };
  while (most_bytes > 0 && continues(most_bytes)) --most_bytes;
  return text.substr(0, most_bytes);
}

Result<CapTime> parse_cap_time(std::string_view text) {
  if (!has_time_shape(text)) {
    return fail(Code::invalid, format("\"{}\" is no time of CAP: write 2026-07-01T08:00:00+08:00, "
                                      "with seconds and a numeric offset (UTC is -00:00, not Z)",
                                      excerpt(text)));
  }
  const int hour = number_at(text, 11, 2);
  const int minute = number_at(text, 14, 2);
  const int second = number_at(text, 17, 2);
  const int offset_min = number_at(text, 20, 2) * 60 + number_at(text, 23, 2);
  const Date date{number_at(text, 0, 4), static_cast<std::uint8_t>(number_at(text, 5, 2)),
                  static_cast<std::uint8_t>(number_at(text, 8, 2))};
  // xsd:dateTime has 24:00:00 for the end of a day, no leap second, and offsets up to 14 hours.
  const bool end_of_day = hour == 24 && minute == 0 && second == 0;
  if (!is_valid(date) || (hour > 23 && !end_of_day) || minute > 59 || second > 59 ||
      number_at(text, 23, 2) > 59 || offset_min > 14 * 60) {
    return fail(Code::invalid, format("\"{}\" is no time that exists: correct it", text));
  }
  if (date.year < 1678 || date.year > 2261) {
    return fail(Code::unsupported, format("\"{}\" is outside of the years 1678 to 2261", text));
  }
  const Zone zone{(text[19] == '-' ? -60 : 60) * offset_min};
  const std::int64_t day_s = hour * 3600 + minute * 60 + second;
  return CapTime{start_of(date, zone) + day_s * ns_per_second, zone};
}

Result<std::string> cap_time_text(CapTime time) {
  if (time.at.ns % ns_per_second != 0) {
    return fail(Code::invalid, "CAP has no fractions of a second: cut the time to whole seconds");
  }
  if (time.zone.offset_s % 60 != 0 || std::abs(time.zone.offset_s) > 14 * 3600) {
    return fail(Code::invalid, "the offset of a time must be whole minutes, at most 14 hours");
  }
  std::string out = to_string(time.at, time.zone);
  if (out.ends_with('Z')) out.replace(out.size() - 1, 1, "-00:00");
  if (!has_time_shape(out)) return fail(Code::invalid, "the time is out of range: " + out);
  return out;
}

bool is_cap_identifier(std::string_view text) {
  return !text.empty() && std::none_of(text.begin(), text.end(), [](char c) {
    return is_blank(c) || c == ',' || c == '<' || c == '&';
  });
}

Result<std::vector<CapReference>> parse_cap_references(std::string_view text) {
  std::vector<CapReference> out;
  std::size_t at = 0;
  while (true) {
    while (at < text.size() && is_blank(text[at])) ++at;
    if (at == text.size()) return out;
    std::size_t end = at;
    while (end < text.size() && !is_blank(text[end])) ++end;
    const std::string_view word = text.substr(at, end - at);
    const auto parts = split(word, ',');
    const auto problem = [&](std::string_view why) {
      return fail(Code::invalid,
                  format("reference {} (\"{}\") {}: each is sender,identifier,sent and blanks "
                         "stand between them",
                         out.size() + 1, excerpt(word), why));
    };
    if (parts.size() != 3) return problem(format("has {} of 3 parts", parts.size()));
    if (!is_cap_identifier(parts[0])) return problem("has no sender");
    if (!is_cap_identifier(parts[1])) return problem("has no identifier");
    const auto sent = parse_cap_time(parts[2]);
    if (!sent) return problem("has no time: " + sent.error().message);
    out.push_back({std::string(parts[0]), std::string(parts[1]), *sent});
    at = end;
  }
}

Result<std::string> cap_references_text(std::span<const CapReference> references) {
  std::string out;
  for (const CapReference& reference : references) {
    if (!is_cap_identifier(reference.sender) || !is_cap_identifier(reference.identifier)) {
      return fail(Code::invalid, "a reference needs sender and identifier without blanks , < &");
    }
    const auto sent = cap_time_text(reference.sent);
    if (!sent) return fail(sent.error());
    if (!out.empty()) out += ' ';
    out += reference.sender + "," + reference.identifier + "," + *sent;
  }
  return out;
}

std::vector<std::string> parse_cap_list(std::string_view text) {
  std::vector<std::string> out;
  std::size_t at = 0;
  while (true) {
    while (at < text.size() && is_blank(text[at])) ++at;
    if (at == text.size()) return out;
    const bool quoted = text[at] == '"';
    if (quoted) ++at;
    std::size_t end = at;
    while (end < text.size() && (quoted ? text[end] != '"' : !is_blank(text[end]))) ++end;
    if (end > at) out.emplace_back(text.substr(at, end - at));
    at = quoted && end < text.size() ? end + 1 : end;
  }
}

Result<std::string> cap_list_text(std::span<const std::string> members) {
  std::string out;
  for (const std::string& member : members) {
    if (member.empty() || member.find('"') != std::string::npos) {
      return fail(Code::invalid, "a member of a list is empty or has a quotation mark: \"" +
                                     std::string(excerpt(member)) + "\"");
    }
    if (!out.empty()) out += ' ';
    const bool quote = std::any_of(member.begin(), member.end(), is_blank);
    out += quote ? '"' + member + '"' : member;
  }
  return out;
}

bool is_division_code(std::string_view text) {
  // The first digit is the part of the country: 1 to 6 the mainland, 7 Taiwan, 8 Hong Kong, Macau.
  return text.size() == 6 && std::all_of(text.begin(), text.end(), is_digit) && text[0] >= '1' &&
         text[0] <= '8';
}

bool is_event_code(std::string_view text) {
  return text.size() == 5 && text[0] >= '1' && text[0] <= '9' &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_digit(c) || (c >= 'A' && c <= 'Z'); });
}

bool is_language_tag(std::string_view text) {
  bool first = true;
  for (const std::string_view part : split(text, '-')) {
    if (part.empty() || part.size() > 8) return false;
    for (const char c : part) {
      if (!is_letter(c) && (first || !is_digit(c))) return false;
    }
    first = false;
  }
  return !first;
}

bool is_absolute_uri(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size()) return false;
  if (!is_letter(text[0])) return false;
  for (const char c : text.substr(0, colon)) {
    if (!is_letter(c) && !is_digit(c) && c != '+' && c != '-' && c != '.') return false;
  }
  const auto is_hex = [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  };
  bool fragment = false;
  for (std::size_t i = colon + 1; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) return false;
    } else if (c == '#') {
      if (fragment) return false;
      fragment = true;
    } else if (!is_letter(c) && !is_digit(c) &&
               std::string_view("-._~:/?@!$&'()*+,;=").find(c) == std::string_view::npos) {
      return false;
    }
  }
  // After "//" comes a host, perhaps with a port.
  if (!text.substr(colon + 1).starts_with("//")) return true;
  const std::string_view rest = text.substr(colon + 3);
  const std::string_view host = rest.substr(0, rest.find_first_of("/?#"));
  const std::size_t port = host.rfind(':');
  if (port == 0 || host.empty()) return false;
  const std::string_view digits = port == std::string_view::npos ? "" : host.substr(port + 1);
  return digits.size() <= 5 && std::all_of(digits.begin(), digits.end(), is_digit) &&
         host.substr(0, port).find(':') == std::string_view::npos;
}

CapSeverity severity_of(WarningLevel level) {
  constexpr std::array<CapSeverity, 4> map{CapSeverity::minor, CapSeverity::moderate,
                                           CapSeverity::severe, CapSeverity::extreme};
  return map[static_cast<std::size_t>(level)];
}

std::optional<WarningLevel> level_of(CapSeverity severity) {
  switch (severity) {
    case CapSeverity::minor:
      return WarningLevel::blue;
    case CapSeverity::moderate:
      return WarningLevel::yellow;
    case CapSeverity::severe:
      return WarningLevel::orange;
    case CapSeverity::extreme:
      return WarningLevel::red;
    case CapSeverity::unknown:
      break;
  }
  return std::nullopt;
}

std::string_view level_text(WarningLevel level, std::string_view language) {
  const bool chinese = iequals_ascii(language.substr(0, language.find('-')), "zh");
  return (chinese ? level_names_zh : level_names)[static_cast<std::size_t>(level)];
}

std::optional<WarningLevel> parse_level(std::string_view text) {
  constexpr std::size_t one_character = 3;  // bytes of a Chinese character
  for (std::size_t i = 0; i < level_names.size(); ++i) {
    if (iequals_ascii(text, level_names[i]) || text == level_names_zh[i] ||
        text == level_names_zh[i].substr(0, one_character)) {
      return static_cast<WarningLevel>(i);
    }
  }
  return std::nullopt;
}

void set_level(CapInfo& info, WarningLevel level) {
  info.severity = severity_of(level);
  const std::string text(level_text(level, "en"));
  for (CapValue& parameter : info.parameters) {
    if (parameter.name != cap_level_parameter) continue;
    parameter.value = text;
    return;
  }
  info.parameters.push_back({std::string(cap_level_parameter), text});
}

std::optional<WarningLevel> level_of(const CapInfo& info) {
  for (const CapValue& parameter : info.parameters) {
    if (parameter.name != cap_level_parameter) continue;
    if (const auto level = parse_level(trim(parameter.value))) return level;
  }
  return level_of(info.severity);
}

}  // namespace cairn::codec
