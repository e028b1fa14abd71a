// SPDX-License-Identifier: Apache-2.0
// Warnings as the Common Alerting Protocol 1.2 (OASIS, 2010) has them, as plain values.
//
//   Result<CapAlert> alert = read_cap(bytes);             // cap_read.hpp: XML, strictly
//   std::vector<CapFinding> findings = check_cap(*alert); // cap_check.hpp: what no schema sees
//   Result<std::string> xml = write_cap(*alert);          // cap_write.hpp: always valid XML
//
// An empty text or list is an element that is not there. docs/formats/cap.md maps the fields.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/time.hpp"
#include "geo/geometry.hpp"

namespace cairn::codec {

enum class CapStatus : std::uint8_t { actual, exercise, system, test, draft };
enum class CapType : std::uint8_t { alert, update, cancel, ack, error };
enum class CapScope : std::uint8_t { everyone, restricted, addressed };  // Public, …, Private
enum class CapCategory : std::uint8_t {
  geo,
  met,
  safety,
  security,
  rescue,
  fire,
  health,
  env,
  transport,
  infra,
  cbrne,
  other
};
enum class CapResponse : std::uint8_t {
  shelter,
  evacuate,
  prepare,
  execute,
  avoid,
  monitor,
  assess,
  all_clear,
  none
};
enum class CapUrgency : std::uint8_t { immediate, expected, future, past, unknown };
enum class CapSeverity : std::uint8_t { extreme, severe, moderate, minor, unknown };
enum class CapCertainty : std::uint8_t { observed, likely, possible, unlikely, unknown };

// The code values of the standard, in the order of the enum.
template <class E>
std::span<const std::string_view> cap_codes();
template <>
std::span<const std::string_view> cap_codes<CapStatus>();
template <>
std::span<const std::string_view> cap_codes<CapType>();
template <>
std::span<const std::string_view> cap_codes<CapScope>();
template <>
std::span<const std::string_view> cap_codes<CapCategory>();
template <>
std::span<const std::string_view> cap_codes<CapResponse>();
template <>
std::span<const std::string_view> cap_codes<CapUrgency>();
template <>
std::span<const std::string_view> cap_codes<CapSeverity>();
template <>
std::span<const std::string_view> cap_codes<CapCertainty>();

template <class E>
std::string_view cap_text(E value) {
  return cap_codes<E>()[static_cast<std::size_t>(value)];
}
template <class E>
std::optional<E> parse_cap_code(std::string_view text) {
  const auto codes = cap_codes<E>();
  for (std::size_t i = 0; i < codes.size(); ++i) {
    if (codes[i] == text) return static_cast<E>(i);
  }
  return std::nullopt;
}

// For messages: the text up to so many bytes, never half a character.
std::string_view excerpt(std::string_view text, std::size_t most_bytes = 60);

// An instant to the second, with the offset that it was or is to be written with.
struct CapTime {
  Instant at;
  Zone zone;
  bool operator==(const CapTime&) const = default;
};
// "2026-07-01T08:00:00+08:00": seconds, no fraction, a numeric offset, never "Z". UTC is written
// "-00:00", as the standard asks; "+00:00" is read too.
Result<CapTime> parse_cap_time(std::string_view text);
// Fails for fractions of a second and for offsets that are not whole minutes up to 14 hours.
Result<std::string> cap_time_text(CapTime time);

struct CapReference {
  std::string sender;
  std::string identifier;
  CapTime sent;
  bool operator==(const CapReference&) const = default;
};
// "sender,identifier,sent sender,identifier,sent …"
Result<std::vector<CapReference>> parse_cap_references(std::string_view text);
Result<std::string> cap_references_text(std::span<const CapReference> references);
// Identifiers and senders have neither blanks nor , < & and are not empty.
bool is_cap_identifier(std::string_view text);

// A list with blanks between its members; a member with blanks stands in quotes.
std::vector<std::string> parse_cap_list(std::string_view text);
// Fails for members that are empty or have a quote.
Result<std::string> cap_list_text(std::span<const std::string> members);

struct CapValue {
  std::string name;  // valueName
  std::string value;
  bool operator==(const CapValue&) const = default;
};

struct CapCircle {
  geo::Point centre;
  double radius_km = 0;
  bool operator==(const CapCircle&) const = default;
};

struct CapArea {
  std::string description;          // areaDesc
  std::vector<geo::Ring> polygons;  // x = longitude, y = latitude, closed
  std::vector<CapCircle> circles;
  std::vector<CapValue> geocodes;
  std::optional<double> altitude_ft;  // above mean sea level, the standard's unit
  std::optional<double> ceiling_ft;
  bool operator==(const CapArea&) const = default;
};

struct CapResource {
  std::string description;  // resourceDesc
  std::string mime_type;
  std::optional<std::uint64_t> size_bytes;
  std::string uri;
  std::string content_base64;  // derefUri
  std::string digest_sha1;     // hexadecimal
  bool operator==(const CapResource&) const = default;
};

struct CapInfo {
  std::string language = "en-US";  // the standard's default
  std::vector<CapCategory> categories;
  std::string event;
  std::vector<CapResponse> responses;
  CapUrgency urgency = CapUrgency::unknown;
  CapSeverity severity = CapSeverity::unknown;
  CapCertainty certainty = CapCertainty::unknown;
  std::string audience;
  std::vector<CapValue> event_codes;
  std::optional<CapTime> effective;
  std::optional<CapTime> onset;
  std::optional<CapTime> expires;
  std::string sender_name;
  std::string headline;
  std::string description;
  std::string instruction;
  std::string web;
  std::string contact;
  std::vector<CapValue> parameters;
  std::vector<CapResource> resources;
  std::vector<CapArea> areas;
  bool operator==(const CapInfo&) const = default;
};

struct CapAlert {
  std::string identifier;
  std::string sender;
  CapTime sent;
  CapStatus status = CapStatus::actual;
  CapType type = CapType::alert;
  std::string source;
  CapScope scope = CapScope::everyone;
  std::string restriction;
  std::vector<std::string> addresses;
  std::vector<std::string> codes;
  std::string note;
  std::vector<CapReference> references;
  std::vector<std::string> incidents;
  std::vector<CapInfo> infos;
  bool operator==(const CapAlert&) const = default;
};

// valueNames of what Chinese standards code. The names are ours: CAP leaves them to the sender.
inline constexpr std::string_view cap_geocode_division = "GB/T 2260";  // six digits, a county
// The geocode field of GB/T 35965.1, in the form that the receiving system wants.
inline constexpr std::string_view cap_geocode_exchange = "GB/T 35965.1";
// Code of the kind of event: five characters, the first a digit.
inline constexpr std::string_view cap_event_code = "GB/T 35561";
inline constexpr std::string_view cap_level_parameter = "ColorCode";

bool is_division_code(std::string_view text);
bool is_event_code(std::string_view text);
// RFC 5646 as far as xsd:language goes: "zh-CN", "en", "zh-Hans-CN".
bool is_language_tag(std::string_view text);
// A URI of RFC 3986 with a scheme, ASCII only.
bool is_absolute_uri(std::string_view text);

// The four levels of Chinese warnings, from the lowest: 蓝 IV, 黄 III, 橙 II, 红 I.
enum class WarningLevel : std::uint8_t { blue, yellow, orange, red };
// Minor, Moderate, Severe, Extreme; nothing for Unknown.
CapSeverity severity_of(WarningLevel level);
std::optional<WarningLevel> level_of(CapSeverity severity);
// "橙色" in Chinese, "Orange" in every other language.
std::string_view level_text(WarningLevel level, std::string_view language);
// "橙", "橙色", "Orange" in any case.
std::optional<WarningLevel> parse_level(std::string_view text);
// Sets the severity and the parameter ColorCode, whose value is English in every language.
void set_level(CapInfo& info, WarningLevel level);
// What the parameter says, else what the severity means.
std::optional<WarningLevel> level_of(const CapInfo& info);

}  // namespace cairn::codec
