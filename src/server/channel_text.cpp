// SPDX-License-Identifier: Apache-2.0
#include "server/channel_text.hpp"

#include <algorithm>

#include "codec/cap_read.hpp"
#include "core/text.hpp"
#include "respond/outbox_store.hpp"
#include "server/detail/json.hpp"

namespace cairn::server {

std::string status_mark(std::string_view status) {
  if (status == "Actual") return {};
  if (status == "Exercise") return "【演练 EXERCISE】";
  if (status == "Test") return "【测试 TEST】";
  return format("【{}】", status);
}

std::string plain_text(const respond::Posting& posting) {
  std::string out = status_mark(posting.status) + posting.title;
  if (!posting.text.empty()) out += "\n" + posting.text;
  return out;
}

std::string delivery_document(const respond::Delivery& delivery, Zone zone) {
  const respond::Posting& posting = delivery.posting;
  Json out{{"delivery", delivery.id},
           {"sequence", delivery.number},
           {"channel", delivery.channel},
           {"topic", respond::to_string(posting.topic)},
           {"status", posting.status},
           {"subject", posting.subject},
           {"region", posting.region},
           {"to", posting.to},
           {"title", posting.title},
           {"text", posting.text},
           {"urgent", posting.urgent},
           {"posted", to_string(delivery.posted, zone)},
           {"cap", json_text_or_null(posting.cap_xml)},
           {"data", nullptr}};
  if (!posting.json.empty()) {
    Json data = Json::parse(posting.json, nullptr, false);
    if (!data.is_discarded()) out["data"] = std::move(data);
  }
  return json_text(out);
}

SpokenArea area_of(const respond::Posting& posting) {
  SpokenArea out;
  const auto alert = codec::read_cap(posting.cap_xml);
  if (posting.cap_xml.empty() || !alert || alert->infos.empty()) {
    if (!posting.region.empty()) out.divisions.push_back(posting.region);
    return out;
  }
  for (const codec::CapArea& area : alert->infos.front().areas) {
    for (const geo::Ring& ring : area.polygons) out.polygons.push_back({{ring}});
    if (!area.polygons.empty()) continue;
    for (const codec::CapValue& code : area.geocodes) {
      if (code.name == codec::cap_geocode_division) out.divisions.push_back(code.value);
    }
  }
  return out;
}

Recipients::Recipients(ChannelKeys& keys) : lists_(keys.below("recipients")) {
  if (auto all = keys.texts("recipients"); !all.empty()) lists_[""] = std::move(all);
}

std::vector<std::string> Recipients::of(const respond::Posting& posting,
                                        const ChannelHouse& house) const {
  const std::vector<std::string> divisions = respond::divisions_of(posting);
  std::vector<std::string> out;
  for (const auto& [listed, people] : lists_) {
    const bool meant = listed.empty() || std::ranges::any_of(divisions, [&](const auto& code) {
                         return code == listed || (house.concerns && house.concerns(code, listed));
                       });
    if (!meant) continue;
    for (const std::string& person : people) {
      if (std::ranges::find(out, person) == out.end()) out.push_back(person);
    }
  }
  return out;
}

std::vector<std::string> read_progress(std::string_view text) {
  std::vector<std::string> out;
  for (const std::string_view line : split(text, '\n')) {
    if (!line.empty()) out.emplace_back(line);
  }
  return out;
}
std::string write_progress(const std::vector<std::string>& done) {
  return join(done, "\n");
}

}  // namespace cairn::server
