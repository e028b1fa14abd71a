// SPDX-License-Identifier: Apache-2.0
#include "server/detail/warning_json.hpp"

#include "respond/cap_compose.hpp"
#include "server/api_warnings.hpp"
#include "server/query.hpp"

namespace cairn::server {
namespace {

Json time_or_null(const std::optional<Instant>& t, Zone zone) {
  return t ? Json(to_string(*t, zone)) : Json(nullptr);
}

Label name_of(const model::RegionTree& regions, const std::string& code) {
  const model::RegionIndex index = regions.find(code);
  return index == model::no_region ? Label{code, code} : regions[index].name;
}

Json geometry_json(const std::vector<geo::Ring>& rings) {
  if (rings.empty()) return nullptr;
  Json polygons = Json::array();
  for (const geo::Ring& ring : rings) {
    Json points = Json::array();
    for (const geo::Point p : ring) points.push_back({p.x, p.y});
    polygons.push_back(Json::array({std::move(points)}));
  }
  return {{"type", "MultiPolygon"}, {"coordinates", std::move(polygons)}};
}

}  // namespace

Json warning_json(const respond::Warning& w, const model::RegionTree& regions, Instant now,
                  Zone zone) {
  return {{"id", w.id},
          {"kind", to_string(w.kind)},
          {"level", respond::level_word(w.level)},
          {"headline", json_label(w.headline)},
          {"region", w.region},
          {"region_label", json_label(name_of(regions, w.region))},
          {"sent", to_string(w.sent, zone)},
          {"expires", to_string(w.expires, zone)},
          {"ended", time_or_null(w.ended, zone)},
          {"expired", w.expires <= now},
          {"newest", w.newest},
          {"messages", w.messages},
          {"status", w.status},
          {"group", json_text_or_null(w.group)},
          {"incident", json_text_or_null(w.incident)},
          {"by", w.by}};
}

Json warning_message_json(const respond::Message& m, bool ours, Zone zone) {
  return {{"identifier", m.identifier},
          {"number", m.number},
          {"type", m.type},
          {"sent", to_string(m.sent, zone)},
          {"expires", to_string(m.expires, zone)},
          {"by", m.by},
          {"reason", json_text_or_null(m.reason)},
          {"href", ours ? Json("/v1/cap/" + percent_encode(m.identifier) + ".xml") : Json(nullptr)},
          {"sender", m.sender},
          {"source", json_text_or_null(m.source)},
          {"findings", m.findings}};
}

Json warning_delivery_json(const respond::Delivery& d, Zone zone) {
  return {{"channel", d.channel},
          {"identifier", d.posting.key},
          {"posted", to_string(d.posted, zone)},
          {"attempts", d.attempts},
          {"delivered", time_or_null(d.delivered, zone)},
          {"given_up", time_or_null(d.given_up, zone)},
          {"trouble", json_text_or_null(d.trouble)},
          {"receipt", json_text_or_null(d.receipt)}};
}

Json awaiting_json(const respond::Awaiting& a, Zone zone) {
  return {{"id", a.id},
          {"headline", json_label(a.headline)},
          {"level", respond::level_word(a.level)},
          {"by", a.by},
          {"at", to_string(a.at, zone)},
          {"until", to_string(a.until, zone)},
          {"digest", a.digest},
          {"wish", Json::parse(respond::wish_json(a.wish))}};
}

Json content_json(const codec::CapAlert& alert) {
  const respond::CapWords words = respond::words_of(alert);
  Json out{{"type", codec::cap_text(alert.type)},
           {"status", codec::cap_text(alert.status)},
           {"scope", codec::cap_text(alert.scope)},
           {"note", alert.note},
           {"level", respond::level_word(respond::level_of(alert))},
           {"event", json_label(words.event)},
           {"headline", json_label(words.headline)},
           {"description", json_label(words.description)},
           {"instruction", json_label(words.instruction)}};
  const codec::CapInfo info = alert.infos.empty() ? codec::CapInfo{} : alert.infos.front();
  out["category"] =
      info.categories.empty() ? Json("Other") : Json(codec::cap_text(info.categories.front()));
  out["event_code"] = nullptr;
  for (const codec::CapValue& code : info.event_codes) out["event_code"] = code.value;
  out["urgency"] = codec::cap_text(info.urgency);
  out["severity"] = codec::cap_text(info.severity);
  out["certainty"] = codec::cap_text(info.certainty);
  Json responses = Json::array();
  for (const auto response : info.responses) responses.push_back(codec::cap_text(response));
  out["responses"] = std::move(responses);
  Json areas = Json::array();
  for (const respond::AreaPart& part : respond::areas_of(alert)) {
    areas.push_back({{"description", json_label(part.description)},
                     {"geometry", geometry_json(part.rings)},
                     {"geocodes", part.geocodes}});
  }
  out["areas"] = std::move(areas);
  return out;
}

Json findings_json(const std::vector<std::string>& findings) {
  Json out = Json::array();
  for (const std::string& finding : findings) {
    const std::size_t blank = finding.find(' ');
    const bool split = blank != std::string::npos;
    out.push_back({{"weight", split ? finding.substr(0, blank) : "warning"},
                   {"text", split ? finding.substr(blank + 1) : finding}});
  }
  return out;
}

Json filled_wish_json(respond::Wish wish, const respond::Draft& draft) {
  const respond::CapWords words = respond::words_of(draft.alert);
  wish.level = draft.level;
  wish.event = words.event;
  wish.headline = words.headline;
  if (!words.description.empty()) wish.description = words.description;
  if (!words.instruction.empty()) wish.instruction = words.instruction;
  wish.expires_minutes = draft.expires_minutes;
  wish.status = std::string(codec::cap_text(draft.alert.status));
  return Json::parse(respond::wish_json(wish));
}

Event warning_event(const respond::Warning& warning, const State& state, Instant now) {
  const model::Workspace& workspace = *state.workspace;
  return {Topic::warnings, "warning",
          json_text(warning_json(warning, *workspace.regions, now, workspace.zone)),
          warning.region};
}

}  // namespace cairn::server
