// SPDX-License-Identifier: Apache-2.0
// For tests of warnings: one as the console would send it, and seeded random ones.
#pragma once

#include <cstdint>
#include <fstream>
#include <iterator>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "codec/cap.hpp"

namespace cairn::codec {

inline CapTime cap_time(const char* text) {
  return parse_cap_time(text).value();
}

// `root` is the folder of the sources.
inline std::string cap_file(const std::string& root, const std::string& name) {
  std::ifstream in(root + "/src/codec/testdata/cap/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline CapInfo slope_info(const char* language) {
  CapInfo info;
  const bool chinese = std::string(language) == "zh-CN";
  info.language = language;
  info.categories = {CapCategory::geo};
  info.event = chinese ? "滑坡" : "Landslide";
  info.responses = {CapResponse::evacuate};
  info.urgency = CapUrgency::immediate;
  info.certainty = CapCertainty::likely;
  set_level(info, WarningLevel::orange);
  info.event_codes = {{std::string(cap_event_code), "11E01"}};
  info.effective = cap_time("2026-07-01T08:00:00+08:00");
  info.expires = cap_time("2026-07-01T20:00:00+08:00");
  info.headline = chinese ? "康定市滑坡橙色预警" : "Orange landslide warning for Kangding";
  info.description = chinese ? "位移 <12 mm/h> & 加速" : "12 mm/h and rising";
  CapArea area;
  area.description = chinese ? "康定市炉城街道" : "Lucheng, Kangding";
  area.polygons = {{{101.95, 30.04}, {101.98, 30.04}, {101.98, 30.07}, {101.95, 30.04}}};
  area.geocodes = {{std::string(cap_geocode_division), "513301"}};
  info.areas = {area};
  return info;
}

inline CapAlert slope_alert() {
  CapAlert alert;
  alert.identifier = "cn-sc-513301-20260701-0001";
  alert.sender = "eoc@example.org";
  alert.sent = cap_time("2026-07-01T08:00:00+08:00");
  alert.infos = {slope_info("zh-CN"), slope_info("en-US")};
  return alert;
}

// Valid alerts with every element, from none to several of each. Coordinates have six decimals,
// so that they come back as they were.
class RandomCap {
 public:
  explicit RandomCap(std::uint64_t seed) : random_(seed) {}

  CapAlert alert() {
    CapAlert out;
    out.identifier = "id-" + std::to_string(random_());
    out.sender = "sender" + std::to_string(below(100)) + "@example.org";
    out.sent = time();
    out.status = code<CapStatus>();
    out.type = code<CapType>();
    out.source = maybe_text();
    out.scope = code<CapScope>();
    out.restriction = maybe_text();
    while (more()) out.addresses.push_back(below(2) ? "two words" : "一个");
    while (more()) out.codes.push_back(text());
    out.note = maybe_text();
    while (more()) out.references.push_back({"a@b.c", "id:" + std::to_string(below(1000)), time()});
    while (more()) out.incidents.push_back(below(2) ? "大渡河 7" : "i-7");
    while (more()) out.infos.push_back(info());
    return out;
  }

 private:
  std::uint64_t below(std::uint64_t n) { return random_() % n; }
  bool more() { return below(5) < 2; }
  template <class E>
  E code() {
    return static_cast<E>(below(cap_codes<E>().size()));
  }
  CapTime time() {
    const auto s = static_cast<std::int64_t>(below(4'000'000'000));
    const auto offset_min = static_cast<std::int32_t>(below(2 * 14 * 60 + 1)) - 14 * 60;
    return {Instant{s * ns_per_second}, Zone{offset_min * 60}};
  }
  std::string text() {
    static constexpr const char* parts[] = {"山", "洪", " ",  "<",    "&",  ">",   "\"", "'",
                                            "\t", "\n", "\r", "\r\n", "a1", "]]>", "é",  "𠮷"};
    std::string out = "t";
    for (std::uint64_t n = below(12); n > 0; --n) out += parts[below(std::size(parts))];
    return out;
  }
  std::string maybe_text() { return below(2) ? text() : ""; }
  std::string maybe_uri() {
    return below(2) ? "" : "https://example.org:8443/a/%E5%B1%B1?x=" + std::to_string(below(99));
  }
  std::vector<CapValue> values() {
    std::vector<CapValue> out;
    while (more()) out.push_back({text(), maybe_text()});
    return out;
  }
  std::optional<CapTime> maybe_time() {
    return below(2) ? std::optional<CapTime>(time()) : std::nullopt;
  }
  double degrees(std::int64_t limit) {
    const std::int64_t micro = limit * 1'000'000;
    const auto value = static_cast<std::int64_t>(below(static_cast<std::uint64_t>(2 * micro + 1)));
    return static_cast<double>(value - micro) / 1e6;
  }
  geo::Point point() { return {degrees(180), degrees(90)}; }

  CapInfo info() {
    CapInfo out;
    out.language = below(2) ? "zh-CN" : "en-US";
    do out.categories.push_back(code<CapCategory>());
    while (more());
    out.event = text();
    while (more()) out.responses.push_back(code<CapResponse>());
    out.urgency = code<CapUrgency>();
    out.severity = code<CapSeverity>();
    out.certainty = code<CapCertainty>();
    out.audience = maybe_text();
    out.event_codes = values();
    out.effective = maybe_time();
    out.onset = maybe_time();
    out.expires = maybe_time();
    out.sender_name = maybe_text();
    out.headline = maybe_text();
    out.description = maybe_text();
    out.instruction = maybe_text();
    out.web = maybe_uri();
    out.contact = maybe_text();
    out.parameters = values();
    while (more()) out.resources.push_back(resource());
    while (more()) out.areas.push_back(area());
    return out;
  }
  CapResource resource() {
    CapResource out;
    out.description = text();
    out.mime_type = "image/png";
    if (below(2)) out.size_bytes = random_();
    out.uri = maybe_uri();
    out.content_base64 = below(2) ? "AAEC/w==" : "";
    out.digest_sha1 = below(2) ? std::string(40, 'a') : "";
    return out;
  }
  CapArea area() {
    CapArea out;
    out.description = text();
    while (more()) {
      geo::Ring ring;
      for (std::uint64_t n = 3 + below(6); n > 0; --n) ring.push_back(point());
      ring.push_back(ring.front());
      out.polygons.push_back(ring);
    }
    while (more()) out.circles.push_back({point(), static_cast<double>(below(99'999)) / 1e3});
    out.geocodes = values();
    if (below(2)) out.altitude_ft = (static_cast<double>(below(3'000'000)) - 1e5) / 100;
    if (below(2)) out.ceiling_ft = static_cast<double>(below(3'000'000)) / 100;
    return out;
  }

  std::mt19937_64 random_;
};

}  // namespace cairn::codec
