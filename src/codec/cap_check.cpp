// SPDX-License-Identifier: Apache-2.0
#include "codec/cap_check.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "codec/cap_ring.hpp"
#include "core/text.hpp"

namespace cairn::codec {
namespace {

constexpr std::array<std::string_view, 41> rule_names{"identifier-form",
                                                      "sender-form",
                                                      "restriction-missing",
                                                      "restriction-unused",
                                                      "addresses-missing",
                                                      "references-missing",
                                                      "references-form",
                                                      "references-itself",
                                                      "references-later",
                                                      "references-unused",
                                                      "note-missing",
                                                      "info-missing",
                                                      "category-missing",
                                                      "event-missing",
                                                      "language-form",
                                                      "language-twice",
                                                      "languages-disagree",
                                                      "effective-before-sent",
                                                      "expires-missing",
                                                      "expires-too-early",
                                                      "onset-after-expiry",
                                                      "level-unknown",
                                                      "level-disagrees",
                                                      "code-form",
                                                      "headline-long",
                                                      "uri-form",
                                                      "resource-empty",
                                                      "digest-form",
                                                      "area-missing",
                                                      "area-without-place",
                                                      "area-description-missing",
                                                      "polygon-short",
                                                      "polygon-open",
                                                      "polygon-touches-itself",
                                                      "polygon-crosses-itself",
                                                      "polygon-wide",
                                                      "coordinate-range",
                                                      "coordinates-swapped",
                                                      "circle-radius",
                                                      "ceiling-alone",
                                                      "ceiling-low"};
static_assert(rule_names.size() == static_cast<std::size_t>(CapRule::ceiling_low) + 1);

bool in_range(geo::Point p) {
  return std::abs(p.x) <= 180 && std::abs(p.y) <= 90;
}
std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

class Checker {
 public:
  explicit Checker(const CapCheckOptions& options) : options_(options) {}

  std::vector<CapFinding> run(const CapAlert& alert) {
    check_head(alert);
    check_references(alert);
    if (alert.infos.empty() && alert.type == CapType::alert) {
      error(CapRule::info_missing, "info", "an Alert says what happens: add an info");
    } else if (alert.infos.empty() && alert.type == CapType::update) {
      warning(CapRule::info_missing, "info", "an Update without info changes nothing: add one");
    }
    for (std::size_t i = 0; i < alert.infos.size(); ++i) {
      check_info(alert, alert.infos[i], format("info[{}]", i + 1));
    }
    check_languages(alert);
    return std::move(findings_);
  }

 private:
  void error(CapRule rule, std::string place, std::string message) {
    findings_.push_back({rule, CapWeight::error, std::move(place), std::move(message)});
  }
  void warning(CapRule rule, std::string place, std::string message) {
    findings_.push_back({rule, CapWeight::warning, std::move(place), std::move(message)});
  }

  void check_head(const CapAlert& alert) {
    if (!is_cap_identifier(alert.identifier)) {
      error(CapRule::identifier_form, "identifier",
            "must have no blank, comma, < or & and not be empty: references would break");
    }
    if (!is_cap_identifier(alert.sender)) {
      error(CapRule::sender_form, "sender",
            "must have no blank, comma, < or & and not be empty: references would break");
    }
    if (alert.scope == CapScope::restricted && alert.restriction.empty()) {
      error(CapRule::restriction_missing, "restriction",
            "scope Restricted must say who may have the message: add it");
    } else if (alert.scope != CapScope::restricted && !alert.restriction.empty()) {
      warning(CapRule::restriction_unused, "restriction",
              "has a meaning with scope Restricted only: change the scope or remove it");
    }
    if (alert.scope == CapScope::addressed && alert.addresses.empty()) {
      error(CapRule::addresses_missing, "addresses",
            "scope Private must name the recipients: add them");
    }
    if (alert.status == CapStatus::exercise && alert.note.empty()) {
      warning(CapRule::note_missing, "note", "name the exercise in it, so that nobody mistakes it");
    } else if (alert.type == CapType::error && alert.note.empty()) {
      warning(CapRule::note_missing, "note", "say in it why the message was rejected");
    }
  }

  void check_references(const CapAlert& alert) {
    if (alert.references.empty() && alert.type != CapType::alert) {
      error(CapRule::references_missing, "references",
            format("an {} must name the messages that it is about: sender,identifier,sent",
                   cap_text(alert.type)));
    } else if (!alert.references.empty() && alert.type == CapType::alert) {
      warning(CapRule::references_unused, "references",
              "a first Alert refers to nothing: is it an Update?");
    }
    for (std::size_t i = 0; i < alert.references.size(); ++i) {
      const CapReference& reference = alert.references[i];
      const std::string place = format("references[{}]", i + 1);
      if (!is_cap_identifier(reference.sender) || !is_cap_identifier(reference.identifier)) {
        error(CapRule::references_form, place,
              "needs sender and identifier without blank, comma, < and &");
      } else if (reference.sender == alert.sender && reference.identifier == alert.identifier) {
        error(CapRule::references_itself, place,
              "is the message itself: give this one an identifier of its own");
      } else if (reference.sent.at > alert.sent.at) {
        error(CapRule::references_later, place,
              "was sent after this message: correct one of the times");
      }
    }
  }

  void check_info(const CapAlert& alert, const CapInfo& info, const std::string& place) {
    if (info.categories.empty()) {
      error(CapRule::category_missing, place + "/category", "give at least one");
    }
    if (trim(info.event).empty()) {
      error(CapRule::event_missing, place + "/event", "name the kind of event");
    }
    if (!is_language_tag(info.language)) {
      error(CapRule::language_form, place + "/language", "is no language: write zh-CN or en-US");
    }
    check_times(alert, info, place);
    check_level(info, place);
    check_codes(info.event_codes, cap_event_code, is_event_code, place + "/eventCode",
                "five characters, the first a digit");
    constexpr std::size_t long_headline = 160;  // the standard's advice: one short message
    if (characters(info.headline) > long_headline) {
      warning(CapRule::headline_long, place + "/headline",
              format("has {} characters, receivers may cut after {}: shorten it",
                     characters(info.headline), long_headline));
    }
    check_uri(info.web, place + "/web");
    for (std::size_t i = 0; i < info.resources.size(); ++i) {
      check_resource(info.resources[i], format("{}/resource[{}]", place, i + 1));
    }
    const bool tells = alert.type == CapType::alert || alert.type == CapType::update;
    if (info.areas.empty() && tells) {
      warning(CapRule::area_missing, place + "/area", "nobody knows where: add an area");
    }
    for (std::size_t i = 0; i < info.areas.size(); ++i) {
      check_area(info.areas[i], format("{}/area[{}]", place, i + 1));
    }
  }

  void check_times(const CapAlert& alert, const CapInfo& info, const std::string& place) {
    const Instant effective = info.effective ? info.effective->at : alert.sent.at;
    if (effective < alert.sent.at) {
      warning(CapRule::effective_before_sent, place + "/effective",
              "is before the message was sent: set it to sent or later");
    }
    if (!info.expires) {
      warning(CapRule::expires_missing, place + "/expires",
              "each receiver decides when it ends: add the end of validity");
      return;
    }
    if (info.expires->at <= std::max(effective, alert.sent.at)) {
      error(CapRule::expires_too_early, place + "/expires",
            "is not after sent and effective: the message would never be valid");
    }
    if (info.onset && info.onset->at > info.expires->at) {
      warning(CapRule::onset_after_expiry, place + "/onset",
              "the event begins after the message ends: extend expires");
    }
  }

  void check_level(const CapInfo& info, const std::string& place) {
    for (std::size_t i = 0; i < info.parameters.size(); ++i) {
      if (info.parameters[i].name != cap_level_parameter) continue;
      const std::string at = format("{}/parameter[{}]", place, i + 1);
      const auto level = parse_level(trim(info.parameters[i].value));
      if (!level) {
        error(CapRule::level_unknown, at, "is no level: write Blue, Yellow, Orange or Red");
      } else if (severity_of(*level) != info.severity) {
        error(CapRule::level_disagrees, at,
              format("{} means severity {}, the message says {}: make them agree",
                     level_text(*level, "en"), cap_text(severity_of(*level)),
                     cap_text(info.severity)));
      }
    }
  }

  void check_codes(const std::vector<CapValue>& values, std::string_view name,
                   bool (*is_code)(std::string_view), const std::string& place,
                   std::string_view form) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (values[i].name != name || is_code(values[i].value)) continue;
      error(CapRule::code_form, format("{}[{}]", place, i + 1),
            format("\"{}\" is no code of {}: {}", excerpt(values[i].value), name, form));
    }
  }

  void check_uri(const std::string& uri, const std::string& place) {
    if (uri.empty() || is_absolute_uri(uri)) return;
    warning(CapRule::uri_form, place,
            "is no absolute URI: write it with its scheme, other characters as %XX");
  }

  void check_resource(const CapResource& resource, const std::string& place) {
    check_uri(resource.uri, place + "/uri");
    if (resource.uri.empty() && resource.content_base64.empty()) {
      warning(CapRule::resource_empty, place, "has neither uri nor content: add one");
    }
    const std::string& digest = resource.digest_sha1;
    const bool is_hex = digest.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
    if (!digest.empty() && (digest.size() != 40 || !is_hex)) {
      warning(CapRule::digest_form, place + "/digest", "is no SHA-1: 40 hexadecimal digits");
    }
  }

  void check_area(const CapArea& area, const std::string& place) {
    if (trim(area.description).empty()) {
      error(CapRule::area_description_missing, place + "/areaDesc", "say in words where it is");
    }
    if (area.polygons.empty() && area.circles.empty() && area.geocodes.empty()) {
      warning(CapRule::area_without_place, place,
              "has words only, no machine can find it: add a polygon, circle or geocode");
    }
    for (std::size_t i = 0; i < area.polygons.size(); ++i) {
      check_polygon(area.polygons[i], format("{}/polygon[{}]", place, i + 1));
    }
    for (std::size_t i = 0; i < area.circles.size(); ++i) {
      check_circle(area.circles[i], format("{}/circle[{}]", place, i + 1));
    }
    check_codes(area.geocodes, cap_geocode_division, is_division_code, place + "/geocode",
                "six digits, the first 1 to 8");
    if (area.ceiling_ft && !area.altitude_ft) {
      error(CapRule::ceiling_alone, place + "/ceiling", "must not stand without altitude: add it");
    } else if (area.ceiling_ft && *area.ceiling_ft < *area.altitude_ft) {
      error(CapRule::ceiling_low, place + "/ceiling", "is below altitude: exchange them");
    }
  }

  // False when the numbers cannot be places.
  bool check_points(const geo::Ring& points, const std::string& place) {
    const bool good = std::all_of(points.begin(), points.end(), in_range);
    const auto changed = [](geo::Point p) { return geo::Point{p.y, p.x}; };
    const auto all = [&](auto&& test) { return std::all_of(points.begin(), points.end(), test); };
    if (!good) {
      const bool swapped = all([&](geo::Point p) { return in_range(changed(p)); });
      error(swapped ? CapRule::coordinates_swapped : CapRule::coordinate_range, place,
            swapped ? "latitude beyond 90 degrees: CAP writes lat,lon; exchange the two"
                    : "is outside of 90 degrees latitude or 180 degrees longitude");
    } else if (options_.home && !points.empty() &&
               all([&](geo::Point p) { return !options_.home->contains(p); }) &&
               all([&](geo::Point p) { return options_.home->contains(changed(p)); })) {
      error(CapRule::coordinates_swapped, place,
            "lies inside the sender's region only as lon,lat: CAP writes lat,lon; exchange them");
    }
    return good;
  }

  void check_polygon(const geo::Ring& ring, const std::string& place) {
    if (!check_points(ring, place)) return;
    if (ring.size() < 4) {
      return error(CapRule::polygon_short, place,
                   format("has {} points: at least 4, the last like the first", ring.size()));
    }
    if (ring.front() != ring.back()) {
      return error(CapRule::polygon_open, place, "the last point must be the first again");
    }
    geo::Box box;
    for (const geo::Point p : ring) box.add(p);
    if (box.max_x - box.min_x > 180) {
      warning(CapRule::polygon_wide, place,
              "spans more than 180 degrees: split it where it passes longitude 180");
    }
    using Kind = RingCrossing::Kind;
    const RingCrossing crossing = find_crossing(ring, pairs_);
    if (crossing.kind == Kind::none) return;
    if (crossing.kind == Kind::undecided) {
      return warning(CapRule::polygon_touches_itself, place,
                     "is too crooked to see whether it crosses itself: simplify it");
    }
    const std::string where =
        format("(edges from {},{} and {},{})", number_text(crossing.a.y), number_text(crossing.a.x),
               number_text(crossing.b.y), number_text(crossing.b.x));
    if (crossing.kind == Kind::crosses) {
      error(CapRule::polygon_crosses_itself, place,
            "crosses itself, what is inside is not defined " + where);
    } else {
      warning(CapRule::polygon_touches_itself, place, "touches itself or has no area " + where);
    }
  }

  void check_circle(const CapCircle& circle, const std::string& place) {
    if (!check_points({circle.centre}, place)) return;
    constexpr double half_earth_km = 20'100;
    constexpr double suspicious_km = 2'000;
    if (!(circle.radius_km >= 0 && circle.radius_km <= half_earth_km)) {
      error(CapRule::circle_radius, place, "the radius must be 0 to 20,100 km");
    } else if (circle.radius_km > suspicious_km) {
      warning(CapRule::circle_radius, place, "the radius is in km: was it meant in metres?");
    }
  }

  // One info a language is the rule here; then all of them must say the same.
  void check_languages(const CapAlert& alert) {
    bool twice = false;
    for (std::size_t i = 0; i < alert.infos.size(); ++i) {
      for (std::size_t k = 0; k < i; ++k) {
        if (!iequals_ascii(alert.infos[k].language, alert.infos[i].language)) continue;
        twice = true;
        warning(CapRule::language_twice, format("info[{}]/language", i + 1),
                format("{} is the language of info[{}] too: receivers show one of them",
                       alert.infos[i].language, k + 1));
        break;
      }
    }
    if (twice) return;
    for (std::size_t i = 1; i < alert.infos.size(); ++i) {
      const CapInfo& a = alert.infos[0];
      const CapInfo& b = alert.infos[i];
      const char* what = a.severity != b.severity         ? "severity"
                         : a.urgency != b.urgency         ? "urgency"
                         : a.certainty != b.certainty     ? "certainty"
                         : a.categories != b.categories   ? "category"
                         : a.expires != b.expires         ? "expires"
                         : !same_places(a.areas, b.areas) ? "area"
                                                          : nullptr;
      if (!what) continue;
      warning(CapRule::languages_disagree, format("info[{}]/{}", i + 1, what),
              format("differs from info[1]: {} and {} must say the same", a.language, b.language));
    }
  }
  static bool same_places(const std::vector<CapArea>& a, const std::vector<CapArea>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
      return x.polygons == y.polygons && x.circles == y.circles && x.geocodes == y.geocodes;
    });
  }

  const CapCheckOptions& options_;
  std::size_t pairs_ = 20'000'000;  // of polygon edges, of all polygons: about a second at worst
  std::vector<CapFinding> findings_;
};

}  // namespace

std::string_view to_string(CapRule rule) {
  return rule_names[static_cast<std::size_t>(rule)];
}

std::vector<CapFinding> check_cap(const CapAlert& alert, const CapCheckOptions& options) {
  return Checker(options).run(alert);
}

bool has_errors(const std::vector<CapFinding>& findings) {
  return std::any_of(findings.begin(), findings.end(),
                     [](const CapFinding& f) { return f.weight == CapWeight::error; });
}

std::string to_string(const CapFinding& finding) {
  return format("{} {} at {}: {}", finding.weight == CapWeight::error ? "error" : "warning",
                to_string(finding.rule), finding.place, finding.message);
}

}  // namespace cairn::codec
