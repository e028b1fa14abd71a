// SPDX-License-Identifier: Apache-2.0
#include "codec/cap_write.hpp"

#include <cmath>

#include "codec/cap_xml.hpp"
#include "core/text.hpp"

namespace cairn::codec {
namespace {

// Fixed decimals without "-0".
std::string decimal(double value, int decimals) {
  std::string out = format("{:.{}f}", value, decimals);
  if (out.front() == '-' && out.find_first_of("123456789") == std::string::npos) out.erase(0, 1);
  return out;
}

class Writer {
 public:
  Result<std::string> alert(const CapAlert& alert) {
    xml_.open("alert", {{"", "xmlns", std::string(cap_namespace)}});
    required("identifier", alert.identifier);
    required("sender", alert.sender);
    time("sent", alert.sent);
    xml_.element("status", cap_text(alert.status));
    xml_.element("msgType", cap_text(alert.type));
    optional("source", alert.source);
    xml_.element("scope", cap_text(alert.scope));
    optional("restriction", alert.restriction);
    composed("addresses", cap_list_text(alert.addresses));
    for (const std::string& code : alert.codes) required("code", code);
    optional("note", alert.note);
    composed("references", cap_references_text(alert.references));
    composed("incidents", cap_list_text(alert.incidents));
    for (const CapInfo& info : alert.infos) write(info);
    xml_.close();
    return std::move(xml_).take();
  }

 private:
  void refuse(std::string_view name, std::string message) {
    xml_.refuse(name, {Code::invalid, std::move(message), {}});
  }
  void required(std::string_view name, std::string_view text) {
    if (trim(text).empty()) refuse(name, "must not be empty: give it a value");
    xml_.element(name, text);
  }
  void optional(std::string_view name, std::string_view text) {
    if (!text.empty()) xml_.element(name, text);
  }
  void composed(std::string_view name, const Result<std::string>& text) {
    if (!text) return xml_.refuse(name, text.error());
    optional(name, *text);
  }
  void time(std::string_view name, CapTime time) { composed(name, cap_time_text(time)); }
  void time(std::string_view name, const std::optional<CapTime>& at) {
    if (at) time(name, *at);
  }
  void uri(std::string_view name, std::string_view text) {
    if (!text.empty() && !is_absolute_uri(text)) {
      refuse(name, "is no absolute URI: write it with its scheme, other characters as %XX");
    }
    optional(name, text);
  }
  void number(std::string_view name, std::optional<double> value) {
    constexpr double highest_ft = 1e6;
    if (!value) return;
    if (!(std::abs(*value) <= highest_ft)) return refuse(name, "is no height in feet");
    xml_.element(name, decimal(*value, cap_height_decimals));
  }
  void values(std::string_view name, const std::vector<CapValue>& values) {
    for (const CapValue& value : values) {
      xml_.open(name);
      required("valueName", value.name);
      xml_.element("value", value.value);
      xml_.close();
    }
  }

  bool in_range(std::string_view name, geo::Point p) {
    if (std::abs(p.x) <= 180 && std::abs(p.y) <= 90) return true;
    refuse(name, "a coordinate is outside of 90 degrees latitude or 180 degrees longitude");
    return false;
  }
  static std::string point(geo::Point p) {
    return decimal(p.y, cap_coordinate_decimals) + "," + decimal(p.x, cap_coordinate_decimals);
  }

  void write(const CapInfo& info) {
    xml_.open("info");
    if (!is_language_tag(info.language)) refuse("language", "is no language: write zh-CN, en-US");
    xml_.element("language", info.language);
    if (info.categories.empty()) refuse("category", "is missing: give at least one");
    for (const CapCategory category : info.categories) xml_.element("category", cap_text(category));
    required("event", info.event);
    for (const CapResponse r : info.responses) xml_.element("responseType", cap_text(r));
    xml_.element("urgency", cap_text(info.urgency));
    xml_.element("severity", cap_text(info.severity));
    xml_.element("certainty", cap_text(info.certainty));
    optional("audience", info.audience);
    values("eventCode", info.event_codes);
    time("effective", info.effective);
    time("onset", info.onset);
    time("expires", info.expires);
    optional("senderName", info.sender_name);
    optional("headline", info.headline);
    optional("description", info.description);
    optional("instruction", info.instruction);
    uri("web", info.web);
    optional("contact", info.contact);
    values("parameter", info.parameters);
    for (const CapResource& resource : info.resources) write(resource);
    for (const CapArea& area : info.areas) write(area);
    xml_.close();
  }

  void write(const CapResource& resource) {
    xml_.open("resource");
    required("resourceDesc", resource.description);
    required("mimeType", resource.mime_type);
    if (resource.size_bytes) xml_.element("size", std::to_string(*resource.size_bytes));
    uri("uri", resource.uri);
    optional("derefUri", resource.content_base64);
    optional("digest", resource.digest_sha1);
    xml_.close();
  }

  void write(const CapArea& area) {
    xml_.open("area");
    required("areaDesc", area.description);
    for (const geo::Ring& ring : area.polygons) write(ring);
    for (const CapCircle& circle : area.circles) {
      if (!in_range("circle", circle.centre)) break;
      constexpr double half_earth_km = 20'100;
      if (!(circle.radius_km >= 0 && circle.radius_km <= half_earth_km)) {
        refuse("circle", "the radius must be 0 to 20,100 km");
        break;
      }
      xml_.element("circle",
                   point(circle.centre) + " " + decimal(circle.radius_km, cap_radius_decimals));
    }
    values("geocode", area.geocodes);
    number("altitude", area.altitude_ft);
    number("ceiling", area.ceiling_ft);
    xml_.close();
  }

  void write(const geo::Ring& ring) {
    constexpr std::size_t fewest_points = 4;
    if (ring.size() < fewest_points || ring.front() != ring.back()) {
      return refuse("polygon", "needs at least 4 points, the last like the first");
    }
    std::string text;
    for (const geo::Point p : ring) {
      if (!in_range("polygon", p)) return;
      if (!text.empty()) text += ' ';
      text += point(p);
    }
    xml_.element("polygon", text);
  }

  XmlWriter xml_;
};

}  // namespace

Result<std::string> write_cap(const CapAlert& alert) {
  return Writer().alert(alert);
}

}  // namespace cairn::codec
